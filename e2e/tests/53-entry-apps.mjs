// Opened in an app: by user agent and with the demonstration's stand-in of its platform.

import assert from 'node:assert/strict';
import { AGENTS } from '../lib/agents.mjs';

const PHONE = '15500008801';

/** A valid resident ID number (GB 11643-1999) for a body of 17 digits. */
function idNumber(body) {
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
  const sum = weights.reduce((total, weight, at) => total + weight * Number(body[at]), 0);
  return body + '10X98765432'[sum % 11];
}

const VISITOR = { name: '孟晓舟', id: idNumber('34990119900307885'), phone: PHONE };

/** Codes for a phone that the console has shown so far. */
function codes(server, phone) {
  const masked = `${phone.slice(0, 3)}\\*\\*\\*\\*${phone.slice(7)}`;
  return [...server.output().matchAll(new RegExp(`短信验证码 (\\d{6})（${masked}）`, 'g'))].map((m) => m[1]);
}

async function freshCode(server, phone, act) {
  const before = codes(server, phone).length;
  await act();
  for (let tries = 0; codes(server, phone).length === before; tries += 1) {
    assert.ok(tries < 200, 'a code is sent');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return codes(server, phone).at(-1);
}

/** Fills in the form that is shown and registers. */
async function register(server, page, who) {
  for (const [label, value] of [['姓名', who.name], ['证件号码', who.id], ['手机号码', who.phone]]) {
    const field = page.getByLabel(label, { exact: true });
    await field.fill(value);
  }
  const code = await freshCode(server, who.phone, async () => {
    await page.getByRole('button', { name: '获取验证码' }).click();
    await page.getByText('验证码已发送').waitFor();
  });
  await page.getByLabel('短信验证码').fill(code);
  await page.getByLabel('我已阅读并同意').check();
  await page.getByRole('button', { name: '提交并登记进入' }).click();
  await page.getByRole('heading', { name: '登记成功' }).waitFor();
}

const shared = {};

async function demo(ctx) {
  if (!shared.server) {
    shared.server = await ctx.startServer({ args: ['demo'] });
    const [, code] = await shared.server.waitFor(/\/c\/([a-z2-7]{16})/);
    const [, standIn] = await shared.server.waitFor(/替身在 (http:\/\/\S+)/);
    Object.assign(shared, { code, standIn, url: `${shared.server.url}/c/${code}` });
  }
  return shared;
}

/** Somebody's phone in an app that was told nothing yet. */
function inside(ctx, app, more = {}) {
  return ctx.newPage({ width: 360, height: 740, userAgent: AGENTS[app], ...more });
}

export default [
  ...Object.keys(AGENTS).map((app, at) => ({
    name: `${app}: sent to sign in, registered once, known from then on`,
    async run(ctx) {
      const { server, url, standIn } = await demo(ctx);
      const who = {
        name: `孟晓${'东南西'[at]}`, id: idNumber(`3499011990030789${at}`), phone: `1550000881${at}`,
      };
      const page = await inside(ctx, app);
      await page.goto(url);
      assert.ok(page.url().startsWith(standIn), `sent to the platform: ${page.url()}`);
      await page.getByText(`${app}授权`).first().waitFor();
      await ctx.shot(page, `stand-in-${at}`);
      await page.getByRole('link', { name: '云小海', exact: true }).click();
      await page.getByText(`已用${app}登录`).waitFor();
      assert.equal(page.url(), url, 'the printed address again, without a code in it');
      await ctx.shot(page, `signed-in-new-${at}`);
      await register(server, page, who);
      await page.getByRole('link', { name: '我的记录' }).click();
      await page.getByText('扫码免填').waitFor();
      await page.getByText(`${app}扫码`).waitFor();
      await ctx.shot(page, `me-${at}`);
      // Another phone with the same account: no form, no tap.
      const later = await inside(ctx, app);
      await later.goto(url);
      await later.getByRole('link', { name: '云小海', exact: true }).click();
      await later.getByRole('heading', { name: '登记成功' }).waitFor();
      await later.getByText(`${who.name[0]}*${who.name[2]}`).first().waitFor();
      // And the account of somebody else is somebody else.
      const other = await inside(ctx, app);
      await other.goto(url);
      await other.getByRole('link', { name: '江小月' }).click();
      await other.getByText(`已用${app}登录`).waitFor();
      assert.equal(await other.getByLabel('姓名').inputValue(), '');
    },
  })),
  {
    name: 'the same ID number through two apps is one person, after the text message',
    async run(ctx) {
      const { server, url } = await demo(ctx);
      const page = await inside(ctx, '微信');
      await page.goto(url);
      await page.getByRole('link', { name: '林小满' }).click();
      await register(server, page, VISITOR);
      const other = await inside(ctx, '支付宝', { expect_errors: [/status of 4\d\d/] });
      await other.goto(url);
      await other.getByRole('link', { name: '林小满' }).click();
      // Another phone does not open somebody's record, whatever app it is in.
      await other.getByLabel('姓名').fill(VISITOR.name);
      await other.getByLabel('证件号码').fill(VISITOR.id);
      await other.getByLabel('手机号码').fill('15500008899');
      const code = await freshCode(server, '15500008899', async () => {
        await other.getByRole('button', { name: '获取验证码' }).click();
        await other.getByText('验证码已发送').waitFor();
      });
      await other.getByLabel('短信验证码').fill(code);
      await other.getByLabel('我已阅读并同意').check();
      await other.getByRole('button', { name: '提交并登记进入' }).click();
      await other.getByText('这个证件已用另一个手机号登记').first().waitFor();
      await other.getByText('已用支付宝登录').waitFor();
      // A number gets a code once a minute.
      await new Promise((resolve) => setTimeout(resolve, 61_000));
      await other.getByLabel('手机号码').fill('');
      await register(server, other, VISITOR);
      await other.goto(`${server.url}/me`);
      for (const app of ['微信', '支付宝']) {
        await other.getByRole('button', { name: `解除${app}` }).waitFor();
      }
      await ctx.shot(other, 'me-two-apps');
      await other.getByRole('button', { name: '解除微信' }).click();
      await other.getByRole('button', { name: '解除微信' }).waitFor({ state: 'detached' });
      const later = await inside(ctx, '微信');
      await later.goto(url);
      await later.getByRole('link', { name: '林小满' }).click();
      await later.getByText('已用微信登录').waitFor();
    },
    time_limit_ms: 180_000,
  },
  {
    name: 'what goes wrong at a platform is said, and the form is there',
    async run(ctx) {
      const { server, url } = await demo(ctx);
      const faults = [
        ['微信', '拒绝授权', '没有得到微信的授权'],
        ['微信', '预览页（快照用户）', '这是微信的预览页'],
        ['微信', '应用服务器没有回应', '微信暂时没有回应'],
        ['微信', '应用服务器答非所问', '微信的回答有误'],
        ['支付宝', '应用服务器报错', '支付宝没有通过这次登录'],
        ['支付宝', '应用服务器返回别人的身份', '支付宝返回的身份与登记的不一致'],
        ['云闪付', '应用服务器答非所问', '云闪付的回答有误'],
      ];
      for (const [app, fault, says] of faults) {
        const page = await inside(ctx, app);
        await page.goto(url);
        await page.getByRole('link', { name: fault }).click();
        await page.getByText(says).waitFor();
        await page.getByText('请用手机号和短信验证码登记').waitFor();
        assert.equal(page.url(), url);
        if (fault === '应用服务器没有回应') await ctx.shot(page, 'silent');
        await page.reload();
        await page.getByText(says).waitFor();
        assert.equal(page.url(), url, 'not sent away again and again');
      }
      const page = await inside(ctx, '微信');
      await page.goto(url);
      await page.getByRole('link', { name: '应用服务器报错' }).click();
      await page.getByText('微信没有通过这次登录').waitFor();
      await register(server, page, { name: '孟晓北', id: idNumber('34990119900307894'), phone: '15500008820' });
      // The app works again when somebody asks it again.
      const again = await inside(ctx, '微信');
      await again.goto(url);
      await again.getByRole('link', { name: '应用服务器报错' }).click();
      await again.getByRole('link', { name: '再用微信试一次' }).click();
      await again.getByRole('link', { name: '江小月' }).click();
      await again.getByText('已用微信登录').waitFor();
    },
  },
  {
    name: 'a sign-in of another phone is refused, and one of before as well',
    async run(ctx) {
      const { url } = await demo(ctx);
      const thief = await inside(ctx, '微信');
      await thief.goto(url);
      // What the platform would send this browser back with, taken on its way.
      const choice = await thief.getByRole('link', { name: '江小月' }).getAttribute('href');
      const sent = await fetch(new URL(choice, thief.url()), { redirect: 'manual' });
      const taken = sent.headers.get('location');
      assert.match(taken, /\/apps\/wechat\/back\?code=[0-9a-f]{32}&state=[a-z2-7]+$/);
      const victim = await inside(ctx, '微信', { expect_errors: [/status of 400/] });
      await victim.goto(taken);
      await victim.getByText('这次登录不是在这台手机上开始的').waitFor();
      await ctx.shot(victim, 'foreign');
      await thief.goto(taken);
      await thief.getByText('已用微信登录').waitFor();
      await thief.goto(taken);
      await thief.getByText('微信登录已用过或已超过 10 分钟').waitFor();
    },
  },
  {
    name: '皖事通: its script bridge fills in what it has checked, and its web sign-on does too',
    async run(ctx) {
      const { server, url, standIn } = await demo(ctx);
      const { token } = await (await fetch(`${standIn}/uccp-server/bridge-token?who=two`)).json();
      const page = await ctx.newPage({ width: 360, height: 740 });
      await page.addInitScript((given) => {
        window.croods = {
          customPlugin({ action, success }) {
            if (action === 'UserPlugin.login') setTimeout(() => success({ token: given }), 20);
          },
        };
      }, token);
      await page.goto(url);
      await page.getByText('已用皖事通登录').waitFor();
      assert.equal(await page.getByLabel('姓名').inputValue(), '江小月');
      await ctx.shot(page, 'wanshitong-filled-in');
      await register(server, page, {
        name: '江小月', id: await page.getByLabel('证件号码').inputValue(),
        phone: await page.getByLabel('手机号码').inputValue(),
      });
      await page.goto(`${server.url}/me`);
      await page.getByText('皖事通扫码').waitFor();
      const web = await ctx.newPage({ width: 360, height: 740 });
      await web.goto(url);
      await ctx.shot(web, 'plain-browser');
      await web.getByRole('link', { name: '用皖事通登录' }).click();
      await web.getByRole('link', { name: '江小月' }).click();
      await web.getByRole('heading', { name: '登记成功' }).waitFor();
    },
  },
  {
    name: 'a sign-on by OpenID Connect, from a plain browser',
    async run(ctx) {
      const { server, url } = await demo(ctx);
      const page = await ctx.newPage({ width: 1440, height: 900 });
      await page.goto(url);
      await ctx.shot(page, 'plain-browser-wide');
      await page.getByRole('link', { name: '用统一身份认证登录' }).click();
      await page.getByRole('link', { name: '应用服务器返回别人的身份' }).click();
      await page.getByText('统一身份认证返回的身份与登记的不一致').waitFor();
      await page.getByRole('link', { name: '再用统一身份认证试一次' }).click();
      await page.getByRole('link', { name: '林小满' }).click();
      await page.getByText('已用统一身份认证登录').waitFor();
      await ctx.shot(page, 'oidc-filled-in-wide');
      await register(server, page, {
        name: '林小满', id: await page.getByLabel('证件号码').inputValue(),
        phone: await page.getByLabel('手机号码').inputValue(),
      });
    },
  },
  {
    name: 'the demonstration looks as if opened in another app, and a phone whose clock is a day off is let in',
    async run(ctx) {
      const { url, standIn } = await demo(ctx);
      const page = await ctx.newPage({ width: 360, height: 740 });
      await page.goto(url);
      for (const app of ['微信', '支付宝', '云闪付']) {
        await page.locator('#open-as').getByRole('link', { name: app }).click();
        assert.ok(page.url().startsWith(standIn));
        await page.getByRole('link', { name: '拒绝授权' }).click();
        await page.getByText(`没有得到${app}的授权`).waitFor();
      }
      await page.goto(`${new URL(url).origin}/large?on=1&next=${new URL(url).pathname}`);
      await ctx.shot(page, 'declined-large');
      await page.locator('#open-as').getByRole('link', { name: '浏览器' }).click();
      await page.getByText('用皖事通登录').waitFor();
      for (const days of [-1, 1]) {
        const phone = await inside(ctx, '微信');
        await phone.clock.install({ time: Date.now() + days * 86_400_000 });
        await phone.goto(url);
        await phone.getByRole('link', { name: '云小海', exact: true }).click();
        await phone.getByRole('heading', { name: '登记成功' }).waitFor();
      }
    },
  },
];
