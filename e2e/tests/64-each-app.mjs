// Each app and a plain browser, from the poster to the result, as somebody meets it: at 360 px, without
// scripts, in large letters, in English; and every way in which each platform fails.

import assert from 'node:assert/strict';
import { AGENTS, PLAIN, WEB_VIEW, bridge } from '../lib/agents.mjs';
import { widthIsKept } from '../lib/looks.mjs';
import { idNumber, register } from '../lib/visitors.mjs';
import { en, withName, zh } from '../lib/words.mjs';

/**
 * `sent`: to the platform without being asked. `bridge`: asked by script inside of the app. `who`: of
 * the stand-in's people, `says`: what the platform says of them, which is filled in.
 */
const APPS = {
  微信: { agent: AGENTS.微信, code: 'wechat', sent: true, who: 'one', says: [] },
  支付宝: { agent: AGENTS.支付宝, code: 'alipay', sent: true, who: 'one', says: [] },
  云闪付: { agent: AGENTS.云闪付, code: 'unionpay', sent: true, who: 'two', says: ['phone'] },
  皖事通: { agent: WEB_VIEW, code: 'wanshitong', bridge: true, who: 'one', says: ['name', 'id', 'phone'] },
  浏览器: { agent: PLAIN, says: [] },
};
const FIELDS = { name: '姓名', id: '证件号码', phone: '手机号码' };

const STATES = {
  narrow: { t: zh },
  'no-scripts': { t: zh, js: false },
  large: { t: zh, large: true },
  english: { t: en, options: { locale: 'en-US' } },
};

/** What a platform does, and what is said then; `{}` is the app. */
const SAYS = {
  declined: '没有得到{}的授权。',
  snapshot: '这是{}的预览页，不能识别本人。请点右下角“使用完整服务”，或在下面登记。',
  slow: '{}暂时没有回应。',
  garbage: '{}的回答有误。',
  refused: '{}没有通过这次登录。',
  another: '{}返回的身份与登记的不一致，没有使用。',
};
const FAULTS = {
  微信: ['declined', 'snapshot', 'slow', 'garbage', 'refused'],
  支付宝: ['declined', 'slow', 'garbage', 'refused', 'another'],
  云闪付: ['declined', 'slow', 'garbage', 'refused'],
  皖事通: ['declined', 'slow', 'garbage', 'refused'],
};
const STALE = '{}登录已用过或已超过 10 分钟。';
const FOREIGN = '这次登录不是在这台手机上开始的，没有登记任何信息。请重新扫门口的场所码。';

/** One demonstration for each state: the stand-in's people are new in each. */
const shared = {};
async function demo(ctx, name) {
  if (!shared[name]) {
    const server = await ctx.startServer({ args: ['demo'] });
    const [url] = await server.waitFor(/http\S+\/c\/[a-z2-7]{16}/);
    const [, standIn] = await server.waitFor(/替身在 (http:\/\/\S+)/);
    shared[name] = { server, url, standIn };
  }
  return shared[name];
}

async function open(ctx, s, app, state, more = {}) {
  const page = await ctx.newPage({
    width: 360, height: 740, js: state.js, userAgent: APPS[app].agent, options: state.options, ...more,
  });
  const large = { name: 'vc_large', value: '1', url: s.server.url };
  if (state.large) await page.context().addCookies([large]);
  return page;
}

/** An error when the page is wider than the phone, or not in the language and size that were chosen. */
async function look(ctx, page, state, name) {
  await widthIsKept(page, name);
  const html = page.locator('html');
  assert.equal(await html.getAttribute('lang'), state.t === en ? 'en' : 'zh-CN', name);
  assert.equal((await html.getAttribute('class')) === 'large', Boolean(state.large), name);
  if (state.t === en) {
    const words = await page.locator('main').evaluate((main) => {
      const copy = main.cloneNode(true);
      // Names of places, people and who tested are as they are.
      for (const own of copy.querySelectorAll('.place, .word, .list b, .list .at, dd, #open-as')) own.remove();
      return copy.innerText;
    });
    const masked = /\p{Script=Han}\*+\p{Script=Han}?/gu;
    const left = words.replaceAll(masked, '').match(/\p{Script=Han}+/gu) ?? [];
    assert.deepEqual(left, [], `${name} has Chinese left`);
  }
  await ctx.shot(page, name);
}

/** Opens the poster's address and signs in as somebody of the stand-in, by the app's own way. */
async function comeIn(page, s, app, state, mood = 'well') {
  const { sent, code, who } = APPS[app];
  const bridged = APPS[app].bridge && state.js !== false;
  const asked = bridged ? await bridge(page, s.standIn, who, mood) : undefined;
  await page.goto(s.url);
  if (!code || bridged) return asked;
  if (!sent) await page.getByRole('link', { name: withName(state.t, '用{}登录', app) }).click();
  assert.ok(page.url().startsWith(s.standIn), `sent to the platform: ${page.url()}`);
  await page.goto(choice(page, who, mood));
  return asked;
}

/** The link of the stand-in's page with which somebody signs in, or it fails. */
function choice(page, who, mood) {
  const address = new URL(page.url());
  address.searchParams.set('who', who);
  address.searchParams.set('mood', mood);
  return address.href;
}

/** What this browser holds: names of its cookies. */
async function holds(page) {
  return (await page.context().cookies()).map(({ name }) => name);
}

/** Somebody new in an app: signed in, registered, entered; and known in a browser that has nothing. */
async function walk(ctx, name, at, app) {
  const state = STATES[name];
  const s = await demo(ctx, name);
  const { t } = state;
  const { code, says } = APPS[app];
  const who = {
    name: `孟晓${'东南西北中'[at]}`, id: idNumber(`3499011990030764${at}`), phone: `1550000641${at}`,
  };
  const page = await open(ctx, s, app, state);
  await comeIn(page, s, app, state);
  if (code) await page.getByText(withName(t, '已用{}登录。第一次请登记，以后用它扫码不用再填。', app)).waitFor();
  await page.getByRole('heading', { name: t('首次登记') }).waitFor();
  assert.equal(page.url().split('#')[0], s.url, 'the printed address again, without a code in it');
  for (const [field, label] of Object.entries(FIELDS)) {
    // What is filled in stays, and a phone is proved as anybody's.
    const value = await page.getByLabel(t(label), { exact: true }).inputValue();
    assert.equal(value !== '', says.includes(field), label);
    if (value) who[field] = value;
  }
  if (says.length) await page.getByText(t('已填好的内容来自该应用，请核对。')).waitFor();
  await look(ctx, page, state, `${name}-${at}-form`);
  await register(s.server, page, who, t);
  await look(ctx, page, state, `${name}-${at}-result`);
  await page.goto(`${s.server.url}/me`);
  const inside = code && !(code === 'wanshitong' && state.js === false);
  await page.getByText(t(`${inside ? app : '浏览器'}扫码`)).first().waitFor();
  if (code) await page.getByRole('button', { name: withName(t, '解除{}', app) }).waitFor();
  await look(ctx, page, state, `${name}-${at}-me`);
  // A browser that has nothing, in the same account; without an app it is the same browser.
  const again = code ? await open(ctx, s, app, state) : await ctx.newPage({ width: 360, height: 740, beside: page });
  const typed = [];
  again.on('request', (request) => {
    if (/\/(register|sms-code)$/.test(request.url())) typed.push(request.url());
  });
  await comeIn(again, s, app, state);
  if (state.js === false) {
    assert.equal(await again.locator('input:not([type=hidden])').count(), 0, 'nothing to type');
    await look(ctx, again, state, `${name}-${at}-known`);
    await again.getByRole('button', { name: t('登记进入') }).click();
  }
  await again.getByRole('heading', { name: t('登记成功') }).waitFor();
  await again.getByText(`${who.name[0]}*${who.name[2]}`).first().waitFor();
  assert.deepEqual(typed, []);
  for (const done of [again, page]) await done.context().close();
}

/** A platform that fails: what happened is said, nobody is let in, phone and text message are there. */
async function fail(ctx, app, mood, at) {
  // Somebody is bound to the account of `one` already: letting them in would be wrong.
  const s = await demo(ctx, 'narrow');
  const [name, state] = Object.entries(STATES)[at % Object.keys(STATES).length];
  const { t } = state;
  const page = await open(ctx, s, app, state);
  const asked = await comeIn(page, s, app, state, mood);
  const bridgeDeclined = asked && mood === 'declined';
  const says = page.getByText(withName(t, SAYS[mood], app));
  const offers = async () => {
    await page.getByRole('heading', { name: t('首次登记') }).waitFor();
    if (bridgeDeclined) return;
    await says.waitFor();
    await page.getByText(t('请用手机号和短信验证码登记，同样有效。')).waitFor();
    await page.getByRole('link', { name: withName(t, '再用{}试一次', app) }).waitFor();
  };
  await offers();
  await look(ctx, page, state, `fault-${APPS[app].code}-${mood}-${name}`);
  if (asked && !bridgeDeclined) {
    // Time for a page that would ask again and again.
    await page.waitForTimeout(1_000);
    assert.equal(asked.times, 1, 'the app is not asked again by itself');
  }
  await page.reload();
  await offers();
  assert.equal(page.url().split('#')[0], s.url, 'not sent away again');
  assert.ok(!(await holds(page)).includes('vc_visitor'), 'nobody is let in');
  await page.context().close();
}

/** A sign-in that was taken on its way, or made up, or used before. */
async function replay(ctx, app, at) {
  const s = await demo(ctx, 'narrow');
  const { code, sent, who } = APPS[app];
  const [name, state] = Object.entries(STATES)[at % Object.keys(STATES).length];
  const back = async (page) => {
    await page.goto(sent ? s.url : `${s.server.url}/apps/${code}/go?c=${s.url.slice(-16)}`);
    const answer = await fetch(choice(page, who, 'well'), { redirect: 'manual' });
    return answer.headers.get('location');
  };
  const stateOf = (address) => new URL(address).searchParams.get('state');
  const thief = await open(ctx, s, app, STATES.narrow, { expect_errors: [/status of 400/] });
  const taken = await back(thief);
  const victim = await open(ctx, s, app, state, { expect_errors: [/status of 400/] });
  await victim.goto(taken);
  await victim.getByText(state.t(FOREIGN)).waitFor();
  await look(ctx, victim, state, `foreign-${code}-${name}`);
  for (const cookie of ['vc_visitor', 'vc_app']) assert.ok(!(await holds(victim)).includes(cookie));
  const forged = stateOf(taken).replace(/^./, (first) => (first === 'a' ? 'b' : 'a'));
  await thief.goto(taken.replace(stateOf(taken), forged));
  await thief.getByText(FOREIGN).waitFor();
  // Its own browser, once: the account is somebody's, who is let in.
  await thief.goto(taken);
  await thief.getByRole('heading', { name: '登记成功' }).waitFor();
  const nobody = () => thief.context().clearCookies({ name: 'vc_visitor' });
  await nobody();
  await thief.goto(taken);
  await thief.getByText(withName(zh, STALE, app)).waitFor();
  // The code of before with a state of its own.
  await thief.context().clearCookies({ name: 'vc_app' });
  const next = await back(thief);
  await thief.goto(taken.replace(stateOf(taken), stateOf(next)));
  await thief.getByText(withName(zh, STALE, app)).waitFor();
  assert.ok(!(await holds(thief)).includes('vc_visitor'), 'nobody is let in');
  for (const done of [thief, victim]) await done.context().close();
}

const names = Object.keys(APPS);
const withPlatform = names.filter((app) => APPS[app].code);

export default [
  ...Object.keys(STATES).flatMap((state) => names.map((app, at) => ({
    name: `${app}, ${state}: from the poster to the result, and nothing is asked a second time`,
    run: (ctx) => walk(ctx, state, at, app),
  }))),
  ...withPlatform.flatMap((app) => FAULTS[app].map((mood, at) => ({
    name: `${app}, ${mood}: said, nobody let in, phone and text message there`,
    run: (ctx) => fail(ctx, app, mood, at),
  }))),
  ...withPlatform.map((app, at) => ({
    name: `${app}: a sign-in of another phone, a made-up one and one of before let nobody in`,
    run: (ctx) => replay(ctx, app, at),
  })),
  ...['phone-refused', 'phone-broken', 'phone-garbage', 'phone-slow'].map((mood, at) => ({
    name: `云闪付, ${mood}: signed in all the same, the phone is typed`,
    async run(ctx) {
      const s = await demo(ctx, 'large');
      const [name, state] = Object.entries(STATES)[at];
      const page = await open(ctx, s, '云闪付', state);
      await page.goto(s.url);
      await page.goto(choice(page, 'three', mood));
      await page.getByText(withName(state.t, '已用{}登录。第一次请登记，以后用它扫码不用再填。', '云闪付')).waitFor();
      assert.equal(await page.getByLabel(state.t('手机号码'), { exact: true }).inputValue(), '');
      await look(ctx, page, state, `${mood}-${name}`);
      await page.context().close();
    },
  })),
  {
    name: 'whoever does not come back from an app finds the form when they scan again',
    async run(ctx) {
      const s = await demo(ctx, 'narrow');
      const pages = [];
      for (const app of withPlatform.filter((app) => APPS[app].sent)) {
        const page = await open(ctx, s, app, STATES.narrow);
        await page.goto(s.url);
        pages.push([app, page]);
      }
      await pages[0][1].waitForTimeout(5_500);
      for (const [app, page] of pages) {
        await page.goto(s.url);
        await page.getByText(withName(zh, SAYS.declined, app)).waitFor();
        await page.getByRole('link', { name: `再用${app}试一次` }).click();
        await page.goto(choice(page, APPS[app].who, 'well'));
        await page.getByRole('heading', { name: '登记成功' }).waitFor();
        await page.context().close();
      }
    },
  },
  {
    name: '皖事通: after a failure its bridge is asked again when somebody wants that, without leaving the app',
    async run(ctx) {
      const s = await demo(ctx, 'narrow');
      const page = await open(ctx, s, '皖事通', STATES.narrow);
      const asked = await comeIn(page, s, '皖事通', STATES.narrow, 'refused');
      await page.getByText('皖事通没有通过这次登录。').waitFor();
      await page.getByRole('link', { name: '再用皖事通试一次' }).click();
      await page.waitForTimeout(500);
      await page.getByText('皖事通没有通过这次登录。').waitFor();
      assert.equal(asked.times, 2);
      assert.equal(page.url(), s.url, 'not sent to the page of the web');
    },
  },
  {
    name: 'after a failure somebody registers by phone, and the app’s account is not theirs by that',
    async run(ctx) {
      const s = await demo(ctx, 'narrow');
      for (const [at, app] of withPlatform.entries()) {
        const page = await open(ctx, s, app, STATES.narrow);
        await comeIn(page, s, app, STATES.narrow, 'refused');
        await page.getByText(withName(zh, SAYS.refused, app)).waitFor();
        const who = { name: '孟晓舟', id: idNumber(`3499011990030765${at}`), phone: `1550000642${at}` };
        await register(s.server, page, who);
        await page.goto(`${s.server.url}/me`);
        assert.equal(await page.getByRole('button', { name: `解除${app}` }).count(), 0);
        await page.context().close();
      }
    },
  },
];
