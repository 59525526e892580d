// The words of a page in either language, out of the catalogue of the pages themselves.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

const CATALOGUE = new URL('../../crates/web/i18n/en.txt', import.meta.url);
const lines = readFileSync(CATALOGUE, 'utf8').split('\n').filter((line) => !line.startsWith('#'));
const ENGLISH = new Map(lines.map((line) => line.split(' = ')).filter((pair) => pair.length === 2));

/** Chinese is the key and the text. */
export const zh = (text) => text;

/** The English of a Chinese text. */
export function en(text) {
  assert.ok(ENGLISH.has(text), `${text} has no English`);
  return ENGLISH.get(text);
}

/** A text with the name of something in it, both in the language of `t`. */
export const withName = (t, text, name) => t(text).replace('{}', t(name));
