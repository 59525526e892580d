// A policy is compared, proposed by one officer, agreed on by another, and a door follows it.

import assert from 'node:assert/strict';
import { lookAt } from '../lib/looks.mjs';

const SIZES = [[360, 740], [1440, 900]];

async function signedIn(ctx, link) {
  const page = await ctx.newPage({ expect_errors: [/status of 422/] });
  await page.goto(link);
  await page.getByRole('button', { name: '登录' }).click();
  await page.waitForURL(/\/policy/);
  return page;
}

export default [
  {
    name: 'one officer proposes a policy, another agrees, and the green code is stopped at the door',
    run: async (ctx) => {
      const server = await ctx.startServer({ args: ['demo', '--person-per-minute', '0'] });
      const said = server.output();
      const links = said.match(/防控专员 policy\s+(http\S+)/g).map((line) => line.split(/\s+/).pop());
      assert.equal(links.length, 2);
      const green = said.match(/绿码 (\S+)/)[1];
      const someone = said.match(/病例证件号：(\S+)/)[1];
      const enrol = said.match(/值守屏 duty screen\s+(http\S+)/)[1];

      const door = await ctx.newPage();
      await door.goto(enrol);
      await door.getByRole('button', { name: '绑定并开始值守' }).click();
      await door.waitForURL(/\/duty/);
      const scanned = async (id) => {
        await door.goto(`${server.url}/duty/reverse-scan`);
        await door.locator('#id_number').fill(id);
        await door.getByRole('button', { name: '登记进入' }).click();
        // Within a minute the second time has a page of its own.
        await door.waitForURL(/\/duty(\/reverse-scans)?$/);
        return door.locator('.big').innerText();
      };
      assert.match(await scanned(green), /放行/);

      const one = await signedIn(ctx, links[0]);
      await lookAt(ctx, one, 'first', SIZES);
      await one.getByRole('link', { name: '提出新策略' }).click();
      await one.locator('#nucleic_acid_hours').fill('一天');
      await one.getByRole('button', { name: '看前后对比' }).click();
      await one.getByText('请填 1 到 720 的整数').first().waitFor();
      assert.equal(await one.locator('#nucleic_acid_hours').inputValue(), '一天', 'nothing typed is lost');
      await one.locator('#nucleic_acid_hours').fill('1');
      await one.locator('#untested').selectOption('stop');
      await one.locator('#note').fill('指挥部第 9 号通告');
      await one.getByRole('button', { name: '看前后对比' }).click();
      await one.getByRole('heading', { name: '前后对比' }).waitFor();
      assert.ok(await one.getByText('有变化').count() >= 5);
      await lookAt(ctx, one, 'compared', SIZES);
      await one.getByRole('button', { name: '提出，待复核' }).click();
      await one.getByText('已提出，请另一位防控专员复核。').waitFor();
      await lookAt(ctx, one, 'proposed', SIZES);
      assert.match(await scanned(green), /放行/, 'a proposal changes nothing');

      const other = await signedIn(ctx, links[1]);
      await other.getByRole('link', { name: '全市 · 所有类别' }).first().click();
      await lookAt(ctx, other, 'deciding', SIZES);
      await other.getByRole('button', { name: '同意，按此执行' }).click();
      await other.getByText('已同意。').waitFor();
      await lookAt(ctx, other, 'holding', SIZES);
      // Somebody else: within a minute the first one's entry would be shown again.
      assert.match(await scanned(someone), /核酸检测超过规定时间，请勿进入/);
    },
  },
];
