// The register of places is imported; beside an application the reviewer sees the place that it may be,
// and confirms it.

import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { lookAt } from '../lib/looks.mjs';
import { binary } from '../lib/server.mjs';

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
      await page.getByRole('button', { name: '就是本单位' }).click();
      await page.getByText('已把名录里的场所对应到这个单位').waitFor();
      await page.getByText('已对应本单位').waitFor();
      await lookAt(ctx, page, 'confirmed', SIZES);
    },
  },
];
