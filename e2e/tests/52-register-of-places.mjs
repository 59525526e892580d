// The register of places is imported; beside an application the reviewer sees the place that it may be,
// and confirms it. The list of places is gone through with the keyboard, and what is without doubt is
// confirmed at once.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { lookAt } from '../lib/looks.mjs';
import { binary } from '../lib/server.mjs';

const counts = (page) => page.locator('.states .num').allTextContents();
const SIZES = [[360, 740], [768, 1024], [1440, 900]];
const REGISTER = [
  '企业名称,统一社会信用代码,经营场所,县区,街道,类别',
  '颍淮便民药店有限公司,,颍河西路 90 号,颍州区,颍西街道,药店',
].join('\n');
const FIELDS = [
  ['#name', '颍淮便民药店'],
  ['#door', '正门'],
  ['#address', '颍河西路 90 号 1 楼'],
  ['#responsible_name', '李红'],
  ['#responsible_phone', '13800136001'],
];

async function signedIn(ctx, link, home) {
  const page = await ctx.newPage();
  await page.goto(link);
  await page.getByRole('button', { name: '登录' }).click();
  await page.waitForURL(home);
  return page;
}

export default [
  {
    name: 'the register of places is imported and a place is confirmed beside its application',
    run: async (ctx) => {
      const data = await ctx.newFolder();
      const first = await ctx.startServer({ args: ['demo'], data });
      await first.stop();
      const file = path.join(await ctx.newFolder(), 'places.csv');
      await writeFile(file, REGISTER);
      await promisify(execFile)(binary(), ['import', 'places', file, '--data', data]);

      const server = await ctx.startServer({ args: ['demo'], data });
      const links = server.output().match(/http\S+\/sign-in\/\S+/g);
      const manager = await signedIn(ctx, links[0], /\/venue/);
      await manager.goto(`${server.url}/venue/checkpoints/new`);
      for (const [field, text] of FIELDS) await manager.locator(field).fill(text);
      await manager.locator('#county').selectOption('341202');
      await manager.locator('#township').selectOption('341202004');
      await manager.locator('#category').selectOption('204');
      await manager.getByRole('button', { name: '提交申请' }).click();
      await manager.waitForURL(/\/venue\/checkpoints\/\d+|\/venue(\?|$)/);

      const page = await signedIn(ctx, links[1], /\/review/);
      await page.goto(`${server.url}/review?q=${encodeURIComponent('颍淮便民药店')}`);
      await page.getByRole('link', { name: '颍淮便民药店 · 正门' }).click();
      await page.getByText('相符 100 分').waitFor();
      await lookAt(ctx, page, 'beside', SIZES);
      const listed = page.locator('.likely', { hasText: '颍淮便民药店有限公司' });
      await listed.getByRole('button', { name: '就是本单位' }).click();
      await page.getByText('已把名录里的场所对应到这个单位').waitFor();
      await page.getByText('已对应本单位').waitFor();
      await lookAt(ctx, page, 'confirmed', SIZES);
    },
  },
  {
    name: 'the register is gone through: many at once, one by the keyboard, one taken back',
    run: async (ctx) => {
      const server = await ctx.startServer({ args: ['demo'], data: await ctx.newFolder() });
      const links = server.output().match(/http\S+\/sign-in\/\S+/g);
      const page = await signedIn(ctx, links[1], /\/review/);
      await page.getByRole('link', { name: '名录' }).click();
      await page.getByRole('heading', { name: '场所名录 · 待对应 · 颍州区' }).waitFor();
      // Seven units of this county and three places without a code.
      assert.deepEqual(await counts(page), ['10', '0', '0', '0']);
      await lookAt(ctx, page, 'register', SIZES);
      await page.locator('#sort').selectOption('name');
      await page.waitForURL(/sort=name/);
      const names = await page.locator('tbody a.strong').allTextContents();
      assert.equal(names.length, 10);
      // By bytes, which is how UTF-8 and code points sort alike.
      assert.deepEqual(names, [...names].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
      await page.locator('#sort').selectOption('');
      await page.waitForURL((url) => !url.search.includes('sort=name'));

      await page.getByRole('link', { name: '一次对应所有无疑点的场所…' }).click();
      await page.getByRole('button', { name: '对应这 7 个场所' }).waitFor();
      await lookAt(ctx, page, 'sure', SIZES);
      await page.getByRole('button', { name: '对应这 7 个场所' }).click();
      await page.getByText('已对应 7 个场所。').waitFor();
      assert.deepEqual(await counts(page), ['3', '7', '0', '0']);

      // j goes to the next one, n says that there is no unit.
      await page.keyboard.press('j');
      await page.getByRole('heading', { name: '三清路理发店（演示）' }).waitFor();
      await page.keyboard.press('n');
      await page.getByText('已标为无对应单位。').waitFor();
      assert.deepEqual(await counts(page), ['2', '7', '1', '0']);

      // The market of the register is in another house than the unit's: a person says it is the same.
      await page.getByRole('heading', { name: '鼓楼农贸市场（演示）' }).waitFor();
      await page.getByText('门牌不同').first().waitFor();
      await page.getByLabel('按单位名称或信用代码查找').fill('图书馆');
      await page.getByLabel('按单位名称或信用代码查找').press('Enter');
      await page.getByText('文峰图书馆（演示）', { exact: true }).waitFor();
      await lookAt(ctx, page, 'looked-for', SIZES);
      await page.keyboard.press('a');
      await page.getByText('已对应上一个场所。').waitFor();
      assert.deepEqual(await counts(page), ['1', '8', '1', '0']);

      await page.getByRole('link', { name: '无对应单位 1' }).click();
      await page.getByRole('link', { name: '三清路理发店（演示）' }).click();
      await lookAt(ctx, page, 'no-unit', SIZES);
      await page.getByRole('button', { name: '撤回，改为待对应' }).click();
      await page.getByText('已撤回，这个场所待对应。').waitFor();
      assert.deepEqual(await counts(page), ['2', '8', '0', '0']);

      await page.getByRole('link', { name: 'English' }).click();
      await page.getByRole('link', { name: 'Matched 8' }).click();
      await lookAt(ctx, page, 'english', SIZES);
    },
  },
];
