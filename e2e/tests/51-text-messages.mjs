// Text messages through the provider: a stand-in that checks each request as the real service does
// (ACS3-HMAC-SHA256), and answers in its shape, also when it refuses, is slow, or talks nonsense.

import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';

const KEY = 'LTAI-invented';
const SECRET = 'an-invented-secret';
const SIGN_NAME = '阜阳场所码';
const PASSWORD = 'qinghe-2026-fuyang';
const TEMPLATES = {
  code: 'SMS_1001', notice: 'SMS_1002', several: 'SMS_1003',
  door_invitation: 'SMS_1004', unit_invitation: 'SMS_1005', phone_change: 'SMS_1006', phone_changed: 'SMS_1007',
};

const sha256 = (text) => createHash('sha256').update(text).digest('hex');

/** Whether a request is signed by who holds the secret, as the provider's description has it. */
function isSigned(request) {
  const header = request.headers.authorization ?? '';
  const found = header.match(/^ACS3-HMAC-SHA256 Credential=([^,]+),SignedHeaders=([^,]+),Signature=([0-9a-f]+)$/);
  if (!found || found[1] !== KEY) return false;
  const names = found[2].split(';');
  for (const name of ['host', 'x-acs-action', 'x-acs-date', 'x-acs-signature-nonce', 'x-acs-version']) {
    if (!names.includes(name)) return false;
  }
  const [, query] = request.url.split('?');
  const pairs = query.split('&').map((pair) => pair.split('=').map(decodeURIComponent));
  const encode = (text) => encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  const canonicalQuery = pairs.sort(([a], [b]) => (a < b ? -1 : 1)).map(([k, v]) => `${encode(k)}=${encode(v)}`).join('&');
  const headers = names.map((name) => `${name}:${request.headers[name].trim()}\n`).join('');
  const canonical = [request.method, '/', canonicalQuery, headers, names.join(';'), sha256('')].join('\n');
  const mac = createHmac('sha256', SECRET).update(`ACS3-HMAC-SHA256\n${sha256(canonical)}`).digest('hex');
  const age = Math.abs(Date.now() - Date.parse(request.headers['x-acs-date']));
  return mac === found[3] && age < 15 * 60_000;
}

/** The stand-in: keeps what it took; `mood` says how it answers. */
function standIn() {
  const state = { taken: [], refusedSignatures: 0, nonces: new Set(), mood: 'well' };
  const server = createServer((request, response) => {
    const say = (status, body) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    };
    const nonce = request.headers['x-acs-signature-nonce'];
    if (!isSigned(request) || state.nonces.has(nonce)) {
      state.refusedSignatures += 1;
      return say(400, { Code: 'SignatureDoesNotMatch', Message: 'no', RequestId: 'R' });
    }
    state.nonces.add(nonce);
    const query = Object.fromEntries(new URL(request.url, 'http://x').searchParams);
    if (state.mood === 'limited') {
      return say(200, { Code: 'isv.BUSINESS_LIMIT_CONTROL', Message: `${query.PhoneNumbers} 触发限流`, RequestId: 'R-7' });
    }
    if (state.mood === 'garbage') return say(200, '<html>bad gateway</html>');
    if (state.mood === 'gone') return request.socket.destroy();
    state.taken.push({ ...query, action: request.headers['x-acs-action'], version: request.headers['x-acs-version'] });
    return say(200, { Code: 'OK', Message: 'OK', RequestId: 'R-1', BizId: 'B-1' });
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve({ state, server, url: `http://127.0.0.1:${server.address().port}` }));
  });
}

export default [
  {
    name: 'codes go out through the provider, and its bad days are told calmly',
    async run(ctx) {
      const folder = await mkdtemp(path.join(tmpdir(), 'venuecode-sms-'));
      const provider = await standIn();
      try {
        const secret = path.join(folder, 'secret');
        await writeFile(secret, `${SECRET}\n`);
        await chmod(secret, 0o600);
        const server = await ctx.startServer({
          args: ['serve', '--sms', 'aliyun', '--sms-endpoint', provider.url],
          data: path.join(folder, 'data'),
          env: {
            VENUECODE_SMS_KEY_ID: KEY,
            VENUECODE_SMS_SECRET_FILE: secret,
            VENUECODE_SMS_SIGN_NAME: SIGN_NAME,
            VENUECODE_SMS_TEMPLATE: Object.entries(TEMPLATES).map((pair) => pair.join('=')).join(','),
          },
        });
        const page = await ctx.newPage({ width: 360, height: 740, expect_errors: [/status of 422/] });
        await page.goto(`${server.url}/register`);
        await page.getByLabel('姓名').fill('秦若水');
        await page.getByLabel('密码', { exact: true }).fill(PASSWORD);
        for (const mood of ['limited', 'garbage', 'gone']) {
          provider.state.mood = mood;
          await page.getByLabel('手机号码').fill('15500000301');
          await page.getByRole('button', { name: '获取验证码' }).click();
          await page.getByText('短信暂时发不出去').first().waitFor();
          assert.equal(await page.getByLabel('姓名').inputValue(), '秦若水', 'nothing typed is lost');
        }
        assert.match(server.output(), /isv\.BUSINESS_LIMIT_CONTROL/, 'the operator sees why');
        assert.ok(!server.output().includes('15500000301'), 'and no number');
        provider.state.mood = 'well';
        await page.getByRole('button', { name: '获取验证码' }).click();
        await page.getByText('验证码已发送').waitFor();
        const [sent] = provider.state.taken;
        assert.deepEqual(
          [sent.action, sent.version, sent.SignName, sent.TemplateCode, sent.PhoneNumbers],
          ['SendSms', '2017-05-25', SIGN_NAME, 'SMS_1001', '15500000301'],
        );
        const { code } = JSON.parse(sent.TemplateParam);
        await page.getByLabel('短信验证码').fill(code);
        await page.getByLabel('密码', { exact: true }).fill(PASSWORD);
        await page.getByRole('button', { name: '注册' }).click();
        await page.waitForURL(/\/venue/);
        assert.equal(provider.state.refusedSignatures, 0);
        assert.ok(!server.output().includes(SECRET));
      } finally {
        provider.server.close();
        await rm(folder, { recursive: true, force: true });
      }
    },
  },
];
