// What was acknowledged is there: after kill -9 in the middle of a load, and after a drain.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readFile, readdir, rename, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { binary } from '../lib/server.mjs';

/** Starts the program with arguments; `done` resolves to its exit code and output. */
function start(args) {
  const child = spawn(binary(), args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => { output += bytes; });
  const done = once(child, 'close').then(([code]) => ({ code, output }));
  return { child, done };
}

const run = (args) => start(args).done;

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** A load run that is ended from outside after a while: the folder, the acknowledged lines, their file. */
async function underLoad(ctx, { connections, ms, end }) {
  const folder = await ctx.newFolder();
  const data = path.join(folder, 'data');
  const tokens = path.join(folder, 'tokens');
  const acknowledged = path.join(folder, 'acknowledged');
  const server = await ctx.startServer({ args: ['demo', '--tokens', tokens], data });
  const load = start([
    'load', '--url', server.url, '--tokens', tokens, '--connections', String(connections),
    '--seconds', '20', '--acknowledged', acknowledged,
  ]);
  await sleep(ms);
  await end(server);
  const ended = await load.done;
  assert.equal(ended.code, 0, `the answers that came were right: ${ended.output}`);
  const lines = (await readFile(acknowledged, 'utf8')).trim().split('\n');
  assert.ok(lines.length > 200, `the load was running: ${lines.length} entries`);
  const verified = await run(['load', '--verify', data, '--acknowledged', acknowledged]);
  assert.match(verified.output, new RegExp(`acknowledged ${lines.length}, lost 0, doubled 0`));
  assert.equal(verified.code, 0);
  return { server, data, lines, acknowledged };
}

async function killedInTheMiddle(ctx) {
  const { data, lines, acknowledged } = await underLoad(ctx, {
    connections: 32, ms: 2_000, end: (server) => server.kill9(),
  });
  // A verification that could not fail would prove nothing.
  await writeFile(acknowledged, `${lines.join('\n')}\n1 1 1795329127000\n`);
  const invented = await run(['load', '--verify', data, '--acknowledged', acknowledged]);
  assert.match(invented.output, /lost 1, doubled 0/);
  assert.equal(invented.code, 1);
  const again = await ctx.startServer({ args: ['demo'], data });
  assert.doesNotMatch(again.output(), /loading the demo city/, 'a second start keeps the data');
  await again.stop();
}

async function drained(ctx) {
  const { server } = await underLoad(ctx, {
    connections: 16, ms: 1_500, end: (running) => running.stop(),
  });
  assert.match(server.output(), /stopped/);
}

async function secondProcess(ctx) {
  const server = await ctx.startServer({ args: ['serve'] });
  const refused = await run(['serve', '--data', server.data, '--listen', '127.0.0.1:0']);
  assert.notEqual(refused.code, 0);
  assert.ok(refused.output.includes(String(server.pid)), `names the first one: ${refused.output}`);
  const key = await stat(path.join(server.data, 'keys', 'master.key'));
  assert.equal(key.mode & 0o777, 0o600, 'the key file is its owner\'s alone');
  await server.stop();
}

async function firstStart(ctx) {
  const server = await ctx.startServer({ args: ['serve'] });
  const link = server.output().match(/http:\/\/\S+\/set-up\/\S+/)[0];
  const page = await ctx.newPage({ width: 1440, height: 900 });
  page.expectErrors(/status of 4\d\d/);
  await page.goto(link);
  await page.getByLabel('姓名').fill('方可期');
  await page.getByLabel('手机号码').fill('15500000009');
  await page.getByLabel('密码', { exact: true }).fill('12345');
  await page.locator('main button.main').click();
  await page.getByText('密码至少 10 位').first().waitFor();
  await page.getByLabel('密码', { exact: true }).fill('songbai-2026-fy');
  await page.locator('main button.main').click();
  await page.waitForURL(/\/accounts/);
  assert.equal(await page.getByText('演示系统').count(), 0, 'nothing of a demonstration');
  await page.getByLabel('角色').selectOption('reviewer');
  await page.locator('select[name=county]').selectOption('341202');
  await page.locator('main button.main').click();
  await page.getByText(/\/set-up\//).first().waitFor();
  await ctx.shot(page, 'accounts');
  const reused = await ctx.newPage({ expect_errors: [/status of 404/] });
  await reused.goto(link);
  assert.equal((await reused.goto(link)).status(), 404, 'the first link works once');
  // Its icon may still be on the way; a page that is gone asks for nothing.
  await reused.close();
  await server.stop();
  const again = await ctx.startServer({ args: ['serve'], data: server.data });
  assert.doesNotMatch(again.output(), /set-up/, 'no second set-up link once somebody is there');
  await again.stop();
}

/** Milliseconds until the server closes a connection on which these bytes were sent. */
async function closedAfter(server, bytes) {
  const began = performance.now();
  const socket = connect(server.port, '127.0.0.1');
  socket.on('error', () => {});
  socket.resume();
  socket.write(bytes);
  await once(socket, 'close');
  return performance.now() - began;
}

async function slowHead(ctx) {
  const server = await ctx.startServer({ args: ['serve'] });
  const halves = ['GET /heal', 'GET /healthz HTTP/1.1\r\nHost: he'];
  for (const ms of await Promise.all(halves.map((half) => closedAfter(server, half)))) {
    assert.ok(ms > 5_000 && ms < 13_000, `closed after ${ms} ms`);
  }
  await server.stop();
}

async function liveScreen(ctx) {
  const server = await ctx.startServer({ args: ['demo'] });
  const page = await ctx.newPage({ width: 1440, height: 900 });
  page.expectErrors(/Failed to load resource|net::ERR/);
  await page.goto(server.output().match(/http:\/\/\S+\/duty\/\S+/)[0]);
  await page.getByRole('button', { name: '绑定并开始值守' }).click();
  // The demo's door is waiting or already has people of this morning: the head is there in both.
  await page.getByText('本时口令').waitFor();
  await page.waitForTimeout(1_000);
  const began = performance.now();
  await server.stop();
  const ms = performance.now() - began;
  assert.ok(ms < 3_000, `stopped after ${ms} ms`);
  assert.doesNotMatch(server.output(), /did not end within/);
  // Whoever stands at the door now is not the one on the card.
  await page.getByText('正在重连').waitFor();
  const filter = await page.locator('#card .big').evaluate((card) => getComputedStyle(card).filter);
  assert.match(filter, /grayscale/, 'the last card is no longer bright');
  await ctx.shot(page, 'duty-lost');
}

async function keptApart(ctx) {
  const server = await ctx.startServer({ args: ['serve', '--public-url', 'https://cs.example.gov.cn'] });
  await server.stop();
  const on = ['--data', server.data, '--listen', '127.0.0.1:0'];
  const refused = async (args, says) => {
    const { code, output } = await run([...args, ...on]);
    assert.equal(code, 1, output);
    assert.match(output, says);
  };
  await refused(['demo'], /holds a real system.*--data/);
  await refused(['serve', '--public-url', 'https://other.example.gov.cn'], /--change-public-url/);
  const again = await ctx.startServer({ args: ['serve'], data: server.data });
  assert.match(again.output(), /posters carry https:\/\/cs\.example\.gov\.cn/);
  await again.stop();
  const key = path.join(server.data, 'keys', 'master.key');
  await rename(key, `${key}.away`);
  await refused(['serve'], /no key file .*master\.key.*from its backup/);
  assert.deepEqual(await readdir(path.dirname(key)), ['master.key.away'], 'no other key was made');
}

async function openFolder(ctx) {
  const data = path.join(await ctx.newFolder(), 'data');
  await mkdir(data);
  await chmod(data, 0o755);
  const { code, output } = await run(['serve', '--data', data, '--listen', '127.0.0.1:0']);
  assert.equal(code, 1);
  assert.ok(output.includes(`chmod 700 ${data}`), output);
  assert.deepEqual(await readdir(data), []);
}

export default [
  { name: 'kill -9 under load loses nothing and doubles nothing', time_limit_ms: 180_000, run: killedInTheMiddle },
  { name: 'SIGTERM answers what waits and closes the store', time_limit_ms: 120_000, run: drained },
  { name: 'a second process on the same folder is refused by name', time_limit_ms: 60_000, run: secondProcess },
  { name: 'the first start prints a link, once, and no password', time_limit_ms: 120_000, run: firstStart },
  { name: 'half a request is not waited for', time_limit_ms: 60_000, run: slowHead },
  { name: 'SIGTERM does not wait for a live duty screen', time_limit_ms: 60_000, run: liveScreen },
  { name: 'a start compares kind, key and address with the first', time_limit_ms: 60_000, run: keptApart },
  { name: 'a data folder open to others is refused', time_limit_ms: 60_000, run: openFolder },
];
