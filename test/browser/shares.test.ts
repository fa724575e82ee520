/** Sharing a result in real Chromium: asking from the page of an export, both lists of a project, and ending it. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'playwright-core';
import { openFakeDoor } from '../support/fake-door.ts';
import type { FakeDoor } from '../support/fake-door.ts';
import { findBarriers } from './support/accessible.ts';
import { launch, openPage, skipBrowser, visit } from './support/browser.ts';

describe('sharing in the console', { skip: skipBrowser }, () => {
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

  it('asks from the page of an export, says what is missing, and shows a refusal of the gate', async () => {
    const { page, context, problems } = await openPage(browser, { width: 'narrow' });
    await visit(page, door.url, 'requests/req_7Q2M');
    await page.getByRole('button', { name: 'Share', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Share with another project' });
    const ask = dialog.getByRole('button', { name: 'Ask to share' });
    assert.equal(await ask.getAttribute('aria-disabled'), 'true');
    await dialog.getByText('say which project may read it').waitFor({ state: 'attached' });
    await dialog.getByLabel('Project that may read it').fill('protein-study');
    await dialog
      .getByText('the project has its own results already')
      .waitFor({ state: 'attached' });
    await dialog.getByLabel('Project that may read it').fill('red-team');
    await dialog.getByLabel('What for').fill('they repeat it');
    assert.deepEqual(await findBarriers(page), []);
    await ask.click();
    await dialog.getByText('cannot ask for a `share`: a rule is missing').waitFor();
    await dialog.getByLabel('Project that may read it').fill('evaluations');
    await dialog.getByLabel('Until the end of').fill('2030-01-31');
    await ask.click();
    await page.waitForURL(/requests\/req_N/);
    assert.ok(door.state.calls.filter((each) => each === 'POST /v1/shares').length === 2);
    // The browser tells of the refusal by itself; nothing else went wrong.
    assert.deepEqual(
      problems.filter((each) => !/409/.test(each)),
      [],
    );
    await context.close();
  });

  it('shows what is shared with a project and by it, and ends it with a reason', async () => {
    const { page, context, problems } = await openPage(browser);
    await visit(page, door.url, 'people');
    const study = page.getByRole('region', { name: 'Protein study' });
    await study.getByText('From another project').waitFor();
    const file = study.getByRole('link', { name: 'refusals.csv' });
    const download = page.waitForEvent('download');
    await file.click();
    assert.equal((await download).suggestedFilename(), 'refusals.csv');
    await study.getByText('This project shares nothing').waitFor();
    const team = page.getByRole('region', { name: 'Red team' });
    assert.equal(await team.getByText(/read 3 times/).count(), 1);
    const end = team.getByRole('button', { name: 'End sharing with evaluations' });
    const foreign = team.getByRole('button', { name: 'End sharing with protein-study' });
    assert.equal(await foreign.getAttribute('aria-disabled'), 'true');
    await team.getByText('it is for owners of red-team').waitFor({ state: 'attached' });
    await end.click();
    const dialog = page.getByRole('dialog', { name: 'End sharing with evaluations' });
    assert.equal(
      await dialog.getByRole('button', { name: 'End it' }).getAttribute('aria-disabled'),
      'true',
    );
    await dialog.getByLabel('Reason').fill('the second run is wrong');
    await dialog.getByRole('button', { name: 'End it' }).click();
    await dialog.waitFor({ state: 'detached' });
    await end.waitFor({ state: 'detached' });
    assert.ok(door.state.calls.includes('POST /v1/shares/req_5HAR/revoke'));
    assert.deepEqual(problems, []);
    await context.close();
  });
});
