/** Changes after which nobody could change anything, and what the loss of one key would do. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { foundWith, makePerson } from '../../test/support/people.ts';
import { TEST_ORIGIN, makePasskey } from '../../test/support/security-keys.ts';
import { applyChanges, readRoster, writeRoster } from '../people/index.ts';
import type { Roster } from '../people/index.ts';
import { readChanges } from './change-steps.ts';
import { findDeadEnd, sayKeyRisks } from './dead-end.ts';

const NOW = Date.parse('2026-11-02T00:00:00.000Z');
const AT = '2026-11-02T00:00:00.000Z';
const BOTH = ['administrators', 'security'];
const people = ['ann', 'bob', 'cyd', 'dan', 'eve'].map((id) => makePerson(id));
const passkey = await makePasskey(true);

async function found(count: number): Promise<Roster> {
  const founders = people.slice(0, count).map((person) => ({ person, groups: BOTH }));
  return (await foundWith(founders, { origins: [TEST_ORIGIN] })).roster;
}

const change = (roster: Roster, ...steps: object[]): Roster =>
  readRoster(writeRoster(applyChanges(roster, readChanges(steps), AT)));

const leave = (member: string) => ({ op: 'group.leave', group: 'administrators', member });
const secondKey = (person: string, id: string) => ({
  op: 'key.add',
  person,
  key: { ...makePerson(id).key, label: 'second' },
});

describe('dead ends', () => {
  it('refuses what leaves one administrator alone with a rule for others', async () => {
    const two = await found(2);
    const lost = { op: 'key.revoke', person: 'bob', key: people[1]?.key.id };
    const wrong: readonly (readonly object[])[] = [
      [leave('ann'), { ...leave('ann'), group: 'security' }],
      [{ op: 'person.remove', id: 'bob' }],
      [{ op: 'person.until', id: 'bob', until: '2026-11-01T00:00:00.000Z' }],
      [lost],
    ];
    for (const steps of wrong)
      assert.match(findDeadEnd(two, change(two, ...steps), NOW) ?? '', /ever again/);
    const right: readonly (readonly object[])[] = [
      [secondKey('bob', 'b2'), lost],
      [secondKey('ann', 'a2')],
      [{ op: 'group.leave', group: 'security', member: 'bob' }, secondKey('bob', 'b2')],
    ];
    for (const steps of right)
      assert.doesNotMatch(findDeadEnd(two, change(two, ...steps), NOW) ?? '', /people and rules/);
    assert.equal(findDeadEnd(two, change(two, secondKey('bob', 'b2'), lost), NOW), null);
    // What is a dead end already may be changed by whoever still can: nothing gets worse.
    const alone = change(two, { op: 'person.remove', id: 'bob' });
    assert.equal(findDeadEnd(alone, change(alone, secondKey('ann', 'a2')), NOW), null);
  });

  it('counts the keys that a rule asks for', async () => {
    const two = await found(2);
    const added = { op: 'key.add', person: 'bob', key: passkey.key };
    const lost = { op: 'key.revoke', person: 'bob', key: people[1]?.key.id };
    // With a passkey alone bob still approves people, and nobody approves limits outside the browser but ann's own.
    const next = change(two, added, lost);
    assert.equal(findDeadEnd(two, next, NOW), null);
    const ann = { op: 'key.revoke', person: 'ann', key: people[0]?.key.id };
    const passkeys = change(
      next,
      { ...added, person: 'ann', key: (await makePasskey(true)).key },
      ann,
    );
    assert.match(findDeadEnd(next, passkeys, NOW) ?? '', /budgets, models and destinations/);
  });

  it('says whose key must not be lost, and is silent when each has two or there are enough', async () => {
    const two = await found(2);
    assert.match(sayKeyRisks(two, NOW)[0] ?? '', /^if ann or bob lost a key, nobody .*people/);
    assert.match(sayKeyRisks(await found(3), NOW)[0] ?? '', /^if ann or bob or cyd lost a key/);
    assert.deepEqual(sayKeyRisks(await found(4), NOW), []);
    assert.deepEqual(sayKeyRisks(await found(1), NOW).length, 2);
    const doubled = change(two, secondKey('ann', 'a2'), secondKey('bob', 'b2'));
    assert.deepEqual(sayKeyRisks(doubled, NOW), []);
    const alone = change(two, { op: 'person.remove', id: 'bob' });
    assert.match(sayKeyRisks(alone, NOW)[0] ?? '', /^nobody can change people and rules/);
  });
});
