// Somebody has lost the phone and stands at the door with the document: staff look at it and change the
// phone on the duty device, at once. Whatever does not fit changes nothing.

import assert from 'node:assert/strict';
import { isAccessible } from '../lib/axe.mjs';
import { lookAt } from '../lib/looks.mjs';
import { demonstration, freshCode, idNumber, register } from '../lib/visitors.mjs';

const demo = demonstration();

const NARROW = [360, 740];
const SIZES = [NARROW, [1280, 800]];
const REFUSED = { expect_errors: [/status of 4\d\d/] };
const WHO = { name: '田雨桐', id: idNumber('34990119850512643'), phone: '15500006401' };
const NEW_PHONE = '15500006402';
const DIGITS_SHOWN = /\d{17}[\dX]|155\d{8}/;

/** The duty device of a door, at the page for another phone. */
async function device(ctx, server, [width, height]) {
  const page = await ctx.newPage({ width, height, ...REFUSED });
  await page.goto(server.output().match(/值守屏 duty screen\s+(http\S+)/)[1]);
  await page.getByRole('button', { name: '绑定并开始值守' }).click();
  await page.waitForURL(/\/duty$/);
  await page.getByRole('link', { name: '反向扫码' }).click();
  await page.getByRole('link', { name: '换手机号（核对证件）' }).click();
  await page.waitForURL(/\/duty\/phone$/);
  return page;
}

async function fillIn(page, { name, id, phone }) {
  await page.getByLabel('姓名').fill(name);
  await page.getByLabel('证件号码').fill(id);
  await page.getByLabel('新手机号码').fill(phone);
}

const sentTo = (server, page, phone) => freshCode(server, phone, async () => {
  await page.getByRole('button', { name: '获取验证码' }).click();
  await page.getByText('验证码已发到新手机').waitFor();
});

async function sends(page, sms) {
  await page.getByLabel('新手机收到的验证码').fill(sms);
  await page.getByRole('button', { name: '更换手机号' }).click();
}

export default [
  {
    name: 'only the device of a door opens the page',
    async run(ctx) {
      const { server } = await demo(ctx);
      const page = await ctx.newPage({ width: 360, height: 740, ...REFUSED });
      assert.equal((await page.goto(`${server.url}/duty/phone`)).status(), 401);
      await page.getByText('这台设备还没有绑定').waitFor();
    },
  },
  {
    name: 'what is missing, wrong or somebody else’s changes nothing, and nothing typed is lost',
    async run(ctx) {
      const s = await demo(ctx);
      s.phone = await ctx.newPage({ width: 360, height: 740, ...REFUSED });
      await s.phone.goto(s.url);
      await register(s.server, s.phone, WHO);
      s.device = await device(ctx, s.server, NARROW);
      const page = s.device;
      await page.getByText('先看证件原件，确认是本人').waitFor();
      await lookAt(ctx, page, 'empty', SIZES);
      await page.setViewportSize({ width: 360, height: 740 });
      await page.getByRole('button', { name: '更换手机号' }).click();
      for (const says of ['请填写姓名', '请填写证件号码', '请填写 11 位手机号码', '请填写短信验证码']) {
        await page.getByText(says).first().waitFor();
      }
      await lookAt(ctx, page, 'missing', SIZES);
      await isAccessible(page, 'the form with its complaints');
      await page.setViewportSize({ width: 360, height: 740 });

      // Half of an identity number: nothing is sent to the owner of any phone.
      await fillIn(page, { ...WHO, id: WHO.id.slice(0, 17), phone: NEW_PHONE });
      await sends(page, '000000');
      await page.getByText('身份证号码应为 18 位').waitFor();
      assert.equal(await page.getByLabel('姓名').inputValue(), WHO.name, 'nothing typed is lost');

      // The right person, and a code that was never sent.
      await page.getByLabel('证件号码').fill(WHO.id);
      await sends(page, '000000');
      await page.locator('#sms_code-wrong').waitFor();

      // A real code of the new phone, and a name that is not the holder's: as if nobody had registered.
      const sms = await sentTo(s.server, page, NEW_PHONE);
      assert.equal(await page.getByLabel('姓名').inputValue(), WHO.name, 'asking for a code keeps the form');
      await page.getByLabel('姓名').fill('田雨');
      await sends(page, sms);
      await page.getByText('没有这样的登记，请核对姓名和证件号码').waitFor();
      await lookAt(ctx, page, 'nobody', SIZES);
      await page.setViewportSize({ width: 360, height: 740 });
      await s.phone.goto(`${s.server.url}/me/phone`);
      await s.phone.getByText('155****6401').waitFor();
      s.sms = sms;
    },
  },
  {
    name: 'with the document and a code of the new phone it is changed at once, and the old phone is signed out',
    async run(ctx) {
      const s = await demo(ctx);
      const page = s.device;
      await page.getByLabel('姓名').fill(WHO.name);
      await sends(page, s.sms);
      await page.getByText('田*桐 的手机号已更换').waitFor();
      assert.equal(await page.getByLabel('姓名').inputValue(), '', 'the next one begins with an empty form');
      assert.doesNotMatch(await page.locator('body').innerText(), DIGITS_SHOWN, 'whose it is stays masked');
      await lookAt(ctx, page, 'changed', SIZES);
      await isAccessible(page, 'what was done');

      // The old phone was told, and knows them no more.
      await s.server.waitFor(/155\*\*\*\*6401/);
      assert.equal((await s.phone.goto(`${s.server.url}/me`)).status(), 401);

      // The new one registers by the code at the door and is the same person.
      const mine = await ctx.newPage({ width: 360, height: 740, ...REFUSED });
      await mine.goto(s.url);
      await register(s.server, mine, { ...WHO, phone: NEW_PHONE });
      await mine.goto(`${s.server.url}/me`);
      await mine.getByText('进过的门').waitFor();
      assert.ok(await mine.locator('.list li').count() >= 1, 'the entries are theirs');
      await mine.goto(`${s.server.url}/me/phone`);
      await mine.getByText('155****6402').waitFor();
    },
  },
  {
    name: 'a code is good once, and whoever has it already is told so',
    async run(ctx) {
      const s = await demo(ctx);
      const page = s.device;
      await page.setViewportSize({ width: 1280, height: 800 });
      await fillIn(page, { ...WHO, phone: NEW_PHONE });
      await sends(page, s.sms);
      await page.locator('.wrong').first().waitFor();
      assert.equal(await page.locator('#changed').count(), 0);
      await ctx.shot(page, 'again-1280');
    },
  },
  {
    name: 'the page is whole in English and in large letters',
    async run(ctx) {
      const { server } = await demo(ctx);
      const device = (await demo(ctx)).device;
      for (const [lang, large] of [['en', '0'], ['zh', '1'], ['en', '1']]) {
        const page = await ctx.newPage({ width: 360, height: 740, beside: device, ...REFUSED });
        await page.context().addCookies([
          { name: 'vc_lang', value: lang, url: server.url }, { name: 'vc_large', value: large, url: server.url },
        ]);
        await page.goto(`${server.url}/duty/phone`);
        await lookAt(ctx, page, `${lang}-${large}`, SIZES);
        await isAccessible(page, `${lang} ${large}`);
        const words = await page.locator('form').innerText();
        if (lang === 'en') assert.doesNotMatch(words, /[\u4e00-\u9fff]/, 'no Chinese is left');
        await page.close();
      }
    },
  },
];
