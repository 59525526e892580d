// The whole way in one go: from the application to tracing, through real pages.

import assert from 'node:assert/strict';
import { liesOpen } from '../lib/looks.mjs';

const PASSWORD = 'qinghe-2026-fuyang';
const PLACE = '颍上路便民服务中心';
const DOOR = '南门';

/** A valid resident ID number (GB 11643-1999) for a body of 17 digits. */
function idNumber(body) {
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
  const sum = weights.reduce((total, weight, at) => total + weight * Number(body[at]), 0);
  return body + '10X98765432'[sum % 11];
}

const VISITOR = { name: '孟晓舟', id: idNumber('34990119900307881'), phone: '15500000001' };
const COMPANION = { name: '鲁听澜', id: idNumber('34990119850512662') };
const MANAGER = { name: '秦若水', phone: '15500000002' };

/** The last code that the console provider showed for a number. */
async function smsCode(server, phone) {
  const masked = `${phone.slice(0, 3)}\\*\\*\\*\\*${phone.slice(7)}`;
  await server.waitFor(new RegExp(`短信验证码 \\d{6}（${masked}）`));
  const all = [...server.output().matchAll(new RegExp(`短信验证码 (\\d{6})（${masked}）`, 'g'))];
  return all.at(-1)[1];
}

/** The one-time links the demonstration prints, in their order. */
function links(server, kind) {
  return [...server.output().matchAll(new RegExp(`http://\\S+/${kind}/\\S+`, 'g'))].map((m) => m[0]);
}

async function signIn(ctx, link, width = 1440) {
  const page = await ctx.newPage({ width, height: 900 });
  await page.goto(link);
  await page.getByRole('button', { name: '登录' }).click();
  return page;
}

async function choosePlace(page) {
  await page.getByLabel('县区').selectOption('341202');
  await page.getByLabel('乡镇或街道').selectOption('341202001');
}

async function managerApplies(ctx, s) {
  const page = await ctx.newPage({ width: 1440, height: 900 });
  s.manager = page;
  page.expectErrors(/status of 4\d\d/);
  await page.goto(`${s.server.url}/register`);
  await page.getByLabel('姓名').fill(MANAGER.name);
  await page.getByLabel('手机号码').fill('1550000');
  await page.getByLabel('密码', { exact: true }).fill('short');
  await page.getByRole('button', { name: '注册' }).click();
  await page.getByText('请填写 11 位手机号码').first().waitFor();
  assert.equal(await page.getByLabel('姓名').inputValue(), MANAGER.name, 'nothing typed is lost');
  await ctx.shot(page, 'register-refused');
  await page.getByLabel('手机号码').fill(MANAGER.phone);
  await page.getByRole('button', { name: '获取验证码' }).click();
  await page.getByText('验证码已发送').waitFor();
  await page.getByLabel('短信验证码').fill(await smsCode(s.server, MANAGER.phone));
  await page.getByLabel('密码', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: '注册' }).click();
  await page.getByRole('link', { name: '登记单位' }).click();
  await page.getByLabel('单位名称').fill(PLACE);
  await page.getByLabel('统一社会信用代码').fill('91350100M000100Y4Z');
  await choosePlace(page);
  await page.getByRole('button', { name: /登记单位|保存/ }).click();
  await page.getByText('统一社会信用代码应为 18 位').first().waitFor();
  await page.getByLabel('统一社会信用代码').fill('91350100M000100Y43');
  await page.getByRole('button', { name: /登记单位|保存/ }).click();
  await page.getByRole('link', { name: '申请注册检查点' }).first().click();
  assert.equal(await page.getByLabel('场所名称').inputValue(), PLACE, 'what is known is filled in');
  await page.getByLabel('哪一个门').fill('大门口');
  await page.getByLabel('地址').fill('颍上路 8 号');
  await page.getByLabel('场所类别').selectOption({ label: '政务服务大厅' });
  await page.getByLabel('负责人姓名').fill('秦若水');
  await page.getByLabel('负责人手机号码').fill('12345');
  await page.getByRole('button', { name: '提交申请' }).click();
  await page.getByText('请填写 11 位手机号码').first().waitFor();
  await ctx.shot(page, 'application-refused');
  await page.getByLabel('负责人手机号码').fill(MANAGER.phone);
  await page.getByRole('button', { name: '提交申请' }).click();
  await page.getByText('申请已提交').waitFor();
  s.checkpoint = new URL(page.url()).pathname;
}

async function reviewerSendsBackAndApproves(ctx, s) {
  const [, own, foreign] = links(s.server, 'sign-in');
  const other = await signIn(ctx, foreign);
  await other.waitForURL(/\/review/);
  assert.equal(await other.getByText(PLACE).count(), 0, 'another county sees nothing of it');
  const page = await signIn(ctx, own);
  await page.waitForURL(/\/review/);
  await page.getByRole('link', { name: new RegExp(PLACE) }).click();
  await ctx.shot(page, 'review');
  const reason = page.getByLabel('退回原因');
  await liesOpen(page, reason, [[360, 560], [360, 740], [1440, 900]]);
  await reason.fill('门的名称请按实际填写为南门');
  await page.getByRole('button', { name: /退回/ }).click();
  await page.getByText('都审完了').waitFor();
  await s.manager.goto(`${s.server.url}/venue`);
  await s.manager.getByText('门的名称请按实际填写为南门').waitFor();
  await ctx.shot(s.manager, 'came-back');
  await s.manager.getByRole('link', { name: '去改正' }).click();
  await s.manager.getByLabel('哪一个门').fill(DOOR);
  await s.manager.getByRole('button', { name: '重新提交' }).click();
  await s.manager.getByText('申请已提交').waitFor();
  // The longest waiting one is open already. Keyboard first.
  await page.goto(`${s.server.url}/review`);
  await page.getByRole('heading', { name: DOOR }).waitFor();
  await page.keyboard.press('a');
  await page.getByText('都审完了').waitFor();
}

async function posterIsReadBack(ctx, s) {
  await s.manager.goto(s.server.url + s.checkpoint);
  const [download] = await Promise.all([
    s.manager.waitForEvent('download'),
    s.manager.getByRole('link', { name: 'A4（210×297 毫米）' }).click(),
  ]);
  const stream = await download.createReadStream();
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  s.poster = await ctx.zbar(Buffer.concat(chunks));
  assert.match(s.poster, /^http:\/\/127\.0\.0\.1:\d+\/c\/[a-z2-7]{16}$/);
  await ctx.shot(s.manager, 'checkpoint');
}

async function dutyScreenIsEnrolled(ctx, s) {
  await s.manager.getByRole('button', { name: '生成绑定二维码' }).click();
  await s.manager.getByText('分钟内有效').waitFor();
  const link = await ctx.zbarImage(await s.manager.screenshot());
  assert.match(link, /\/duty\/enrol\//, 'the one-time QR can be scanned from the screen');
  s.duty = await ctx.newPage({ width: 1280, height: 800 });
  await s.duty.goto(link);
  await s.duty.getByRole('button', { name: '绑定并开始值守' }).click();
  await s.duty.getByText('等待扫码').waitFor();
  await ctx.shot(s.duty, 'duty-waiting');
  const again = await ctx.newPage({ expect_errors: [/status of 404/] });
  await again.goto(link);
  await again.getByText('绑定链接已用过或已过期').waitFor();
}

async function visitorRegistersAndEnters(ctx, s) {
  const page = await ctx.newPage({ width: 375, height: 812, expect_errors: [/status of 4\d\d/] });
  s.visitor = page;
  await page.goto(s.poster);
  await page.getByText('首次登记').waitFor();
  await ctx.shot(page, 'visitor-first');
  await page.getByLabel('姓名').fill(VISITOR.name);
  await page.getByLabel('证件号码').fill(VISITOR.id.slice(0, 17));
  await page.getByLabel('手机号码').fill(VISITOR.phone);
  await page.getByRole('button', { name: '获取验证码' }).click();
  await page.getByText('验证码已发送').waitFor();
  assert.equal(await page.getByLabel('姓名').inputValue(), VISITOR.name, 'nothing typed is lost');
  await page.getByRole('button', { name: '提交并登记进入' }).click();
  await page.getByText('身份证号码应为 18 位').first().waitFor();
  await ctx.shot(page, 'visitor-refused');
  await page.getByLabel('证件号码').fill(VISITOR.id);
  await page.getByLabel('短信验证码').fill(await smsCode(s.server, VISITOR.phone));
  await page.getByLabel('我已阅读并同意').check();
  await page.getByRole('button', { name: '提交并登记进入' }).click();
  await page.getByRole('heading', { name: '登记成功' }).waitFor();
  const answered = Date.now();
  await s.duty.locator('#card').getByText('孟*舟').waitFor({ timeout: 1000 });
  assert.ok(Date.now() - answered <= 1000, 'the duty screen shows it within a second');
  const text = await page.locator('body').innerText();
  for (const wanted of [PLACE, DOOR, '绿码', '请进入', '孟*舟']) assert.ok(text.includes(wanted), wanted);
  assert.match(text, /\d\d:\d\d:\d\d/, 'the time to the second');
  s.word = await s.duty.locator('#word').innerText();
  assert.ok(text.includes(s.word), 'the proof word is the one of the door');
  await ctx.shot(page, 'visitor-result');
  await ctx.shot(s.duty, 'duty-green');
}

async function laterScans(ctx, s) {
  const before = Number(await s.duty.locator('#counts b').first().innerText());
  assert.equal(before, 1);
  // With scripts no tap; within a minute it is the same entry.
  await s.visitor.goto(s.poster);
  await s.visitor.waitForURL(/\/r\//);
  await s.visitor.getByRole('heading', { name: '登记成功' }).waitFor();
  // Without scripts one tap, at another door, so that it is another entry.
  const plain = await ctx.newPage({ js: false });
  await plain.context().addCookies(await s.visitor.context().cookies());
  const other = links(s.server, 'c')[0];
  await plain.goto(other);
  assert.match(plain.url(), /\/c\/[a-z2-7]{16}$/, 'a GET registers nothing');
  await plain.getByRole('button', { name: '登记进入' }).click();
  await plain.getByRole('heading', { name: '登记成功' }).waitFor();
  await plain.goto(`${s.server.url}/me`);
  assert.equal(await plain.locator('.list li').count(), 2, 'two entries, not three');
  await ctx.shot(plain, 'visitor-mine');
}

async function aGetRegistersNothing(ctx, s) {
  const page = await ctx.newPage({ js: false, expect_errors: [/status of 404/] });
  for (const path of ['/c/aaaaaaaaaaaaaaaa', '/c/short', '/c/%00']) await page.goto(s.server.url + path);
  await page.goto(s.poster);
  assert.equal(Number(await s.duty.locator('#counts b').first().innerText()), 1);
}

async function reverseScan(ctx, s) {
  s.duty.expectErrors(/status of 422/);
  await s.duty.getByRole('link', { name: '反向扫码' }).click();
  await s.duty.getByLabel('证件号码').fill(COMPANION.id);
  await s.duty.getByText('校验相符').waitFor();
  await s.duty.getByRole('button', { name: '登记进入' }).click();
  await s.duty.getByLabel('姓名').fill(COMPANION.name);
  await ctx.shot(s.duty, 'duty-reverse', { whole: false });
  await s.duty.getByRole('button', { name: '登记进入' }).click();
  await s.duty.locator('#card').getByText('鲁*澜').waitFor({ timeout: 1000 });
  assert.match(await s.duty.locator('#card').innerText(), /证件号登记/);
}

/** What a guard cannot see or reach of the card and of the form below an open alert. */
function outOfReach() {
  const card = document.querySelector('.big');
  const alert = document.querySelector('.alert');
  const found = [];
  if (card.scrollHeight > card.clientHeight + 1 || card.scrollWidth > card.clientWidth + 1) found.push('facts of the card');
  if (card.getBoundingClientRect().bottom > innerHeight * 0.9) found.push('the end of the card');
  const edge = alert.getBoundingClientRect().right;
  for (const part of alert.querySelectorAll('*')) {
    if (part.getBoundingClientRect().right > edge + 1) found.push(`${part.tagName} ${part.textContent}`);
  }
  if (document.documentElement.scrollWidth > innerWidth) found.push('the page is wider than the screen');
  return found;
}

async function everyScreenShowsAllOfIt(s) {
  for (const to of ['en', 'zh']) {
    await s.duty.goto(`${s.server.url}/lang?to=${to}&next=/duty`);
    for (const [width, height] of [[768, 1024], [360, 740], [1024, 600], [1024, 768], [1440, 900]]) {
      await s.duty.setViewportSize({ width, height });
      assert.deepEqual(await s.duty.evaluate(outOfReach), [], `${to}, ${width} × ${height}`);
    }
  }
}

async function redRaisesAnAlert(ctx, s) {
  const red = s.server.output().match(/红码 (\d{17}[\dX])/)[1];
  await s.duty.getByRole('link', { name: '反向扫码' }).click();
  await s.duty.getByLabel('证件号码').fill(red);
  await s.duty.getByRole('button', { name: '登记进入' }).click();
  await s.duty.getByText('异常，待登记处置').waitFor();
  await ctx.shot(s.duty, 'duty-red');
  await everyScreenShowsAllOfIt(s);
  // Whoever is registered a second time is shown, not the red one who came after them.
  await s.duty.getByRole('link', { name: '反向扫码' }).click();
  await s.duty.getByLabel('证件号码').fill(COMPANION.id);
  await s.duty.getByRole('button', { name: '登记进入' }).click();
  await s.duty.locator('#card').getByText('没有重复登记').waitFor();
  assert.match(await s.duty.locator('#card').innerText(), /鲁\*澜/);
  await ctx.shot(s.duty, 'duty-again');
  await s.duty.reload();
  await s.duty.getByText('异常，待登记处置').waitFor();
  await s.duty.getByRole('button', { name: '复核通过' }).click();
  await s.duty.getByText('复核通过请写明依据').waitFor();
  await s.duty.getByLabel('备注').fill('已联系社区');
  await s.duty.getByRole('button', { name: '移交社区' }).click();
  await s.duty.getByText('异常，待登记处置').waitFor({ state: 'detached' });
  await s.duty.setViewportSize({ width: 375, height: 812 });
  await ctx.shot(s.duty, 'duty-phone');
}

async function investigatorTraces(ctx, s) {
  const investigator = links(s.server, 'sign-in')[3];
  const page = await signIn(ctx, investigator);
  page.expectErrors(/status of 422/);
  await page.getByLabel('病例编号').fill('FY-2026-001');
  await page.getByLabel('证件号码').fill(VISITOR.id);
  await page.getByRole('button', { name: '查找并建立病例' }).click();
  await page.getByText('请写明查询事由').first().waitFor();
  await page.getByLabel('查询事由').fill('核酸初筛阳性，流调');
  await page.getByRole('button', { name: '查找并建立病例' }).click();
  await page.waitForURL(/\/cases\/\d+/);
  await page.getByText(`${PLACE} ${DOOR}`).first().waitFor();
  const text = await page.locator('main').innerText();
  assert.ok(text.includes('鲁*澜'), 'whoever entered near is listed');
  assert.ok(!text.includes(COMPANION.name), 'masked until opened');
  await ctx.shot(page, 'tracing');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: '导出关联人员 CSV' }).click(),
  ]);
  const chunks = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk);
  const csv = Buffer.concat(chunks);
  assert.deepEqual([...csv.subarray(0, 3)], [0xef, 0xbb, 0xbf], 'UTF-8 with BOM');
  assert.ok(csv.toString('utf8').includes(COMPANION.name));
  await page.getByRole('button', { name: /查看身份 鲁/ }).click();
  await page.getByRole('heading', { name: COMPANION.name }).waitFor();
  await ctx.shot(page, 'identity');
  const auditor = await signIn(ctx, links(s.server, 'sign-in')[4]);
  await auditor.waitForURL(/\/audit/);
  const audit = await auditor.locator('main').innerText();
  for (const deed of ['按证件查找人员', '建立病例', '查看病例轨迹', '导出关联人员', '查看身份信息']) {
    assert.ok(audit.includes(deed), deed);
  }
  for (const secret of [VISITOR.name, COMPANION.name, VISITOR.id, VISITOR.phone]) {
    assert.ok(!audit.includes(secret), 'no person in the audit list');
  }
  await ctx.shot(auditor, 'audit');
}

export default [
  {
    name: 'from the application to tracing, through real pages',
    time_limit_ms: 240_000,
    async run(ctx) {
      const s = { server: await ctx.startServer({ args: ['demo'] }) };
      await managerApplies(ctx, s);
      await reviewerSendsBackAndApproves(ctx, s);
      await posterIsReadBack(ctx, s);
      await dutyScreenIsEnrolled(ctx, s);
      await visitorRegistersAndEnters(ctx, s);
      await laterScans(ctx, s);
      await aGetRegistersNothing(ctx, s);
      await reverseScan(ctx, s);
      await redRaisesAnAlert(ctx, s);
      await investigatorTraces(ctx, s);
      await s.server.stop();
    },
  },
];
