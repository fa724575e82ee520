import assert from 'node:assert/strict';
import test from 'node:test';
import { foundWith, makePerson } from '../../test/support/people.ts';
import { makeSecurityKey } from '../../test/support/security-keys.ts';
import { CHANGE, applyChanges } from '../people/index.ts';
import type { ChangeInput, Roster } from '../people/index.ts';
import { listNewRuleRisks, listRuleRisks } from './rule-risks.ts';

const AT = '2026-11-01T00:00:00.000Z';
const NOW_MS = Date.parse(AT);

async function found(...people: readonly string[][]): Promise<Roster> {
  const founders = people.map((groups, i) => ({ person: makePerson(`p${String(i)}`), groups }));
  return (await foundWith(founders)).roster;
}

function change(roster: Roster, ...changes: readonly ChangeInput[]): Roster {
  const parsed = changes.map((each) => CHANGE.parse(each));
  return applyChanges(roster, parsed, AT);
}

const rule = (more: object): ChangeInput => ({
  ...{ op: 'rule.set', kind: 'export', tier: 'one', quorum: '1 of legal' },
  ...more,
});
const legal = (...members: string[]): ChangeInput => ({ op: 'group.add', group: 'legal', members });

test('a rule that asks for a kind of key that nobody has is named, until somebody has one', async () => {
  const roster = change(await found(['administrators', 'security'], ['staff']), legal('p1'));
  const next = change(roster, rule({ deviceBound: true }));
  assert.deepEqual(listNewRuleRisks(roster, next, NOW_MS), [
    'the rule for export, tier one, asks for a key that cannot leave its device, and nobody who may approve has one: what falls under it waits until then',
  ]);
  // A key of somebody whom the rule does not ask helps nobody.
  const { key } = makeSecurityKey();
  const add = (person: string): ChangeInput => ({ op: 'key.add', person, key });
  assert.equal(listNewRuleRisks(roster, change(next, add('p0')), NOW_MS).length, 1);
  assert.deepEqual(listNewRuleRisks(roster, change(next, add('p1')), NOW_MS), []);
});

test('an approval outside the browser needs somebody with another key than a passkey', async () => {
  const roster = change(await found(['administrators', 'security'], ['staff']), legal('p1'));
  const next = change(roster, rule({ outOfBrowser: true }));
  assert.deepEqual(listNewRuleRisks(roster, next, NOW_MS), []);
  const passkeys = {
    ...next,
    people: next.people.map((person) => ({
      ...person,
      keys: person.keys.map((key) => ({ ...key, kind: 'passkey' as const })),
    })),
  };
  assert.match(
    listRuleRisks(passkeys, NOW_MS).join('\n'),
    /export, tier one, asks for an approval outside the browser, and nobody who may approve/,
  );
});

test('groups and roles with fewer people who have a key than a rule asks for are named', async () => {
  const roster = change(
    await found(['administrators', 'security'], ['staff']),
    legal('p0', 'p1'),
    { op: 'project.add', id: 'probe', title: 'Probes', models: [] },
    { op: 'role.give', project: 'probe', principal: 'p1', role: 'reviewer' },
  );
  const next = change(roster, rule({ quorum: '2 of legal' }));
  assert.deepEqual(listNewRuleRisks(roster, next, NOW_MS), []);
  const left = change(next, { op: 'group.leave', group: 'legal', member: 'p1' });
  assert.match(
    listNewRuleRisks(next, left, NOW_MS).join(),
    /`2 of legal`, and only 1 there has a key/,
  );
  const reviewers = change(next, rule({ quorum: '2 of reviewers(project)' }));
  assert.match(listNewRuleRisks(next, reviewers, NOW_MS).join(), /`probe`.* has fewer/);
  // Whoever has left counts no more.
  const until = { op: 'person.until', id: 'p1', until: '2026-10-01T00:00:00.000Z' } as const;
  assert.match(listRuleRisks(change(next, until), NOW_MS).join(), /`2 of legal`, and only 1 there/);
});
