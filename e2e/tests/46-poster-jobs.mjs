// Posters by the thousand: a unit's and a township's as ZIP and as PDF, read back from their pages;
// a job that is cancelled, and one that the program's end does not end.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { lookAt } from '../lib/looks.mjs';
import { binary } from '../lib/server.mjs';
import { filesOfZip } from '../lib/zip.mjs';

const run = promisify(execFile);
const SIZES = [[360, 740], [768, 1024], [1440, 900]];
/** Doors of the township that takes a while. */
const MANY = 2_000;
/** Doors of the township that is printed at once. */
const FEW = 12;
const DONE_MS_MAX = 120_000;

let scene;

/** The list of the authority: a township of many doors, one of few, one with a rare character. */
function list() {
  const row = (place, door, township) => `${place},${place},${door},颍河路 1 号,颍州区,${township},沿街店铺,李红,13800000000`;
  const rows = ['单位名称,场所名称,门,详细地址,县区,乡镇街道,场所类别,管理员,联系电话'];
  for (let n = 1; n <= MANY; n += 1) rows.push(row(`大市场 ${n} 号铺`, '正门', '鼓楼街道'));
  for (let n = FEW; n >= 1; n -= 1) rows.push(row('清河大厦', `${n} 号门`, '三合镇'));
  rows.push(row('𠮷野家快餐', '东门', '西湖镇'), row('老味道', '正门', '西湖镇'));
  return `${rows.join('\n')}\n`;
}

/** A demo with the list imported; its links come in the order manager, reviewer. */
async function city(ctx) {
  if (scene) return scene;
  let server = await ctx.startServer({ args: ['demo'] });
  const { data, port } = server;
  assert.equal(await server.stop(), 0);
  const folder = await mkdtemp(path.join(tmpdir(), 'venuecode-list-'));
  try {
    const file = path.join(folder, 'list.csv');
    await writeFile(file, list());
    const { stdout } = await run(binary(), ['import', 'checkpoints', file, '--data', data]);
    assert.match(stdout, new RegExp(`imported: ${MANY + FEW + 2}`));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  server = await ctx.startServer({ args: ['demo'], data, port });
  const [manager, reviewer] = server.output().match(/http\S+\/sign-in\/\S+/g);
  scene = { server, manager, reviewer };
  return scene;
}

async function signedIn(ctx, link) {
  const page = await ctx.newPage({ width: 1440, height: 900, expect_errors: [/status of (409|422)/] });
  await page.goto(link);
  await page.getByRole('button', { name: '登录' }).click();
  await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'));
  return page;
}

async function reviewerOf(ctx) {
  const { reviewer } = await city(ctx);
  scene.page ??= await signedIn(ctx, reviewer);
  return scene.page;
}

async function orders(page, { region, size = 'A4', form, bleed = false }) {
  if (region) await page.getByLabel('县区或乡镇街道').selectOption({ label: region });
  await page.getByLabel('海报尺寸').selectOption(size);
  await page.getByLabel('文件形式').selectOption(form);
  await page.getByLabel('送印刷厂').setChecked(bleed);
  await page.getByRole('button', { name: '开始生成' }).click();
  await page.getByText('已排队').waitFor();
}

const newest = (page) => page.locator('#jobs tbody tr').first();

/** Waits for the newest job; the page follows it without being asked. */
async function done(page) {
  await newest(page).getByText('已完成').waitFor({ timeout: DONE_MS_MAX });
}

async function downloaded(page) {
  const link = newest(page).getByRole('link', { name: '下载' });
  const [download] = await Promise.all([page.waitForEvent('download'), link.click()]);
  const chunks = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk);
  return { name: download.suggestedFilename(), bytes: Buffer.concat(chunks) };
}

/** How many pages, and their size in points. */
async function pagesOf(pdf) {
  const folder = await mkdtemp(path.join(tmpdir(), 'venuecode-book-'));
  try {
    const file = path.join(folder, 'book.pdf');
    await writeFile(file, pdf);
    const { stdout } = await run('pdfinfo', ['-l', '-1', file]);
    const pages = Number(stdout.match(/Pages:\s+(\d+)/)[1]);
    const sizes = [...stdout.matchAll(/Page\s+\d+ size:\s+([\d.]+) x ([\d.]+) pts/g)];
    assert.equal(sizes.length, pages);
    return { pages, millimetres: sizes.map(([, x, y]) => [x, y].map((points) => Math.round((points / 72) * 25.4))) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const posters = (zip) => [...filesOfZip(zip)].filter(([name]) => /^\d{5}-.*\.pdf$/.test(name));

export default [
  {
    name: 'a unit gets all its posters as a ZIP and as one PDF',
    run: async (ctx) => {
      const { server, manager } = await city(ctx);
      const page = await signedIn(ctx, manager);
      await lookAt(ctx, page, 'home', SIZES);
      await page.getByRole('link', { name: '批量生成海报' }).click();
      await page.getByText('还没有生成过').waitFor();
      await lookAt(ctx, page, 'none', SIZES);
      await orders(page, { form: 'zip' });
      await done(page);
      const zip = await downloaded(page);
      assert.ok(zip.name.endsWith('-A4.zip'), zip.name);
      const inZip = new Set();
      for (const [, poster] of posters(zip.bytes)) inZip.add(await ctx.zbar(poster));
      assert.equal(inZip.size, posters(zip.bytes).length, 'each has a code of its own');
      await orders(page, { form: 'pdf', size: '600x900', bleed: true });
      await done(page);
      await lookAt(ctx, page, 'unit', SIZES);
      const pdf = await downloaded(page);
      assert.ok(pdf.name.endsWith('-600x900-bleed.pdf'), pdf.name);
      const book = await pagesOf(pdf.bytes);
      assert.equal(book.pages, inZip.size);
      assert.deepEqual([...new Set(book.millimetres.map(String))], ['620,920'], 'with the margin for crop marks');
      const inBook = new Set();
      for (let n = 1; n <= book.pages; n += 1) inBook.add(await ctx.zbar(pdf.bytes, { page: n, dpi: 50 }));
      assert.deepEqual(inBook, inZip);
      await page.goto(`${server.url}/lang?to=en&next=/venue/poster-jobs`);
      await lookAt(ctx, page, 'unit-english', SIZES);
    },
  },

  {
    name: 'a township comes as one PDF in the order of its doors',
    run: async (ctx) => {
      const page = await reviewerOf(ctx);
      await page.getByRole('link', { name: '海报', exact: true }).click();
      await page.getByRole('button', { name: '开始生成' }).click();
      await page.getByText('请选择县区或乡镇街道').first().waitFor();
      await lookAt(ctx, page, 'unchosen', SIZES);
      await orders(page, { region: '三合镇', form: 'pdf' });
      await done(page);
      const { name, bytes } = await downloaded(page);
      assert.match(name, /三合镇-场所码海报-A4\.pdf$/);
      const book = await pagesOf(bytes);
      assert.ok(book.pages >= FEW);
      assert.deepEqual([...new Set(book.millimetres.map(String))], ['210,297']);
      const codes = new Set();
      for (let n = 1; n <= book.pages; n += 1) codes.add(await ctx.zbar(bytes, { page: n, dpi: 60 }));
      assert.equal(codes.size, book.pages, 'a code of its own on each page');
      const doors = [...(await ctx.pdfText(bytes)).matchAll(/^\s*(\d+) 号门\s*$/gm)].map((match) => Number(match[1]));
      assert.deepEqual(doors, Array.from({ length: FEW }, (_, n) => n + 1));
    },
  },

  {
    name: 'a door whose name cannot be drawn is named, and the others are drawn',
    run: async (ctx) => {
      const page = await reviewerOf(ctx);
      await orders(page, { region: '西湖镇', form: 'pdf' });
      await done(page);
      await newest(page).getByText('有 1 张没有生成').waitFor();
      await newest(page).getByText('𠮷野家快餐 · 东门').waitFor();
      await lookAt(ctx, page, 'not-drawn', SIZES);
      const { name, bytes } = await downloaded(page);
      assert.match(name, /\.zip$/);
      const files = filesOfZip(bytes);
      assert.match(files.get('没有生成的海报.txt').toString(), /𠮷野家快餐/);
      assert.match(await ctx.pdfText(files.get('海报-第01册.pdf')), /老味道/);
      await newest(page).getByRole('button', { name: '删除' }).click();
      await page.getByText('已删除').waitFor();
    },
  },

  {
    name: 'a large job shows how far it is, is cancelled, and outlives a restart',
    run: async (ctx) => {
      const page = await reviewerOf(ctx);
      await orders(page, { region: '鼓楼街道', form: 'zip' });
      await newest(page).getByRole('button', { name: '取消' }).click();
      await newest(page).getByText('已取消').waitFor();
      // Without scripts the page asks again by itself.
      const plain = await ctx.newPage({ js: false, beside: page });
      await orders(page, { region: '鼓楼街道', form: 'zip' });
      await plain.goto(`${scene.server.url}/posters`);
      await plain.locator('progress').waitFor({ timeout: DONE_MS_MAX });
      await ctx.shot(plain, 'no-script');
      await lookAt(ctx, page, 'drawing', SIZES);
      page.expectErrors(/ERR_CONNECTION_REFUSED|Failed to fetch/);
      plain.expectErrors(/ERR_CONNECTION_REFUSED/);
      await plain.close();
      const { data, port } = scene.server;
      const began = performance.now();
      assert.equal(await scene.server.stop(), 0);
      assert.ok(performance.now() - began < 5_000, 'a stop waits for no job');
      scene.server = await ctx.startServer({ args: ['demo'], data, port });
      await page.goto(`${scene.server.url}/posters`);
      await done(page);
      const { bytes } = await downloaded(page);
      assert.ok(posters(bytes).length >= MANY);
      const [, last] = posters(bytes).at(-1);
      assert.match(await ctx.zbar(last), /\/c\/[a-z2-7]{16}$/);
    },
  },
];
