// What axe-core finds on a page. Its source runs beside the page, so that the page's own policy of
// scripts stays as it is.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

const source = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** What is a failure here. */
const GRAVE = ['serious', 'critical'];

/** An error naming every serious or critical finding and where it is. */
export async function isAccessible(page, what) {
  await page.evaluate(source);
  const findings = await page.evaluate(async () => (await globalThis.axe.run(document)).violations);
  const grave = findings.filter((finding) => GRAVE.includes(finding.impact));
  const said = grave.map((finding) => [
    `${finding.id} (${finding.impact}): ${finding.help}`,
    ...finding.nodes.slice(0, 5).map((node) => `    ${node.html.slice(0, 160)} — ${node.failureSummary.replaceAll('\n', ' ').slice(0, 200)}`),
  ].join('\n'));
  assert.deepEqual(said, [], `${what}:\n${said.join('\n')}`);
}
