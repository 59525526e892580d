// A page at several widths: a picture of each, and nothing wider than the window.

import assert from 'node:assert/strict';

/** An error when the page scrolls sideways. */
export async function widthIsKept(page, what) {
  const [content, window] = await page.evaluate(() => [
    document.documentElement.scrollWidth, document.documentElement.clientWidth,
  ]);
  assert.ok(content <= window, `${what} scrolls sideways: ${content} px in ${window} px`);
}

/** Pictures of the page at each [width, height]; an error when it scrolls sideways. */
export async function lookAt(ctx, page, name, sizes) {
  for (const [width, height] of sizes) {
    await page.setViewportSize({ width, height });
    await widthIsKept(page, `${name} at ${width}`);
    await ctx.shot(page, `${name}-${width}`);
  }
}
