// A person's codes: the one on the screen renews itself and is scanned once; the printed one is made,
// read off the paper by another program, scanned at the door, revoked, and refused.

import assert from 'node:assert/strict';
import { readCodeOfImage } from '../lib/codes.mjs';
import { lookAt } from '../lib/looks.mjs';
import { registered } from '../lib/people.mjs';

const SIZES = [[360, 740], [1440, 900]];

async function doorScreen(ctx, server) {
  const duty = await ctx.newPage({ width: 1280, height: 800, expect_errors: [/status of 422/] });
  await duty.goto(server.output().match(/http\S+\/duty\/enrol\/\S+/)[0]);
  await duty.getByRole('button', { name: '绑定并开始值守' }).click();
  await duty.locator('#card').waitFor();
  return duty;
}

/** The demo has one poster for its one duty screen: within a minute an entry there is the same entry. */
async function aMinuteLater(page, since) {
  await page.waitForTimeout(Math.max(0, since + 62_000 - Date.now()));
}

/** As a hand-held scanner does: the text, and Enter. */
async function scan(duty, text) {
  await duty.getByRole('link', { name: '反向扫码' }).click();
  const field = duty.getByLabel('我的码或离线码');
  await field.waitFor();
  assert.ok(await field.evaluate((element) => element === document.activeElement), 'the scanner types there');
  await duty.keyboard.type(text);
  await duty.keyboard.press('Enter');
}

/** The same with the form closed and the focus on a button, which must not be pressed by it. */
async function scanAnywhere(duty, text) {
  const heads = duty.getByRole('button', { name: '+1 人头' });
  await heads.focus();
  await duty.keyboard.type(text);
  await duty.keyboard.press('Enter');
}

export default [
  {
    name: 'a code on the screen is read by a camera, renews itself and works once',
    time_limit_ms: 150_000,
    async run(ctx) {
      const server = await ctx.startServer({ args: ['demo'], data: await ctx.newFolder() });
      const duty = await doorScreen(ctx, server);
      const phone = await registered(ctx, server, { name: '蔺云帆', body: '34990119900307881', phone: '15500000011' });
      const since = Date.now();
      await phone.goto(`${server.url}/me`);
      await lookAt(ctx, phone, 'mine', SIZES);
      await phone.getByRole('link', { name: '我的码' }).click();
      await phone.locator('#code svg').waitFor();
      await lookAt(ctx, phone, 'my-code', SIZES);
      await phone.setViewportSize({ width: 360, height: 740 });
      // It renews itself well before the old one ends.
      const before = await phone.locator('#code svg').innerHTML();
      await phone.waitForFunction((old) => {
        const now = document.querySelector('#code svg');
        return now && now.innerHTML !== old;
      }, before, { timeout: 60_000 });
      // Without scripts: the end is shown, and a link that makes a new one.
      const plain = await ctx.newPage({ js: false, width: 360, height: 740 });
      await plain.context().addCookies(await phone.context().cookies());
      await plain.goto(`${server.url}/me/code`);
      await plain.getByText('有效至').waitFor();
      await plain.getByRole('link', { name: '刷新' }).click();
      await plain.locator('#code svg').waitFor();
      await ctx.shot(plain, 'my-code-plain');
      await plain.goto(`${server.url}/large?on=1&next=/me/code`);
      await ctx.shot(plain, 'my-code-large');
      await aMinuteLater(phone, since);
      const read = await readCodeOfImage(await phone.locator('#code svg').screenshot());
      assert.match(read, /^FYM1:[A-Z2-7]{60,}$/);
      await scan(duty, read);
      await duty.locator('#card').getByText('我的码登记').waitFor();
      await scan(duty, read);
      await duty.getByText('这个码已经用过').waitFor();
      await ctx.shot(duty, 'duty-used', { whole: false });
      await duty.getByRole('link', { name: '取消' }).click();
    },
  },
  {
    name: 'an offline code is printed, read off the paper, scanned, revoked and refused',
    time_limit_ms: 150_000,
    async run(ctx) {
      const server = await ctx.startServer({ args: ['demo'], data: await ctx.newFolder() });
      const duty = await doorScreen(ctx, server);
      const phone = await registered(ctx, server, { name: '蔺云帆', body: '34990119900307881', phone: '15500000011' });
      const since = Date.now();
      await phone.goto(`${server.url}/me/offline-codes`);
      await lookAt(ctx, phone, 'offline-empty', SIZES);
      await phone.getByRole('button', { name: '给本人打印离线码' }).click();
      await phone.getByRole('heading', { name: '离线码' }).waitFor();
      await lookAt(ctx, phone, 'offline-card', SIZES);
      const [download] = await Promise.all([
        phone.waitForEvent('download'), phone.getByRole('link', { name: '下载 PDF' }).click(),
      ]);
      const chunks = [];
      for await (const chunk of await download.createReadStream()) chunks.push(chunk);
      const pdf = Buffer.concat(chunks);
      const text = await ctx.zbar(pdf);
      assert.match(text, /^FY1:/);
      const words = await ctx.pdfText(pdf);
      for (const wanted of ['离线码', '蔺*帆', '身份证 尾号', '有效至']) assert.ok(words.includes(wanted), wanted);
      await aMinuteLater(phone, since);
      await scanAnywhere(duty, text);
      await duty.locator('#card').getByText('离线码登记').waitFor();
      assert.equal(await duty.locator('#counts b').nth(1).innerText(), '0', 'no head was counted');
      await phone.goto(`${server.url}/me/offline-codes`);
      await lookAt(ctx, phone, 'offline-list', SIZES);
      await phone.getByRole('button', { name: /^作废/ }).click();
      await phone.getByText('已作废').waitFor();
      await scanAnywhere(duty, text);
      await duty.getByText('离线码已作废').waitFor();
      await ctx.shot(duty, 'duty-revoked', { whole: false });
    },
  },
];
