/** Real Chromium for tests of the console; they are skipped by name where there is none. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';

const PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Where Chromium is; undefined where there is none. */
export const chromiumPath = [process.env['SALLYPORT_CHROMIUM'] ?? '', ...PATHS].find(
  (path) => path !== '' && existsSync(path),
);

/** Why browser tests are skipped; false when they run. */
export const skipBrowser: string | false =
  chromiumPath === undefined ? 'needs Chromium, for example /usr/bin/chromium' : false;

/** The widths at which the console has to work. */
export const WIDTHS = { broad: 1280, narrow: 390 } as const;
/** One of them. */
export type Width = keyof typeof WIDTHS;
/** Light or dark. */
export type Scheme = 'light' | 'dark';

/** A page with what it reported while a test used it. */
export interface Watched {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Uncaught errors, and what the content security policy refused. */
  readonly problems: readonly string[];
}

/** Starts Chromium. */
export function launch(): Promise<Browser> {
  assert.ok(chromiumPath !== undefined);
  return chromium.launch({
    executablePath: chromiumPath,
    args: ['--no-sandbox', '--disable-gpu', '--font-render-hinting=none'],
  });
}

/** Opens a page that remembers everything that went wrong on it. */
export async function openPage(
  browser: Browser,
  options: { readonly width?: Width; readonly scheme?: Scheme; readonly scale?: number } = {},
): Promise<Watched> {
  const { width = 'broad', scheme = 'light', scale = 1 } = options;
  const context = await browser.newContext({
    viewport: { width: WIDTHS[width], height: width === 'broad' ? 860 : 844 },
    colorScheme: scheme,
    deviceScaleFactor: scale,
    reducedMotion: 'reduce',
    timezoneId: 'UTC',
    ...(width === 'narrow' ? { hasTouch: true } : {}),
  });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(`error: ${error.message}`));
  page.on('console', (message) => {
    const text = message.text();
    if (/Content Security Policy/i.test(text)) problems.push(`policy: ${text}`);
    else if (message.type() === 'error' && !text.includes('Failed to load resource')) {
      problems.push(`console: ${text}`);
    }
  });
  return { page, context, problems };
}

/** Goes to a place of the console and waits until its content stands. */
export async function visit(page: Page, url: string, place: string): Promise<void> {
  await page.goto(`${url}/#/${place}`);
  await page.locator('h1').first().waitFor();
  await settle(page);
}

/** Waits until no skeleton is left and drawings are there. */
export async function settle(page: Page): Promise<void> {
  await page.waitForFunction(
    () =>
      document.querySelector('.skeleton') === null &&
      [...document.querySelectorAll('.plot-box')].every((box) => box.childElementCount > 0) &&
      [...document.querySelectorAll('img')].every((image) => image.complete),
  );
}

/** Gives a page a built-in passkey device that answers by itself; unless `verified`, nobody could prove who they are. */
export async function addAuthenticator(
  page: Page,
  options: { readonly verified?: boolean } = {},
): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('WebAuthn.enable');
  await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: options.verified ?? true,
      automaticPresenceSimulation: true,
    },
  });
}
