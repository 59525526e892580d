// Hostile callers over bare sockets, a real visitor among them, and what the server takes meanwhile.

import assert from 'node:assert/strict';
import { readFile, readdir, readlink } from 'node:fs/promises';
import { connect } from 'node:net';

/** Nobody waits this long for an answer, also on a busy machine. */
const ANSWER_MS_MAX = 15_000;
const VISIT_EVERY_MS = 50;
const WATCH_EVERY_MS = 100;

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Resident memory of a process in MB. */
export async function resident_mb(pid) {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(status.match(/VmRSS:\s+(\d+) kB/)[1]) / 1024;
}

/** How many sockets a process has open. */
export async function openSockets(pid) {
  const files = await readdir(`/proc/${pid}/fd`);
  const aims = await Promise.all(files.map((file) => readlink(`/proc/${pid}/fd/${file}`).catch(() => '')));
  return aims.filter((aim) => aim.startsWith('socket:')).length;
}

/** The visitors' tokens and the codes of a file written by `demo --tokens`. */
export async function readTokens(file) {
  const lines = (await readFile(file, 'utf8')).split('\n').map((line) => line.split(' '));
  const of = (kind) => lines.filter(([word]) => word === kind).map(([, value]) => value);
  return { visitors: of('visitor'), codes: of('code') };
}

/** People who check in one after the other, each pair of person and door once, all the time. */
export class Visitors {
  #server;
  #tokens;
  #next = 0;
  #going = false;
  #done;
  /** What was acknowledged: `{ token, id, entered_ms }`. */
  acknowledged = [];

  constructor(server, tokens) {
    this.#server = server;
    this.#tokens = tokens;
  }

  /** One check-in over the API; anything but 201 is an error. */
  async enter() {
    const { visitors, codes } = this.#tokens;
    const n = this.#next++;
    const token = visitors[n % visitors.length];
    const code = codes[Math.floor(n / visitors.length) % codes.length];
    const answer = await fetch(`${this.#server.url}/api/v1/checkins`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ code }),
      signal: AbortSignal.timeout(ANSWER_MS_MAX),
    });
    assert.equal(answer.status, 201, await answer.clone().text());
    const { id, entered_ms } = await answer.json();
    this.acknowledged.push({ token, id, entered_ms });
  }

  start() {
    this.#going = true;
    this.#done = (async () => {
      while (this.#going) {
        await this.enter();
        await sleep(VISIT_EVERY_MS);
      }
    })();
    // Whoever waits for `stop` hears of it; nobody else has to.
    this.#done.catch(() => {});
  }

  /** Ends it; a check-in that failed meanwhile is an error. */
  async stop() {
    this.#going = false;
    await this.#done;
  }

  /** Reads every acknowledged entry again; gives those that are not there as they were. */
  async missing() {
    const lost = [];
    const left = [...this.acknowledged];
    const reader = async () => {
      for (let entry = left.pop(); entry; entry = left.pop()) {
        const headers = { authorization: `Bearer ${entry.token}` };
        const answer = await fetch(`${this.#server.url}/api/v1/checkins/${entry.id}`, { headers });
        const there = answer.ok ? await answer.json() : {};
        if (there.entered_ms !== entry.entered_ms) lost.push(entry);
      }
    };
    await Promise.all(Array.from({ length: 8 }, reader));
    return lost;
  }
}

/** The most memory a process had while something was done, in MB. */
export async function most_mb_during(pid, work) {
  let most = 0;
  const watch = async () => { most = Math.max(most, await resident_mb(pid)); };
  await watch();
  const timer = setInterval(() => { watch().catch(() => {}); }, WATCH_EVERY_MS);
  try {
    await work();
    await watch();
  } finally {
    clearInterval(timer);
  }
  return most;
}

/**
 * One hostile connection: `text` is what came so far, `closed` resolves to the milliseconds until
 * the server closed it. `deaf`: nothing is ever read.
 */
export class Caller {
  text = '';

  constructor(server, { deaf = false } = {}) {
    const began = performance.now();
    this.socket = connect({ port: server.port, host: '127.0.0.1', noDelay: true, allowHalfOpen: false });
    // A reset is a close, too.
    this.socket.on('error', () => {});
    this.closed = new Promise((resolve) => {
      this.socket.once('close', () => resolve(performance.now() - began));
    });
    if (deaf) this.socket.pause();
    else this.socket.setEncoding('latin1').on('data', (text) => { this.text += text; });
  }

  /** Sends without waiting; whether the connection was still there. */
  send(bytes) {
    return this.socket.writable && (this.socket.write(bytes), true);
  }

  /** Sends when the system takes it, as fast as it does; whether the connection was still there. */
  async push(bytes) {
    if (!this.socket.writable) return false;
    if (!this.socket.write(bytes)) {
      const drained = new Promise((resolve) => { this.socket.once('drain', resolve); });
      await Promise.race([drained, this.closed]);
    }
    return this.socket.writable;
  }

  /** Status codes of all answers so far. */
  get statuses() {
    return [...this.text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status));
  }

  leave() {
    this.socket.destroy();
  }
}

/** Many hostile connections. */
export function callers(server, count, options) {
  return Array.from({ length: count }, () => new Caller(server, options));
}

/** Does something again and again for so many milliseconds. */
export async function goOn(ms, work) {
  const until = performance.now() + ms;
  for (let n = 0; performance.now() < until; n += 1) await work(n);
}
