/** Which versions of the roster the sender takes: from the right people, and not when they are long over. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { it } from 'node:test';
import type { TestContext } from 'node:test';
import { approve, foundWith, makePerson } from '../../../test/support/people.ts';
import { signChange } from '../../../test/support/roster-change.ts';
import { tempDir } from '../../../test/support/temp-dir.ts';
import { writeRoster } from '../../people/index.ts';
import { SENDER_MIGRATIONS, openStore } from '../../store/index.ts';
import { Chain } from './chain.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const [ann, bob, cyd, dan] = ['ann', 'bob', 'cyd', 'dan'].map((id) => makePerson(id));
assert.ok(ann && bob && cyd && dan);
const founded = await foundWith([
  { person: ann, groups: ['administrators'] },
  { person: bob, groups: ['administrators'] },
  { person: cyd, groups: ['security'] },
  { person: dan, groups: ['security'] },
]);
const FOUNDED_MS = Date.parse(founded.roster.at);
/** What the default rules let a change be old, with the margin to release it and the day for a gate that ended. */
const AGE_MS_MAX = 10 * DAY_MS + HOUR_MS + DAY_MS;
const STAFF = { op: 'group.add', group: 'staff' };
const OPEN = { op: 'rule.set', kind: 'settings', tier: 'quorum', quorum: '1 of administrators' };

async function opener(context: TestContext): Promise<() => Promise<Chain>> {
  const dir = await tempDir(context);
  return async () => {
    const store = await openStore(path.join(dir, 'sender.db'), { migrations: SENDER_MIGRATIONS });
    context.after(() => store.close());
    return Chain.open(store);
  };
}

it('takes a change while its approvals are good, and a day later still, and then no more', async (context) => {
  const { link } = await signChange(founded.roster, [STAFF], [bob], FOUNDED_MS);
  for (const [ageMs, taken] of [
    [0, true],
    [AGE_MS_MAX - 1, true],
    [AGE_MS_MAX, false],
    [400 * DAY_MS, false],
  ] as const) {
    const chain = await (await opener(context))();
    await chain.add(founded.link, false, FOUNDED_MS);
    const adding = chain.add(link, false, FOUNDED_MS + ageMs);
    if (taken) await adding;
    else await assert.rejects(adding, /it comes too late: the time to release it is over/);
    assert.equal(chain.version, taken ? 2 : 1);
  }
});

it('of a text that claims a long time, the age counts by the clocks of its rule', async (context) => {
  const { link } = await signChange(founded.roster, [STAFF], [bob], FOUNDED_MS);
  const long = (link.subject ?? '').replace(
    /"releaseBy":"[^"]*"/,
    '"releaseBy":"2030-01-01T00:00:00.000Z"',
  );
  const signed = { ...link, subject: long, signatures: [await approve(bob, long)] };
  const chain = await (await opener(context))();
  await chain.add(founded.link, false, FOUNDED_MS);
  await assert.rejects(
    chain.add(signed, false, FOUNDED_MS + 400 * DAY_MS),
    /its approvals may be older than its rule lets them be/,
  );
});

it('a new folder is told the whole history, however old, and keeps all of it or nothing', async (context) => {
  const open = await opener(context);
  const later = FOUNDED_MS + 400 * DAY_MS;
  const second = await signChange(founded.roster, [STAFF], [bob], FOUNDED_MS);
  const third = await signChange(
    second.roster,
    [{ op: 'group.join', group: 'staff', member: 'dan' }],
    [bob],
    FOUNDED_MS + DAY_MS,
  );
  const cut = await open();
  await cut.add(founded.link, true, later);
  await cut.add(second.link, true, later);
  // The process ends here: the next one begins with nothing again.
  assert.equal((await open()).version, 0);
  const whole = await open();
  await whole.add(founded.link, true, later);
  await whole.add(second.link, true, later);
  await whole.add(third.link, false, later);
  assert.equal((await open()).version, 3);
});

it('history ends with its last version, and with whatever else is asked', async (context) => {
  const later = FOUNDED_MS + 400 * DAY_MS;
  const { link } = await signChange(founded.roster, [STAFF], [bob], FOUNDED_MS);
  const last = await (await opener(context))();
  await last.add(founded.link, false, later);
  await assert.rejects(last.add(link, false, later), /too late/);
  const asked = await (await opener(context))();
  await asked.add(founded.link, true, later);
  await asked.settle();
  await assert.rejects(asked.add(link, false, later), /too late/);
  const open = await opener(context);
  const unfounded = await open();
  await unfounded.settle();
  await unfounded.add(founded.link, true, later);
  assert.equal((await open()).version, 1);
  await assert.rejects(unfounded.add(link, false, later), /too late/);
});

it('administrators alone change neither the rule for settings nor whom it counts', async (context) => {
  const eve = makePerson('eve');
  const key = { publicKey: eve.publicText };
  const until = '2040-01-01T00:00:00.000Z';
  const guarded: readonly (readonly object[])[] = [
    [OPEN],
    [{ op: 'rule.remove', kind: 'settings', tier: 'quorum' }],
    [{ op: 'rule.set', kind: 'settings', tier: 'quorum', outOfBrowser: false }],
    [{ op: 'rule.set', kind: 'settings', tier: 'self', quorum: 'requester' }],
    [{ op: 'group.join', group: 'security', member: 'ann' }],
    [{ op: 'group.join', group: 'security', member: '@administrators' }],
    [{ op: 'key.add', person: 'cyd', key }],
    [
      { op: 'person.add', id: 'eve', name: 'eve', keys: [key] },
      { op: 'group.join', group: 'security', member: 'eve' },
    ],
  ];
  for (const steps of guarded) {
    const refused = await signChange(founded.roster, steps, [bob], FOUNDED_MS);
    const chain = await (await opener(context))();
    await chain.add(founded.link, false, FOUNDED_MS);
    await assert.rejects(
      chain.add(refused.link, false, FOUNDED_MS),
      /it changes who decides about settings, and those who do have not signed it/,
      JSON.stringify(steps),
    );
    // Their approval besides the administrators’ is enough, and theirs alone is not; of a tier `self` its requester signs.
    const alone = await signChange(founded.roster, steps, [cyd, dan], FOUNDED_MS);
    await assert.rejects(chain.add(alone.link, false, FOUNDED_MS), /the approvers of the before/);
    const both = await signChange(founded.roster, steps, [bob, cyd, ann], FOUNDED_MS);
    await chain.add(both.link, false, FOUNDED_MS);
    assert.equal(chain.version, 2);
  }
  // An end that is brought forward takes something away; put off again it gives something.
  const ending = await signChange(
    founded.roster,
    [{ op: 'person.until', id: 'dan', until }],
    [bob],
    FOUNDED_MS,
  );
  const open = await signChange(
    ending.roster,
    [{ op: 'person.until', id: 'dan', until: null }],
    [bob],
    FOUNDED_MS,
  );
  const chain = await (await opener(context))();
  await chain.add(founded.link, false, FOUNDED_MS);
  await chain.add(ending.link, false, FOUNDED_MS);
  await assert.rejects(chain.add(open.link, false, FOUNDED_MS), /who decides about settings/);
});

it('what administrators decide about stays theirs, and so does taking people and keys away', async (context) => {
  const key = { publicKey: makePerson('eve').publicText };
  const steps: readonly (readonly object[])[] = [
    [STAFF],
    [{ op: 'key.add', person: 'ann', key }],
    [{ op: 'group.leave', group: 'security', member: 'dan' }],
    [{ op: 'key.revoke', person: 'dan', key: dan.key.id }],
    [{ op: 'person.remove', id: 'dan' }],
    [{ op: 'rule.set', kind: 'unlock', tier: 'one', quorum: '1 of administrators' }],
  ];
  for (const each of steps) {
    const chain = await (await opener(context))();
    await chain.add(founded.link, false, FOUNDED_MS);
    const made = await signChange(founded.roster, each, [bob], FOUNDED_MS);
    await chain.add(made.link, false, FOUNDED_MS);
    assert.equal(chain.version, 2, JSON.stringify(each));
  }
});

it('a gate from before goes by its rule for changes until its people set settings apart', async (context) => {
  const { settingsApart, ...earlier } = founded.roster;
  assert.equal(settingsApart, true);
  const open = await signChange(earlier, [OPEN], [bob], FOUNDED_MS);
  const apart = await signChange(earlier, [{ op: 'settings.apart' }], [bob], FOUNDED_MS);
  const both = await signChange(earlier, [{ op: 'settings.apart' }], [bob, cyd], FOUNDED_MS);
  assert.equal(both.roster.settingsApart, true);
  const founding = writeRoster(earlier);
  const signatures = await Promise.all(
    [ann, bob, cyd, dan].map((each) => approve(each, founding, 'sallyport-founding@v1')),
  );
  const begin = async (): Promise<Chain> => {
    const chain = await (await opener(context))();
    await chain.add({ document: founding, subject: null, signatures }, false, FOUNDED_MS);
    return chain;
  };
  await (await begin()).add(open.link, false, FOUNDED_MS);
  await assert.rejects((await begin()).add(apart.link, false, FOUNDED_MS), /who decides/);
  const chain = await begin();
  await chain.add(both.link, false, FOUNDED_MS);
  const after = await signChange(both.roster, [OPEN], [bob], FOUNDED_MS);
  await assert.rejects(chain.add(after.link, false, FOUNDED_MS), /who decides/);
});
