/** Pictures for the documentation, taken by the tests: `SALLYPORT_PICTURES=docs/pictures npm test -- test/browser`. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { settle } from './browser.ts';

/** Where pictures go; undefined when none are wanted. */
export const pictures = process.env['SALLYPORT_PICTURES'];

/** Takes a picture of what the page shows. */
export async function takePicture(
  page: Page,
  name: string,
  options: { readonly heightPx?: number } = {},
): Promise<void> {
  if (pictures === undefined) return;
  mkdirSync(pictures, { recursive: true });
  const size = page.viewportSize();
  if (size === null) return;
  await page.setViewportSize({ ...size, height: options.heightPx ?? size.height });
  await settle(page);
  await page.screenshot({ path: path.join(pictures, `console-${name}.png`) });
  await page.setViewportSize(size);
}
