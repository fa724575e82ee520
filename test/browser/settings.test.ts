/** Proposing budgets, models, destinations and caps: what the form says beforehand is what it then does. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { openFakeDoor } from '../support/fake-door.ts';
import type { FakeDoor } from '../support/fake-door.ts';
import { findBarriers } from './support/accessible.ts';
import { launch, openPage, skipBrowser, visit } from './support/browser.ts';

/** The proposed and the present value of a row, of the first table that has it. */
async function readRow(page: Page, label: string): Promise<readonly string[]> {
  const row = page.locator('.beside tr').filter({ hasText: label }).first();
  return row.locator('td').allTextContents();
}

describe('proposing settings in the console', { skip: skipBrowser }, () => {
  let browser: Browser;
  let door: FakeDoor;
  before(async () => {
    browser = await launch();
    door = await openFakeDoor();
  });
  after(async () => {
    await browser.close();
    await door.close();
  });

  it('a wider budget shows years beside today’s, and becomes a request', async () => {
    const { page, context, problems } = await openPage(browser);
    await visit(page, door.url, 'budgets');
    await page.getByRole('button', { name: 'Propose a budget' }).click();
    const ask = page.getByRole('dialog').getByRole('button', { name: 'Set it now' });
    assert.equal(await ask.getAttribute('aria-disabled'), 'true');
    await page.getByText('choose the budget, and the gate says here').waitFor();
    await page.getByLabel('Budget', { exact: true }).selectOption('enclave');
    await page.getByLabel('Rate', { exact: true }).fill('25 years');
    await page.getByText('it lets more leave over time, so people have to sign it').waitFor();
    assert.deepEqual(await readRow(page, 'To exfiltrate'), ['36.5 years', '25 years']);
    const submit = page.getByRole('button', { name: 'Ask for it' });
    assert.equal(await submit.getAttribute('aria-disabled'), 'true');
    await page.getByLabel('Why', { exact: true }).fill('the paper is due');
    assert.deepEqual(await findBarriers(page), []);
    await submit.click();
    await page.getByRole('heading', { level: 1, name: /policy/ }).waitFor();
    assert.ok(door.state.calls.includes('POST /v1/changes'));
    assert.ok(!door.state.calls.some((call) => call.startsWith('PUT')));
    assert.deepEqual(problems, []);
    await context.close();
  });

  it('a tighter budget is set at once, with the keyboard alone', async () => {
    const { page, context, problems } = await openPage(browser);
    await visit(page, door.url, 'budgets');
    const card = page.locator('.card.budget').filter({ hasText: 'Project protein-study' });
    const button = card.getByRole('button', { name: 'Propose another' });
    await button.focus();
    await page.keyboard.press('Enter');
    const rate = page.getByLabel('Rate', { exact: true });
    assert.equal(await rate.inputValue(), '6 kB/day');
    await rate.focus();
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type('1 kB/day');
    await page.getByText('it is tighter in every respect, so one administrator').waitFor();
    const set = page.getByRole('button', { name: 'Set it now' });
    for (let i = 0; i < 12 && !(await set.evaluate((each) => each === document.activeElement)); i++)
      await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByText('it is in force').waitFor();
    await card.getByText('1 kB/day').first().waitFor();
    assert.ok(door.state.calls.includes('PUT /v1/budgets/project%3Aprotein-study'));
    assert.ok(
      await button.evaluate((each) => each === document.activeElement),
      'the focus is back',
    );
    assert.deepEqual(problems, []);
    await context.close();
  });

  it('what cannot be is said by the gate, on the button too', async () => {
    const { page, context } = await openPage(browser, { width: 'narrow', scheme: 'dark' });
    await visit(page, door.url, 'budgets');
    await page.getByRole('button', { name: 'Propose a budget' }).click();
    await page.getByLabel('Budget', { exact: true }).selectOption('automatic');
    await page.getByLabel('Rate', { exact: true }).fill('a lot');
    await page.locator('.proposal .notice.bad').waitFor();
    const said = await page.locator('.proposal .notice.bad p').first().textContent();
    assert.match(said ?? '', /cannot read the rate `a lot`/);
    const button = page.getByRole('dialog').getByRole('button', { name: 'Set it now' });
    const reason = await button.getAttribute('aria-describedby');
    assert.equal(await page.locator(`[id="${reason ?? ''}"]`).textContent(), said);
    assert.deepEqual(await findBarriers(page), []);
    await context.close();
  });

  it('a model is declared with its effective size and what follows it', async () => {
    const { page, context, problems } = await openPage(browser);
    await visit(page, door.url, 'budgets?tab=models');
    await page.getByRole('button', { name: 'Declare a model' }).click();
    await page.getByLabel('Name', { exact: true }).fill('wren-1b');
    await page.getByLabel('Parameters', { exact: true }).fill('1e9');
    await page.getByText('models and budgets change only when people sign').waitFor();
    assert.deepEqual(await readRow(page, 'Effective size'), ['not declared', '160,000,000 bits']);
    assert.deepEqual(await readRow(page, 'Assumed'), ['–', '0.16 bits each']);
    await page.getByText('Budgets that follow it').waitFor();
    await page.getByText('What those who sign read').click();
    await page.getByText('declare the model wren-1b').first().waitFor();
    assert.deepEqual(await findBarriers(page), []);
    await page.keyboard.press('Escape');
    const stopped = page.locator('.card').filter({ hasText: 'heron-8b' });
    await stopped.getByRole('button', { name: 'Use it again' }).click();
    await page.getByText('models that were stopped change only when people sign').waitFor();
    await page.getByRole('dialog').getByText('quarantined').first().waitFor();
    assert.deepEqual(problems, []);
    await context.close();
  });

  it('a destination is added to a project, and caps are chosen', async () => {
    const { page, context, problems } = await openPage(browser);
    await visit(page, door.url, 'people');
    await page.getByRole('button', { name: 'Add a destination' }).first().click();
    await page.getByLabel('Name', { exact: true }).fill('paper');
    await page.getByText('destinations change only when people sign').waitFor();
    await page.getByText('What those who sign read').click();
    await page.getByText('go to paper, which is number 4 outside').waitFor();
    await page.keyboard.press('Escape');
    await visit(page, door.url, 'budgets');
    await page.getByRole('button', { name: 'Published caps' }).click();
    await page.getByText('all of it is so already').first().waitFor();
    await page.getByRole('checkbox', { name: /RAND SL3/ }).check();
    await page.getByText('published caps change only when people sign').waitFor();
    await page.locator('.beside tr').filter({ hasText: 'Enclave' }).waitFor();
    assert.deepEqual(await findBarriers(page), []);
    assert.deepEqual(problems, []);
    await context.close();
  });

  it('who may not change them finds the sentence of the gate on every button', async () => {
    door.state.person = 'alan';
    const { page, context } = await openPage(browser);
    for (const [place, names] of [
      ['budgets', ['Propose a budget', 'Published caps', 'Propose another']],
      ['budgets?tab=models', ['Declare a model', 'Declare anew']],
      ['people', ['Add a destination']],
    ] as const) {
      await visit(page, door.url, place);
      for (const name of names) {
        const button = page.getByRole('button', { name }).first();
        assert.equal(await button.getAttribute('aria-disabled'), 'true', name);
        const reason = await button.getAttribute('aria-describedby');
        const text = await page.locator(`[id="${reason ?? ''}"]`).textContent();
        assert.match(
          text ?? '',
          /^cannot do this, `alan` is no principal who may \w+\.change/,
          name,
        );
      }
    }
    door.state.person = 'ada';
    await context.close();
  });
});
