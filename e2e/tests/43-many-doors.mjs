// A unit with many doors applies with one table; the county narrows its queue and approves what
// nothing speaks against with one decision.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { liesOpen, lookAt } from '../lib/looks.mjs';
import { filesOfZip } from '../lib/zip.mjs';

const SIZES = [[360, 740], [768, 1024], [1440, 900]];
const TITLES = '场所名称,门,详细地址,县区,乡镇街道,场所类别,管理员,联系电话';
const PLACE = '颍淮汽车客运总站';

let scene;

/** The demo with its manager and its reviewer signed in. */
async function demo(ctx) {
  if (scene) return scene;
  const server = await ctx.startServer({ args: ['demo'] });
  const links = server.output().match(/http\S+\/sign-in\/\S+/g);
  const signedIn = async (link, home) => {
    const page = await ctx.newPage({ expect_errors: [/status of (409|422)/] });
    await page.goto(link);
    await page.getByRole('button', { name: '登录' }).click();
    await page.waitForURL(home);
    return page;
  };
  scene = { server, manager: await signedIn(links[0], /\/venue/), reviewer: await signedIn(links[1], /\/review/) };
  return scene;
}

const atEverySize = (ctx, page, name) => lookAt(ctx, page, name, SIZES);

/** Sixty doors in order, one of them wrong in three cells. */
function table() {
  const rows = [];
  for (let n = 1; n <= 60; n += 1) {
    rows.push(`${PLACE},${n} 号检票口,颍河西路 88 号,颍州区,颍西街道,交通场站,李红,138001360${String(n).padStart(2, '0')}`);
  }
  rows[6] = `${PLACE},7 号检票口,颍河西路 88 号,颍洲区,颍西街道,车站,李红,1380`;
  return [TITLES, ...rows].join('\r\n');
}

async function uploads(page, name, text) {
  await page.getByLabel('填好的表格').setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(text) });
  await page.getByRole('button', { name: '上传并检查' }).click();
}

export default [
  {
    name: 'a table of sixty doors is checked, corrected in place and submitted',
    run: async (ctx) => {
      const { server, manager: page } = await demo(ctx);
      await page.goto(`${server.url}/venue`);
      await page.getByRole('link', { name: '批量申请' }).first().click();
      await page.getByText('还没有草稿').waitFor();
      await atEverySize(ctx, page, 'drafts-none');
      const [form] = await Promise.all([
        page.waitForEvent('download'), page.getByRole('link', { name: '检查点申请表' }).click(),
      ]);
      const book = filesOfZip(await readFile(await form.path()));
      assert.ok([...book.keys()].includes('xl/workbook.xml'), 'the table to fill in is a workbook');
      await uploads(page, '照片.csv', '\u{89}PNG');
      await page.getByText('这个文件读不了').waitFor();
      await atEverySize(ctx, page, 'drafts-unreadable');
      await uploads(page, '检票口.csv', table());
      await page.getByText('已读入 60 行').waitFor();
      await page.getByText('59 条可以提交 · 1 条要改正').waitFor();
      await atEverySize(ctx, page, 'drafts-checked');
      await page.getByRole('link', { name: `${PLACE} · 7 号检票口` }).click();
      await page.getByText('来自表格第 8 行').waitFor();
      await atEverySize(ctx, page, 'draft');
      await page.getByLabel('县区').selectOption('颍州区');
      await page.getByLabel('乡镇或街道').selectOption('颍西街道');
      await page.getByLabel('场所类别').selectOption('交通场站');
      await page.getByLabel('负责人手机号码').fill('13800136007');
      await page.getByRole('button', { name: '存为草稿' }).click();
      await page.getByText('都可以提交').waitFor();
      await page.getByRole('button', { name: '提交可以提交的 60 条' }).click();
      await page.waitForURL(/\/venue$/);
      await page.getByRole('link', { name: `${PLACE} · 7 号检票口` }).waitFor();
      await atEverySize(ctx, page, 'many-doors');
    },
  },

  {
    name: 'a form is kept half way and goes on where it was left',
    run: async (ctx) => {
      const { server, manager: page } = await demo(ctx);
      await page.goto(`${server.url}/venue/checkpoints/new`);
      await page.getByLabel('场所名称').fill(PLACE);
      await page.getByLabel('哪一个门').fill('货运门');
      await page.getByRole('button', { name: '存为草稿' }).click();
      await page.getByText('已存为草稿').waitFor();
      await page.getByRole('link', { name: `${PLACE} · 货运门` }).click();
      assert.equal(await page.getByLabel('哪一个门').inputValue(), '货运门');
      await page.getByRole('button', { name: '提交申请' }).click();
      await page.getByText(/处需要改正/).waitFor();
      await atEverySize(ctx, page, 'draft-refused');
      await page.getByRole('link', { name: '取消' }).click();
      await page.getByRole('button', { name: '删除', exact: true }).click();
      await page.getByText('已删除 1 条草稿').waitFor();
    },
  },

  {
    name: 'the county narrows its queue and approves what is not doubtful in one go',
    run: async (ctx) => {
      const { server, reviewer: page, manager } = await demo(ctx);
      await page.goto(`${server.url}/review`);
      await page.setViewportSize({ width: 1440, height: 900 });
      await page.getByLabel('乡镇街道').selectOption('颍西街道');
      await page.waitForURL(/region=341202004/);
      await page.getByRole('heading', { name: '待审核 · 颍西街道' }).waitFor();
      await page.getByLabel('类别', { exact: true }).selectOption('交通场站');
      await page.waitForURL(/category=303/);
      await atEverySize(ctx, page, 'queue-narrowed');
      await page.setViewportSize({ width: 1440, height: 900 });
      await page.keyboard.press('j');
      await page.waitForURL(/id=/);
      await liesOpen(page, page.getByLabel('退回原因'), [[360, 740], [1440, 900]]);
      await page.goto(`${server.url}/review?region=341202004&category=303`);
      await page.getByRole('link', { name: /一次通过所有无疑点的申请/ }).click();
      await page.getByText('还有 10 件没有列在这里').waitFor();
      await atEverySize(ctx, page, 'approve-many');
      await page.getByRole('button', { name: '通过这 60 件' }).click();
      await page.getByText('已通过 60 件').waitFor();
      await atEverySize(ctx, page, 'approved-many');
      await manager.goto(`${server.url}/venue`);
      const row = manager.locator('tr', { hasText: `${PLACE} · 7 号检票口` });
      await row.getByText('已通过').waitFor();
      await row.getByRole('link').first().click();
      await manager.getByText('印在码里的网址').waitFor();
    },
  },
];
