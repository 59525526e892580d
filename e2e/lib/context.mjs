// What a test is given: servers, pages, screenshots and a reader of printed codes.

import { mkdtemp, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { openPage } from './browser.mjs';
import { Server } from './server.mjs';
import { readCodeOfImage, readCodeOfPdf, textOfPdf } from './codes.mjs';

const SHOTS = fileURLToPath(new URL('../shots/', import.meta.url));
const WORK = fileURLToPath(new URL('../.work/', import.meta.url));
/** How long a page may take to say what went wrong after the last step of a test. */
const SETTLE_MS = 50;

export class Context {
  #file;
  #closers = [];
  #pages = [];
  #complaints = [];
  #failures = 0;
  #opened = new Set();

  /** @param {string} file name of the test file, without its ending */
  constructor(file) {
    this.#file = file;
  }

  /** A new empty folder, removed when the file's tests are done. */
  async newFolder() {
    const folder = await mkdtemp(path.join(WORK, `${this.#file}-`));
    this.#closers.push(() => rm(folder, { recursive: true, force: true }));
    return folder;
  }

  /**
   * Starts `venuecode` on a free loopback port and waits until it is healthy.
   * `args`: the command and its options, `['serve']` if not given. `data`: the data folder, a new
   * one if not given. `port`: the same port again, for a second start. `env`: added variables.
   * See lib/server.mjs for what the server can do.
   */
  async startServer({ args, data, port, env, ready_ms_max } = {}) {
    const folder = data ?? (await this.newFolder());
    const server = new Server({ args, data: folder, env });
    this.#closers.push(() => server.kill9());
    await server.start({ port, ready_ms_max });
    return server;
  }

  /**
   * Opens a page with cookies of its own: another person. `beside`: a page whose cookies it shares.
   * `expect_errors`: patterns of complaints that belong to the test, such as /status of 404/; more
   * can be added later by `page.expectErrors(pattern, …)`. `options`: further options of a
   * playwright browser context.
   */
  async newPage({ width = 375, height = 812, js = true, userAgent, beside, expect_errors = [], options } = {}) {
    const page = await openPage({
      width, height, js, userAgent, beside, options, expected: expect_errors,
      complain: (text) => this.#complaints.push(text),
      opened: (path) => this.#opened.add(path),
    });
    this.#pages.push(page);
    if (!beside) this.#closers.push(() => page.context().close());
    return page;
  }

  /** Saves what the page shows as e2e/shots/<file>-<name>.png and returns the PNG. */
  async shot(page, name, { whole = true } = {}) {
    return page.screenshot({ path: path.join(SHOTS, `${this.#file}-${name}.png`), fullPage: whole });
  }

  /** Reads the printed code on one page of a PDF with an independent reader. */
  zbar(pdf, options) {
    return readCodeOfPdf(pdf, options);
  }

  /** The words of a PDF. */
  pdfText(pdf) {
    return textOfPdf(pdf);
  }

  /** Reads the code in a PNG, such as a screenshot, with an independent reader. */
  zbarImage(png) {
    return readCodeOfImage(png);
  }

  /** The paths of every good answer that a page of this file got. */
  opened() {
    return this.#opened;
  }

  /** Lets pages say what they have to say. */
  async settle() {
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  }

  /** What pages complained about since the last call. */
  takeComplaints() {
    return this.#complaints.splice(0);
  }

  /** Keeps the last sight of every open page, to see why a test failed. */
  async shotsOfFailure() {
    this.#failures += 1;
    const open = this.#pages.filter((page) => !page.isClosed());
    for (const [index, page] of open.entries()) {
      const name = `failed-${this.#failures}-page-${index + 1}`;
      await this.shot(page, name).catch((error) => console.log(`no picture of a page: ${error.message}`));
    }
  }

  /** Closes pages, ends servers, removes folders: last opened, first closed. */
  async close() {
    for (const closer of this.#closers.splice(0).reverse()) {
      await closer().catch((error) => console.log(`closing: ${error.message}`));
    }
  }
}
