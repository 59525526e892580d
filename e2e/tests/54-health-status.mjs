// The register of health status: an investigator sets and looks at one person, a list is imported beside
// the running server, and the next scan at a door is judged by it. The gateway answers as a stand-in.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lookAt } from '../lib/looks.mjs';
import { binary } from '../lib/server.mjs';

const SIZES = [[360, 740], [1440, 900]];

/** As a clock in China shows it. */
function anHourAgo() {
  return new Date(Date.now() + 7 * 3600_000).toISOString().slice(0, 16).replace('T', ' ');
}

async function signIn(ctx, links, home) {
  for (const link of links) {
    const page = await ctx.newPage({ width: 1440, height: 900 });
    await page.goto(link);
    await page.getByRole('button', { name: '登录' }).click();
    await page.getByRole('button', { name: '退出', exact: true }).waitFor();
    if (new URL(page.url()).pathname === home) return page;
    await page.context().close();
  }
  throw new Error(`none of the links leads to ${home}`);
}

export default [
  {
    name: 'what the authority says holds at the next scan, by page and by list',
    async run(ctx) {
      const server = await ctx.startServer({ args: ['demo', '--health-source', 'gateway'] });
      const links = server.output().match(/http\S+\/sign-in\/\S+/g);
      const green = server.output().match(/绿码 (\d{17}[\dX])/)[1];
      const desk = await signIn(ctx, links, '/cases');
      desk.expectErrors(/status of 422/);
      await desk.getByRole('link', { name: '健康码登记' }).click();
      await lookAt(ctx, desk, 'empty', SIZES);
      await desk.setViewportSize({ width: 1440, height: 900 });
      await desk.getByLabel('证件号码').fill('3412');
      await desk.getByRole('button', { name: '登记，立即生效' }).click();
      await desk.getByText('身份证号码应为 18 位').first().waitFor();
      await lookAt(ctx, desk, 'refused', SIZES);
      await desk.setViewportSize({ width: 1440, height: 900 });
      await desk.getByLabel('证件号码').fill(green);
      await desk.getByLabel('事由').fill('疾控中心通知');
      await desk.locator('#colour').selectOption({ label: '红码' });
      await desk.getByLabel('核酸检测结果').selectOption({ label: '阳性' });
      await desk.getByLabel('采样时间').fill(anHourAgo());
      await desk.getByLabel('检测机构').fill('阜阳市人民医院');
      await desk.getByRole('button', { name: '登记，立即生效' }).click();
      await desk.getByText('已生效').waitFor();
      await desk.getByLabel('证件号码').fill(green);
      await desk.getByLabel('事由').fill('核对');
      await desk.getByRole('button', { name: '查看登记库的记录' }).click();
      await desk.getByText('登记库现在的记录').waitFor();
      assert.ok(!new URL(desk.url()).href.includes(green), 'no number in an address');
      await lookAt(ctx, desk, 'record', SIZES);

      const guard = await ctx.newPage({ width: 390, height: 844 });
      await guard.goto(server.output().match(/http\S+\/duty\/enrol\/\S+/)[0]);
      await guard.getByRole('button', { name: '绑定并开始值守' }).click();
      await guard.locator('#card').waitFor();
      await guard.getByRole('link', { name: '反向扫码' }).click();
      await guard.getByLabel('证件号码').fill(green);
      await guard.getByRole('button', { name: '登记进入' }).click();
      await guard.locator('#card').getByText('红码').waitFor();
      await ctx.shot(guard, 'duty-red');

      const list = join(server.data, 'list.csv');
      writeFileSync(list, `证件号码,健康码,采样时间,检测结果\n${green},绿码,,\n123,绿码,,\n`);
      const args = ['import', 'status', list, '--accept-partial', '--data', server.data];
      const done = spawnSync(binary(), args, { encoding: 'utf8' });
      assert.equal(done.status, 0, done.stdout + done.stderr);
      assert.match(done.stdout, /bad: 1/);
    },
  },
];
