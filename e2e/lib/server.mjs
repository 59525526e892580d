// The program under test: the release binary on a free loopback port, started, stopped and killed.

import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import path from 'node:path';

const READY_MS_MAX = 120_000;
const ASK_EVERY_MS = 50;
/** A draining server answers what waits and closes its store; then it must be gone. */
const STOP_MS_MAX = 20_000;
/** How much of the program's own words a failure shows. */
const TAIL_CHARS = 4_000;

const running = new Set();
// However we end, no server outlives us.
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(130));

/** Where cargo puts the release binary, unless VENUECODE_BIN names another. */
export function binary() {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const target = path.resolve(root, process.env.CARGO_TARGET_DIR ?? 'target');
  return process.env.VENUECODE_BIN ?? path.join(target, 'release', 'venuecode');
}

/** A loopback port that nobody listens on at this moment. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** One run of a program: `url`, `output`, `waitFor`, `stop`, `kill9`. */
export class Server {
  #program;
  #words;
  #env;
  #child;
  #ended;
  #output = '';
  /** How the last run ended, once it has: `{ code, signal }`. */
  end;

  /** `program` is for tests of this harness; everybody else tests the release binary. */
  constructor({ args = ['serve'], data, env = {}, program = binary() }) {
    this.#program = program;
    this.#words = data === undefined ? args : [...args, '--data', data];
    this.data = data;
    this.#env = env;
  }

  /** Spawns the program with `--listen 127.0.0.1:PORT` and waits for `GET /healthz` to say 200. */
  async start({ port, ready_ms_max = READY_MS_MAX } = {}) {
    this.port = port ?? (await freePort());
    this.url = `http://127.0.0.1:${this.port}`;
    const words = [...this.#words, '--listen', `127.0.0.1:${this.port}`];
    const child = spawn(this.#program, words, { env: { ...process.env, ...this.#env } });
    this.#child = child;
    this.end = undefined;
    running.add(child);
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => { this.#output += text; });
    }
    this.#ended = new Promise((resolve) => {
      child.once('error', (error) => resolve({ code: null, signal: null, error }));
      child.once('close', (code, signal) => resolve({ code, signal }));
    }).then((end) => {
      running.delete(child);
      this.end = end;
      return end;
    });
    await this.#untilHealthy(ready_ms_max);
  }

  async #untilHealthy(ready_ms_max) {
    const deadline = performance.now() + ready_ms_max;
    while (performance.now() < deadline) {
      if (this.end) throw this.#failure(`ended before it was healthy (${describe(this.end)})`);
      const healthy = await fetch(`${this.url}/healthz`).then((answer) => answer.ok, () => false);
      if (healthy) return;
      await sleep(ASK_EVERY_MS);
    }
    throw this.#failure(`not healthy after ${ready_ms_max} ms`);
  }

  /** The process id, for tests that send signals of their own. */
  get pid() {
    return this.#child.pid;
  }

  /** Everything the program has written so far, both streams. */
  output() {
    return this.#output;
  }

  /** Waits until the output matches, and returns the match. */
  async waitFor(pattern, ms_max = 10_000) {
    const deadline = performance.now() + ms_max;
    for (;;) {
      const match = this.#output.match(pattern);
      if (match) return match;
      if (this.end || performance.now() > deadline) throw this.#failure(`never said ${pattern}`);
      await sleep(ASK_EVERY_MS);
    }
  }

  /** Sends SIGTERM and waits; returns the exit code. A server that does not go is an error. */
  async stop() {
    this.#child.kill('SIGTERM');
    const end = await Promise.race([this.#ended, sleep(STOP_MS_MAX)]);
    if (!end) {
      await this.kill9();
      throw this.#failure(`still there ${STOP_MS_MAX} ms after SIGTERM`);
    }
    return end.code;
  }

  /** Sends SIGKILL, as a power cut would, and waits until the process is gone. */
  async kill9() {
    if (!this.#child || this.end) return;
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  #failure(what) {
    const words = this.#output.slice(-TAIL_CHARS).trimEnd();
    return new Error(`${path.basename(this.#program)}: ${what}\n${words}`);
  }
}

function describe({ code, signal, error }) {
  return error ? error.message : signal ?? `exit code ${code}`;
}
