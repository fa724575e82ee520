import assert from 'node:assert/strict';
import test from 'node:test';
import { foundWith, makePerson } from '../../test/support/people.ts';
import { CHANGE, applyChanges } from '../people/index.ts';
import type { ChangeInput, Roster } from '../people/index.ts';
import {
  findAimlessRule,
  findUnfillableRule,
  missingRuleStep,
  sayMissingRule,
} from './rule-problem.ts';

const AT = '2026-11-01T00:00:00.000Z';

async function found(...people: readonly string[][]): Promise<Roster> {
  const founders = people.map((groups, i) => ({ person: makePerson(`p${String(i)}`), groups }));
  return (await foundWith(founders)).roster;
}

function after(roster: Roster, ...changes: readonly ChangeInput[]): string | null {
  const parsed = changes.map((change) => CHANGE.parse(change));
  return findUnfillableRule(applyChanges(roster, parsed, AT));
}

const rule = (quorum: string): ChangeInput => ({
  ...{ op: 'rule.set', kind: 'export', tier: 'quorum', quorum },
});

test('every gate can be founded, by one person too', async () => {
  const all = ['administrators', 'security', 'reviewers'];
  for (const people of [[all], [['administrators']], [all, all], [all, all, all]])
    assert.equal(findUnfillableRule(await found(...people)), null);
});

test('a rule that asks for more distinct people than there are is named', async () => {
  const both = ['administrators', 'security'];
  const roster = await found(both, both, ['staff']);
  assert.match(
    after(roster, rule('9 of security')) ?? '',
    /export, tier quorum: `9 of security` of 2/,
  );
  assert.equal(after(roster, rule('2 of security')), null);
  // Two people cannot be three, in however many groups they are.
  assert.match(
    after(roster, rule('2 of security, 1 of administrators')) ?? '',
    /nobody could fill/,
  );
  assert.equal(after(roster, rule('2 of security, 1 of staff')), null);
  // A group within a group brings its people; what a project brings may come later.
  const nested: ChangeInput = { op: 'group.add', group: 'board', members: ['@security', 'p2'] };
  assert.equal(after(roster, nested, rule('3 of board')), null);
  assert.match(after(roster, nested, rule('4 of board')) ?? '', /of 3 people/);
  assert.equal(after(roster, rule('5 of reviewers(project)')), null);
});

test('nobody leaves a group whose rule they are needed for, unless the rule changes with it', async () => {
  const both = ['administrators', 'security'];
  const roster = await found(both, both, both);
  const leave: ChangeInput = { op: 'person.remove', id: 'p2' };
  const strict = applyChanges(roster, [CHANGE.parse(rule('3 of security'))], AT);
  assert.match(after(strict, leave) ?? '', /nobody could fill/);
  assert.equal(after(strict, leave, rule('2 of security')), null);
  // A key that was lost is revoked whatever the rules say, and a membership that is over can be prolonged.
  const key = strict.people[2]?.keys[0]?.id ?? '';
  assert.equal(after(strict, { op: 'key.revoke', person: 'p2', key }), null);
  assert.equal(after(strict, { op: 'person.until', id: 'p2', until: AT }), null);
});

test('only access and shares have a target, whose owners a rule may ask', async () => {
  const roster = await found(['administrators', 'security']);
  assert.equal(findAimlessRule(roster), null);
  for (const kind of ['export', 'import', 'unlock', 'policy', 'review'] as const) {
    const set: ChangeInput = { op: 'rule.set', kind, tier: 'one', quorum: '1 of owners(target)' };
    const next = applyChanges(roster, [CHANGE.parse(set)], AT);
    assert.match(findAimlessRule(next) ?? '', new RegExp(`the rule for ${kind}, tier one, asks`));
  }
});

test('a roster from before a kind says which rule is missing, and the step that it names adds it', async () => {
  const roster = await found(['administrators', 'security']);
  for (const kind of ['share', 'import']) {
    const old = { ...roster, rules: roster.rules.filter((each) => each.kind !== kind) };
    assert.match(
      sayMissingRule(kind),
      new RegExp(`none says who approves requests of the kind ${kind}; an admin`),
    );
    const step = missingRuleStep(kind) ?? assert.fail(kind);
    assert.ok(sayMissingRule(kind).includes(step));
    const next = applyChanges(old, [CHANGE.parse(JSON.parse(step))], AT);
    const [added] = next.rules.filter((each) => each.kind === kind);
    const [shipped] = roster.rules.filter((each) => each.kind === kind && each.tier === 'one');
    assert.deepEqual(added, shipped, 'the rule that a new gate has');
    // A first rule that leaves something to be guessed is refused: whoever signs reads all of it.
    const { waitMs: _, ...rest } = JSON.parse(step) as Record<string, unknown>;
    assert.throws(
      () => applyChanges(old, [CHANGE.parse(rest)], AT),
      /the first one says `quorum`, `waitMs`/,
    );
  }
  assert.equal(missingRuleStep('export'), null);
  assert.doesNotMatch(sayMissingRule('export'), /administrator/);
});
