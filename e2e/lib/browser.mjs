// One chromium for the whole run, a new empty profile, and pages whose complaints are collected.

import { chromium } from 'playwright-core';

const EXECUTABLE = process.env.CHROMIUM ?? '/usr/bin/chromium';
const ARGUMENTS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
/** No step of a page takes longer than this on a busy machine of two cores. */
const STEP_MS_MAX = 15_000;

let browser;

async function theBrowser() {
  if (!browser?.isConnected()) {
    browser = await chromium.launch({
      executablePath: EXECUTABLE,
      headless: true,
      // It refuses to start as root and in many containers; the pages are all our own.
      chromiumSandbox: false,
      args: ARGUMENTS,
    });
  }
  return browser;
}

/** Ends the browser, if one was started. */
export async function closeBrowser() {
  await browser?.close();
  browser = undefined;
}

/**
 * Opens a page. Everything it complains about goes to `complain`: errors in its console (breaches
 * of its content security policy among them), uncaught errors, and requests to outside hosts.
 * The path of every good answer it gets goes to `opened`.
 */
export async function openPage({ width, height, js, userAgent, beside, options, expected, complain, opened }) {
  const context = beside
    ? beside.context()
    : await (await theBrowser()).newContext({
      viewport: { width, height },
      javaScriptEnabled: js,
      userAgent,
      locale: 'zh-CN',
      timezoneId: 'Asia/Shanghai',
      ...options,
    });
  context.setDefaultTimeout(STEP_MS_MAX);
  const page = await context.newPage();
  if (beside) await page.setViewportSize({ width, height });
  listen(page, [...expected], complain);
  page.on('response', (answer) => {
    if (answer.request().method() === 'GET' && answer.status() < 400) opened(new URL(answer.url()).pathname);
  });
  // A file that is downloaded is no answer of the page.
  page.on('download', (file) => opened(new URL(file.url()).pathname));
  return page;
}

function listen(page, expected, complain) {
  page.expectErrors = (...patterns) => expected.push(...patterns);
  const tell = (text) => {
    if (!expected.some((pattern) => pattern.test(text))) complain(`${page.url()}: ${text}`);
  };
  page.on('pageerror', (error) => tell(`uncaught ${error.name}: ${error.message}`));
  page.on('crash', () => tell('the page crashed'));
  page.on('console', (message) => {
    if (message.type() === 'error') tell(`${message.text()} (${message.location().url})`);
  });
  page.on('request', (request) => {
    if (isOutside(request.url())) tell(`asked an outside host: ${request.url()}`);
  });
}

function isOutside(address) {
  const { protocol, hostname } = new URL(address);
  const network = ['http:', 'https:', 'ws:', 'wss:'].includes(protocol);
  return network && !['127.0.0.1', 'localhost', '[::1]'].includes(hostname);
}
