// How heavy a page is on the network: one answer, compressed as a phone asks for it.

import assert from 'node:assert/strict';
import { request } from 'node:http';
import { gunzipSync } from 'node:zlib';

const COMPRESSED_BYTES_MAX = 14 * 1024;
const WHOLE_BYTES_MAX = 30 * 1024;

function raw(url, headers) {
  return new Promise((resolve, reject) => {
    const asked = request(url, { headers }, (answer) => {
      const parts = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('end', () => resolve({ headers: answer.headers, bytes: Buffer.concat(parts) }));
    });
    asked.on('error', reject);
    asked.end();
  });
}

/** An error when what the page shows is heavier than a visitor's page may be; its weight otherwise. */
export async function isLight(page, what) {
  const cookies = await page.context().cookies(page.url());
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
  const { headers, bytes } = await raw(page.url(), { 'accept-encoding': 'gzip', cookie });
  assert.equal(headers['content-encoding'], 'gzip', `${what} is compressed`);
  const whole = gunzipSync(bytes);
  assert.doesNotMatch(whole.toString(), /src="|rel="stylesheet"|@import/, `${what} is one answer`);
  assert.ok(bytes.length <= COMPRESSED_BYTES_MAX, `${what}: ${bytes.length} bytes compressed`);
  assert.ok(whole.length <= WHOLE_BYTES_MAX, `${what}: ${whole.length} bytes`);
  return bytes.length;
}
