// What a manager does with an approved door: every poster size read back from its print, all of a
// unit in one archive, a lost poster with a new code, the door closed and opened again.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { liesOpen, lookAt } from '../lib/looks.mjs';
import { filesOfZip } from '../lib/zip.mjs';

const run = promisify(execFile);
const SIZES = [[360, 740], [768, 1024], [1440, 900]];
/** Label, name of the size, millimetres. */
const POSTERS = [
  ['A4（210×297 毫米）', 'A4', [210, 297]],
  ['约两开（600×900 毫米）', '600x900', [600, 900]],
  ['展架（800×1800 毫米）', '800x1800', [800, 1800]],
];
const POINTS_PER_MM = 72 / 25.4;

let scene;

/** The manager of the demo at its first door. */
async function door(ctx) {
  if (scene) return scene;
  const server = await ctx.startServer({ args: ['demo'] });
  const [link] = server.output().match(/http\S+\/sign-in\/\S+/g);
  const page = await ctx.newPage({ expect_errors: [/status of (409|422)/] });
  await page.goto(link);
  await page.getByRole('button', { name: '登录' }).click();
  await page.waitForURL(/\/venue/);
  const rows = page.locator('tr', { hasText: '已通过' });
  await rows.first().getByRole('link').first().click();
  await page.getByText('印在码里的网址').waitFor();
  scene = { server, page, address: page.url() };
  return scene;
}

/** The reviewer of the demo's first county; the link works once. */
async function reviewerOf(ctx, server) {
  if (scene.reviewer) return scene.reviewer;
  const [, link] = server.output().match(/http\S+\/sign-in\/\S+/g);
  scene.reviewer = await ctx.newPage({ width: 1440, height: 900, expect_errors: [/status of 422/] });
  await scene.reviewer.goto(link);
  await scene.reviewer.getByRole('button', { name: '登录' }).click();
  await scene.reviewer.waitForURL(/\/review/);
  return scene.reviewer;
}

const atEverySize = (ctx, page, name) => lookAt(ctx, page, name, SIZES);

async function downloaded(page, press) {
  const [download] = await Promise.all([page.waitForEvent('download'), press()]);
  const chunks = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk);
  return { name: download.suggestedFilename(), bytes: Buffer.concat(chunks) };
}

async function inFolder(work) {
  const folder = await mkdtemp(path.join(tmpdir(), 'venuecode-posters-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function isOfSize(pdf, [width, height]) {
  await inFolder(async (folder) => {
    const file = path.join(folder, 'poster.pdf');
    await writeFile(file, pdf);
    const { stdout } = await run('pdfinfo', [file]);
    const [, x, y] = stdout.match(/Page size:\s+([\d.]+) x ([\d.]+) pts/);
    assert.ok(Math.abs(x / POINTS_PER_MM - width) < 0.2, `${x} pt wide`);
    assert.ok(Math.abs(y / POINTS_PER_MM - height) < 0.2, `${y} pt high`);
    const text = await run('pdftotext', [file, '-']);
    assert.match(text.stdout, /FY-12/, 'its text can be copied');
  });
}

/** Where a poster is cut: its trim box in millimetres, within which nothing else is said. */
async function trimmed(pdf) {
  return inFolder(async (folder) => {
    const file = path.join(folder, 'poster.pdf');
    await writeFile(file, pdf);
    const { stdout } = await run('pdfinfo', ['-box', file]);
    const boxOf = (name) => stdout.match(new RegExp(`${name}:(.*)`))[1].trim().split(/\s+/).map(Number);
    const sides = ([left, bottom, right, top]) => [right - left, top - bottom].map((points) => points / POINTS_PER_MM);
    const [media, bleed, trim] = ['MediaBox', 'BleedBox', 'TrimBox'].map((name) => sides(boxOf(name)));
    for (const side of [0, 1]) {
      assert.ok(Math.abs(bleed[side] - trim[side] - 6) < 0.1, 'three millimetres on each side');
      assert.ok(media[side] > bleed[side] + 10, 'room for the crop marks');
    }
    return trim.map(Math.round);
  });
}

export default [
  {
    name: 'every size can be downloaded and read from its print',
    run: async (ctx) => {
      const { page, address } = await door(ctx);
      await page.goto(address);
      await atEverySize(ctx, page, 'approved');
      const printed = await page.locator('.url').textContent();
      for (const [label, size, millimetres] of POSTERS) {
        const link = page.getByRole('link', { name: label });
        const { name, bytes } = await downloaded(page, () => link.click());
        assert.ok(name.endsWith(`-${size}.pdf`), name);
        await isOfSize(bytes, millimetres);
        assert.equal(await ctx.zbar(bytes), printed, size);
      }
      const png = await downloaded(page, () => page.getByRole('link', { name: '只要二维码（PNG）' }).click());
      assert.equal(await ctx.zbarImage(png.bytes), printed);
    },
  },

  {
    name: 'all posters of a unit come in one archive',
    run: async (ctx) => {
      const { server, page } = await door(ctx);
      await page.goto(`${server.url}/venue`);
      await atEverySize(ctx, page, 'doors');
      const link = page.locator('a[href="/venue/posters/A4.zip"]');
      const { name, bytes } = await downloaded(page, () => link.click());
      assert.ok(name.endsWith('-A4.zip'), name);
      const posters = [...filesOfZip(bytes)].filter(([file]) => /^\d{5}-.*\.pdf$/.test(file));
      assert.ok(posters.length > 0);
      const codes = new Set();
      for (const [, poster] of posters) codes.add(await ctx.zbar(poster));
      assert.equal(codes.size, posters.length, 'each has a code of its own');
      const [, guide] = [...filesOfZip(bytes)].find(([file]) => file === '张贴指南.pdf');
      assert.match(await ctx.pdfText(guide), /1\.5 m/);
    },
  },

  {
    name: 'a printing shop gets bleed, and everybody the guide and the empty layout',
    run: async (ctx) => {
      const { server, page, address } = await door(ctx);
      await page.goto(address);
      const printed = await page.locator('.url').textContent();
      await page.getByText('送印刷厂').click();
      await atEverySize(ctx, page, 'for-a-shop');
      for (const [label, size, [width, height]] of POSTERS) {
        const link = page.locator(`a[href$="${size}-bleed.pdf"]`);
        assert.ok((await link.textContent()).includes(label));
        const { bytes } = await downloaded(page, () => link.click());
        assert.deepEqual(await trimmed(bytes), [width, height], size);
        assert.equal(await ctx.zbar(bytes), printed, size);
      }
      const svg = await downloaded(page, () => page.locator('a[href$="/code.svg"]').click());
      assert.match(svg.bytes.toString(), /^<svg|^<\?xml/);
      const png = await downloaded(page, () => page.locator('a[href$="/code.png"]').click());
      assert.equal(await ctx.zbarImage(png.bytes), printed);
      const guide = await downloaded(page, () => page.getByRole('link', { name: '张贴指南' }).click());
      assert.match(await ctx.pdfText(guide.bytes), /下沿离地/);
      await page.goto(`${server.url}/venue`);
      for (const [label, size] of POSTERS) {
        const link = page.locator(`a[href="/venue/empty/${size}.pdf"]`);
        assert.equal(await link.textContent(), label);
        const { bytes } = await downloaded(page, () => link.click());
        assert.match(await ctx.pdfText(bytes), /登记名称/);
      }
    },
  },

  {
    name: 'entries are shown by day and by hour',
    run: async (ctx) => {
      const { page, address } = await door(ctx);
      await page.goto(address);
      await page.getByRole('link', { name: '按天和小时看' }).click();
      await page.getByRole('heading', { name: '登记人次' }).waitFor();
      await atEverySize(ctx, page, 'counts');
      // Yesterday is a whole day; the hours add up to it.
      const day = page.locator('table.bars').first().locator('tbody tr').nth(1);
      const total = Number(await day.locator('td').nth(1).textContent());
      await day.getByRole('link').click();
      await page.waitForURL(/back=1/);
      const hours = await page.locator('table.bars').nth(1).locator('tbody td:nth-child(2)').allTextContents();
      assert.equal(hours.length, total === 0 ? 0 : 24);
      assert.equal(hours.reduce((sum, count) => sum + Number(count), 0), total);
    },
  },
  {
    name: 'a lost poster gets a new code, and the old one says so',
    run: async (ctx) => {
      const { page, address } = await door(ctx);
      await page.goto(address);
      const old = await page.locator('.url').textContent();
      await page.getByLabel('丢失、被揭走').check();
      await page.getByRole('button', { name: '登记', exact: true }).click();
      await page.getByText('请勾选确认').first().waitFor();
      assert.ok(await page.getByLabel('丢失、被揭走').isChecked(), 'what was chosen is not lost');
      await atEverySize(ctx, page, 'unsure');
      await page.getByLabel(/旧海报立即失效/).check();
      await page.getByRole('button', { name: '登记', exact: true }).click();
      await page.getByText('场所码已更换，旧码已失效').waitFor();
      const now = await page.locator('.url').textContent();
      assert.notEqual(now, old);
      await atEverySize(ctx, page, 'replaced');
      const visitor = await ctx.newPage({ width: 360, height: 740, expect_errors: [/status of 410/] });
      await visitor.goto(old);
      await visitor.getByText('已更换').first().waitFor();
      await ctx.shot(visitor, 'old-code');
      await visitor.goto(now);
      await visitor.getByText('首次登记').waitFor();
    },
  },

  {
    name: 'a closed door says so to the visitor, and opens again with its code',
    run: async (ctx) => {
      const { page, address } = await door(ctx);
      await page.goto(address);
      const code = await page.locator('.url').textContent();
      await page.getByLabel(/关闭后在这个门扫码不再登记/).check();
      await page.getByRole('button', { name: '关闭检查点' }).click();
      await page.getByRole('button', { name: '重新开放' }).waitFor();
      await atEverySize(ctx, page, 'closed');
      const visitor = await ctx.newPage({ width: 360, height: 740, expect_errors: [/status of 410/] });
      await visitor.goto(code);
      await visitor.getByText('关闭').first().waitFor();
      await page.getByRole('button', { name: '重新开放' }).click();
      await page.getByText('检查点已重新开放').waitFor();
      assert.equal(await page.locator('.url').textContent(), code);
      await visitor.goto(code);
      await visitor.getByText('首次登记').waitFor();
    },
  },
  {
    name: 'the authority suspends a door and says why, and lets it go on',
    run: async (ctx) => {
      const { server, page, address } = await door(ctx);
      const reviewer = await reviewerOf(ctx, server);
      await page.goto(address);
      const code = await page.locator('.url').textContent();
      const name = await page.getByRole('heading', { level: 1 }).textContent();
      await reviewer.goto(`${server.url}/review?state=approved&q=${encodeURIComponent(name.split(' · ')[1])}`);
      await reviewer.getByRole('link', { name }).first().click();
      await reviewer.getByRole('button', { name: '暂停这个检查点' }).click();
      await reviewer.getByText('请写明暂停的原因').first().waitFor();
      await liesOpen(reviewer, reviewer.getByLabel('暂停原因'), SIZES);
      await atEverySize(ctx, reviewer, 'suspending');
      await reviewer.getByLabel('暂停原因').fill('现场核实场所');
      await reviewer.getByRole('button', { name: '暂停这个检查点' }).click();
      await reviewer.getByText('已暂停这个检查点').waitFor();
      await atEverySize(ctx, reviewer, 'suspended');
      await page.reload();
      await page.getByText('现场核实场所').first().waitFor();
      await atEverySize(ctx, page, 'suspended-manager');
      const visitor = await ctx.newPage({ width: 360, height: 740, expect_errors: [/status of 4\d\d/] });
      await visitor.goto(code);
      await visitor.getByText('暂停').first().waitFor();
      await reviewer.getByRole('button', { name: '恢复使用' }).click();
      await reviewer.getByText('已恢复这个检查点').waitFor();
      await visitor.goto(code);
      await visitor.getByText('首次登记').waitFor();
    },
  },
  {
    name: 'a door gets another name after a review, and keeps its code',
    run: async (ctx) => {
      const { server, page, address } = await door(ctx);
      await page.goto(address);
      const printed = await page.locator('.url').textContent();
      const old = await page.getByRole('heading', { level: 1 }).textContent();
      await page.getByRole('link', { name: '变更名称、地址或负责人' }).click();
      await page.getByRole('heading', { name: '变更检查点' }).waitFor();
      await atEverySize(ctx, page, 'change');
      await page.getByLabel('哪一个门').fill('新门诊楼大厅');
      await page.getByRole('button', { name: '提交申请' }).click();
      await page.getByText('变更正在审核').waitFor();
      assert.equal(await page.getByRole('heading', { level: 1 }).textContent(), old);
      await atEverySize(ctx, page, 'changing');
      const reviewer = await reviewerOf(ctx, server);
      await reviewer.goto(`${server.url}/review`);
      await reviewer.getByText('这个门在用，申请变更').first().waitFor();
      const id = (await reviewer.locator('form[action$="/approve"]').getAttribute('action')).split('/')[2];
      await reviewer.goto(`${server.url}/review?id=${id}`);
      await reviewer.locator('aside summary', { hasText: '暂停这个检查点' }).click();
      await liesOpen(reviewer, reviewer.getByLabel('暂停原因'), SIZES);
      await atEverySize(ctx, reviewer, 'reviewing-a-change');
      await reviewer.setViewportSize({ width: 1440, height: 900 });
      await reviewer.getByRole('button', { name: /^通过/ }).click();
      await reviewer.getByText('已通过上一件').waitFor();
      await page.goto(address);
      await page.getByRole('heading', { name: /新门诊楼大厅/ }).waitFor();
      assert.equal(await page.locator('.url').textContent(), printed);
      const visitor = await ctx.newPage({ width: 360, height: 740 });
      await visitor.goto(printed);
      await visitor.getByText('新门诊楼大厅').first().waitFor();
    },
  },
];
