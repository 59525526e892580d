// A visitor of the demonstration: numbers, codes by text message, the form. `t` gives the words of a
// language (lib/words.mjs); without it they are Chinese.

import assert from 'node:assert/strict';
import { zh } from './words.mjs';

export { idNumber } from './people.mjs';

/** Codes for a phone that the console has shown so far. */
function codes(server, phone) {
  const masked = `${phone.slice(0, 3)}\\*\\*\\*\\*${phone.slice(7)}`;
  return [...server.output().matchAll(new RegExp(`短信验证码 (\\d{6})（${masked}）`, 'g'))].map((m) => m[1]);
}

export async function freshCode(server, phone, act) {
  const before = codes(server, phone).length;
  await act();
  for (let tries = 0; codes(server, phone).length === before; tries += 1) {
    assert.ok(tries < 200, 'a code is sent');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return codes(server, phone).at(-1);
}

export async function fill(page, who, t = zh) {
  const exact = { exact: true };
  await page.getByLabel(t('姓名'), exact).fill(who.name);
  await page.getByLabel(t('证件号码'), exact).fill(who.id);
  await page.getByLabel(t('手机号码'), exact).fill(who.phone);
  await page.getByLabel(t('我已阅读并同意上面的说明')).check();
}

export async function code(server, page, phone, t = zh) {
  return freshCode(server, phone, async () => {
    await page.getByRole('button', { name: t('获取验证码') }).click();
    await page.getByText(t('验证码已发送，5 分钟内有效。')).waitFor();
  });
}

export async function register(server, page, who, t = zh) {
  await fill(page, who, t);
  await page.getByLabel(t('短信验证码')).fill(await code(server, page, who.phone, t));
  await page.getByRole('button', { name: t('提交并登记进入') }).click();
  await page.getByRole('heading', { name: t('登记成功') }).waitFor();
}

/** The demonstration of one test file, started once; its server and the address of a door. */
export function demonstration() {
  const shared = {};
  return async function demo(ctx) {
    if (!shared.server) {
      shared.server = await ctx.startServer({ args: ['demo'] });
      const [, venue] = await shared.server.waitFor(/\/c\/([a-z2-7]{16})/);
      shared.url = `${shared.server.url}/c/${venue}`;
    }
    return shared;
  };
}
