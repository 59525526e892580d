// Which pages of the house the browser opened, held against the list of all: e2e/pages.txt, which
// crates/web/tests/doors/visitor_pages.rs compares with the table of routes.

import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import path from 'node:path';

const LIST = fileURLToPath(new URL('../pages.txt', import.meta.url));
/** What each test file opened when it last ran. */
const KEPT = fileURLToPath(new URL('../.work/opened/', import.meta.url));

const named = (part) => part.startsWith('{');
/** What is said in full comes before what is named: `/inspections/new` is not `/inspections/{id}`. */
const byNames = (one, other) => one.filter(named).length - other.filter(named).length;

function fits(parts, page) {
  return parts.length === page.length && page.every((part, at) => (named(part) ? parts[at] !== '' : part === parts[at]));
}

/** Of the pages, those that none of the paths is. */
export function unopened(pages, paths) {
  const split = pages.map((page) => page.split('/')).sort(byNames);
  const seen = new Set([...paths].map((one) => split.find((page) => fits(one.split('/'), page))?.join('/')));
  return pages.filter((page) => !seen.has(page));
}

/** Keeps what a test file opened. */
export async function keepOpened(file, paths) {
  await mkdir(KEPT, { recursive: true });
  await writeFile(path.join(KEPT, `${file}.txt`), [...paths].sort().join('\n'));
}

/** Every page that none of these files opened when it last ran. */
export async function neverOpened(files) {
  const pages = (await readFile(LIST, 'utf8')).split('\n').filter((line) => line !== '');
  const there = await readdir(KEPT).catch(() => []);
  const kept = await Promise.all(files.filter((file) => there.includes(`${file}.txt`))
    .map((file) => readFile(path.join(KEPT, `${file}.txt`), 'utf8')));
  return unopened(pages, kept.flatMap((text) => text.split('\n')));
}
