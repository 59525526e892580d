// Runs the browser tests of tests/*.mjs in the order of their file names and closes with a count.
// `node run.mjs` runs all of them, `node run.mjs 00` only the files whose name contains "00",
// `node run.mjs --opened` none: it says which pages no file opened when it last ran. When all of them
// run, a page that was not opened is a failure.
//
// A test file's default export is a list of `{ name, run(ctx), time_limit_ms? }`. The tests of one
// file run in order and share one ctx (lib/context.mjs): servers and pages live until the file ends.

import { readdir, mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Context } from './lib/context.mjs';
import { closeBrowser } from './lib/browser.mjs';
import { keepOpened, neverOpened } from './lib/opened.mjs';

const TIME_LIMIT_MS = 120_000;
const here = new URL('.', import.meta.url);

/** Rejects when the test has not ended in time. */
async function withinTime(promise, limit_ms) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${limit_ms} ms`)), limit_ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Runs one test; it also fails when a page complained meanwhile. Returns the error or undefined. */
async function runOne(test, ctx) {
  let failure;
  try {
    await withinTime(test.run(ctx), test.time_limit_ms ?? TIME_LIMIT_MS);
  } catch (error) {
    failure = error;
  }
  // What a page says at the very end of a test still belongs to this test.
  await ctx.settle();
  const complaints = ctx.takeComplaints();
  if (!failure && complaints.length > 0) {
    failure = new Error(`pages complained:\n  ${complaints.join('\n  ')}`);
  } else if (complaints.length > 0) {
    failure.message += `\n  and pages complained:\n  ${complaints.join('\n  ')}`;
  }
  return failure;
}

async function runFile(file, count) {
  const name = file.replace(/\.mjs$/, '');
  const ctx = new Context(name);
  try {
    const { default: tests } = await import(new URL(`tests/${file}`, here));
    if (!Array.isArray(tests) || tests.length === 0) {
      throw new Error('the default export is not a list of tests');
    }
    for (const test of tests) {
      const began = performance.now();
      const failure = await runOne(test, ctx);
      if (failure) {
        count.failed += 1;
        console.log(`FAILED ${test.name}: ${failure.stack ?? failure}`);
        await ctx.shotsOfFailure();
      } else {
        count.passed += 1;
        console.log(`ok ${test.name} (${Math.round(performance.now() - began)} ms)`);
      }
    }
  } catch (error) {
    count.failed += 1;
    console.log(`FAILED ${file}: ${error.stack ?? error}`);
  } finally {
    await ctx.close();
    await keepOpened(name, ctx.opened());
  }
}

/** Every page of the house is opened by some test. */
async function everyPage(files, count) {
  const left = await neverOpened(files.map((file) => file.replace(/\.mjs$/, '')));
  count[left.length === 0 ? 'passed' : 'failed'] += 1;
  console.log(left.length === 0 ? 'ok every page was opened' : `FAILED no test opened ${left.join(' ')}`);
}

const wanted = process.argv.slice(2);
const files = (await readdir(new URL('tests/', here)))
  .filter((name) => name.endsWith('.mjs'))
  .filter((name) => wanted.length === 0 || wanted.some((part) => name.includes(part)))
  .sort();
for (const folder of ['shots/', '.work/']) {
  await mkdir(fileURLToPath(new URL(folder, here)), { recursive: true });
}

const count = { passed: 0, failed: 0 };
if (wanted[0] === '--opened') {
  await everyPage(await readdir(new URL('tests/', here)), count);
} else {
  for (const file of files) await runFile(file, count);
  if (wanted.length === 0) await everyPage(files, count);
}
await closeBrowser();
console.log(`e2e: ${count.passed} passed, ${count.failed} failed`);
// Nothing that a test left open may keep us here.
process.exit(count.failed === 0 && count.passed > 0 ? 0 : 1);
