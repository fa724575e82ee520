/** The console without a mouse, and the queue with ten thousand requests. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'playwright-core';
import { openFakeDoor } from '../support/fake-door.ts';
import type { FakeDoor } from '../support/fake-door.ts';
import { launch, openPage, skipBrowser, visit } from './support/browser.ts';

/** The queue has to be interactive within this time; measured alone on a quiet machine it takes a fifth of it. */
const INTERACTIVE_MS = Number(process.env['SALLYPORT_INTERACTIVE_MS'] ?? 5000);

describe('the console by keyboard', { skip: skipBrowser }, () => {
  let browser: Browser;
  let door: FakeDoor;
  before(async () => {
    browser = await launch();
    door = await openFakeDoor({ requests: 10_000, people: 3_000 });
  });
  after(async () => {
    await browser.close();
    await door.close();
  });

  it('skips to the page, shows a ring and lists its keys', async () => {
    const { page, context } = await openPage(browser);
    await visit(page, door.url, 'budgets');
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement?.className), 'skip');
    const ring = await page.evaluate(
      () => getComputedStyle(document.activeElement as Element).outlineStyle,
    );
    assert.notEqual(ring, 'none');
    await page.keyboard.press('Enter');
    assert.equal(await page.evaluate(() => document.activeElement?.tagName), 'MAIN');
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.keyboard.press('g');
    await page.keyboard.press('k');
    await page.getByRole('heading', { name: 'Locks' }).waitFor();
    await context.close();
  });

  it('moves through the queue, chooses, opens and comes back', async () => {
    const { page, context } = await openPage(browser);
    await visit(page, door.url, 'requests?for=all');
    for (let i = 0; i < 3; i++) await page.keyboard.press('j');
    await page.keyboard.press('k');
    await page.waitForFunction(
      () => document.activeElement?.closest('.queue-row')?.getAttribute('data-at') === '1',
    );
    await page.keyboard.press('x');
    await page.getByText('1 request chosen').waitFor();
    const title = await page.evaluate(() => document.activeElement?.textContent ?? '');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: title }).waitFor();
    await page.keyboard.press('u');
    await page.getByRole('heading', { level: 1, name: 'Requests' }).waitFor();
    await context.close();
  });

  it('reads the reason of a button that may not be pressed, and pressing it does nothing', async () => {
    const { page, context } = await openPage(browser);
    await visit(page, door.url, 'requests/req_7Q2M');
    const withdraw = page.getByRole('button', { name: 'Withdraw' });
    await withdraw.focus();
    assert.equal(await withdraw.evaluate((button) => button.getAttribute('aria-disabled')), 'true');
    const reason = 'only the requester may withdraw it';
    await page.locator('.tip', { hasText: reason }).waitFor();
    const described = await withdraw.evaluate(
      (button) =>
        document.getElementById(button.getAttribute('aria-describedby') ?? '')?.textContent ?? '',
    );
    assert.equal(described, reason);
    await page.keyboard.press('Enter');
    assert.ok(!door.state.calls.some((call) => call.endsWith('/withdraw')));
    await context.close();
  });

  it('shows ten thousand requests at once and draws only those near the screen', async () => {
    const { page, context } = await openPage(browser);
    await visit(page, door.url, '');
    const started = performance.now();
    await page.goto(`${door.url}/#/requests?for=all`);
    await page.locator('.queue-row').first().waitFor();
    await page.keyboard.press('j');
    await page.waitForFunction(() => document.activeElement?.closest('.queue-row') !== null);
    const took = performance.now() - started;
    process.stdout.write(`the queue took a key ${took.toFixed(0)} ms after it was asked for\n`);
    assert.ok(took < INTERACTIVE_MS, `interactive after ${took.toFixed(0)} ms`);
    await page.getByText('10,003 requests').waitFor();
    for (let i = 0; i < 12; i++) {
      await page.evaluate(() => {
        window.scrollTo(0, document.body.scrollHeight);
      });
      await page.waitForTimeout(60);
    }
    await page.waitForFunction(() => document.querySelectorAll('.queue-row').length > 20);
    assert.ok((await page.locator('.queue-row').count()) < 90);
    const at = Number(await page.locator('.queue-row').last().getAttribute('data-at'));
    assert.ok(at > 200, `row ${String(at)} is there`);
    await context.close();
  });

  it('filters by text, state and job, and keeps the filter in the address', async () => {
    const { page, context } = await openPage(browser);
    await visit(page, door.url, 'requests?for=all');
    await page.getByLabel('State').selectOption('denied');
    await page.waitForFunction(
      () => document.querySelectorAll('.queue-row .chip.wait').length === 0,
    );
    await page.getByPlaceholder('Search').fill('section');
    await page.waitForURL(/text=section/);
    await page.waitForFunction(() =>
      [...document.querySelectorAll('.queue-row .title')].every((each) =>
        each.textContent.includes('section'),
      ),
    );
    assert.match(page.url(), /state=denied/);
    await context.close();
  });

  it('decides all requests of a job together', async () => {
    const { page, context } = await openPage(browser);
    await visit(page, door.url, 'requests?for=me&job=nightly-eval');
    await page.getByText('Only the job').waitFor();
    const boxes = page.locator('.queue-row input');
    for (const i of [1, 2, 3]) await boxes.nth(i).check();
    await page.getByRole('button', { name: 'Deny' }).click();
    const dialog = page.getByRole('dialog', { name: 'Deny 3 requests' });
    await dialog.getByLabel('Reason').fill('the job ran on the wrong data');
    await dialog.getByRole('button', { name: 'Deny' }).click();
    await page.getByText('Deny: 3 requests done').waitFor();
    assert.equal(door.state.calls.filter((call) => call.endsWith('/deny')).length, 3);
    await context.close();
  });

  it('keeps the chosen theme', async () => {
    const { page, context } = await openPage(browser);
    await visit(page, door.url, 'locks');
    await page.getByLabel('Theme').selectOption('dark');
    await page.reload();
    await page.getByText('red-team → regulator').waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.dataset['theme']), 'dark');
    await context.close();
  });
});
