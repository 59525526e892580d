// Managers as people: a first poster by somebody who knows only the notice, the second factor, a
// forgotten password, a door managed by its responsible person, a unit that changes hands.

import assert from 'node:assert/strict';
import { lookAt } from '../lib/looks.mjs';

const PASSWORD = 'qinghe-2026-fuyang';
const ANOTHER = 'yingzhou-2026-new';
const OWNER = '15500000101';
const GUARD = '15500000102';
const SUCCESSOR = '15500000103';
const SIZES = [[360, 740], [768, 1024], [1440, 900]];

let scene;

async function theServer(ctx) {
  scene ??= { server: await ctx.startServer({ args: ['demo'] }) };
  return scene;
}

/** The last text message that the console showed for a number, as this pattern has it. */
async function sms(server, phone, pattern, since = 0) {
  const masked = `${phone.slice(0, 3)}\\*\\*\\*\\*${phone.slice(7)}`;
  const wanted = new RegExp(pattern.replace('PHONE', masked), 'g');
  for (let tries = 0; tries < 200; tries += 1) {
    const all = [...server.output().slice(since).matchAll(wanted)];
    if (all.length > 0) return all.at(-1)[1];
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`no text message ${pattern} to ${phone}`);
}

const code = (server, phone, since) => sms(server, phone, '短信验证码 (\\d{6})（PHONE）', since);

/** Registers a manager and counts what is pressed and filled in on the way. */
async function register(page, server, phone, name) {
  await page.goto(`${server.url}/login`);
  await page.getByRole('link', { name: '注册场所管理员账号' }).click();
  await page.getByLabel('姓名').fill(name);
  await page.getByLabel('手机号码').fill(phone);
  await page.getByRole('button', { name: '获取验证码' }).click();
  await page.getByText('验证码已发送').waitFor();
  await page.getByLabel('短信验证码').fill(await code(server, phone));
  await page.getByLabel('密码', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: '注册' }).click();
  await page.waitForURL(/\/venue/);
}

async function signOut(page) {
  await page.getByRole('button', { name: '退出', exact: true }).click();
  await page.waitForURL(/\/login/);
}

async function password(page, server, phone, word) {
  await page.goto(`${server.url}/login`);
  await page.getByLabel('手机号码').fill(phone);
  await page.getByLabel('密码', { exact: true }).fill(word);
  await page.getByRole('button', { name: '登录' }).click();
}

async function choosePlace(page) {
  await page.getByLabel('县区').selectOption('341202');
  await page.getByLabel('乡镇或街道').selectOption('341202001');
}

export default [
  {
    name: 'somebody who knows only the notice has a poster in few steps',
    async run(ctx) {
      const { server } = await theServer(ctx);
      const began = Date.now();
      const page = await ctx.newPage({ width: 360, height: 740 });
      let pressed = 0;
      await page.exposeFunction('pressed', () => { pressed += 1; });
      await page.addInitScript(() => document.addEventListener('click', (e) => {
        if (e.target.closest('a,button')) window.pressed();
      }, true));
      await register(page, server, OWNER, '秦若水');
      await page.getByRole('link', { name: '登记单位' }).click();
      await page.getByLabel('单位名称').fill('青禾路生活超市');
      await choosePlace(page);
      await page.getByRole('button', { name: /登记单位|保存/ }).click();
      await page.getByText('哪一个门').first().waitFor();
      await page.getByLabel('哪一个门').fill('正门');
      await page.getByLabel('地址').fill('青禾路 18 号');
      await page.getByLabel('场所类别').selectOption({ label: '商场超市' });
      await page.getByLabel('负责人姓名').fill('鲁听澜');
      await page.getByLabel('负责人手机号码').fill(GUARD);
      await page.getByRole('button', { name: '提交申请' }).click();
      await page.getByText('申请已提交').waitFor();
      scene.door = new URL(page.url()).pathname;
      scene.owner = page;

      const [, link] = server.output().match(/http\S+\/sign-in\/\S+/g);
      const reviewer = await ctx.newPage({ width: 1440, height: 900 });
      await reviewer.goto(link);
      await reviewer.getByRole('button', { name: '登录' }).click();
      await reviewer.getByText('青禾路生活超市').first().click();
      await reviewer.getByRole('button', { name: /^通过/ }).click();
      await reviewer.getByText(/已通过/).first().waitFor();
      await reviewer.context().close();

      await page.goto(server.url + scene.door);
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('link', { name: 'A4（210×297 毫米）' }).first().click(),
      ]);
      assert.match(download.suggestedFilename(), /^青禾路生活超市-正门-A4\.pdf$/);
      const seconds = Math.round((Date.now() - began) / 1000);
      console.log(`  a first poster: ${pressed} presses, ${seconds} s by a program, review included`);
      assert.ok(pressed <= 14, `${pressed} presses`);
    },
  },
  {
    name: 'the manager reads what was decided, and the menu says how much is new',
    async run(ctx) {
      const { server, owner: page } = await theServer(ctx);
      await page.goto(`${server.url}/venue`);
      assert.equal(await page.locator('nav .count').innerText(), '1');
      await page.getByRole('link', { name: /^消息/ }).click();
      await page.getByText('已通过审核，可以下载海报').waitFor();
      await lookAt(ctx, page, 'messages', SIZES);
      await page.setViewportSize({ width: 360, height: 740 });
      await page.getByRole('link', { name: '青禾路生活超市 正门' }).click();
      assert.equal(new URL(page.url()).pathname, scene.door);
      assert.equal(await page.locator('nav .count').count(), 0, 'seen');
    },
  },
  {
    name: 'a password is followed by a code, and a trusted browser is not asked again',
    async run(ctx) {
      const { server, owner: page } = await theServer(ctx);
      page.expectErrors(/status of 422/);
      await signOut(page);
      await lookAt(ctx, page, 'login', SIZES);
      const since = server.output().length;
      await password(page, server, OWNER, PASSWORD);
      await page.getByText('验证码已发到 155****0101').waitFor();
      await lookAt(ctx, page, 'second-factor', SIZES);
      await page.getByLabel('短信验证码').fill('12');
      await page.getByRole('button', { name: '登录' }).click();
      await page.getByText('验证码不对或已失效').first().waitFor();
      await page.getByLabel('短信验证码').fill(await code(server, OWNER, since));
      await page.getByLabel(/30 天内/).check();
      await page.getByRole('button', { name: '登录' }).click();
      await page.waitForURL(/\/venue$/);
      await signOut(page);
      await password(page, server, OWNER, PASSWORD);
      await page.waitForURL(/\/venue$/);
    },
  },
  {
    name: 'the responsible person is invited and manages the door alone',
    async run(ctx) {
      const { server, owner } = await theServer(ctx);
      await owner.goto(server.url + scene.door);
      await owner.getByRole('button', { name: '邀请负责人来管理' }).click();
      await owner.getByText('邀请短信已发出').waitFor();
      await owner.getByText('已邀请 155****0102').waitFor();
      await lookAt(ctx, owner, 'invited', SIZES);
      const said = await sms(server, GUARD, '短信（PHONE）(.*)');
      assert.match(said, /青禾路生活超市请您管理检查点“青禾路生活超市 正门”/);
      const guard = await ctx.newPage({ width: 360, height: 740 });
      scene.guard = guard;
      await register(guard, server, GUARD, '鲁听澜');
      await guard.getByText('请您管理检查点').waitFor();
      await lookAt(ctx, guard, 'offer', SIZES);
      await guard.setViewportSize({ width: 360, height: 740 });
      await guard.getByRole('button', { name: '接受' }).click();
      await guard.getByText('已接受，现在由您管理').waitFor();
      await lookAt(ctx, guard, 'entrusted', SIZES);
      await guard.getByRole('link', { name: '青禾路生活超市 · 正门' }).click();
      await guard.getByText('印在码里的网址').waitFor();
      await lookAt(ctx, guard, 'entrusted-door', SIZES);
      assert.equal(await guard.getByRole('link', { name: '变更名称、地址或负责人' }).count(), 0);
      await guard.getByRole('button', { name: '生成绑定二维码' }).click();
      await guard.getByText('/duty/enrol/').first().waitFor();
      await owner.goto(server.url + scene.door);
      await owner.getByText('由 鲁*澜 155****0102 管理').waitFor();
      await lookAt(ctx, owner, 'managed', SIZES);
    },
  },
  {
    name: 'a forgotten password is set anew, and the account says what it is',
    async run(ctx) {
      const { server, guard: page } = await theServer(ctx);
      await page.setViewportSize({ width: 360, height: 740 });
      await page.goto(`${server.url}/venue`);
      await signOut(page);
      await page.getByRole('link', { name: '重设密码' }).click();
      await page.getByLabel('手机号码').fill(GUARD);
      const since = server.output().length;
      await page.getByRole('button', { name: '获取验证码' }).click();
      await page.getByText('如果这个手机号有场所管理员账号').waitFor();
      await page.getByLabel('短信验证码').fill(await code(server, GUARD, since));
      await lookAt(ctx, page, 'forgotten', SIZES);
      await page.getByLabel('新密码').fill(ANOTHER);
      await page.getByRole('button', { name: '设置新密码并登录' }).click();
      await page.waitForURL(/\/venue$/);
      await page.getByRole('link', { name: /鲁\*/ }).click();
      await page.getByRole('heading', { name: '我的账号' }).waitFor();
      await lookAt(ctx, page, 'account', SIZES);
      await page.getByRole('link', { name: 'English' }).click();
      await lookAt(ctx, page, 'account-english', [[360, 740], [1440, 900]]);
      await page.getByRole('link', { name: '中文' }).click();
    },
  },
  {
    name: 'the unit changes hands with its doors',
    async run(ctx) {
      const { server, owner, guard } = await theServer(ctx);
      owner.expectErrors(/status of 4(04|22)/);
      await owner.goto(`${server.url}/venue`);
      await owner.getByRole('link', { name: '转交单位' }).click();
      await owner.getByLabel('接手人手机号').fill('1550000');
      await owner.getByRole('button', { name: '发出转交邀请' }).click();
      await owner.getByText('请填写 11 位手机号码').first().waitFor();
      await owner.getByLabel('接手人手机号').fill(SUCCESSOR);
      await owner.getByRole('button', { name: '发出转交邀请' }).click();
      await owner.getByText('等待对方答复').waitFor();
      await lookAt(ctx, owner, 'transfer', SIZES);
      const successor = await ctx.newPage({ width: 360, height: 740 });
      await register(successor, server, SUCCESSOR, '孟晓舟');
      await lookAt(ctx, successor, 'unit-offer', SIZES);
      await successor.setViewportSize({ width: 360, height: 740 });
      await successor.getByRole('button', { name: '接受' }).click();
      await successor.getByRole('link', { name: '青禾路生活超市 · 正门' }).waitFor();
      await owner.goto(server.url + scene.door);
      await owner.getByText('404').or(owner.getByText('没有')).first().waitFor();
      await successor.goto(server.url + scene.door);
      await successor.getByRole('button', { name: '收回管理' }).click();
      await successor.getByText('已收回。').waitFor();
      await guard.goto(`${server.url}/venue/messages`);
      await guard.getByText('您不再管理这个检查点').waitFor();
    },
  },
];
