// The authority's own layout: from the example to a poster at a door.

import assert from 'node:assert/strict';
import { lookAt } from '../lib/looks.mjs';

const SIZES = [[360, 740], [768, 1024], [1440, 900]];

const atEverySize = (ctx, page, name) => lookAt(ctx, page, name, SIZES);

async function downloaded(page, press) {
  const [download] = await Promise.all([page.waitForEvent('download'), press()]);
  const chunks = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function signedIn(ctx, link) {
  const page = await ctx.newPage({ expect_errors: [/status of (409|422)/] });
  await page.goto(link);
  await page.getByRole('button', { name: '登录' }).click();
  await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'));
  return page;
}

async function uploads(page, note, svg) {
  await page.getByLabel('海报尺寸').selectOption('A4');
  await page.getByLabel('名称').fill(note);
  await page.getByLabel('SVG 文件').setInputFiles({ name: '版式.svg', mimeType: 'image/svg+xml', buffer: Buffer.from(svg) });
  await page.getByRole('button', { name: '检查并保存' }).click();
}

export default [
  {
    name: 'a layout of the city is checked, looked at, put in force and printed',
    run: async (ctx) => {
      const server = await ctx.startServer({ args: ['demo'] });
      const links = server.output().match(/http\S+\/sign-in\/\S+/g);
      const page = await signedIn(ctx, links[5]);
      await page.getByRole('link', { name: '海报版式' }).click();
      await page.getByText('还没有自己的版式').waitFor();
      const example = await downloaded(page, () => page.locator('a[href="/layouts/examples/A4.svg"]').click());
      const svg = example.toString();
      await uploads(page, '带脚本', svg.replace('</svg>', '<script>alert(1)</script></svg>'));
      await page.getByText('这个文件不合格').waitFor();
      await atEverySize(ctx, page, 'refused');
      assert.equal(await page.getByLabel('名称').inputValue(), '带脚本', 'nothing typed is lost');
      await uploads(page, '2026 年版', svg);
      await page.getByText('版式合格').waitFor();
      await atEverySize(ctx, page, 'kept');
      const preview = await downloaded(page, () => page.getByRole('link', { name: '预览' }).click());
      assert.match(await ctx.zbar(preview), /\/c\/abcdefghijklmnop$/);
      const kept = await downloaded(page, () => page.getByRole('link', { name: 'SVG', exact: true }).click());
      assert.equal(kept.toString(), svg, 'the file comes back as it was sent');
      await page.getByRole('button', { name: '启用 2' }).click();
      await page.getByText('已启用，以后下载').waitFor();

      const manager = await signedIn(ctx, links[0]);
      await manager.getByRole('link', { name: /门诊部/ }).first().click();
      const printed = await manager.locator('.url').textContent();
      const poster = await downloaded(manager, () => manager.getByRole('link', { name: 'A4' }).click());
      assert.equal(await ctx.zbar(poster), printed);
      assert.match(await ctx.pdfText(poster), /版式 2/);
    },
  },
];
