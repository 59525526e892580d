// Every visitor page in every state: no serious finding of axe-core, light, and no wider than a narrow
// phone, in Chinese and English, in both sizes.

import assert from 'node:assert/strict';
import { isAccessible } from '../lib/axe.mjs';
import { widthIsKept } from '../lib/looks.mjs';
import { PAGES, SENDS_ON, opened, story } from '../lib/visitor_pages.mjs';
import { isLight } from '../lib/weight.mjs';

const tests = Object.entries(PAGES).filter(([, states]) => states !== SENDS_ON).map(([route, states]) => ({
  name: `${route} is accessible, light and narrow in ${states.length} states`,
  time_limit_ms: 240_000,
  async run(ctx) {
    const s = await story(ctx);
    for (const [state, open, how] of states) {
      const page = await opened(ctx, s, how);
      for (const [lang, large] of [['zh', '0'], ['en', '0'], ['zh', '1'], ['en', '1']]) {
        await page.context().addCookies([
          { name: 'vc_lang', value: lang, url: s.server.url },
          { name: 'vc_large', value: large, url: s.server.url },
        ]);
        await open(page, s);
        const what = `${route}, ${state}, ${lang}${large === '1' ? ', large' : ''}`;
        await isAccessible(page, what);
        await widthIsKept(page, what);
        if (!/register$/.test(page.url())) await isLight(page, what);
        if (lang === 'zh' || large === '0') await ctx.shot(page, `${route}-${state}-${lang}-${large}`.replace(/[^a-z0-9\u4e00-\u9fff]+/gi, '-'));
      }
      await page.context().close();
    }
  },
}));

export default [
  {
    name: 'what is not accessible is found',
    async run(ctx) {
      const page = await ctx.newPage();
      await page.setContent('<html lang="zh"><title>x</title><main><button></button><p style="color:#ddd">这是很浅的字</p></main></html>');
      await assert.rejects(isAccessible(page, 'a bad page'), /button-name[^]*color-contrast/);
    },
  },
  ...tests,
];
