// The first day of a real city that reviews in two steps: set up by the printed link, a township that
// endorses, a county that approves.

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { lookAt } from '../lib/looks.mjs';

const PASSWORD = 'qinghe-2026-fuyang';
const SIZES = [[360, 740], [768, 1024], [1440, 900]];

async function code(server, phone, since) {
  const masked = `${phone.slice(0, 3)}\\*\\*\\*\\*${phone.slice(7)}`;
  const wanted = new RegExp(`短信验证码 (\\d{6})（${masked}）`, 'g');
  for (let tries = 0; tries < 200; tries += 1) {
    const all = [...server.output().slice(since).matchAll(wanted)];
    if (all.length > 0) return all.at(-1)[1];
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`no code for ${phone}`);
}

/** Follows a set-up link in a browser of its own. */
async function setUp(ctx, server, link, name, phone, shots) {
  const page = await ctx.newPage({ width: 1440, height: 900 });
  await page.goto(link);
  await page.getByLabel('姓名').fill(name);
  await page.getByLabel('手机号码').fill(phone);
  const since = server.output().length;
  await page.getByRole('button', { name: '获取验证码' }).click();
  await page.getByText('验证码已发送').waitFor();
  assert.equal(await page.getByLabel('姓名').inputValue(), name, 'nothing typed is lost');
  await page.getByLabel('短信验证码').fill(await code(server, phone, since));
  await page.getByLabel('密码', { exact: true }).fill(PASSWORD);
  if (shots) await lookAt(ctx, page, 'set-up', SIZES);
  await page.getByRole('button', { name: '完成设置并登录' }).click();
  await page.getByRole('button', { name: '退出', exact: true }).waitFor();
  return page;
}

async function invite(page, server, role, scope) {
  await page.goto(`${server.url}/accounts`);
  await page.getByLabel('角色').selectOption({ label: role });
  await page.getByLabel('范围').selectOption({ label: scope });
  await page.getByRole('button', { name: '生成设置链接' }).click();
  return page.locator('#made').innerText();
}

/** The administrator hands somebody a link for another password; it works once. */
async function anotherPassword(ctx, server, administrator) {
  await administrator.goto(`${server.url}/accounts`);
  await administrator.getByRole('button', { name: /^重设密码 钟/ }).click();
  const link = await administrator.locator('#made').innerText();
  const page = await ctx.newPage({ width: 360, height: 740, expect_errors: [/status of 4\d\d/] });
  await page.goto(link);
  await page.getByLabel('新密码').fill('short');
  await page.getByRole('button', { name: '设置新密码' }).click();
  await page.locator('#password-wrong').waitFor();
  await lookAt(ctx, page, 'another-password', SIZES);
  await page.setViewportSize({ width: 360, height: 740 });
  await page.getByLabel('新密码').fill(`${PASSWORD}-2`);
  await page.getByRole('button', { name: '设置新密码' }).click();
  await page.waitForURL(/\/login/);
  await page.goto(link);
  await page.getByText('链接已失效').first().waitFor();
}

async function apply(ctx, server) {
  const phone = '15500000201';
  const page = await ctx.newPage({ width: 1440, height: 900 });
  await page.goto(`${server.url}/register`);
  await page.getByLabel('姓名').fill('秦若水');
  await page.getByLabel('手机号码').fill(phone);
  const since = server.output().length;
  await page.getByRole('button', { name: '获取验证码' }).click();
  await page.getByLabel('短信验证码').fill(await code(server, phone, since));
  await page.getByLabel('密码', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: '注册' }).click();
  await page.getByRole('link', { name: '登记单位' }).click();
  await page.getByLabel('单位名称').fill('鼓楼药店');
  await page.getByLabel('县区').selectOption('341202');
  await page.getByLabel('乡镇或街道').selectOption('341202001');
  await page.getByRole('button', { name: /登记单位|保存/ }).click();
  await page.getByLabel('哪一个门').fill('正门');
  await page.getByLabel('地址').fill('鼓楼路 8 号');
  await page.getByLabel('场所类别').selectOption({ label: '药店' });
  await page.getByLabel('负责人姓名').fill('秦若水');
  await page.getByLabel('负责人手机号码').fill(phone);
  await page.getByRole('button', { name: '提交申请' }).click();
  await page.getByText('申请已提交').waitFor();
  return page;
}

export default [
  {
    name: 'a township endorses, the county approves, and neither does the other\'s part',
    async run(ctx) {
      const data = await mkdtemp(path.join(tmpdir(), 'venuecode-two-steps-'));
      try {
        const args = ['serve', '--sms', 'console', '--review-steps', 'two'];
        const server = await ctx.startServer({ args, data: path.join(data, 'data') });
        const [first] = server.output().match(/http\S+\/set-up\/\S+/);
        const administrator = await setUp(ctx, server, first, '鲁听澜', '15500000202', true);
        const town = await invite(administrator, server, '审核员', '鼓楼街道');
        await lookAt(ctx, administrator, 'accounts', SIZES);
        const county = await invite(administrator, server, '审核员', '颍州区（全部）');
        const endorser = await setUp(ctx, server, town, '孟晓舟', '15500000203');
        const approver = await setUp(ctx, server, county, '钟晚晴', '15500000204');
        const manager = await apply(ctx, server);

        await approver.goto(`${server.url}/review`);
        await approver.getByText('没有等待复审的申请').waitFor();
        await endorser.goto(`${server.url}/review`);
        await endorser.getByRole('button', { name: /^初审通过/ }).waitFor();
        await lookAt(ctx, endorser, 'endorse', SIZES);
        await endorser.setViewportSize({ width: 1440, height: 900 });
        await endorser.getByRole('button', { name: /^初审通过/ }).click();
        await endorser.getByText('已通过初审，等待复审。').waitFor();
        await endorser.getByRole('link', { name: /待复审/ }).click();
        await endorser.getByText('初审已通过，请等待县区复审').waitFor();
        assert.equal(await endorser.getByRole('button', { name: /通过/ }).count(), 0);

        await manager.goto(manager.url().replace(/\?.*/, ''));
        await manager.getByText('初审已通过，正在等待复审').waitFor();
        await lookAt(ctx, manager, 'endorsed', SIZES);
        await approver.goto(`${server.url}/review`);
        await lookAt(ctx, approver, 'second', SIZES);
        await approver.setViewportSize({ width: 1440, height: 900 });
        await approver.getByRole('button', { name: /^通过/ }).click();
        await approver.getByText('已通过上一件').waitFor();
        await manager.goto(`${server.url}/venue`);
        await manager.getByRole('link', { name: /鼓楼药店 · 正门/ }).click();
        await manager.getByText('印在码里的网址').waitFor();
        await anotherPassword(ctx, server, administrator);
      } finally {
        await rm(data, { recursive: true, force: true });
      }
    },
  },
];
