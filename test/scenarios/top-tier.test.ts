/**
 * The upper tier of exports on a real gate: a quorum of people, one approval by a key that cannot leave its device and one
 * made outside the browser, from the held export to what the outer door has.
 */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { openFoundedGate } from '../support/open-gate.ts';
import type { CallBody, OpenGate } from '../support/open-gate.ts';
import { approve } from '../support/people.ts';
import { TEST_ORIGIN, makePasskey, makeSecurityKey } from '../support/security-keys.ts';
import { weightShaped } from '../support/tables.ts';

interface Shown {
  readonly id: string;
  readonly state: string;
  readonly tier: string;
  readonly waitsFor: string | null;
  readonly reason: string | null;
  readonly subject: { readonly text: string } | null;
}

const json = (value: unknown): CallBody => ({
  type: 'application/json',
  text: JSON.stringify(value),
});
const TO = 'project=main&to=results&why=a+test';

describe('the upper tier on a real gate', () => {
  let open: OpenGate;
  let held: Shown;
  let seed = 0;
  const fido = makeSecurityKey();
  const keys = { bound: fido, synced: fido };

  const see = (who: string): Promise<Shown> =>
    open.call<Shown>(who, 'GET', `/v1/requests/${held.id}`);
  const hand = async (who: string, signature: string): Promise<Shown | string> => {
    const place = `/v1/requests/${held.id}/approvals`;
    const answer = await open.ask(who, 'POST', place, json({ signature }));
    const text = await answer.text();
    return answer.ok ? (JSON.parse(text) as Shown) : text;
  };
  const text = (): string => held.subject?.text ?? '';
  /** Signs with the key file of the founding. */
  const byFile = async (who: string): Promise<Shown | string> => {
    const person = open.people.get(who);
    assert.ok(person !== undefined);
    return hand(who, await approve(person, text()));
  };
  const stillHeld = async (why: RegExp, answer: Shown | string): Promise<void> => {
    assert.equal(typeof answer, 'object', JSON.stringify(answer));
    const shown = await see('ann');
    assert.equal(shown.state, 'held');
    assert.match(shown.waitsFor ?? '', why);
  };
  const left = async (): Promise<Shown> => {
    for (;;) {
      const shown = await see('ann');
      if (shown.state !== 'queued') return shown;
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const change = async (...changes: object[]): Promise<void> => {
    const body = json({ why: 'set up', changes });
    const asked = await open.call<Shown>('ann', 'POST', '/v1/changes', body);
    for (const who of ['bob', 'cyd']) {
      const person = open.people.get(who);
      assert.ok(person !== undefined && asked.subject !== null);
      const signature = await approve(person, asked.subject.text);
      const place = `/v1/requests/${asked.id}/approvals`;
      await open.ask(who, 'POST', place, json({ signature }));
    }
    const done = await open.call<Shown>('ann', 'GET', `/v1/requests/${asked.id}`);
    assert.equal(done.state, 'done', done.reason ?? '');
  };
  const ask = async (who: string): Promise<Shown> => {
    seed += 1;
    const body = { type: 'text/csv', text: weightShaped(seed) };
    const place = `/v1/exports?${TO}&name=weights-${String(seed)}.csv&wait=60`;
    return open.call<Shown>(who, 'POST', place, body);
  };

  before(async () => {
    open = await openFoundedGate(['ann', 'bob', 'cyd', 'dee']);
    keys.bound = await makePasskey(true);
    keys.synced = await makePasskey(false);
    const add = (person: string, key: object): object => ({ op: 'key.add', person, key });
    const give = (principal: string, role: string): object => ({
      ...{ op: 'role.give', project: 'main', principal, role },
    });
    await change(
      { op: 'origin.add', origin: TEST_ORIGIN },
      // Whatever charges more than this needs the quorum.
      { op: 'rule.set', kind: 'export', tier: 'one', chargeBitsMax: 1_000 },
      add('bob', keys.bound.key),
      add('cyd', keys.synced.key),
      add('dee', fido.key),
      { op: 'principal.add', id: 'bot', kind: 'agent', name: 'Bot', sponsor: 'dee' },
      give('ann', 'member'),
      give('bot', 'member'),
    );
  });
  after(() => open.close());
  beforeEach(async () => {
    held = await ask('ann');
    assert.equal(held.state, 'held', held.reason ?? '');
    assert.equal(held.tier, 'quorum');
  });

  it('lets out what two of security, a reviewer, a bound key and a key outside the browser agree on', async () => {
    await stillHeld(/./, await hand('bob', keys.bound.approve(text())));
    await stillHeld(/./, await hand('cyd', keys.synced.approve(text())));
    // Enough people; what is missing is one who did not use a browser.
    const last = await hand('dee', fido.approve(text()));
    assert.equal(typeof last, 'object', JSON.stringify(last));
    const shown = await left();
    assert.equal(shown.state, 'released', shown.reason ?? '');
  });

  it('waits for somebody outside the browser when all have used one', async () => {
    await hand('bob', keys.bound.approve(text()));
    await hand('cyd', keys.synced.approve(text()));
    const shown = await see('ann');
    assert.equal(shown.state, 'held');
    assert.match(shown.waitsFor ?? '', /outside the browser/);
  });

  it('waits for a key that cannot leave its device when none was used', async () => {
    await hand('cyd', keys.synced.approve(text()));
    await byFile('bob');
    await byFile('dee');
    const shown = await see('ann');
    assert.equal(shown.state, 'held');
    assert.match(shown.waitsFor ?? '', /cannot leave its device/);
  });

  it('counts a person once, with however many keys', async () => {
    await hand('bob', keys.bound.approve(text()));
    await byFile('bob');
    const shown = await see('ann');
    assert.equal(shown.state, 'held');
    assert.match(shown.waitsFor ?? '', /of security|of reviewers/);
  });

  it('takes no signature of a key that did not check its user', async () => {
    const refused = await hand('dee', fido.approve(text(), { userVerified: false }));
    assert.match(JSON.stringify(refused), /did not check its user/);
    const passkey = await hand('bob', keys.bound.approve(text(), { userVerified: false }));
    assert.match(JSON.stringify(passkey), /SIGNATURE_REFUSED|did not check its user/);
  });

  it('takes nothing of whoever asked', async () => {
    assert.match(JSON.stringify(await byFile('ann')), /nobody decides on a request of their own/);
  });

  it('takes nothing of the sponsor of the agent that asked', async () => {
    const { token } = await open.gate.people.addToken('bot', 'dee', 'dee');
    held = await ask(token);
    assert.equal(held.tier, 'quorum');
    assert.match(
      JSON.stringify(await hand('dee', fido.approve(text()))),
      /a sponsor never decides/,
    );
    // The other three, with a bound key and one outside the browser, are enough.
    await hand('bob', keys.bound.approve(text()));
    await byFile('cyd');
    await byFile('ann');
    assert.match((await left()).state, /released/);
  });
});
