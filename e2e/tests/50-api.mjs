// The venue platform by API, against the running program: a table of many doors, one decision about
// all of them, a poster whose code lets somebody in; and a browser's pages show the same.

import assert from 'node:assert/strict';

const HEAD = '场所名称,门,详细地址,县区,乡镇街道,场所类别,管理员,联系电话';
const DOORS = 600;

/** More than the 64 KiB that other bodies may have. */
function table() {
  const row = (n) => `百姓缘大药房,${n} 号门,三清路 1 号商贸城一层临街铺面,颍州区,鼓楼街道,药店,赵敏,13800138000`;
  return `${HEAD}\n${Array.from({ length: DOORS }, (_, n) => row(n)).join('\n')}\n`;
}

/** A program: asks with its token; holds that the answer has this status. */
function program(server, token) {
  return async (status, method, path, body, kind = 'application/json') => {
    const headers = { ...(token && { authorization: `Bearer ${token}` }), ...(body && { 'content-type': kind }) };
    const sent = typeof body === 'object' ? JSON.stringify(body) : body;
    const answer = await fetch(`${server.url}/api/v1${path}`, { method, headers, body: sent });
    const bytes = Buffer.from(await answer.arrayBuffer());
    assert.equal(answer.status, status, `${method} ${path}: ${bytes.toString().slice(0, 500)}`);
    const json = answer.headers.get('content-type')?.includes('json');
    return { body: json ? JSON.parse(bytes) : bytes, place: answer.headers.get('location') };
  };
}

/** The program of whoever has this one-time link for signing in. */
async function signedIn(server, link) {
  const one_time = link.split('/').at(-1);
  const session = await program(server)(201, 'POST', `/sign-in-links/${one_time}/session`);
  return { ask: program(server, session.body.token), token: session.body.token };
}

export default [
  {
    name: 'hundreds of doors are applied for, approved and printed without a page',
    run: async (ctx) => {
      const server = await ctx.startServer({ args: ['demo'] });
      const links = server.output().match(/http\S+\/sign-in\/\S+/g);
      const { ask: manager, token } = await signedIn(server, links[0]);
      const { ask: reviewer } = await signedIn(server, links[1]);
      await program(server)(404, 'POST', `/sign-in-links/${links[0].split('/').at(-1)}/session`);

      const sheet = table();
      assert.ok(Buffer.byteLength(sheet) > 64 * 1024);
      const taken = await manager(201, 'POST', '/drafts/table', sheet, 'text/csv');
      assert.equal(taken.body.rows, DOORS);
      const long = await manager(413, 'POST', '/drafts/table', 'a'.repeat(5 * 1024 * 1024), 'text/csv');
      assert.equal(long.body.type, 'urn:venuecode:too-large');
      const submitted = await manager(200, 'POST', '/drafts/submit');
      assert.deepEqual(submitted.body, { submitted: DOORS, left: 0 });

      const queue = (await reviewer(200, 'GET', '/applications?category=204&q=%E7%99%BE%E5%A7%93%E7%BC%98')).body;
      assert.equal(queue.total, DOORS);
      const many = { seen_ms: queue.seen_ms, category: '204' };
      const approved = (await reviewer(200, 'POST', '/applications/approve', many)).body;
      assert.equal(approved.approved, DOORS);
      await manager(403, 'POST', '/applications/approve', many);

      const list = (await manager(200, 'GET', '/checkpoints?state=approved&q=599')).body;
      assert.equal(list.total, 1);
      const at = `/checkpoints/${list.checkpoints[0].id}`;
      const door = (await manager(200, 'GET', at)).body;
      const poster = (await manager(200, 'GET', `${at}/posters/A4.pdf`)).body;
      assert.equal(await ctx.zbar(poster), door.code.url);
      const looked = await fetch(door.code.url);
      assert.match(await looked.text(), /百姓缘大药房/);
      await manager(204, 'POST', `${at}/close`);
      assert.equal((await fetch(door.code.url)).status, 410);

      const page = await ctx.newPage();
      await page.context().addCookies([{ name: 'vc_staff', value: token, url: server.url }]);
      await page.goto(`${server.url}/venue?q=599`);
      await page.getByText('599 号门').first().waitFor();
      // A page of our own may ask with its cookie.
      const own = await page.evaluate(async (path) => (await fetch(path)).json(), `/api/v1${at}`);
      assert.equal(own.standing, 'closed');
    },
  },
];
