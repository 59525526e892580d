// The harness tests itself: what it promises to catch, it catches.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { unopened } from '../lib/opened.mjs';
import { Server, freePort } from '../lib/server.mjs';

/** "HARNESS 360" as a QR code of version 1, one row of 21 modules a number. */
const CODE_ROWS = [
  0x1fdc7f, 0x105f41, 0x17565d, 0x17575d, 0x175f5d, 0x104f41, 0x1fd57f, 0x001c00, 0x0d615f,
  0x1c88ad, 0x07c15f, 0x0c3b8e, 0x036761, 0x001765, 0x1fdd04, 0x104e6c, 0x175253, 0x174ea2,
  0x175ac5, 0x1057af, 0x1fcac1,
];

function codeAsSvg() {
  const dark = CODE_ROWS.flatMap((row, y) =>
    [...row.toString(2).padStart(21, '0')].flatMap((bit, x) => (bit === '1' ? [`M${x} ${y}h1v1h-1z`] : [])));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-4 -4 29 29" width="290" height="290"
    shape-rendering="crispEdges"><path d="${dark.join('')}"/></svg>`;
}

const PAGES = {
  '/favicon.ico': '<p>none',
  '/': '<h1>场所码</h1><noscript>no scripts here</noscript>',
  '/code': codeAsSvg(),
  '/throws': '<script>throw new Error("broken on purpose")</script>',
  '/policy': '<p style="color: red">breaks its own policy</p>',
  '/outside': '<img src="http://outside.invalid/a.png" alt="">',
};

let url;
let pages;

async function openTinyServer() {
  pages = createServer((request, answer) => {
    const body = PAGES[request.url];
    const headers = { 'content-type': 'text/html; charset=utf-8' };
    if (request.url === '/policy') headers['content-security-policy'] = "default-src 'self'";
    answer.writeHead(body ? 200 : 404, headers);
    answer.end(`<!doctype html><title>harness</title>${body ?? 'nothing here'}`);
  });
  pages.listen(0, '127.0.0.1');
  await once(pages, 'listening');
  // The browser is gone before the run ends; this server must not hold it up.
  pages.unref();
  url = `http://127.0.0.1:${pages.address().port}`;
}

/** Opens a page of the tiny server and returns what the harness would have held against it. */
async function complaintsAbout(ctx, address) {
  const page = await ctx.newPage();
  await page.goto(url + address, { waitUntil: 'networkidle' });
  await ctx.settle();
  await page.close();
  return ctx.takeComplaints();
}

/** A program that stands in for the binary; it takes the words that the harness adds. */
async function standIn(ctx, body) {
  const file = path.join(await ctx.newFolder(), 'stand-in.mjs');
  await writeFile(file, `
    import { createServer } from 'node:http';
    const [, , , data, , listen] = process.argv;
    const [host, port] = listen.split(':');
    ${body}`);
  return new Server({ program: process.execPath, args: [file], data: 'here' });
}

export default [
  {
    name: 'a page opens at 360 px and is photographed',
    async run(ctx) {
      await openTinyServer();
      const page = await ctx.newPage({ width: 360, height: 640 });
      await page.goto(url);
      assert.equal(await page.evaluate(() => window.innerWidth), 360);
      const png = await ctx.shot(page, 'page-360', { whole: false });
      assert.equal(png.readUInt32BE(16), 360);
      assert.equal(await page.textContent('h1'), '场所码');
    },
  },
  {
    name: 'a page without scripts and with the name of another browser is just that',
    async run(ctx) {
      const page = await ctx.newPage({ js: false, userAgent: 'MicroMessenger/8.0' });
      const [request] = await Promise.all([page.waitForRequest(`${url}/`), page.goto(url)]);
      assert.equal(request.headers()['user-agent'], 'MicroMessenger/8.0');
      assert.equal(await page.locator('noscript').isVisible(), true);
    },
  },
  {
    name: 'an uncaught error of a page is caught',
    async run(ctx) {
      const complaints = await complaintsAbout(ctx, '/throws');
      assert.equal(complaints.length, 1);
      assert.match(complaints[0], /\/throws: uncaught Error: broken on purpose/);
    },
  },
  {
    name: 'a breach of the content security policy is caught',
    async run(ctx) {
      const complaints = await complaintsAbout(ctx, '/policy');
      assert.equal(complaints.length, 1);
      assert.match(complaints[0], /Content Security Policy/);
    },
  },
  {
    name: 'a request to an outside host is caught',
    async run(ctx) {
      const complaints = await complaintsAbout(ctx, '/outside');
      assert.ok(complaints.some((text) => text.includes('outside host')), complaints.join());
    },
  },
  {
    name: 'an error that belongs to the test is not held against the page',
    async run(ctx) {
      assert.match((await complaintsAbout(ctx, '/missing'))[0], /status of 404/);
      const page = await ctx.newPage({ expect_errors: [/status of 404/] });
      await page.goto(`${url}/missing`);
      await page.getByText('nothing here').waitFor();
    },
  },
  {
    name: 'two pages are two people unless one is opened beside the other',
    async run(ctx) {
      const first = await ctx.newPage();
      await first.context().addCookies([{ name: 'who', value: 'first', url }]);
      const cookies = async (page) => (await page.context().cookies(url)).length;
      assert.equal(await cookies(await ctx.newPage()), 0);
      assert.equal(await cookies(await ctx.newPage({ beside: first })), 1);
    },
  },
  {
    name: 'a page that no test opened is named, and a refused one was not opened',
    async run(ctx) {
      const pages = ['/', '/doors/new', '/doors/{id}', '/doors/{id}/counts'];
      assert.deepEqual(unopened(pages, ['/', '/doors/7', '/doors/']), ['/doors/new', '/doors/{id}/counts']);
      assert.deepEqual(unopened(pages, ['/doors/new']), ['/', '/doors/{id}', '/doors/{id}/counts']);
      const page = await ctx.newPage({ expect_errors: [/status of 404/] });
      await page.goto(`${url}/missing`);
      await page.goto(`${url}/code`);
      assert.ok(ctx.opened().has('/code'), 'an opened page is kept');
      assert.ok(!ctx.opened().has('/missing'), 'a refused one is not');
    },
  },
  {
    name: 'a printed code is read from a PDF and from a picture',
    async run(ctx) {
      const page = await ctx.newPage();
      await page.goto(`${url}/code`);
      assert.equal(await ctx.zbar(await page.pdf({ format: 'A4' })), 'HARNESS 360');
      assert.equal(await ctx.zbarImage(await ctx.shot(page, 'code')), 'HARNESS 360');
      await page.goto(url);
      await assert.rejects(ctx.zbar(await page.pdf({ format: 'A4' })), /no code was found/);
    },
  },
  {
    name: 'a program is started, heard, stopped politely and killed',
    async run(ctx) {
      const body = `
        const server = createServer((_, answer) => answer.end('healthy'));
        server.listen(Number(port), host, () => console.log('data in ' + data));
        process.on('SIGTERM', () => process.exit(0));`;
      const polite = await standIn(ctx, body);
      await polite.start({ port: await freePort() });
      assert.equal((await polite.waitFor(/data in (\w+)/))[1], 'here');
      assert.equal(await polite.stop(), 0);
      await polite.start({ port: polite.port });
      await polite.kill9();
      assert.equal(polite.end.signal, 'SIGKILL');
    },
  },
  {
    name: 'a program that ends before it is healthy is reported with its own words',
    async run(ctx) {
      const broken = await standIn(ctx, "console.error('no room at all'); process.exit(3);");
      await assert.rejects(broken.start(), /exit code 3[^]*no room at all/);
    },
  },
];
