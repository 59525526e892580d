// After a whole story, no file of the data folder, of a copy made while the server ran, of a backup, and
// no line of the log holds a name, an ID number or a phone, in any of the usual spellings.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { AGENTS } from '../lib/agents.mjs';
import { idNumber } from '../lib/people.mjs';
import { binary } from '../lib/server.mjs';

const run = promisify(execFile);
const VISITOR = { name: '公孙望舒', id: idNumber('34990119900307884'), phone: '15500008851' };
const TYPED = { name: '欧阳听澜', id: idNumber('34990119850512669') };
/** People of the exported table that are looked for as well. */
const EXPORTED_MAX = 25;

/** A text in every spelling in which it might have been written down. */
function spellings(text) {
  const utf16 = Buffer.from(text, 'utf16le');
  const escaped = [...text].map((c) => (c.charCodeAt(0) > 126 ? `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}` : c)).join('');
  const all = {
    'UTF-8': Buffer.from(text),
    'UTF-16LE': utf16,
    'UTF-16BE': Buffer.from(utf16).swap16(),
    JSON: Buffer.from(escaped),
    'JSON, upper case': Buffer.from(escaped.replace(/\\u[0-9a-f]{4}/g, (e) => `\\u${e.slice(2).toUpperCase()}`)),
    URL: Buffer.from(encodeURIComponent(text)),
  };
  // Digits read the same in most of them.
  return Object.entries(all).filter(([, bytes], at, list) => list.findIndex(([, b]) => b.equals(bytes)) === at);
}

async function filesBelow(folder) {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath ?? entry.path, entry.name));
}

/** What of the secrets is in the bytes, and how it is written. */
function found(bytes, secrets) {
  return secrets.flatMap((secret) => spellings(secret)
    .filter(([, spelling]) => bytes.includes(spelling))
    .map(([how]) => `${secret} (${how})`));
}

async function walk(folder, secrets) {
  const files = await filesBelow(folder);
  const findings = [];
  for (const file of files) {
    for (const what of found(await readFile(file), secrets)) findings.push(`${file}: ${what}`);
  }
  return { files: files.length, findings };
}

async function smsCode(server, phone) {
  const masked = `${phone.slice(0, 3)}\\*\\*\\*\\*${phone.slice(7)}`;
  const pattern = new RegExp(`短信验证码 (\\d{6})（${masked}）`);
  return (await server.waitFor(pattern))[1];
}

async function registers(ctx, server, code) {
  const page = await ctx.newPage({ width: 360, height: 740, userAgent: AGENTS.微信 });
  await page.goto(`${server.url}/c/${code}`);
  await page.getByRole('link', { name: '云小海', exact: true }).click();
  await page.getByText('已用微信登录').waitFor();
  await page.getByLabel('姓名', { exact: true }).fill(VISITOR.name);
  await page.getByLabel('证件号码', { exact: true }).fill(VISITOR.id);
  await page.getByLabel('手机号码', { exact: true }).fill(VISITOR.phone);
  await page.getByRole('button', { name: '获取验证码' }).click();
  await page.getByText('验证码已发送').waitFor();
  await page.getByLabel('短信验证码').fill(await smsCode(server, VISITOR.phone));
  await page.getByLabel('我已阅读并同意').check();
  await page.getByRole('button', { name: '提交并登记进入' }).click();
  await page.getByRole('heading', { name: '登记成功' }).waitFor();
}

/** A reverse scan of somebody new, and one of a red code with what was done about it. */
async function atTheDoor(ctx, server, red) {
  const door = await ctx.newPage({ width: 1280, height: 900, expect_errors: [/status of 422/] });
  await door.goto(server.output().match(/值守屏 duty screen\s+(http\S+)/)[1]);
  await door.getByRole('button', { name: '绑定并开始值守' }).click();
  await door.waitForURL(/\/duty$/);
  const typed = async (id, name) => {
    await door.goto(`${server.url}/duty/reverse-scan`);
    await door.locator('#id_number').fill(id);
    await door.getByRole('button', { name: '登记进入' }).click();
    if (name) {
      await door.locator('#name').fill(name);
      await door.getByRole('button', { name: '登记进入' }).click();
    }
    await door.waitForURL(/\/duty(\?|$)/);
  };
  await typed(TYPED.id, TYPED.name);
  await typed(red);
  const alert = door.locator('#alerts form').first();
  await alert.waitFor();
  await alert.locator('[name=note]').fill('已移交社区');
  await alert.getByRole('button', { name: '移交社区' }).click();
  await door.locator('#alerts form').waitFor({ state: 'detached' });
  await door.goto('about:blank');
}

/** Traced and exported; every row of the table. */
async function traced(ctx, server) {
  const page = await ctx.newPage({ width: 1440, height: 900 });
  await page.goto([...server.output().matchAll(/http:\/\/\S+\/sign-in\/\S+/g)].map((m) => m[0])[3]);
  await page.getByRole('button', { name: '登录' }).click();
  await page.getByLabel('病例编号').fill('FY-2026-062');
  await page.getByLabel('查询事由').fill('集中隔离点报告阳性，流调溯源');
  await page.getByLabel('证件号码').fill(server.output().match(/病例证件号：(\d{17}[\dX])/)[1]);
  await page.getByRole('button', { name: '查找并建立病例' }).click();
  await page.waitForURL(/\/cases\/\d+/);
  const at = page.url();
  await page.locator('table.cards form button').first().click();
  await page.waitForURL((url) => url.href !== at);
  await page.goBack();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: '导出关联人员 CSV' }).click(),
  ]);
  return (await readFile(await download.path(), 'utf8')).replace(/^\ufeff/, '').trim().split(/\r?\n/);
}

export default [
  {
    name: 'no file and no line of the log holds a name, an ID number or a phone',
    time_limit_ms: 300_000,
    async run(ctx) {
      const data = await ctx.newFolder();
      const backup = await ctx.newFolder();
      const server = await ctx.startServer({ args: ['demo'], data, env: { VENUECODE_LOG: 'debug', RUST_LOG: 'debug' } });
      const [, code] = await server.waitFor(/\/c\/([a-z2-7]{16})/);
      await server.waitFor(/替身在 (http:\/\/\S+)/);
      const announced = server.output().length;
      const red = (server.output().match(/红码 (\d{17}[\dX])/) ?? [])[1];
      assert.ok(red, 'the demonstration names a red code');
      await registers(ctx, server, code);
      await atTheDoor(ctx, server, red);
      const rows = await traced(ctx, server);
      assert.ok(rows.length > 20, `a table of people: ${rows.length}`);
      const people = rows.slice(1, 1 + EXPORTED_MAX).flatMap((row) => row.split(',').map((cell) => cell.replace(/["'=\s]/g, '')));
      // Two characters in UTF-16 are four bytes, which chance writes too.
      const exported = people.filter((cell) => /^\d{17}[\dX]$|^1\d{10}$|^[\u4e00-\u9fff]{3,4}$/.test(cell) && !/^(居民|证件)/.test(cell));
      assert.ok(exported.some((cell) => /^1\d{10}$/.test(cell)), 'phones are in the table');
      assert.ok(exported.some((cell) => /^[\u4e00-\u9fff]/.test(cell)), 'names are in the table');
      // Named by the demonstration when it started, and by nothing since.
      const known = [red, server.output().match(/病例证件号：(\d{17}[\dX])/)[1]];
      const secrets = [...new Set([...Object.values(VISITOR), ...Object.values(TYPED), ...known, ...exported])];

      const live = await ctx.newFolder();
      await cp(data, live, { recursive: true });
      await server.stop();
      await run(binary(), ['backup', '--data', data, '--to', backup]);

      // What is looked for would be found.
      const planted = await ctx.newFolder();
      const all = spellings(VISITOR.name);
      await Promise.all(all.map(([, bytes], at) => writeFile(path.join(planted, String(at)), Buffer.concat([Buffer.from('x'), bytes]))));
      const seen = await walk(planted, [VISITOR.name]);
      assert.ok(seen.findings.length >= all.length, 'each spelling is found where it is planted');
      const places = await walk(data, ['颍州区']);
      assert.ok(places.findings.length > 0, 'and what is public is found where it is');

      for (const [what, folder] of [['data', data], ['a copy of the running server', live], ['the backup', backup]]) {
        const { files, findings } = await walk(folder, secrets);
        assert.ok(files > 2, `${what} has files: ${files}`);
        assert.deepEqual(findings, [], what);
      }
      assert.deepEqual(found(Buffer.from(server.output().slice(announced)), secrets), [], 'the log');
      console.log(`   ${secrets.length} secrets, ${(await filesBelow(data)).length} files of data`);
    },
  },
];
