/** What pages show when there is nothing, when the gate refuses, and when it does not answer. */
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import type { Browser } from 'playwright-core';
import { openFakeDoor } from '../support/fake-door.ts';
import type { FakeDoor } from '../support/fake-door.ts';
import { findBarriers } from './support/accessible.ts';
import { launch, openPage, skipBrowser, visit } from './support/browser.ts';
import { PLACES } from './support/places.ts';

describe('the console without data', { skip: skipBrowser }, () => {
  let browser: Browser;
  let door: FakeDoor;
  before(async () => {
    browser = await launch();
    door = await openFakeDoor();
  });
  afterEach(() => {
    door.state.mode = 'data';
    door.state.person = 'ada';
  });
  after(async () => {
    await browser.close();
    await door.close();
  });

  it('says on every page that there is nothing, and what one could do', async () => {
    door.state.mode = 'empty';
    const { page, context, problems } = await openPage(browser, { width: 'narrow' });
    for (const place of PLACES) {
      await visit(page, door.url, place.path);
      await page.getByText(place.empty).first().waitFor();
      assert.deepEqual(await findBarriers(page), [], place.name);
    }
    assert.deepEqual(problems, []);
    await context.close();
  });

  it('shows a refusal in the words of the gate, and tries again when asked', async () => {
    door.state.mode = 'error';
    const { page, context } = await openPage(browser);
    for (const place of PLACES.filter(({ name }) => name !== 'keys')) {
      await visit(page, door.url, place.path);
      await page.getByText('the gate could not answer').first().waitFor();
    }
    assert.deepEqual(await findBarriers(page), []);
    door.state.mode = 'data';
    await page.getByRole('button', { name: 'Try again' }).first().click();
    await page
      .getByText(PLACES.at(-1)?.shows ?? '')
      .first()
      .waitFor();
    await context.close();
  });

  it('shows where content will stand while the gate works', async () => {
    door.state.mode = 'hang';
    const { page, context } = await openPage(browser);
    await page.goto(`${door.url}/#/budgets`);
    // Before it is known who is signed in, there is a skeleton of no page yet.
    await page.locator('h1').waitFor();
    await page.locator('.skeleton').first().waitFor();
    assert.deepEqual(await findBarriers(page), []);
    await context.close();
    door.state.mode = 'data';
  });

  it('keeps what it knows when the gate does not answer, says so, and comes back by itself', async () => {
    const { page, context } = await openPage(browser);
    await visit(page, door.url, 'budgets');
    await page.getByText('What left in 90 days').waitFor();
    await context.setOffline(true);
    await page.getByRole('link', { name: 'Waiting' }).click();
    await page.getByRole('heading', { name: 'The gate does not answer' }).waitFor();
    await page.getByText('What you see is what it last said').waitFor();
    await page.getByRole('link', { name: 'Budgets' }).click();
    await page.getByText('What left in 90 days').waitFor();
    await page.getByRole('link', { name: 'Waiting' }).click();
    await page.getByRole('heading', { name: 'The gate does not answer' }).waitFor();
    assert.deepEqual(await findBarriers(page), []);
    await context.setOffline(false);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('expired unseen').waitFor();
    await context.close();
  });

  it('shows the sign-in when a session ends', async () => {
    const { page, context } = await openPage(browser);
    await visit(page, door.url, 'locks');
    door.state.person = null;
    await page.getByRole('link', { name: 'Home', exact: true }).click();
    await page.reload();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    assert.deepEqual(await findBarriers(page), []);
    door.state.person = 'ada';
    await context.close();
  });

  it('hears of an alarm and of a new lock without being asked', async () => {
    const { page, context } = await openPage(browser);
    await visit(page, door.url, 'locks');
    await page.locator('.nav .link-state.live').waitFor();
    door.state.tell({ type: 'alarm', sentence: 'the outer door meters more than was charged' });
    await page.getByRole('alert').getByText('the outer door meters more').waitFor();
    door.state.locks = [];
    door.state.tell({ type: 'lock' });
    await page.getByText('Nothing is locked').waitFor();
    await context.close();
  });
});
