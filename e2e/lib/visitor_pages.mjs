// Every visitor page in every state, and the demonstration that has them all. It is what the check of
// accessibility and the gallery go through. crates/web/tests/doors/visitor_pages.rs compares the keys of
// PAGES with the table of routes: a new page is a line here.

import assert from 'node:assert/strict';
import { AGENTS } from './agents.mjs';
import { byColour, checkIn, demoWithTokens, phoneOf } from './registered.mjs';
import { idNumber } from './visitors.mjs';

/** Not a page: it answers by sending on, or with a file. */
export const SENDS_ON = [];
const NO_PAGE = SENDS_ON;

/** Opens an address of the demonstration. */
function at(address) {
  return (page, s) => page.goto(`${s.server.url}${address}`);
}

/** Each visitor page: its states, each a function that opens it. `s` has the demonstration. */
export const PAGES = {
  '/': [['home', (page, s) => page.goto(s.server.url)]],
  '/privacy': [['privacy', at('/privacy')]],
  '/privacy/{version}': [['the first', at('/privacy/1')], ['none', at('/privacy/99')]],
  '/lost-phone': [['form', at('/lost-phone')]],
  '/lost-phone/stop': [['form', at('/lost-phone/stop')]],
  '/large': SENDS_ON,
  '/lang': SENDS_ON,
  '/apps/{app}/go': SENDS_ON,
  '/apps/{app}/back': SENDS_ON,
  '/demo/open-as': SENDS_ON,
  '/c/{code}': [
    ['new', (page, s) => page.goto(s.door)],
    ['new in 微信', (page, s) => page.goto(s.door), { userAgent: AGENTS.微信 }],
    ['new, with errors', registerWithErrors],
    ['known', (page, s) => page.goto(s.door), { as: 'green' }],
    ['unknown code', (page, s) => page.goto(`${s.server.url}/c/aaaaaaaaaaaaaaaa`)],
    ['no code', (page, s) => page.goto(`${s.server.url}/c/1`)],
  ],
  '/c/{code}/{token}': [['no such token', (page, s) => page.goto(`${s.signed}/zzzz`)]],
  '/c/{code}/r/{receipt}': [
    ['green', (page, s) => page.goto(s.results.green), { as: 'green' }],
    ['yellow', (page, s) => page.goto(s.results.yellow), { as: 'yellow' }],
    ['red', (page, s) => page.goto(s.results.red), { as: 'red' }],
    ['unknown', (page, s) => page.goto(s.results.unknown), { as: 'unknown' }],
    ['left', (page, s) => page.goto(s.results.left), { as: 'left' }],
    ['somebody else’s', (page, s) => page.goto(s.results.green), { as: 'red' }],
    ['nobody’s', (page, s) => page.goto(s.results.green)],
  ],
  '/c/{code}/family': [
    ['a family', (page, s) => page.goto(`${s.door}/family`), { as: 'green' }],
    ['nobody yet', (page, s) => page.goto(`${s.door}/family`), { as: 'red' }],
  ],
  '/c/{code}/family/{id}/r/{receipt}': [['a child', (page, s) => page.goto(s.results.child), { as: 'green' }]],
  '/me/family': [['a family', at('/me/family'), { as: 'green' }], ['nobody yet', at('/me/family'), { as: 'red' }]],
  '/me/details': [['details', at('/me/details'), { as: 'green' }]],
  '/me/correct': [['correction', at('/me/correct'), { as: 'green' }]],
  '/me/phone': [['phone', at('/me/phone'), { as: 'green' }]],
  '/me/code': [['code', at('/me/code'), { as: 'green' }]],
  '/me/data': [['data', at('/me/data'), { as: 'green' }]],
  '/me/looks': [['looks', at('/me/looks'), { as: 'green' }]],
  '/me/requests': [['requests', at('/me/requests'), { as: 'green' }]],
  '/me/consent': [['consent', at('/me/consent'), { as: 'green' }]],
  '/me/offline-codes': [['codes', at('/me/offline-codes'), { as: 'green' }], ['none yet', at('/me/offline-codes'), { as: 'red' }]],
  '/me/offline-codes/{number}': [['card', (page, s) => page.goto(s.card), { as: 'green' }]],
  '/me/offline-codes/{number}/card.pdf': NO_PAGE,
  '/me': [
    ['entries', (page, s) => page.goto(`${s.server.url}/me`), { as: 'green' }],
    ['nobody', (page, s) => page.goto(`${s.server.url}/me`)],
  ],
};

async function registerWithErrors(page, s) {
  await page.goto(s.door);
  await page.locator('#id_number').fill('341');
  await page.locator('form:has(#id_number)').first().evaluate((form) => {
    form.noValidate = true;
    form.querySelector('button:not([formaction])').click();
  });
  await page.waitForURL(/register/);
  await page.locator('.wrong').first().waitFor();
}

/** A manager's door, set up by API as the manager's browser would. */
async function setUp(page, s, number, settings) {
  const answer = await page.evaluate(async ([url, body]) => {
    const sent = await fetch(url, { method: 'PUT', headers: { 'content-type': 'application/json' }, body });
    return sent.status;
  }, [`${s.server.url}/api/v1/checkpoints/${number}/settings`, JSON.stringify(settings)]);
  assert.equal(answer, 200);
}

/** What the person with the green code does by API. */
async function byApi(s, address, body) {
  const answer = await fetch(`${s.server.url}/api/v1${address}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${s.tokens.green}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  assert.equal(answer.status, 201, `${address}: ${await answer.clone().text()}`);
  return answer.json();
}

/** A child of theirs, who has entered. */
async function family(s, code) {
  const child = await byApi(s, '/family', {
    relation: 'child', name: '陆小满', id_kind: 'resident_id', id_number: idNumber('34990120200307884'), of_age: false, consent: true,
  });
  const entered = await byApi(s, `/family/${child.id}/checkins`, { code });
  s.results.child = `${s.server.url}/c/${code}/family/${child.id}/r/${entered.id}`;
}

const shared = {};

/** The demonstration with people of every colour, a family, settings of doors and a printed code. */
export async function story(ctx) {
  if (shared.server) return shared;
  const s = await demoWithTokens(ctx);
  const manager = await ctx.newPage();
  await manager.goto([...s.server.output().matchAll(/http:\/\/\S+\/sign-in\/\S+/g)][0][0]);
  await manager.getByRole('button', { name: '登录' }).click();
  await manager.waitForURL(/\/venue/);
  const codeOf = async (number) => {
    await manager.goto(`${s.server.url}/venue/checkpoints/${number}`);
    return (await manager.content()).match(/\/c\/([a-z2-7]{16})/)[1];
  };
  const [code, other] = [await codeOf(1), await codeOf(2)];
  const people = await byColour(s.server, s.visitors, code, { green: 2, yellow: 1, red: 1 });
  assert.ok(people.green.length > 1 && people.yellow.length && people.red.length, 'each colour is there');
  s.tokens = { green: people.green[0], left: people.green[1], yellow: people.yellow[0], red: people.red[0] };
  s.door = `${s.server.url}/c/${code}`;
  s.signed = s.door;
  s.results = {};
  for (const [who, token] of Object.entries(s.tokens)) {
    const seen = await checkIn(s.server, token, code);
    s.results[who] = `${s.door}/r/${seen.id}`;
  }
  // Somebody whose entry is doubted: the door asks for a position and gets none.
  await setUp(manager, s, 2, { is_exit: false, position: null, has_sign: true });
  s.tokens.unknown = people.green[0];
  s.results.unknown = `${s.server.url}/c/${other}/r/${(await checkIn(s.server, s.tokens.unknown, other)).id}`;
  s.signed = `${s.server.url}/c/${other}`;
  await setUp(manager, s, 1, { is_exit: true, position: null, has_sign: false });
  s.results.left = `${s.door}/r/${(await checkIn(s.server, s.tokens.left, code)).id}`;
  await setUp(manager, s, 1, { is_exit: false, position: { latitude: 32.89, longitude: 115.81, radius_m: 200 }, has_sign: false });
  await family(s, other);
  const printed = await byApi(s, '/me/offline-codes', {});
  s.card = `${s.server.url}/me/offline-codes/${printed.number}`;
  s.manager = manager;
  return Object.assign(shared, s);
}

/** A page of somebody of the story, that sends nothing by itself. */
export async function opened(ctx, s, { as, userAgent, js } = {}) {
  const more = { userAgent, js, expect_errors: [/status of 4\d\d/] };
  const page = as ? await phoneOf(ctx, s.server, s.tokens[as], more) : await ctx.newPage({ width: 360, height: 740, ...more });
  // A page that nobody looks at sends nothing by itself, so that it can be looked at here.
  await page.addInitScript(() => {
    Object.defineProperty(document, 'visibilityState', { get: () => 'hidden' });
  });
  // In an app one is sent to its platform first; this one has been there and was refused.
  if (userAgent) {
    await page.context().addCookies([{ name: 'vc_app', value: 'wechat.refused', url: s.server.url }]);
  }
  return page;
}
