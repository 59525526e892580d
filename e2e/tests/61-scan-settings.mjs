// Ages that need no test, a way out, a position asked for, an electronic sign, and the words of a day.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { AGENTS } from '../lib/agents.mjs';
import { lookAt } from '../lib/looks.mjs';
import { byColour, demoWithTokens, phoneOf } from '../lib/registered.mjs';
import { idNumber } from '../lib/visitors.mjs';

const SIZES = [[360, 740], [1440, 900]];
const DOOR = { latitude: 32.89, longitude: 115.81 };

async function signedIn(ctx, s, at) {
  const page = await ctx.newPage({ width: 1440, height: 900, expect_errors: [/status of 422/] });
  await page.goto([...s.server.output().matchAll(/http:\/\/\S+\/sign-in\/\S+/g)].map((m) => m[0])[at]);
  await page.getByRole('button', { name: '登录' }).click();
  await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'));
  return page;
}

const shared = {};

async function story(ctx) {
  if (shared.server) return shared;
  const s = await demoWithTokens(ctx);
  s.manager = await signedIn(ctx, s, 0);
  const codeOf = async (number) => {
    await s.manager.goto(`${s.server.url}/venue/checkpoints/${number}`);
    return (await s.manager.content()).match(/\/c\/([a-z2-7]{16})/)[1];
  };
  s.code = await codeOf(1);
  s.door = `${s.server.url}/c/${s.code}`;
  const other = s.codes.find((code) => code !== s.code);
  const people = await byColour(s.server, s.visitors, other, { green: 12, red: 1 });
  assert.ok(people.green.length >= 10 && people.red.length === 1, 'enough people');
  s.green = people.green;
  s.red = people.red[0];
  return Object.assign(shared, s);
}

/** The manager's form of the door. */
async function setUp(s, change) {
  const page = s.manager;
  await page.goto(`${s.server.url}/venue/checkpoints/1/settings`);
  await change(page);
  await page.getByRole('button', { name: '保存' }).click();
  await page.getByText('已保存，马上生效。').waitFor();
}

async function enters(page, s, url = s.door) {
  await page.goto(url);
  await page.waitForURL(/\/r\//, { timeout: 40_000 });
}

/** A child's press asks for the position as the guardian's scan does. */
async function family(ctx, s, at) {
  const own = async (page) => {
    await page.goto(`${s.server.url}/me/family`);
    await page.getByLabel('姓名').fill('陆小满');
    await page.getByLabel('证件号码', { exact: true }).fill(idNumber('34990120200307884'));
    await page.getByLabel('我已满 18 周岁').check();
    await page.getByRole('button', { name: '添加', exact: true }).click();
    await page.getByText('陆*满').waitFor();
  };
  const press = async (page) => {
    await page.goto(`${s.door}/family`);
    await page.getByText('这个门要核对位置').waitFor();
    await page.getByRole('button', { name: '登记 陆*满' }).click();
    await page.waitForURL(/\/family\/\d+\/r\//, { timeout: 40_000 });
  };
  const near = await phoneOf(ctx, s.server, s.green[9], at(DOOR.latitude + 0.0005));
  await own(near);
  await lookAt(ctx, await opensDoor(near, s), 'family-asks', SIZES);
  await near.setViewportSize({ width: 360, height: 740 });
  await press(near);
  assert.equal(await near.locator('.note').count(), 0, 'near: nothing to look at');
  // Whoever refuses is looked at by the staff, as without scripts.
  await near.context().clearPermissions();
  await near.waitForTimeout(61_000);
  await press(near);
  await near.getByText('没有得到位置，请值守人员复核').waitFor();
  await ctx.shot(near, 'family-refused-360');
  const plain = await phoneOf(ctx, s.server, s.green[9], { js: false });
  await plain.goto(`${s.door}/family`);
  assert.match(await plain.locator('#asks').innerText(), /没有脚本不能取得位置/);
  await ctx.shot(plain, 'family-plain-360');
}

async function opensDoor(page, s) {
  await page.goto(`${s.door}/family`);
  return page;
}

/** What the manager hangs at the way out, in every size. */
async function posterOfTheWayOut(ctx, s) {
  for (const size of ['A4', '600x900', '800x1800']) {
    await s.manager.goto(`${s.server.url}/venue/checkpoints/1`);
    const [download] = await Promise.all([
      s.manager.waitForEvent('download'),
      s.manager.locator(`a[href$="/posters/${size}.pdf"]`).click(),
    ]);
    const pdf = await readFile(await download.path());
    assert.equal(await ctx.zbar(pdf), s.door, size);
    const words = (await ctx.pdfText(pdf)).replaceAll('\n', '');
    for (const wanted of ['离开请扫码', '看到“离开登记”后离开', '进门请扫入口的码']) assert.ok(words.includes(wanted), `${size}: ${words}`);
    assert.doesNotMatch(words, /绿码|登记成功/, size);
  }
}

export default [
  {
    name: 'a policy lets a small child and an old person do without a test, and the preview shows both',
    async run(ctx) {
      const s = await story(ctx);
      const links = s.server.output().match(/防控专员 policy\s+(http\S+)/g).map((line) => line.split(/\s+/).pop());
      const page = await ctx.newPage({ width: 1440, height: 900, expect_errors: [/status of 422/] });
      await page.goto(links[0]);
      await page.getByRole('button', { name: '登录' }).click();
      await page.waitForURL(/\/policy/);
      await page.getByRole('link', { name: '提出新策略' }).click();
      await page.locator('#test_free_under').fill('30');
      await page.locator('#test_free_from').fill('80');
      await page.locator('#note').fill('第 9 号通告');
      await page.getByRole('button', { name: '看前后对比' }).click();
      await page.getByText('请填 1 到 18 的整数').first().waitFor();
      assert.equal(await page.locator('#test_free_under').inputValue(), '30', 'nothing typed is lost');
      await page.locator('#test_free_under').fill('3');
      await page.getByRole('button', { name: '看前后对比' }).click();
      for (const person of ['两岁儿童，绿码，没有核酸记录', '八十五岁老人，绿码，没有核酸记录']) {
        const row = page.locator('tr', { hasText: person });
        assert.match(await row.innerText(), /有变化/, person);
      }
      assert.doesNotMatch(await page.locator('tr', { hasText: '两岁儿童，黄码' }).innerText(), /有变化/);
      await lookAt(ctx, page, 'ages', SIZES);
      await page.setViewportSize({ width: 1440, height: 900 });
      await page.getByRole('button', { name: '提出，待复核' }).click();
      await page.getByText('不满 3 周岁免查核酸').first().waitFor();
    },
  },
  {
    name: 'at a way out one leaves: the page, the duty screen and one’s own record say so',
    async run(ctx) {
      const s = await story(ctx);
      const duty = await ctx.newPage({ width: 1280, height: 800 });
      await duty.goto(s.server.output().match(/值守屏 duty screen\s+(http\S+)/)[1]);
      await duty.getByRole('button', { name: '绑定并开始值守' }).click();
      await duty.waitForURL(/\/duty$/);
      await s.manager.goto(`${s.server.url}/venue/checkpoints/1/settings`);
      await lookAt(ctx, s.manager, 'settings', SIZES);
      await s.manager.setViewportSize({ width: 1440, height: 900 });
      await setUp(s, (page) => page.locator('#way-exit').check());
      await posterOfTheWayOut(ctx, s);
      const page = await phoneOf(ctx, s.server, s.red, { userAgent: AGENTS.微信 });
      await enters(page, s);
      await page.getByRole('heading', { name: '离开登记' }).waitFor();
      await page.getByText('不能用来进门').waitFor();
      assert.equal(await page.getByText('红码').count(), 0, 'nothing is judged');
      await ctx.shot(page, 'left-360');
      await duty.goto(`${s.server.url}/duty`);
      await duty.locator('#card').getByText('离开', { exact: true }).waitFor();
      await duty.getByText('今日离开').waitFor();
      await ctx.shot(duty, 'duty-left');
      await page.goto(`${s.server.url}/me`);
      await page.getByText('离开登记').first().waitFor();
      await duty.goto('about:blank');
      await setUp(s, (form) => form.locator('#way-entry').check());
    },
  },
  {
    name: 'a door that asks for the position says why, lets the near pass, and has the others looked at',
    time_limit_ms: 300_000,
    async run(ctx) {
      const s = await story(ctx);
      await setUp(s, async (page) => {
        await page.locator('#asks_position').check();
        await page.locator('#latitude').fill(String(DOOR.latitude));
        await page.locator('#longitude').fill(String(DOOR.longitude));
      });
      const at = (latitude) => ({
        options: { geolocation: { ...DOOR, latitude, accuracy: 20 }, permissions: ['geolocation'] },
      });
      const near = await phoneOf(ctx, s.server, s.green[0], at(DOOR.latitude + 0.0005));
      await enters(near, s);
      assert.equal(await near.locator('.note').count(), 0, 'near: nothing to look at');
      const far = await phoneOf(ctx, s.server, s.green[1], at(33.3));
      await enters(far, s);
      await far.getByText('扫码的位置离这个门较远，请值守人员复核').waitFor();
      await ctx.shot(far, 'far-360');
      const refused = await phoneOf(ctx, s.server, s.green[2]);
      await enters(refused, s);
      await refused.getByText('没有得到位置，请值守人员复核').waitFor();
      const plain = await phoneOf(ctx, s.server, s.green[3], { js: false });
      await plain.goto(s.door);
      await plain.getByText('这个门要核对位置').waitFor();
      await ctx.shot(plain, 'asks-360');
      await plain.getByRole('button', { name: '登记进入' }).click();
      await plain.getByText('没有得到位置，请值守人员复核').waitFor();
      const english = await phoneOf(ctx, s.server, s.green[4], { js: false });
      await english.goto(`${s.server.url}/lang?to=en&next=/c/${s.code}`);
      await english.getByText('This door checks where you are').waitFor();
      await family(ctx, s, at);
      await setUp(s, (page) => page.locator('#asks_position').uncheck());
    },
  },
  {
    name: 'the sign’s code passes, the printed one alone does not, and a photo an hour old is refused calmly',
    time_limit_ms: 240_000,
    async run(ctx) {
      const s = await story(ctx);
      await setUp(s, (page) => page.locator('#has_sign').check());
      await s.manager.goto(`${s.server.url}/venue/checkpoints/1`);
      await s.manager.getByRole('button', { name: '生成绑定二维码' }).click();
      const link = (await s.manager.content()).match(/\/duty\/enrol\/[a-z2-7]+/)[0];
      const sign = await ctx.newPage({ width: 1080, height: 1200 });
      await sign.goto(s.server.url + link);
      await sign.getByLabel('电子码屏').check();
      await ctx.shot(sign, 'enrol-sign');
      await sign.getByRole('button', { name: '绑定并开始值守' }).click();
      await sign.waitForURL(/\/sign$/);
      const read = async () => ctx.zbarImage(await ctx.shot(sign, 'sign', { whole: false }));
      const first = await read();
      assert.ok(first.startsWith(`${s.door}/`), `the printed address goes on: ${first}`);
      const duty = await sign.context().newPage();
      assert.equal((await duty.goto(`${s.server.url}/duty`)).status(), 401, 'a sign sees nobody');
      await duty.close();
      sign.expectErrors(/status of 401/);
      const passes = await phoneOf(ctx, s.server, s.green[5]);
      await enters(passes, s, first);
      assert.equal(await passes.locator('.note').count(), 0, 'the code of the moment passes');
      const printed = await phoneOf(ctx, s.server, s.green[6]);
      await enters(printed, s);
      await printed.getByText('请再扫一下旁边屏幕上的电子码').waitFor();
      await ctx.shot(printed, 'printed-alone-360');
      const word = await sign.locator('.word b').innerText();
      assert.equal(await passes.locator('.word b').innerText(), word, 'the same word on both');
      for (const [width, height] of [[360, 740], [1440, 900]]) {
        await sign.setViewportSize({ width, height });
        await ctx.shot(sign, `sign-${width}`, { whole: false });
      }
      await new Promise((resolve) => setTimeout(resolve, 80_000));
      await sign.setViewportSize({ width: 1080, height: 1200 });
      assert.notEqual(await read(), first, 'the screen went on by itself');
      const late = await phoneOf(ctx, s.server, s.green[7], { expect_errors: [/status of 410/] });
      await late.goto(first);
      await late.getByText('这个电子码已过期').first().waitFor();
      await late.getByText('没有登记任何信息').waitFor();
      await ctx.shot(late, 'photo-360');
      await setUp(s, (page) => page.locator('#has_sign').uncheck());
    },
  },
  {
    name: 'the words of a day are those of the results',
    async run(ctx) {
      const s = await story(ctx);
      await s.manager.goto(`${s.server.url}/venue/checkpoints/1/settings`);
      await s.manager.getByRole('button', { name: '今天的口令' }).click();
      await s.manager.getByRole('heading', { name: '口令表' }).waitFor();
      const words = await s.manager.locator('table.words tbody tr').allInnerTexts();
      assert.equal(words.length, 24);
      await lookAt(ctx, s.manager, 'words', SIZES);
      const page = await phoneOf(ctx, s.server, s.green[8]);
      await enters(page, s);
      const [hour] = (await page.locator('.time').innerText()).split(':');
      const word = await page.locator('.word b').innerText();
      assert.ok(words[Number(hour)].includes(word), `${word} at ${hour}: ${words[Number(hour)]}`);
    },
  },
];
