// A person and their data: asks for correction, sees the day; an officer answers; the person sees the answer
// and who looked; takes the consent back and is asked again at the next scan.

import assert from 'node:assert/strict';
import { lookAt } from '../lib/looks.mjs';
import { registered } from '../lib/people.mjs';

const SIZES = [[360, 740], [1440, 900]];

export default [
  {
    name: 'a correction is asked for, answered and seen, and consent is taken back',
    async run(ctx) {
      const server = await ctx.startServer({ args: ['demo'], data: await ctx.newFolder() });
      const phone = await registered(ctx, server, {
        name: '蔺云帆', body: '34990119900307881', phone: '15500000011', expect_errors: [/status of 4(01|22)/],
      });
      await phone.goto(`${server.url}/me`);
      await phone.getByText(/一直不扫码、不登录，登记的资料自动删除：\s*\d{4}-\d\d-\d\d/).waitFor();
      await lookAt(ctx, phone, 'me-with-the-day', SIZES);
      await phone.setViewportSize({ width: 360, height: 740 });
      await phone.getByRole('link', { name: '更正与删除' }).click();
      await lookAt(ctx, phone, 'requests-empty', SIZES);
      await phone.setViewportSize({ width: 360, height: 740 });
      await phone.getByRole('button', { name: '提出更正要求' }).click();
      await phone.getByText('请填写正确的姓名或证件号码').waitFor();
      await phone.getByLabel('正确的姓名').fill('蔺云凡');
      await phone.getByRole('button', { name: '提出更正要求' }).click();
      await phone.getByText('最迟').waitFor();
      await lookAt(ctx, phone, 'requests-open', SIZES);

      const link = server.output().match(/privacy\s+(http\S+)/)[1];
      const desk = await ctx.newPage({ width: 1440, height: 900, expect_errors: [/status of 422/] });
      await desk.goto(link);
      await desk.getByRole('button', { name: '登录' }).click();
      await desk.waitForURL(/\/requests/);
      await lookAt(ctx, desk, 'queue', SIZES);
      await desk.getByRole('link', { name: /更正 · 蔺\*帆/ }).click();
      await desk.getByText('蔺云凡').waitFor();
      await lookAt(ctx, desk, 'request', SIZES);
      await desk.getByRole('button', { name: '答复' }).click();
      await desk.getByText('请选择办理还是不予办理').first().waitFor();
      await lookAt(ctx, desk, 'request-wrong', SIZES);
      await desk.getByLabel('同意，按上面更正').check();
      await desk.getByLabel('给本人的答复').fill('已核对证件，已更正');
      await desk.getByRole('button', { name: '答复' }).click();
      await desk.getByText('已答复，本人在').waitFor();

      await phone.reload();
      await phone.getByText('答复：已核对证件，已更正').waitFor();
      await phone.goto(`${server.url}/me/looks`);
      await phone.getByText('个人信息保护专员').first().waitFor();
      await lookAt(ctx, phone, 'looks', SIZES);
      await phone.goto(`${server.url}/me/data`);
      await lookAt(ctx, phone, 'data', SIZES);
      await phone.goto(`${server.url}/privacy/1`);
      await phone.getByText('这是旧版').waitFor();
      await lookAt(ctx, phone, 'notice-old', SIZES);
      await phone.goto(`${server.url}/me/consent`);
      await lookAt(ctx, phone, 'consent', SIZES);
      await phone.getByRole('button', { name: '撤回同意' }).click();
      await phone.getByText('请先勾选').waitFor();
      await phone.getByLabel('我明白，确定撤回').check();
      await phone.getByRole('button', { name: '撤回同意' }).click();
      await phone.waitForURL(/\/privacy$/);
      await phone.goto(server.output().match(/http\S+\/c\/[a-z2-7]{16}/)[0]);
      await phone.getByText('首次登记').waitFor();
      const english = await ctx.newPage({ width: 360, height: 740 });
      await english.goto(`${server.url}/lang?to=en&next=/privacy`);
      const words = await english.locator('main').innerText();
      assert.match(words, /Version 4/);
      assert.match(words, /for 180 days, it is deleted/);
      assert.doesNotMatch(words, /[\u4e00-\u9fff]/);
      await ctx.shot(english, 'notice-english');

      const tracer = await ctx.newPage({ width: 1440, height: 900, expect_errors: [/status of 422/] });
      await tracer.goto(server.output().match(/流调员 investigator\s+(http\S+)/)[1]);
      await tracer.getByRole('button', { name: '登录' }).click();
      await tracer.waitForURL(/\/cases/);
      await tracer.getByLabel('病例编号').fill('FY-2026-0099');
      await tracer.getByLabel('事由').fill('核酸阳性');
      await tracer.getByLabel('证件号码').fill(server.output().match(/绿码 (\d{17}[\dX])/)[1]);
      await tracer.getByRole('button', { name: /建立病例|打开/ }).click();
      await tracer.locator('#embargo summary').click();
      await tracer.getByRole('button', { name: '开始保密' }).click();
      await tracer.getByText('请写明理由').first().waitFor();
      await tracer.locator('#embargo_reason').fill('家人尚未通知');
      await tracer.getByRole('button', { name: '开始保密' }).click();
      await tracer.getByText('起保密').waitFor();
      await ctx.shot(tracer, 'embargo');
    },
  },
];
