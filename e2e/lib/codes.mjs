// Reads printed codes with programs that share no code with ours: poppler for pixels, ZBar for codes.

import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
/** Enough for a code box of 130 mm, and still quick for a stand of 1.8 m. */
const DOTS_PER_INCH = 100;

/** Turns one page of a PDF into a PNG. */
export function pixelsOfPdf(pdf, { page = 1, dpi = DOTS_PER_INCH } = {}) {
  return inFolder(async (folder) => {
    const file = path.join(folder, 'in.pdf');
    await writeFile(file, pdf);
    const pages = ['-f', String(page), '-l', String(page), '-singlefile'];
    await run('pdftoppm', ['-png', '-r', String(dpi), ...pages, file, path.join(folder, 'out')]);
    return readFile(path.join(folder, 'out.png'));
  });
}

/** The text of the code on one page of a PDF. No code, or several, is an error. */
export async function readCodeOfPdf(pdf, options) {
  return readCodeOfImage(await pixelsOfPdf(pdf, options));
}

/** The text of the code in a PNG. No code, or several, is an error. */
export function readCodeOfImage(png) {
  return inFolder(async (folder) => {
    const file = path.join(folder, 'in.png');
    await writeFile(file, png);
    const { stdout } = await run('zbarimg', ['--quiet', '--raw', file]).catch((error) => {
      // ZBar's way to say that it saw nothing.
      if (error.code === 4) throw new Error('no code was found in the picture');
      throw error;
    });
    const codes = stdout.split('\n').filter((line) => line !== '');
    if (codes.length !== 1) throw new Error(`one code expected, ${codes.length} found: ${codes}`);
    return codes[0];
  });
}

/** The words of a PDF. */
export async function textOfPdf(pdf) {
  return inFolder(async (folder) => {
    const file = path.join(folder, 'some.pdf');
    await writeFile(file, pdf);
    const { stdout } = await run('pdftotext', [file, '-']);
    return stdout;
  });
}

async function inFolder(work) {
  const folder = await mkdtemp(path.join(tmpdir(), 'venuecode-codes-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
