// Apps switched on by configuration, against platforms that know their user without asking, as the real
// ones do, and that check each request's signature in another language.

import assert from 'node:assert/strict';
import { createCipheriv, createHash, createSign, createVerify, generateKeyPairSync, randomBytes } from 'node:crypto';
import { chmod, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { AGENTS } from '../lib/agents.mjs';

const PASSWORD = 'qinghe-2026-fuyang';
/** What 云闪付 knows. */
const PHONE = '15500000454';

async function codeFor(server, phone, since) {
  const masked = `${phone.slice(0, 3)}\\*\\*\\*\\*${phone.slice(7)}`;
  for (let tries = 0; tries < 200; tries += 1) {
    const found = server.output().slice(since).match(new RegExp(`短信验证码 (\\d{6})（${masked}）`));
    if (found) return found[1];
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`no code for ${phone}`);
}

/** Fills in name, phone, the code that is sent, and a password. */
async function account(page, server, name, phone, button) {
  await page.getByLabel('姓名').fill(name);
  await page.getByLabel('手机号码').fill(phone);
  const since = server.output().length;
  await page.getByRole('button', { name: '获取验证码' }).click();
  await page.getByText('验证码已发送').waitFor();
  await page.getByLabel('短信验证码').fill(await codeFor(server, phone, since));
  await page.getByLabel('密码', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: button }).click();
}

/** The code of a door in a city on its first day. */
async function approvedDoor(ctx, server) {
  const size = { width: 1440, height: 900 };
  const administrator = await ctx.newPage(size);
  const [first] = server.output().match(/http\S+\/set-up\/\S+/);
  await administrator.goto(first);
  await account(administrator, server, '鲁听澜', '15500000402', '完成设置并登录');
  await administrator.getByRole('button', { name: '退出', exact: true }).waitFor();
  await administrator.goto(`${server.url}/accounts`);
  await administrator.getByLabel('角色').selectOption({ label: '审核员' });
  await administrator.getByLabel('范围').selectOption({ label: '颍州区（全部）' });
  await administrator.getByRole('button', { name: '生成设置链接' }).click();
  const link = await administrator.locator('#made').innerText();
  const reviewer = await ctx.newPage(size);
  await reviewer.goto(link);
  await account(reviewer, server, '孟晓舟', '15500000403', '完成设置并登录');
  await reviewer.getByRole('button', { name: '退出', exact: true }).waitFor();
  const manager = await ctx.newPage(size);
  await manager.goto(`${server.url}/register`);
  await account(manager, server, '秦若水', '15500000404', '注册');
  await manager.getByRole('link', { name: '登记单位' }).click();
  await manager.getByLabel('单位名称').fill('鼓楼药店');
  await manager.getByLabel('县区').selectOption('341202');
  await manager.getByLabel('乡镇或街道').selectOption('341202001');
  await manager.getByRole('button', { name: /登记单位|保存/ }).click();
  await manager.getByLabel('哪一个门').fill('正门');
  await manager.getByLabel('地址').fill('鼓楼路 8 号');
  await manager.getByLabel('场所类别').selectOption({ label: '药店' });
  await manager.getByLabel('负责人姓名').fill('秦若水');
  await manager.getByLabel('负责人手机号码').fill('15500000404');
  await manager.getByRole('button', { name: '提交申请' }).click();
  await manager.getByText('申请已提交').waitFor();
  await reviewer.goto(`${server.url}/review`);
  await reviewer.getByRole('heading', { name: '正门' }).waitFor();
  await reviewer.keyboard.press('a');
  await reviewer.getByText('都审完了').waitFor();
  await manager.goto(manager.url().replace(/\?.*/, ''));
  await manager.getByText('印在码里的网址').waitFor();
  const [, code] = (await manager.content()).match(/\/c\/([a-z2-7]{16})/);
  return code;
}

const sha256 = (text) => createHash('sha256').update(text).digest('hex');

/** Platforms that know their user without asking, as the real ones do inside of their apps. */
function silentPlatforms(ourKey, theirKey, phoneKey) {
  const wrong = [];
  const back = (response, aim, name, state) => {
    const url = new URL(aim);
    url.searchParams.set(name, `code-${Math.random().toString(36).slice(2)}`);
    url.searchParams.set('state', state);
    response.writeHead(302, { location: url.href });
    response.end();
  };
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, 'http://x');
    const q = Object.fromEntries(url.searchParams);
    let body = '';
    for await (const part of request) body += part;
    const say = (answer) => response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
    const check = (holds, what) => { if (!holds) wrong.push(what); };
    switch (url.pathname) {
      case '/connect/oauth2/authorize':
        check(q.appid === 'wx-invented' && q.scope === 'snsapi_base' && /^[a-z0-9]{1,128}$/i.test(q.state), 'wechat page');
        return back(response, q.redirect_uri, 'code', q.state);
      case '/sns/oauth2/access_token':
        check(q.secret === 'wechat-secret' && q.grant_type === 'authorization_code', 'wechat secret');
        return say({ access_token: 'A', expires_in: 7200, openid: 'openid-of-wechat', scope: 'snsapi_base' });
      case '/oauth2/publicAppAuthorize.htm':
        check(q.app_id === '2021-invented' && q.scope === 'auth_base', 'alipay page');
        return back(response, q.redirect_uri, 'auth_code', q.state);
      case '/gateway.do': {
        const form = Object.fromEntries(new URLSearchParams(body));
        const text = Object.keys(form).filter((k) => k !== 'sign' && form[k]).sort().map((k) => `${k}=${form[k]}`).join('&');
        check(createVerify('RSA-SHA256').update(text).verify(ourKey, form.sign ?? '', 'base64'), 'alipay signature');
        const age = Math.abs(Date.now() - Date.parse(`${(form.timestamp ?? '').replace(' ', 'T')}+08:00`));
        check(age < 60_000 && form.sign_type === 'RSA2' && form.method === 'alipay.system.oauth.token', 'alipay parameters');
        const said = JSON.stringify({ user_id: '2088-invented', access_token: 'A', expires_in: '300' });
        const sign = createSign('RSA-SHA256').update(said).sign(theirKey, 'base64');
        return say(`{"alipay_system_oauth_token_response":${said},"sign":"${sign}"}`);
      }
      case '/s/open/html/oauth.html':
        check(q.appId === 'up-invented' && q.scope === 'upapi_mobile' && q.responseType === 'code', 'unionpay page');
        return back(response, q.redirectUri, 'code', q.state);
      case '/open/access/1.0/backendToken': {
        const { appId, nonceStr, timestamp, signature } = JSON.parse(body);
        const text = `appId=${appId}&nonceStr=${nonceStr}&secret=unionpay-secret&timestamp=${timestamp}`;
        check(signature === sha256(text) && Math.abs(Date.now() / 1000 - timestamp) < 60, 'unionpay signature');
        return say({ resp: '00', msg: '', params: { backendToken: 'B', expiresIn: 7200 } });
      }
      case '/open/access/1.0/token': {
        const asked = JSON.parse(body);
        check(asked.backendToken === 'B' && asked.grantType === 'authorization_code', 'unionpay token');
        return say({ resp: '00', msg: '', params: { accessToken: 'A', openId: 'up-openid', scope: 'upapi_mobile' } });
      }
      case '/open/access/1.0/user.mobile': {
        const asked = JSON.parse(body);
        check(asked.appId === 'up-invented' && asked.backendToken === 'B', 'unionpay phone');
        check(asked.accessToken === 'A' && asked.openId === 'up-openid', 'unionpay phone of whom');
        const cipher = createCipheriv('des-ede3', phoneKey, null);
        const mobile = cipher.update(PHONE, 'utf8', 'base64') + cipher.final('base64');
        return say({ resp: '00', msg: '', params: { mobile } });
      }
      default:
        check(false, url.pathname);
        return say('{}');
    }
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve({ server, wrong, url: `http://127.0.0.1:${server.address().port}` }));
  });
}

export default [
  {
    name: 'switched on by configuration, requests are signed as each platform wants it',
    async run(ctx) {
      const folder = await ctx.newFolder();
      const ours = generateKeyPairSync('rsa', { modulusLength: 2048 });
      const theirs = generateKeyPairSync('rsa', { modulusLength: 2048 });
      const phoneKey = randomBytes(24);
      const platform = await silentPlatforms(ours.publicKey, theirs.privateKey, phoneKey);
      try {
        const file = async (name, text, mode = 0o600) => {
          const at = path.join(folder, name);
          await writeFile(at, text);
          await chmod(at, mode);
          return at;
        };
        const server = await ctx.startServer({
          args: ['serve', '--sms', 'console'],
          env: {
            VENUECODE_WECHAT_APP_ID: 'wx-invented',
            VENUECODE_WECHAT_SECRET_FILE: await file('wechat', 'wechat-secret\n'),
            VENUECODE_WECHAT_ENDPOINT: platform.url, VENUECODE_WECHAT_PAGES: platform.url,
            VENUECODE_ALIPAY_APP_ID: '2021-invented',
            VENUECODE_ALIPAY_KEY_FILE: await file('alipay', ours.privateKey.export({ type: 'pkcs1', format: 'pem' })),
            VENUECODE_ALIPAY_PUBLIC_KEY_FILE: await file('alipay.pub', theirs.publicKey.export({ type: 'spki', format: 'pem' }), 0o644),
            VENUECODE_ALIPAY_ENDPOINT: platform.url, VENUECODE_ALIPAY_PAGES: platform.url,
            VENUECODE_UNIONPAY_APP_ID: 'up-invented',
            VENUECODE_UNIONPAY_SECRET_FILE: await file('unionpay', 'unionpay-secret'),
            VENUECODE_UNIONPAY_PHONE_KEY_FILE: await file('unionpay.phones', `${phoneKey.toString('hex')}\n`),
            VENUECODE_UNIONPAY_ENDPOINT: platform.url, VENUECODE_UNIONPAY_PAGES: platform.url,
          },
        });
        const code = await approvedDoor(ctx, server);
        for (const app of Object.keys(AGENTS)) {
          const page = await ctx.newPage({ width: 360, height: 740, userAgent: AGENTS[app] });
          await page.goto(`${server.url}/c/${code}`);
          await page.getByText(`已用${app}登录`).waitFor();
          // A browser keeps the fragment that 微信 wants at the end of its address.
          assert.equal(page.url().split('#')[0], `${server.url}/c/${code}`, 'there and back without a tap');
          const phone = await page.getByLabel('手机号码', { exact: true }).inputValue();
          assert.equal(phone, app === '云闪付' ? PHONE : '');
        }
        assert.deepEqual(platform.wrong, []);
        for (const secret of ['wechat-secret', 'unionpay-secret', 'openid-of-wechat', PHONE, phoneKey.toString('hex')]) {
          assert.ok(!server.output().includes(secret), 'no secret and nobody in the log');
        }
      } finally {
        platform.server.close();
      }
    },
  },
];
