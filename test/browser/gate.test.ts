/**
 * The console on the real gate, from its first start on: founding, asking, deciding by passkey and on the command line,
 * the release with its receipt, and everything that ends a request otherwise. One story; each step needs those before.
 */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { utf8 } from '../../src/core/index.ts';
import { signSshsig } from '../../src/people/index.ts';
import { startGate } from '../support/running-gate.ts';
import type { RunningGate } from '../support/running-gate.ts';
import { makePerson } from '../support/people.ts';
import type { TestPerson } from '../support/people.ts';
import { weightShaped } from '../support/tables.ts';
import { findBarriers } from './support/accessible.ts';
import { addAuthenticator, launch, openPage, settle, skipBrowser } from './support/browser.ts';
import type { Watched } from './support/browser.ts';
import { takePicture } from './support/pictures.ts';

const DAY_MS = 86_400_000;

interface Shown {
  readonly id: string;
  readonly state: string;
}

/** Signs what the gate asks as a text, the way `ssh-keygen -Y sign` does. */
const signText = (person: TestPerson, message: string, namespace: string): Promise<string> =>
  signSshsig(person.signer, { message: utf8(message), namespace });

describe('the console on the real gate', { skip: skipBrowser }, () => {
  let browser: Browser;
  let gate: RunningGate;
  let ada: Watched;
  let cyd: Watched;
  const bob = makePerson('bob');
  const cydKey = makePerson('cyd');
  let bobToken = '';
  let seed = 0;

  const cli = <T>(status: number, ...command: string[]): Promise<T> =>
    gate.json<T>(status, ...command, '--token', bobToken);
  const approveAsBob = (id: string): Promise<Shown> =>
    cli<Shown>(0, 'approve', id, '--yes', '--key', 'bob.key');
  const show = (id: string): Promise<Shown> => cli<Shown>(0, 'request', 'show', id);
  const visit = async (page: Page, place: string): Promise<void> => {
    await page.goto(`${gate.innerUrl}/#/${place}`);
    await page.locator('h1').first().waitFor();
    await settle(page);
  };
  const idOf = (page: Page): string => /requests\/(req_\w+)/.exec(page.url())?.[1] ?? '';
  /** Waits for a state on the page that its viewer did not cause. */
  const seeState = (page: Page, state: string): Promise<void> =>
    page.locator('.request-head .chip', { hasText: new RegExp(`^${state}$`) }).waitFor();

  /** Cyd asks on the page; answers with the id of the held request. */
  const ask = async (why: string): Promise<string> => {
    seed += 1;
    await visit(cyd.page, 'export');
    await cyd.page.setInputFiles('input[type=file]', {
      name: `weights-${String(seed)}.csv`,
      mimeType: 'text/csv',
      buffer: Buffer.from(weightShaped(seed)),
    });
    await cyd.page.locator('.big-number').waitFor();
    await cyd.page.getByText('People would have to approve it.').waitFor();
    await cyd.page.getByLabel('Why it leaves').fill(why);
    await cyd.page.getByRole('button', { name: 'Ask for the export' }).click();
    await cyd.page.waitForURL(/requests\/req_/);
    await seeState(cyd.page, 'held');
    return idOf(cyd.page);
  };
  const approveAsAda = async (id: string): Promise<void> => {
    await visit(ada.page, `requests/${id}`);
    await ada.page.getByRole('button', { name: 'Approve with passkey' }).click();
    await ada.page.getByText('your approval is recorded').first().waitFor();
  };
  const signInBySsh = async (page: Page, person: TestPerson): Promise<void> => {
    await page.goto(gate.innerUrl);
    await page.getByRole('tab', { name: 'SSH key' }).click();
    const answer = page.waitForResponse(/sign-in\/challenge/);
    await page.getByLabel('Person').fill(person.id);
    await page.getByRole('button', { name: 'Next' }).click();
    const { message } = (await (await answer).json()) as { message: string };
    const signature = await signText(person, message, 'sallyport-sign-in@v1');
    await page.getByLabel('Paste what it prints').fill(signature);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Home' }).waitFor();
  };

  before(async () => {
    browser = await launch();
    gate = await startGate();
    for (const person of [bob, cydKey])
      await writeFile(path.join(gate.workDir, `${person.id}.key`), person.privateText, {
        mode: 0o600,
      });
    await gate.json(0, 'outer', 'destination', 'add', 'results');
    ada = await openPage(browser);
    await addAuthenticator(ada.page);
    cyd = await openPage(browser);
  });
  after(async () => {
    await browser.close();
    await gate.close();
  });

  it('is founded in the browser: one founder by passkey, one by SSH key', async () => {
    const { page } = ada;
    // Typed into the page that is open, the address loads nothing anew.
    await page.goto(`${gate.innerUrl}/`);
    await page.getByLabel('Token').waitFor();
    await page.getByLabel('Theme').selectOption('dark');
    assert.equal(await page.locator('html').getAttribute('data-theme'), 'dark');
    await page.getByLabel('Theme').selectOption('system');
    // A mistyped token is said, and another one can be given; the address with the right one does it as well.
    await page.goto(gate.innerUrl);
    await page.getByLabel('Token').fill('spt_mistyped');
    await page.getByRole('button', { name: 'Begin' }).click();
    await page.getByText('the gate does not know this token').waitFor();
    await page.getByLabel('Token').fill('spt_again');
    await page.getByRole('button', { name: 'Begin' }).click();
    await page.getByText('the gate does not know this token').waitFor();
    assert.deepEqual(await findBarriers(page), []);
    await page.goto(`${gate.innerUrl}/#token=${gate.token}`);
    await page.getByRole('heading', { name: 'People and their keys' }).waitFor();
    assert.ok(!page.url().includes(gate.token));
    const add = async (name: string, key?: string) => {
      await page.getByLabel('Name').fill(name);
      for (const group of ['administrators', 'security', 'reviewers']) {
        const box = page.getByRole('checkbox', { name: group });
        if (!(await box.isChecked())) await box.check();
      }
      if (key === undefined) await page.getByRole('button', { name: 'Add with a passkey' }).click();
      else {
        const field = page.getByLabel('Public SSH key');
        if (!(await field.isVisible())) await page.getByText('Use an SSH key instead').click();
        await field.fill(key);
        await page.getByRole('button', { name: 'Add with this SSH key' }).click();
      }
      await page.locator('.founders').getByText(name, { exact: true }).waitFor();
    };
    await add('Ada');
    await add('Bob', bob.publicText);
    assert.deepEqual(await findBarriers(page), []);
    await takePicture(page, 'gate-founding', { heightPx: 1400 });
    await page.getByRole('button', { name: 'Sign as Ada' }).click();
    await page.locator('.ceremony .chip.good').first().waitFor();
    const answer = await fetch(`${gate.innerUrl}/v1/founding`, {
      headers: { authorization: `Bearer ${gate.token}` },
    });
    const founding = (await answer.json()) as { document: string; namespace: string };
    const signature = await signText(bob, founding.document, founding.namespace);
    await page.getByLabel('Signature of Bob').fill(signature);
    await page.getByRole('button', { name: 'Hand it in' }).click();
    await page.getByRole('button', { name: 'Found the gate' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await takePicture(page, 'gate-sign-in');
    await page.getByRole('button', { name: 'Sign in with passkey' }).click();
    await page.getByRole('heading', { name: 'Home' }).waitFor();
    assert.equal(
      (
        await fetch(`${gate.innerUrl}/v1/whoami`, {
          headers: { authorization: `Bearer ${gate.token}` },
        })
      ).status,
      401,
      'the token of the first start is over',
    );
    ({ token: bobToken } = await gate.json<{ token: string }>(0, 'login', '--key', 'bob.key'));
    assert.deepEqual(ada.problems, []);
  });

  it('changes people and rules by quorum: asked in the console, signed on the command line, and the other way round', async () => {
    const { id, publicKey, label, kind } = cydKey.key;
    const changes = [
      { op: 'person.add', id: 'cyd', name: 'Cyd', keys: [{ id, publicKey, label, kind }] },
      { op: 'role.give', project: 'main', principal: 'cyd', role: 'member' },
    ];
    const asked = await cli<Shown>(4, 'change', JSON.stringify(changes), '--why', 'Cyd works here');
    await visit(ada.page, `requests/${asked.id}`);
    await ada.page.getByText('What would change').waitFor();
    await ada.page.getByRole('button', { name: 'Approve with passkey' }).click();
    await seeState(ada.page, 'done');
    await signInBySsh(cyd.page, cydKey);

    await visit(ada.page, 'policy?tab=replay');
    await ada.page.getByLabel('Needs').fill('2 of reviewers(project)');
    await ada.page.getByRole('button', { name: 'Replay', exact: true }).click();
    await ada.page.locator('.figures').waitFor();
    await ada.page.getByRole('button', { name: 'Ask for this change' }).click();
    await ada.page.waitForURL(/requests\/req_/);
    const rule = idOf(ada.page);
    assert.equal((await approveAsBob(rule)).state, 'done');
    await seeState(ada.page, 'done');
    const { rules } = (await (
      await fetch(`${gate.innerUrl}/v1/policy`, {
        headers: { authorization: `Bearer ${bobToken}` },
      })
    ).json()) as { rules: { kind: string; tier: string; quorum: string }[] };
    const one = rules.find((each) => each.kind === 'export' && each.tier === 'one');
    assert.equal(one?.quorum, '2 of reviewers(project)');
  });

  it('proposes a wider budget on the page, which another person signs, and shows it in force', async () => {
    const { page } = ada;
    const rateOf = async (): Promise<string | undefined> => {
      const answer = await fetch(`${gate.innerUrl}/v1/budgets`, {
        headers: { authorization: `Bearer ${bobToken}` },
      });
      type Budgets = { budgets: { budget: string; declared: { rate: string } }[] };
      const { budgets } = (await answer.json()) as Budgets;
      return budgets.find((each) => each.budget === 'enclave')?.declared.rate;
    };
    assert.equal(await rateOf(), '13 MB/year');
    await visit(page, 'budgets');
    await page.getByRole('button', { name: 'Propose a budget' }).click();
    await page.getByLabel('Budget', { exact: true }).selectOption('enclave');
    await page.getByLabel('Rate', { exact: true }).fill('26 MB/year');
    await page.getByText('it lets more leave over time, so people have to sign it').waitFor();
    await page.getByLabel('Why', { exact: true }).fill('the paper is due');
    await page.getByRole('button', { name: 'Ask for it' }).click();
    await page.waitForURL(/requests\/req_/);
    const id = idOf(page);
    await seeState(page, 'held');
    assert.equal(await rateOf(), '13 MB/year', 'who asks alone changes nothing');
    assert.equal((await approveAsBob(id)).state, 'done');
    await seeState(page, 'done');
    assert.equal(await rateOf(), '26 MB/year');
    await visit(page, 'budgets');
    await page.locator('.card.budget').getByText('26 MB/year').first().waitFor();
    // A passkey alone is not enough: the rule asks for an approval outside the browser.
    const step = { op: 'budget.set', budget: 'enclave', rate: '20 MB/year', burst: '2 MB' };
    const asked = await cli<Shown>(4, 'change', JSON.stringify(step), '--why', 'enough for now');
    await visit(page, `requests/${asked.id}`);
    await page.getByRole('button', { name: 'Approve with passkey' }).click();
    await page.getByText('One approval outside the browser').waitFor();
    assert.equal((await show(asked.id)).state, 'held');
    assert.equal(await rateOf(), '26 MB/year');
    await cli<Shown>(0, 'request', 'withdraw', asked.id);
  });

  it('a token that an administrator makes for an agent waits on the page of its sponsor', async () => {
    const { page } = ada;
    const agent = { op: 'principal.add', id: 'bot', kind: 'agent', name: 'Bot', sponsor: 'ada' };
    const asked = await cli<Shown>(4, 'change', JSON.stringify(agent), '--why', 'sweeps');
    await visit(page, `requests/${asked.id}`);
    await page.getByRole('button', { name: 'Approve with passkey' }).click();
    await seeState(page, 'done');
    const { token } = await cli<{ token: string }>(0, 'token', 'add', 'bot');
    const asBot = async (bearer: string): Promise<number> =>
      (
        await fetch(`${gate.innerUrl}/v1/whoami`, {
          headers: { authorization: `Bearer ${bearer}` },
        })
      ).status;
    assert.equal(await asBot(token), 401);
    await visit(page, '');
    await page.getByRole('heading', { name: 'Tokens that wait for your word' }).waitFor();
    assert.deepEqual(await findBarriers(page), []);
    await page.getByRole('button', { name: 'Confirm the token of bot' }).click();
    await page.getByText('Tokens that wait for your word').waitFor({ state: 'detached' });
    assert.equal(await asBot(token), 200);
    await visit(page, 'people?tab=keys');
    await page.getByRole('button', { name: 'Make a token for Bot' }).click();
    const own = (await page.getByRole('dialog').locator('code').textContent()) ?? '';
    assert.equal(await asBot(own), 200);
    await page.getByRole('dialog').getByRole('button', { name: 'Done' }).click();
    assert.deepEqual(await findBarriers(page), []);
  });

  it('releases what two reviewers signed, one by passkey and one by ssh, and the receipt verifies', async () => {
    const id = await ask('the numbers behind figure 3');
    assert.deepEqual(await findBarriers(cyd.page), []);
    await visit(ada.page, '');
    await ada.page.locator('.request-line', { hasText: 'weights-1.csv' }).waitFor();
    await takePicture(ada.page, 'gate-home');
    await visit(ada.page, `requests/${id}`);
    await ada.page.getByText('columns, ').first().waitFor();
    await takePicture(ada.page, 'gate-request', { heightPx: 1560 });
    await approveAsAda(id);
    assert.equal((await show(id)).state, 'held', 'one of two is not enough');
    assert.equal((await approveAsBob(id)).state, 'queued');
    // Nobody reloads: the live stream brings the news.
    await seeState(ada.page, 'released');
    await seeState(cyd.page, 'released');
    await cyd.page.getByRole('button', { name: 'Verify here' }).click();
    await cyd.page.getByText('Verified in this browser').waitFor();
    await takePicture(cyd.page, 'gate-released', { heightPx: 1400 });
  });

  it('ends with a denial, which the requester reads with its reason', async () => {
    const id = await ask('one more');
    await visit(ada.page, `requests/${id}`);
    await ada.page.getByRole('button', { name: 'Deny' }).click();
    const dialog = ada.page.getByRole('dialog');
    await dialog.getByLabel('Reason').fill('too raw');
    await dialog.getByRole('button', { name: 'Deny' }).click();
    await seeState(ada.page, 'refused');
    await seeState(cyd.page, 'refused');
    await cyd.page.getByRole('tab', { name: /History/ }).click();
    await cyd.page.getByText('too raw').first().waitFor();
  });

  it('forgets approvals when the request is edited', async () => {
    const id = await ask('a first wording');
    await approveAsAda(id);
    await cyd.page.getByRole('button', { name: 'Edit' }).click();
    const dialog = cyd.page.getByRole('dialog');
    await dialog.getByRole('textbox').fill('a second wording');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await cyd.page.locator('.why', { hasText: 'a second wording' }).waitFor();
    await visit(ada.page, `requests/${id}`);
    await ada.page.getByText('2 more').waitFor();
    assert.equal((await approveAsBob(id)).state, 'held', 'the approval of before counts no longer');
    await approveAsAda(id);
    await seeState(ada.page, 'released');
  });

  it('locks a project at once and unlocks it by request', async () => {
    const id = await ask('during the lock');
    await visit(ada.page, 'locks');
    await ada.page.getByRole('button', { name: 'Lock now' }).click();
    const dialog = ada.page.getByRole('dialog');
    await dialog.getByLabel('Which').fill('main');
    await dialog.getByLabel('Reason').fill('odd traffic');
    await dialog.getByRole('button', { name: 'Lock' }).click();
    await ada.page.getByText('odd traffic').waitFor();
    await takePicture(ada.page, 'gate-locks');
    await approveAsAda(id);
    const stopped = await approveAsBob(id);
    assert.equal(stopped.state, 'held');
    await visit(ada.page, 'locks');
    await ada.page.getByRole('button', { name: 'Ask to unlock' }).click();
    await ada.page.getByLabel('Why it can be unlocked').fill('a false alarm');
    await ada.page.getByRole('dialog').getByRole('button', { name: 'Ask' }).click();
    await ada.page.waitForURL(/requests\/req_/);
    assert.equal((await approveAsBob(idOf(ada.page))).state, 'done');
    await visit(ada.page, 'locks');
    await ada.page.getByText(/lifted/).waitFor();
  });

  it('breaks the glass with a passkey, loudly, and is reviewed afterwards', async () => {
    const id = await ask('an outage');
    await visit(ada.page, `requests/${id}`);
    await ada.page.getByRole('button', { name: 'Release it now' }).click();
    const dialog = ada.page.getByRole('dialog');
    await dialog.getByRole('textbox').fill('the partner’s cluster burns');
    await dialog.getByRole('button', { name: 'Sign and release' }).click();
    await seeState(ada.page, 'unreviewed');
    await ada.page.getByRole('alert').getByText('broke the glass').waitFor();
    assert.equal((await cli<Shown>(0, 'review', id, '--reason', 'it was one')).state, 'reviewed');
    await seeState(ada.page, 'reviewed');
  });

  it('takes in what a member sends on the page, decoded, and admits it by a passkey', async () => {
    const { page } = cyd;
    const { token } = await gate.json<{ token: string }>(0, 'login', '--key', 'cyd.key');
    await gate.json(
      ...([0, 'source', 'add', 'notes', '--project', 'main', '--person', 'cyd'] as const),
      ...['--origin', 'our bench', '--licence', 'none', '--collection', 'typed in by hand'],
      ...['--token', token],
    );
    await visit(page, 'imports?tab=new');
    await page.getByRole('button', { name: 'Send to the quarantine' }).waitFor();
    await page.getByText('add a file first').waitFor();
    await page.setInputFiles('input[type=file]', [
      { name: 'rows.csv', mimeType: 'text/csv', buffer: Buffer.from('a,b\n1,2\n') },
      { name: 'empty.txt', mimeType: 'text/plain', buffer: Buffer.from('noon\n') },
    ]);
    await page.getByLabel('What they are for').fill('to train on');
    await page.getByRole('button', { name: 'Send to the quarantine' }).click();
    await page.waitForURL(/imports\/imp_/);
    await page.getByText('2 files, 13 B: 2 clean').waitFor();
    await page.getByRole('link', { name: 'Open it to decide' }).click();
    await page.waitForURL(/requests\/req_/);
    await approveAsAda(idOf(page));
    await seeState(page, 'done');
    await visit(page, 'imports?state=admitted');
    await page.getByText('to train on').waitFor();
  });

  it('shows each page from the real gate, without barriers, broad and narrow', async () => {
    const pages = [
      ['requests', 'requests?for=all', 'weights-1.csv'],
      ['budgets', 'budgets', 'What left in'],
      ['projects', 'people', 'First project'],
      ['people', 'people?tab=people', 'Cyd'],
      ['roster', 'people?tab=roster', 'Version 1'],
      ['policy', 'policy', 'Which approvals a request needs'],
      ['permissions', 'policy?tab=matrix', 'Who may do what'],
      ['waiting', 'waiting', 'expired unseen'],
      ['ledger', 'ledger', 'signature verified here'],
    ] as const;
    for (const width of [1280, 390]) {
      await ada.page.setViewportSize({ width, height: 860 });
      for (const [name, place, shows] of pages) {
        await visit(ada.page, place);
        await ada.page.getByText(shows).first().waitFor();
        await settle(ada.page);
        assert.deepEqual(await findBarriers(ada.page), [], `${name} ${String(width)}`);
        if (width === 1280) await takePicture(ada.page, `gate-${name}`);
      }
    }
    await ada.page.setViewportSize({ width: 1280, height: 860 });
    assert.deepEqual(ada.problems, []);
    assert.deepEqual(cyd.problems, []);
  });

  it('lets nothing wait for ever: it is escalated, and then expires', async () => {
    const id = await ask('nobody will look');
    // The clock of the gate goes on while it is stopped; each start looks what time has come for. Whoever is told late has
    // a while to answer, so that it outlives its seven days here.
    for (const [days, escalations] of [
      [1.9, 1],
      [7.1, 2],
      [8, 3],
    ] as const) {
      gate = await gate.restart(days * DAY_MS);
      ({ token: bobToken } = await gate.json<{ token: string }>(0, 'login', '--key', 'bob.key'));
      const told = async (): Promise<number> =>
        (await history(id)).filter((event) => event === 'escalate').length;
      await until(async () => (await told()) === escalations);
      assert.equal((await show(id)).state, 'held');
    }
    gate = await gate.restart(9 * DAY_MS);
    ({ token: bobToken } = await gate.json<{ token: string }>(0, 'login', '--key', 'bob.key'));
    await until(async () => (await show(id)).state === 'expired');
    await signInBySsh(cyd.page, cydKey);
    await visit(cyd.page, `requests/${id}`);
    await seeState(cyd.page, 'expired');
    await takePicture(cyd.page, 'gate-expired', { heightPx: 1200 });
  });

  const history = async (id: string): Promise<readonly string[]> =>
    (await cli<{ history: { event: string }[] }>(0, 'request', 'show', id)).history.map(
      (each) => each.event,
    );
  const until = async (isThere: () => Promise<boolean>): Promise<void> => {
    const endsMs = performance.now() + 30_000;
    while (!(await isThere())) {
      assert.ok(performance.now() < endsMs, 'it has not come in 30 seconds');
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
});
