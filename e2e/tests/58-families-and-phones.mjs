// Family on one phone, one press for one person; and another phone.

import assert from 'node:assert/strict';
import { demonstration, freshCode, idNumber, register } from '../lib/visitors.mjs';

const demo = demonstration();

const ME = { name: '周文静', id: idNumber('34990119880808581'), phone: '15500005801' };
const REFUSED = { expect_errors: [/status of 4\d\d/] };

export default [
  {
    name: 'a child is added, checked in by a press of its own, and removed',
    async run(ctx) {
      const { server, url } = await demo(ctx);
      const page = await ctx.newPage({ width: 360, height: 740, ...REFUSED });
      await page.goto(url);
      await register(server, page, ME);
      await page.goto(`${server.url}/me`);
      await page.getByRole('link', { name: '家人、手机号、更正登记' }).click();
      await page.getByText('155****5801').waitFor();
      await ctx.shot(page, 'details');
      await page.getByRole('link', { name: '家人', exact: true }).click();
      await page.getByLabel('姓名').fill('周小小');
      await page.getByLabel('证件号码', { exact: true }).fill(idNumber('34990120200101582'));
      await page.getByRole('button', { name: '添加', exact: true }).click();
      await page.getByText('请先阅读说明并勾选同意').first().waitFor();
      assert.equal(await page.getByLabel('姓名').inputValue(), '周小小');
      await ctx.shot(page, 'family-refused');
      await page.getByLabel('我已满 18 周岁').check();
      await page.getByRole('button', { name: '添加', exact: true }).click();
      await page.getByText('周*小').waitFor();
      await page.getByText(/一直不进门，登记在 \d{4}-\d\d 自动删除/).waitFor();
      await ctx.shot(page, 'family');
      await page.setViewportSize({ width: 1440, height: 900 });
      await ctx.shot(page, 'family-wide');
      await page.setViewportSize({ width: 360, height: 740 });
      await page.goto(`${url}/family`);
      await ctx.shot(page, 'door');
      await page.getByRole('button', { name: '登记 周*小' }).click();
      await page.getByRole('heading', { name: '登记成功' }).waitFor();
      await page.getByText('周*小').first().waitFor();
      await ctx.shot(page, 'member-result');
      await page.getByRole('link', { name: '登记下一位家人' }).click();
      await page.goto(`${server.url}/me/family`);
      await page.getByRole('button', { name: '移除 周*小' }).click();
      await page.getByText('还没有家人').waitFor();
    },
  },
  {
    name: 'a lost phone is asked for, stopped by the old one; and changed by its holder',
    async run(ctx) {
      const { server, url } = await demo(ctx);
      const who = { name: '郑远航', id: idNumber('34990119880808583'), phone: '15500005802' };
      const page = await ctx.newPage({ width: 360, height: 740, ...REFUSED });
      await page.goto(url);
      await register(server, page, who);
      const thief = await ctx.newPage({ width: 360, height: 740, ...REFUSED });
      await thief.goto(`${server.url}/lost-phone`);
      await ctx.shot(thief, 'lost');
      await thief.getByLabel('姓名').fill(who.name);
      await thief.getByLabel('证件号码').fill(who.id);
      await thief.getByLabel('新手机号码').fill('15500005803');
      const code = await freshCode(server, '15500005803', async () => {
        await thief.getByRole('button', { name: '获取验证码' }).click();
        await thief.getByText('验证码已发送').waitFor();
      });
      await thief.getByLabel('短信验证码').fill(code);
      await thief.getByRole('button', { name: '提交申请' }).click();
      await thief.getByText('申请已收到').waitFor();
      await ctx.shot(thief, 'lost-asked');
      await page.goto(`${server.url}/me/phone`);
      await page.getByText('有人申请换掉您的手机号').waitFor();
      await ctx.shot(page, 'phone-warned');
      await page.getByRole('button', { name: '这不是我，阻止' }).click();
      await page.getByText('有人申请换掉您的手机号').waitFor({ state: 'detached' });
      await page.getByLabel('新手机号码').fill('15500005804');
      const own = await freshCode(server, '15500005804', async () => {
        await page.getByRole('button', { name: '获取验证码' }).click();
        await page.getByText('验证码已发到新手机').waitFor();
      });
      await page.getByLabel('新手机收到的验证码').fill(own);
      await page.getByLabel('或：您的证件号码').fill(who.id);
      await page.getByRole('button', { name: '更换手机号' }).click();
      await page.getByText('155****5804').waitFor();
      await page.goto(`${server.url}/lost-phone/stop`);
      await ctx.shot(page, 'stop');
      await page.goto(`${server.url}/me/correct`);
      await ctx.shot(page, 'correct');
    },
  },
];
