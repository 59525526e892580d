// An inspection on a phone: a door is found by the number on its poster, two findings are recorded with
// a deadline; the manager reads of it in the platform and answers; the inspector sends it back, then
// accepts.

import assert from 'node:assert/strict';
import { lookAt } from '../lib/looks.mjs';

const PHONE = { width: 360, height: 740 };
const SIZES = [[360, 740], [1440, 900]];

async function signedIn(ctx, link, home, size = PHONE) {
  const page = await ctx.newPage({ ...size, expect_errors: [/status of 4(09|22)/] });
  await page.goto(link);
  await page.getByRole('button', { name: '登录' }).click();
  await page.waitForURL(home);
  return page;
}

async function looked(ctx, page, name) {
  await lookAt(ctx, page, name, SIZES);
  await page.setViewportSize(PHONE);
}

export default [
  {
    name: 'a door is inspected on a phone, put right and closed',
    run: async (ctx) => {
      const server = await ctx.startServer({ args: ['demo'], data: await ctx.newFolder() });
      const links = server.output().match(/http\S+\/sign-in\/\S+/g);
      const inspector = await signedIn(ctx, links[6], /\/inspections/);
      const manager = await signedIn(ctx, links[0], /\/venue/);
      await looked(ctx, inspector, 'list');

      // The manager's door, as its poster and its page have it.
      await manager.getByRole('link', { name: /急诊入口/ }).first().click();
      const number = await manager.locator('dd.num b').first().textContent();
      const url = await manager.locator('.url').first().textContent();
      const checkpoint = manager.url();

      await inspector.getByRole('link', { name: '登记检查' }).last().click();
      await inspector.getByLabel(/海报上的编号/).fill('急诊');
      await inspector.getByRole('button', { name: '查找' }).click();
      await inspector.getByRole('link', { name: /急诊入口/ }).waitFor();
      await looked(ctx, inspector, 'found');
      await inspector.getByLabel(/海报上的编号/).fill(url.trim());
      await inspector.getByRole('button', { name: '查找' }).click();
      await inspector.waitForURL(/\/inspections\/doors\/\d+$/);
      await inspector.goBack();
      await inspector.getByLabel(/海报上的编号/).fill(number.toLowerCase().replaceAll('-', ' '));
      await inspector.getByRole('button', { name: '查找' }).click();
      await inspector.getByRole('heading', { name: /急诊入口/ }).waitFor();

      const form = inspector.url();
      const colleague = await ctx.newPage({ ...PHONE, beside: inspector, expect_errors: [/status of 409/] });
      await colleague.goto(form);

      await inspector.getByLabel('其他问题').check();
      await inspector.getByRole('button', { name: '登记这次检查' }).click();
      await inspector.getByText('请写明是什么问题').first().waitFor();
      await looked(ctx, inspector, 'form-wrong');
      await inspector.getByLabel('其他问题').uncheck();
      await inspector.getByLabel('发现问题，限期整改').check();
      await inspector.getByLabel('海报弯折、遮挡或破损').check();
      await inspector.getByLabel('没有专人值守查验').check();
      await inspector.getByLabel(/说明/).fill('海报被广告遮住一半');
      await inspector.locator('#days').selectOption('2');
      await inspector.getByRole('button', { name: '登记这次检查' }).click();
      await inspector.getByText('已登记这次检查。').waitFor();
      const deadline = await inspector.locator('dd.num b').first().textContent();
      await looked(ctx, inspector, 'recorded');
      const address = new URL(inspector.url()).pathname;

      // Whoever had the form open before is told, sees what is new and loses nothing.
      await colleague.getByLabel('未发现问题').check();
      await colleague.getByRole('button', { name: '登记这次检查' }).click();
      await colleague.getByText('这个门刚有了新的检查记录').waitFor();
      assert.ok(await colleague.getByLabel('未发现问题').isChecked());
      await looked(ctx, colleague, 'form-late');
      await colleague.getByRole('link', { name: '问题 2 项' }).click();
      assert.equal(new URL(colleague.url()).pathname, address);

      await manager.goto(checkpoint);
      await manager.getByText('次检查等待整改').waitFor();
      await looked(ctx, manager, 'door');
      await manager.goto(`${server.url}/venue`);
      await looked(ctx, manager, 'home');
      await manager.goto(`${server.url}/venue/messages`);
      await looked(ctx, manager, 'messages');
      const news = manager.locator('.news li', { hasText: '急诊入口' });
      assert.match(await news.first().textContent(), /检查发现问题，请整改并答复/);
      assert.ok((await news.first().textContent()).includes(`期限 ${deadline}`));
      await news.first().getByRole('link').click();
      await manager.getByRole('button', { name: '答复' }).click();
      await manager.getByText('请写明已经怎样整改').first().waitFor();
      await manager.getByLabel('已经怎样整改').fill('广告已清走，重新张贴');
      await looked(ctx, manager, 'answer');
      await manager.getByRole('button', { name: '答复' }).click();
      await manager.getByText('已答复，等待巡查员复查。').waitFor();

      await inspector.goto(`${server.url}/inspections?state=to_check`);
      await inspector.getByRole('link', { name: /急诊入口/ }).click();
      await inspector.getByText('广告已清走，重新张贴').first().waitFor();
      await looked(ctx, inspector, 'answered');
      await inspector.getByLabel('还要整改什么').fill('还没有专人值守');
      await inspector.getByRole('button', { name: '退回整改，重新限期' }).click();
      await inspector.getByText('已退回整改').first().waitFor();

      await manager.goto(`${server.url}/venue/inspections`);
      await looked(ctx, manager, 'managers-list');
      await manager.getByRole('link', { name: /急诊入口/ }).click();
      await manager.getByText('还没有专人值守').first().waitFor();
      await looked(ctx, manager, 'sent-back');
      await manager.getByLabel('已经怎样整改').fill('每天 7 点到 22 点有人值守');
      await manager.getByRole('button', { name: '答复' }).click();
      await manager.getByText('已答复，等待巡查员复查。').waitFor();

      await inspector.reload();
      await inspector.getByRole('button', { name: '整改合格，办结' }).click();
      await inspector.getByText('已办结，并告诉了场所管理员。').waitFor();
      await looked(ctx, inspector, 'closed');
      await manager.goto(`${server.url}/venue/messages`);
      const last = manager.locator('.news li', { hasText: '急诊入口' }).first();
      assert.match(await last.textContent(), /整改已通过复查/);

      const [file] = await Promise.all([
        inspector.waitForEvent('download'),
        inspector.goto(`${server.url}/inspections`).then(() => inspector.getByRole('link', { name: '导出 CSV' }).click()),
      ]);
      assert.match(file.suggestedFilename(), /^检查-\d{4}-\d\d-\d\d\.csv$/);

      for (const page of [inspector, manager]) await page.getByRole('link', { name: 'English' }).click();
      await looked(ctx, inspector, 'list-en');
      await inspector.goto(`${server.url}${address}`);
      await looked(ctx, inspector, 'closed-en');
      await inspector.goto(`${server.url}/inspections/doors/3`);
      await looked(ctx, inspector, 'form-en');
      await manager.goto(`${server.url}/venue/inspections`);
      await looked(ctx, manager, 'managers-list-en');
    },
  },
];
