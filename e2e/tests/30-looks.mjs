// Every page at a narrow phone and a wide desk, in large mode and in English: nothing scrolls
// sideways, nothing is cut off, every target is large enough for a finger.

import assert from 'node:assert/strict';
import { widthIsKept } from '../lib/looks.mjs';

const WIDTHS = [[360, 740], [1440, 900]];
/** A finger's width in CSS pixels. */
const TARGET_PX_MIN = 44;

function links(server, kind) {
  return [...server.output().matchAll(new RegExp(`http://\\S+/${kind}/\\S+`, 'g'))].map((m) => m[0]);
}

async function targetsAreLarge(page, what) {
  const small = await page.evaluate((least) => [...document.querySelectorAll('button, .btn, select, input:not([type=hidden])')]
    .filter((e) => e.offsetParent && !e.closest('[aria-hidden=true]') && e.getAttribute('aria-hidden') !== 'true')
    // A box to tick is pressed by its label.
    .map((e) => [e, /^(checkbox|radio)$/.test(e.type) ? e.labels[0] ?? e : e])
    .map(([e, target]) => [e.outerHTML.slice(0, 80), target.getBoundingClientRect()])
    .filter(([, box]) => box.height > 0 && box.height < least - 0.5)
    .map(([html, box]) => `${html} is ${Math.round(box.height)} px high`), TARGET_PX_MIN);
  assert.deepEqual(small, [], what);
}

async function look(ctx, page, url, name) {
  for (const [width, height] of WIDTHS) {
    await page.setViewportSize({ width, height });
    await page.goto(url);
    await widthIsKept(page, `${name} at ${width}`);
    await targetsAreLarge(page, `${name} at ${width}`);
    await ctx.shot(page, `${name}-${width}`);
  }
}

async function visitorPages(ctx) {
  const server = await ctx.startServer({ args: ['demo'] });
  const door = links(server, 'c')[0];
  const page = await ctx.newPage({ js: false, expect_errors: [/status of 404/] });
  await look(ctx, page, door, 'first');
  await look(ctx, page, `${server.url}/`, 'home');
  await look(ctx, page, `${server.url}/privacy`, 'privacy');
  await look(ctx, page, `${server.url}/c/aaaaaaaaaaaaaaaa`, 'unknown-code');
  await look(ctx, page, `${server.url}/nothing-here`, 'nowhere');
  await page.goto(door);
  await page.getByRole('link', { name: '关怀版 大字' }).click();
  await look(ctx, page, door, 'first-large');
  const size = await page.evaluate(() => parseFloat(getComputedStyle(document.body).fontSize));
  assert.ok(size >= 24, `large mode is at least 18 pt: ${size} px`);
  await page.getByRole('link', { name: 'English' }).click();
  await page.getByRole('link', { name: 'Standard' }).click();
  await look(ctx, page, door, 'first-english');
  const text = await page.locator('main form').innerText();
  assert.doesNotMatch(text.replace(/[·（）]/g, ''), /[\u4e00-\u9fff]/, 'an English form has no Chinese left');
  await server.stop();
}

async function deskPages(ctx) {
  const server = await ctx.startServer({ args: ['demo'] });
  const [manager, reviewer, , investigator, auditor, administrator] = links(server, 'sign-in');
  const ways = [
    [manager, ['/venue', '/venue/checkpoints/new', '/venue/checkpoints/1', '/venue/poster-jobs']],
    [reviewer, ['/review', '/review?state=approved&id=1', '/posters']],
    [investigator, ['/cases']],
    [auditor, ['/audit']],
    [administrator, ['/accounts']],
  ];
  for (const [link, paths] of ways) {
    const page = await ctx.newPage({ width: 1440, height: 900 });
    await page.goto(link);
    await page.getByRole('button', { name: '登录' }).click();
    for (const path of paths) {
      await look(ctx, page, server.url + path, path.slice(1).replace(/\W+/g, '-'));
    }
    if (link === investigator) await tracingDesk(ctx, server, page);
    await page.goto(`${server.url}/lang?to=en&next=${encodeURIComponent(paths[0])}`);
    await look(ctx, page, server.url + paths[0], `${paths[0].slice(1)}-english`);
    // English words are longer; tablets are where tables are still tables.
    for (const path of paths) {
      await page.goto(server.url + path);
      for (const width of [360, 768, 800, 1024]) {
        await page.setViewportSize({ width, height: 800 });
        await widthIsKept(page, `${path} in English at ${width}`);
      }
    }
  }
  const page = await ctx.newPage({ js: false });
  await look(ctx, page, `${server.url}/login`, 'login');
  await look(ctx, page, `${server.url}/register`, 'register');
  await server.stop();
}

/** A case out of the demonstration's two weeks: many visits, many people. */
async function tracingDesk(ctx, server, page) {
  const id = server.output().match(/病例证件号：(\d{17}[\dX])/)[1];
  await page.goto(`${server.url}/cases`);
  await page.getByLabel('病例编号').fill('FY-2026-014');
  await page.getByLabel('查询事由').fill('集中隔离点报告阳性，流调溯源');
  await page.getByLabel('证件号码').fill(id);
  await page.getByRole('button', { name: '查找并建立病例' }).click();
  await page.waitForURL(/\/cases\/\d+/);
  const visits = await page.locator('.way .v').count();
  assert.ok(visits > 20, `two weeks of visits: ${visits}`);
  // With hundreds of people the note below the table stays below it.
  await page.setViewportSize({ width: 1440, height: 900 });
  const table = await page.locator('section table.cards').boundingBox();
  const note = await page.getByText('同时段按进门登记推定').boundingBox();
  assert.ok(note.y >= table.y + table.height, 'the note stands below the table');
  await look(ctx, page, page.url(), 'tracing');
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.locator('.way .v').first().click();
  await ctx.shot(page, 'tracing-one-visit');
}

async function dutyPages(ctx) {
  const server = await ctx.startServer({ args: ['demo'] });
  const page = await ctx.newPage({ width: 1280, height: 800, expect_errors: [/status of 401/] });
  await look(ctx, page, `${server.url}/duty`, 'duty-no-device');
  await page.goto(links(server, 'duty/enrol')[0]);
  await ctx.shot(page, 'duty-enrol');
  await page.getByRole('button', { name: '绑定并开始值守' }).click();
  await page.waitForURL(/\/duty$/);
  await look(ctx, page, `${server.url}/duty`, 'duty');
  await look(ctx, page, `${server.url}/duty/reverse-scan`, 'duty-reverse');
  await page.goto(`${server.url}/large?on=1&next=/duty`);
  await look(ctx, page, `${server.url}/duty`, 'duty-large');
  await page.goto('about:blank');
  await server.stop();
}

export default [
  { name: 'visitor pages keep their width, in large mode and in English', time_limit_ms: 120_000, run: visitorPages },
  { name: 'desk pages keep their width at 360 and 1440', time_limit_ms: 180_000, run: deskPages },
  { name: 'duty pages keep their width at 360 and 1440', time_limit_ms: 120_000, run: dutyPages },
];
