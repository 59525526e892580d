// Shoots every page of visitors and of doors as their users see them, for somebody to look at:
// `node gallery.mjs` all of them, `node gallery.mjs me` those whose name contains "me". Each visitor page
// in Chinese at 360 and 1440 px, in English, in large letters, and without scripts; the pictures are
// shots/gallery-*.png.

import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { closeBrowser } from './lib/browser.mjs';
import { Context } from './lib/context.mjs';
import { PAGES, SENDS_ON, opened, story } from './lib/visitor_pages.mjs';

const NARROW = { width: 360, height: 740 };
const WIDE = { width: 1440, height: 900 };
const WAYS = [
  ['zh', 'zh', '0', NARROW], ['wide', 'zh', '0', WIDE], ['en', 'en', '0', NARROW], ['large', 'zh', '1', NARROW],
];

const wanted = process.argv.slice(2);
const named = (name) => wanted.length === 0 || wanted.some((word) => name.includes(word));

async function visitorPages(ctx, s) {
  for (const [route, states] of Object.entries(PAGES).filter(([, states]) => states !== SENDS_ON)) {
    for (const [state, open, how] of states) {
      const name = `${route}-${state}`.replace(/[^a-z0-9\u4e00-\u9fff]+/gi, '-').replace(/^-|-$/g, '');
      if (!named(name)) continue;
      for (const [way, lang, large, size] of WAYS) {
        const page = await opened(ctx, s, how);
        await page.setViewportSize(size);
        await page.context().addCookies([['vc_lang', lang], ['vc_large', large]]
          .map(([cookie, value]) => ({ name: cookie, value, url: s.server.url })));
        await open(page, s);
        await ctx.shot(page, `${name}-${way}`);
        await page.context().close();
      }
      const plain = await opened(ctx, s, { ...how, js: false });
      await open(plain, s).then(() => ctx.shot(plain, `${name}-plain`), () => console.log(`${name} needs scripts`));
      await plain.context().close();
    }
  }
}

async function signedIn(ctx, s, link) {
  const page = await ctx.newPage({ ...WIDE, expect_errors: [/status of 4\d\d/] });
  await page.goto(link);
  await page.getByRole('button', { name: '登录' }).click();
  await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'));
  return page;
}

/** A page at both widths and, when asked, in English and in large letters. */
async function look(ctx, s, page, path, name, more = ['zh', 'en']) {
  if (!named(name)) return;
  for (const way of more) {
    await page.context().addCookies([
      { name: 'vc_lang', value: way === 'en' ? 'en' : 'zh', url: s.server.url },
      { name: 'vc_large', value: way === 'large' ? '1' : '0', url: s.server.url },
    ]);
    for (const size of [NARROW, WIDE]) {
      await page.setViewportSize(size);
      if (typeof path === 'string') await page.goto(s.server.url + path);
      else await path(page);
      await ctx.shot(page, `${name}-${way}-${size.width}`);
    }
  }
}

async function doorPages(ctx, s) {
  const manager = await signedIn(ctx, s, [...s.server.output().matchAll(/http:\/\/\S+\/sign-in\/\S+/g)][0][0]).catch(() => s.manager);
  await look(ctx, s, manager, '/venue/checkpoints/1/settings', 'settings');
  await look(ctx, s, manager, async (page) => {
    await page.goto(`${s.server.url}/venue/checkpoints/1/settings`);
    await page.locator('button[value=today]').click();
    await page.locator('table.words').waitFor();
  }, 'words');
  const duty = await ctx.newPage({ ...WIDE, expect_errors: [/status of 4\d\d/] });
  await look(ctx, s, duty, '/duty', 'unbound', ['zh', 'en', 'large']);
  await duty.goto(s.server.output().match(/值守屏 duty screen\s+(http\S+)/)[1]);
  await ctx.shot(duty, 'enrol');
  await duty.getByRole('button').first().click();
  await duty.waitForURL(/\/duty$/);
  for (const [name, path] of [['duty', '/duty'], ['duty-phone', '/duty/phone'], ['duty-reverse', '/duty/reverse-scan']]) {
    await look(ctx, s, duty, path, name, ['zh', 'en', 'large']);
  }
  await look(ctx, s, duty, async (page) => {
    await page.goto(`${s.server.url}/duty/phone`);
    await page.locator('.acts button').click();
    await page.locator('.wrong').first().waitFor();
  }, 'duty-phone-wrong', ['zh', 'en', 'large']);
  await duty.goto('about:blank');
}

async function authorityPages(ctx, s) {
  const privacy = await signedIn(ctx, s, s.server.output().match(/privacy\s+(http\S+)/)[1]);
  await look(ctx, s, privacy, '/requests', 'requests-desk');
  await look(ctx, s, privacy, '/requests?state=refused', 'requests-desk-none');
  const policy = await signedIn(ctx, s, s.server.output().match(/防控专员 policy\s+(http\S+)/)[1]);
  await look(ctx, s, policy, '/policy', 'policy');
  await look(ctx, s, policy, '/policy/new', 'policy-new');
}

await mkdir(fileURLToPath(new URL('.work/', import.meta.url)), { recursive: true });
const ctx = new Context('gallery');
try {
  const s = await story(ctx);
  await visitorPages(ctx, s);
  await doorPages(ctx, s);
  await authorityPages(ctx, s);
  for (const complaint of ctx.takeComplaints()) console.log(complaint);
} finally {
  await ctx.close();
  await closeBrowser();
}
process.exit(0);
