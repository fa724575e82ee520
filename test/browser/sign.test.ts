/** Founding, signing in and approving with a virtual authenticator: keys sign in the browser, the door checks. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { TOKEN, openFakeDoor } from '../support/fake-door.ts';
import type { FakeDoor } from '../support/fake-door.ts';
import { signable } from '../support/fake-door/requests.ts';
import { findBarriers } from './support/accessible.ts';
import { addAuthenticator, launch, openPage, skipBrowser, visit } from './support/browser.ts';

async function addFounder(page: Page, name: string, ssh?: string): Promise<void> {
  await page.getByLabel('Name').fill(name);
  if (ssh === undefined) await page.getByRole('button', { name: 'Add with a passkey' }).click();
  else {
    const field = page.getByLabel('Public SSH key');
    if (!(await field.isVisible())) await page.getByText('Use an SSH key instead').click();
    await field.fill(ssh);
    await page.getByRole('button', { name: 'Add with this SSH key' }).click();
  }
  await page.locator('.founders').getByText(name, { exact: true }).waitFor();
}

describe('signing in the console', { skip: skipBrowser }, () => {
  let browser: Browser;
  let door: FakeDoor;
  before(async () => {
    browser = await launch();
    door = await openFakeDoor({ founded: false, person: null });
  });
  after(async () => {
    await browser.close();
    await door.close();
  });

  it('founds the gate, signs in, approves, and verifies the receipt of the release', async () => {
    const { page, context, problems } = await openPage(browser);
    await addAuthenticator(page);
    await page.goto(`${door.url}/#token=${TOKEN}`);
    await page.getByRole('heading', { name: 'People and their keys' }).waitFor();
    assert.ok(!page.url().includes(TOKEN), 'the token does not stay in the address');
    assert.deepEqual(await findBarriers(page), []);
    await addFounder(page, 'Ada');
    await addFounder(page, 'Grace', 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExample grace');

    await page.getByRole('button', { name: 'Sign as Ada' }).click();
    await page.locator('.ceremony .chip.good').first().waitFor();
    await page
      .getByLabel('Signature of Grace')
      .fill('-----BEGIN SSH SIGNATURE-----\nU1NIU0lH\n-----END SSH SIGNATURE-----');
    await page.getByRole('button', { name: 'Hand it in' }).click();
    await page.getByRole('button', { name: 'Found the gate' }).click();

    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await page.getByLabel('Person').fill('ada');
    await page.getByRole('button', { name: 'Sign in with passkey' }).click();
    await page.getByRole('heading', { name: 'Home' }).waitFor();

    await page.goto(`${door.url}/#/requests/req_0002`);
    await page.getByText('The same words must appear on the command line').waitFor();
    await page.getByRole('button', { name: 'Approve with passkey' }).click();
    await page.getByText('your approval is recorded').waitFor();
    await page.getByRole('button', { name: 'Verify here' }).click();
    await page.getByText('Verified in this browser').waitFor();
    assert.deepEqual(problems, []);
    await context.close();
  });

  it('signs nothing when the gate asks for a signature over another text', async () => {
    const { page, context } = await openPage(browser);
    await addAuthenticator(page);
    const details = await door.state.find('req_0007');
    const other = await door.state.find('req_0006');
    assert.ok(details?.subject && other?.subject);
    const forged = { ...details.subject, challenge: other.subject.challenge };
    door.state.keep({ ...details, subject: forged });
    const before = door.state.calls.length;
    await visit(page, door.url, 'requests/req_0007');
    await page.getByText('What the gate asks to sign is not the text below.').first().waitFor();
    await page.getByRole('button', { name: 'Approve with passkey' }).click();
    await page.getByText('Nothing was signed.').waitFor();
    assert.ok(!door.state.calls.slice(before).some((call) => call.endsWith('/approvals')));
    await context.close();
  });

  it('signs nothing that says it was made at a time that has not come', async () => {
    const { page, context } = await openPage(browser);
    await addAuthenticator(page);
    const mine = door.state
      .requests()
      .findLast(({ can }) => can.some((each) => each.event === 'approve' && each.allowed));
    const details = await door.state.find(mine?.id ?? '');
    assert.ok(details?.subject);
    const writtenAt = new Date(Date.now() + 3_600_000).toISOString();
    const text = JSON.stringify({ ...(JSON.parse(details.subject.text) as object), writtenAt });
    door.state.keep({ ...details, subject: await signable(text, details) });
    const before = door.state.calls.length;
    await visit(page, door.url, `requests/${details.id}`);
    await page.getByText(`made at ${writtenAt}, which has not come`).first().waitFor();
    await page.getByRole('button', { name: 'Approve with passkey' }).click();
    await page
      .getByText('the gate shows a text that would stay good for too long. Nothing was signed.')
      .waitFor();
    assert.deepEqual(await findBarriers(page), []);
    assert.ok(!door.state.calls.slice(before).some((call) => call.endsWith('/approvals')));
    await context.close();
  });

  it('says in words what a passkey that is not there means', async () => {
    const { page, context } = await openPage(browser);
    await addAuthenticator(page, { verified: false });
    await visit(page, door.url, 'requests/req_0009');
    await page.getByRole('button', { name: 'Approve with passkey' }).click();
    await page.getByText('No passkey was used').waitFor();
    await context.close();
  });

  it('signs in with a signature that an SSH key made', async () => {
    door.state.person = null;
    const { page, context } = await openPage(browser, { width: 'narrow' });
    await page.goto(door.url);
    await page.getByRole('tab', { name: 'SSH key' }).click();
    await page.getByLabel('Person').fill('grace');
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByText('ssh-keygen -Y sign').waitFor();
    assert.deepEqual(await findBarriers(page), []);
    await page
      .getByLabel('Paste what it prints')
      .fill('-----BEGIN SSH SIGNATURE-----\nU1NIU0lH\n-----END SSH SIGNATURE-----');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Home' }).waitFor();
    assert.equal(door.state.person, 'grace');
    await context.close();
  });

  it('asks for an export, a change, an unlock, and talks about a request', async () => {
    door.state.person = 'ada';
    const { page, context, problems } = await openPage(browser);
    await visit(page, door.url, 'export');
    const buffer = Buffer.from('a,b\n1,2\n');
    await page.setInputFiles('input[type=file]', { name: 'a.csv', mimeType: 'text/csv', buffer });
    await page.getByText('38,528 bits').waitFor();
    await page.getByRole('button', { name: 'Take it' }).first().click();
    await page.getByText('It would leave at once').waitFor();
    await page.getByLabel('Why it leaves').fill('the partner asked for it');
    await page.getByRole('button', { name: 'Ask for the export' }).click();
    await page.getByRole('heading', { level: 1, name: 'An export' }).waitFor();

    await page.getByLabel('Say something').fill('please look at column b');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.locator('.comments').getByText('please look at column b').waitFor();
    await page.getByRole('button', { name: 'Withdraw' }).click();
    await page.getByText('your request is withdrawn').waitFor();

    await page.goto(`${door.url}/#/locks`);
    await page.getByRole('button', { name: 'Ask to unlock' }).first().click();
    await page.getByLabel('Why it can be unlocked').fill('a false alarm');
    await page.getByRole('dialog').getByRole('button', { name: 'Ask' }).click();
    await page.getByRole('heading', { level: 1, name: 'A request of the kind unlock' }).waitFor();

    await page.goto(`${door.url}/#/policy?tab=explain`);
    await page.getByRole('button', { name: 'Explain' }).click();
    await page.getByText('is a member of the project').waitFor();

    await page.goto(`${door.url}/#/policy?tab=source`);
    const ask = page.getByRole('button', { name: 'Ask for these policies' });
    const text = page.getByLabel('Policies in Cedar');
    const check = page.getByRole('button', { name: 'Check and replay' });
    await text.fill('// a lock-out');
    await check.click();
    await page.getByText('nobody could change the policies again').waitFor();
    await page.getByLabel('Why', { exact: true }).fill('while the audit lasts');
    assert.equal(await ask.getAttribute('aria-disabled'), 'true');
    await text.fill('// no exports of programs');
    await check.click();
    await page.getByText('may no longer').waitFor();
    await ask.click();
    await page.getByRole('heading', { level: 1, name: /policy/ }).waitFor();
    assert.deepEqual(problems, []);
    await context.close();
  });
});
