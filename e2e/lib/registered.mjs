// People of the demonstration who are registered already, by the tokens that it writes.

import path from 'node:path';
import { readTokens } from './floods.mjs';

/** A demonstration with tokens: `{ server, visitors, codes }`. */
export async function demoWithTokens(ctx, more = []) {
  const file = path.join(await ctx.newFolder(), 'tokens');
  const server = await ctx.startServer({ args: ['demo', '--tokens', file, ...more] });
  return { server, ...await readTokens(file) };
}

/** What the door says of somebody, by API. */
export async function checkIn(server, token, code) {
  const answer = await fetch(`${server.url}/api/v1/checkins`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ code }),
  });
  return answer.json();
}

/** Tokens of people of each colour, so many of each at most. */
export async function byColour(server, visitors, code, wanted) {
  const found = Object.fromEntries(Object.keys(wanted).map((colour) => [colour, []]));
  for (const token of visitors) {
    if (Object.entries(wanted).every(([colour, count]) => found[colour].length >= count)) break;
    const seen = await checkIn(server, token, code);
    found[seen.health_status]?.push(token);
  }
  return found;
}

/** The phone of somebody who is registered. */
export async function phoneOf(ctx, server, token, more = {}) {
  const page = await ctx.newPage({ width: 360, height: 740, ...more });
  await page.context().addCookies([{ name: 'vc_visitor', value: token, url: server.url }]);
  return page;
}
