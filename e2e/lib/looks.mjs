// A page at several widths: a picture of each, and nothing wider than the window.

import assert from 'node:assert/strict';

/** An error when the page scrolls sideways. */
export async function widthIsKept(page, what) {
  const [content, window] = await page.evaluate(() => [
    document.documentElement.scrollWidth, document.documentElement.clientWidth,
  ]);
  assert.ok(content <= window, `${what} scrolls sideways: ${content} px in ${window} px`);
}

/** An error when something lies over a field that is gone to, at one of the sizes. */
export async function liesOpen(page, field, sizes) {
  for (const [width, height] of sizes) {
    await page.setViewportSize({ width, height });
    // A browser moves to a field only when it was not there already.
    await field.blur();
    await page.evaluate(() => window.scrollTo(0, 0));
    await field.focus();
    const covered = await field.evaluate((element) => {
      const { x, y, width: wide, height: high } = element.getBoundingClientRect();
      return document.elementFromPoint(x + wide / 2, y + high / 2) !== element;
    });
    assert.ok(!covered, `something lies over the field at ${width}`);
  }
}

/** Pictures of the page at each [width, height]; an error when it scrolls sideways. */
export async function lookAt(ctx, page, name, sizes) {
  for (const [width, height] of sizes) {
    await page.setViewportSize({ width, height });
    await widthIsKept(page, `${name} at ${width}`);
    await ctx.shot(page, `${name}-${width}`);
  }
}
