// Hostile callers: while they do their worst, a visitor's check-in is recorded as always, the
// server's memory stays within a bound, and afterwards nothing is lost and nothing is left behind.

import assert from 'node:assert/strict';
import path from 'node:path';
import {
  Caller, callers, goOn, most_mb_during, openSockets, readTokens, resident_mb, sleep, Visitors,
} from '../lib/floods.mjs';

/** What all of it together may add to the server's memory. */
const GROWN_MB_MAX = 150;
/** Sockets that may be open besides hostile ones: the visitor's, the listener and the like. */
const OTHER_SOCKETS_MAX = 24;
/**
 * A head or a body that is not there after 10 s is not waited for. Of so many connections at once some
 * come late, or never although they believe so: the system's queue of new ones is full for a moment.
 * So the sockets that the server has are counted, not those of callers who say nothing.
 */
const SLOW_MS_MAX = 30_000;
/** An answer of which nothing is read is given up after 30 s. */
const DEAF_MS_MAX = 40_000;

let scene;

/** The server of this file, and the visitor who goes on checking in. */
async function city(ctx) {
  if (scene) return scene;
  const data = path.join(await ctx.newFolder(), 'data');
  const tokens = path.join(await ctx.newFolder(), 'tokens');
  // Whoever writes X-Forwarded-For comes from that address; the visitors come from this machine.
  const limits = ['--trusted-proxy', '127.0.0.1', '--address-per-minute', '600', '--person-per-minute', '0'];
  const server = await ctx.startServer({ args: ['demo', '--tokens', tokens, ...limits], data });
  const known = await readTokens(tokens);
  const visitors = new Visitors(server, known);
  for (let n = 0; n < 50; n += 1) await visitors.enter();
  scene = { server, data, known, visitors, before_mb: await resident_mb(server.pid) };
  return scene;
}

/** Lets a visitor check in all the time while this is done, and looks at the server afterwards. */
async function meanwhile(ctx, work) {
  const { server, visitors, before_mb } = await city(ctx);
  const already = visitors.acknowledged.length;
  visitors.start();
  const most_mb = await most_mb_during(server.pid, () => work(scene));
  await visitors.stop();
  const entered = visitors.acknowledged.length - already;
  const grown_mb = Math.round(most_mb - before_mb);
  console.log(`  ${entered} check-ins meanwhile, at most ${grown_mb} MB more than at the start`);
  assert.ok(entered >= 3, `check-ins went on: ${entered}`);
  assert.ok(grown_mb < GROWN_MB_MAX, `${grown_mb} MB more`);
  await emptied(server);
  assert.equal((await fetch(`${server.url}/readyz`)).status, 200);
}

async function until(holds, what, ms_max = 5_000) {
  const deadline = performance.now() + ms_max;
  while (!await holds()) {
    assert.ok(performance.now() < deadline, typeof what === 'function' ? what() : what);
    await sleep(100);
  }
}

/** Waits until the server has let all hostile connections go. */
async function emptied(server, ms_max) {
  const few = async () => await openSockets(server.pid) <= OTHER_SOCKETS_MAX;
  await until(few, 'connections are kept', ms_max);
}

const count = (list) => list.reduce((all, key) => all.set(key, (all.get(key) ?? 0) + 1), new Map());
const aCode = () => Array.from({ length: 16 }, () => 'abcdefghijklmnopqrstuvwxyz234567'[Math.random() * 32 | 0]).join('');
const post = (aim, headers, body) =>
  `POST ${aim} HTTP/1.1\r\nhost: here\r\n${headers}content-length: ${body.length}\r\n\r\n${body}`;
const JSON_TYPE = 'content-type: application/json\r\n';
const FORM_TYPE = 'content-type: application/x-www-form-urlencoded\r\n';

/** Callers who each ask again as soon as they are answered; how often each status came. */
async function flood(server, { connections, ms, ask }) {
  const statuses = [];
  await Promise.all(callers(server, connections).map(async (caller) => {
    await goOn(ms, async (n) => {
      const answered = caller.statuses.length;
      caller.send(ask(n));
      while (caller.statuses.length === answered && caller.socket.writable) await sleep(1);
      statuses.push(...caller.statuses.slice(answered));
      caller.text = '';
      if (!caller.socket.writable) caller.leave();
    });
    caller.leave();
  }));
  return count(statuses);
}

async function unknownCodes(ctx) {
  await meanwhile(ctx, async ({ server, known }) => {
    const page = () => `GET /c/${aCode()} HTTP/1.1\r\nhost: here\r\n\r\n`;
    const bearer = `authorization: Bearer ${known.visitors[0]}\r\n`;
    const scan = () => post('/api/v1/checkins', bearer + JSON_TYPE, `{"code":"${aCode()}"}`);
    const seen = await flood(server, { connections: 64, ms: 2_000, ask: (n) => (n % 2 ? page() : scan()) });
    assert.deepEqual([...seen.keys()], [404]);
  });
}

async function oneAddress(ctx) {
  await meanwhile(ctx, async ({ server }) => {
    const from = 'x-forwarded-for: 198.51.100.7\r\n';
    const ask = () => `GET /c/${aCode()} HTTP/1.1\r\nhost: here\r\n${from}\r\n`;
    const seen = await flood(server, { connections: 32, ms: 1_500, ask });
    assert.deepEqual([...seen.keys()].sort(), [404, 429]);
    assert.ok(seen.get(404) < 700, `what the address may ask: ${seen.get(404)}`);
  });
}

async function badTokens(ctx) {
  await meanwhile(ctx, async ({ server, known }) => {
    const noise = () => `${aCode()}${aCode()}${aCode()}${aCode()}`;
    const forged = () => known.visitors[0].slice(0, -8) + aCode().slice(0, 8).toUpperCase();
    const asks = [
      () => post('/api/v1/checkins', `authorization: Bearer ${noise()}\r\n${JSON_TYPE}`, '{"code":"x"}'),
      () => post('/api/v1/checkins', `authorization: Bearer ${forged()}\r\n${JSON_TYPE}`, '{"code":"x"}'),
      () => `GET /cases HTTP/1.1\r\nhost: here\r\ncookie: vc_staff=${noise().slice(0, 32)}\r\n\r\n`,
      () => `GET /duty/state HTTP/1.1\r\nhost: here\r\ncookie: vc_duty=${noise().slice(0, 32)}\r\n\r\n`,
      () => `GET /me HTTP/1.1\r\nhost: here\r\ncookie: vc_visitor=${forged()}\r\n\r\n`,
    ];
    const seen = await flood(server, { connections: 64, ms: 2_000, ask: (n) => asks[n % asks.length]() });
    assert.deepEqual([...seen.keys()].sort(), [303, 401]);
  });
}

async function hugeBodies(ctx) {
  await meanwhile(ctx, async ({ server, known }) => {
    const bearer = `authorization: Bearer ${known.visitors[0]}\r\n`;
    const endless = 'transfer-encoding: chunked\r\n\r\n';
    const heads = [
      `POST /api/v1/checkins HTTP/1.1\r\nhost: here\r\n${bearer}${JSON_TYPE}content-length: 4000000000\r\n\r\n`,
      `POST /api/v1/checkins HTTP/1.1\r\nhost: here\r\n${bearer}${JSON_TYPE}${endless}`,
      `POST /login HTTP/1.1\r\nhost: here\r\n${FORM_TYPE}${endless}`,
    ];
    const piece = 'a'.repeat(0x8000);
    // Whoever stops after a megabyte reads why; whoever never stops may be too busy for that.
    const finite = callers(server, 30);
    await Promise.all(finite.map(async (caller, n) => {
      const head = heads[n % heads.length];
      const chunk = head.includes('chunked') ? `8000\r\n${piece}\r\n` : piece;
      await caller.push(head);
      for (let sent = 0; sent < 32; sent += 1) await caller.push(chunk);
      await caller.closed;
      assert.deepEqual(caller.statuses, [413]);
    }));
    const all = callers(server, 150);
    await Promise.all(all.map(async (caller, n) => {
      const head = heads[n % heads.length];
      const chunk = head.includes('chunked') ? `8000\r\n${piece}\r\n` : piece;
      await caller.push(head);
      await goOn(5_000, async () => {
        if (!(await caller.push(chunk))) await caller.closed;
        if (caller.socket.destroyed) await sleep(100);
      });
      assert.ok(caller.socket.destroyed, 'the server hangs up');
      const said = caller.statuses;
      assert.ok(said.length === 0 || said[0] === 413, `${said}`);
    }));
  });
}

async function piecesOfOneByte(ctx) {
  await meanwhile(ctx, async ({ server }) => {
    const all = callers(server, 100);
    const head = `POST /login HTTP/1.1\r\nhost: here\r\n${FORM_TYPE}content-length: 60000\r\n\r\n`;
    for (const caller of all) caller.send(head);
    let sent = 0;
    await goOn(6_000, async () => {
      for (const caller of all) sent += Number(caller.send('a'));
      await new Promise(setImmediate);
    });
    console.log(`  ${sent} bytes of ${all.length} bodies`);
    for (const caller of all) caller.leave();
  });
}

async function slowOfEveryKind(ctx) {
  await meanwhile(ctx, async ({ server, known }) => {
    const bearer = `authorization: Bearer ${known.visitors[0]}\r\n`;
    const heads = callers(server, 500);
    const idle = callers(server, 800);
    const bodies = callers(server, 500);
    const deaf = callers(server, 60, { deaf: true });
    for (const caller of heads) caller.send('GET /healthz HTTP/1.1\r\nhost: here\r\nx: ');
    for (const caller of bodies) {
      caller.send(`POST /api/v1/checkins HTTP/1.1\r\nhost: here\r\n${bearer}${JSON_TYPE}content-length: 1000\r\n\r\n{`);
    }
    const asset = 'GET /assets/desk.css HTTP/1.1\r\nhost: here\r\n\r\n';
    for (const caller of deaf) caller.push(asset.repeat(5_000));
    await until(async () => await openSockets(server.pid) > 1_000, 'they are there', SLOW_MS_MAX);
    const slow = { heads, bodies };
    const still = () => Object.entries(slow)
      .map(([what, all]) => [what, all.filter((caller) => !caller.socket.destroyed).length])
      .filter(([, open]) => open > 0);
    let beat = 0;
    await until(() => {
      beat += 1;
      if (beat % 5 === 0) for (const caller of [...heads, ...bodies]) caller.send(' ');
      return still().length === 0;
    }, () => `still open: ${still().join(' ')}`, SLOW_MS_MAX);
    assert.deepEqual([...count(bodies.flatMap((caller) => caller.statuses)).keys()], [400]);
    await until(async () => await openSockets(server.pid) <= deaf.length + OTHER_SOCKETS_MAX,
      'idle connections are kept', SLOW_MS_MAX);
    await emptied(server, DEAF_MS_MAX);
    for (const caller of [...idle, ...deaf]) caller.leave();
  });
}

async function pipelined(ctx) {
  await meanwhile(ctx, async ({ server }) => {
    const asks = 1_000;
    const all = callers(server, 50);
    const last = 'GET /healthz HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n';
    await Promise.all(all.map(async (caller) => {
      caller.send('GET /healthz HTTP/1.1\r\nhost: here\r\n\r\n'.repeat(asks) + last);
      await caller.closed;
      assert.deepEqual([...count(caller.statuses)], [[200, asks + 1]]);
    }));
  });
}

async function http2(ctx) {
  const { server } = await city(ctx);
  const preface = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
  const direct = new Caller(server);
  direct.send(`${preface}\0\0\0\x04\0\0\0\0\0`);
  assert.ok(await direct.closed < 5_000, 'not waited for');
  assert.equal(direct.text, '');
  const upgrade = new Caller(server);
  upgrade.send('GET /healthz HTTP/1.1\r\nhost: here\r\nconnection: Upgrade, HTTP2-Settings\r\n'
    + `upgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAAP__\r\n\r\n${preface}`);
  assert.ok(await upgrade.closed < 5_000, 'not waited for');
  assert.equal(upgrade.statuses[0], 200, 'answered as HTTP/1.1');
  assert.ok(!upgrade.statuses.includes(101), 'and not switched');
}

async function nothingLost(ctx) {
  const { server, data, visitors } = await city(ctx);
  assert.deepEqual(await visitors.missing(), []);
  assert.equal(await server.stop(), 0);
  const words = server.output().match(/panicked|did not end within/);
  assert.equal(words, null);
  await ctx.startServer({ args: ['demo'], data, port: server.port });
  assert.ok(visitors.acknowledged.length > 100);
  assert.deepEqual(await visitors.missing(), [], 'nor after a start');
}

export default [
  { name: 'a flood of unknown codes', run: unknownCodes },
  { name: 'a flood from one address is told to wait', run: oneAddress },
  { name: 'a flood of bad tokens', run: badTokens },
  { name: 'bodies without end', run: hugeBodies },
  { name: 'bodies in pieces of one byte', run: piecesOfOneByte },
  { name: 'slow heads, slow bodies, idle connections and callers who read nothing', run: slowOfEveryKind },
  { name: 'requests in one go', run: pipelined },
  { name: 'HTTP/2 is not spoken', run: http2 },
  { name: 'every check-in that was acknowledged among all that is there', run: nothingLost },
];
