/** One row per way in which a signature or a quorum must not count, each beside the same case that counts. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { approve, foundWith, makePerson } from '../../test/support/people.ts';
import type { TestPerson } from '../../test/support/people.ts';
import { TEST_ORIGIN, makePasskey, makeSecurityKey } from '../../test/support/security-keys.ts';
import { checkRoster } from '../people/index.ts';
import type { Roster, RosterKey, RosterRule } from '../people/index.ts';
import { findVoteProblem, judgeApprovals, judgeRequest, writeSubject } from './index.ts';
import type { Request, Subject, Vote } from './index.ts';

const NOW = Date.parse('2026-11-02T00:00:00.000Z');
const PAST = '2026-11-01T12:00:00.000Z';
const AT = '2026-11-01T00:00:00.000Z';
const DAY_MS = 86_400_000;
const [ann, bob, cyd, dan, bot] = ['ann', 'bob', 'cyd', 'dan', 'bot'].map((id) => makePerson(id));
assert.ok(ann && bob && cyd && dan && bot);
const fido = makeSecurityKey();
const strangers = makeSecurityKey();
const passkey = await makePasskey(true);
const synced = await makePasskey(false);

const founded = await foundWith(
  [
    { person: ann, groups: ['administrators'] },
    { person: bob, groups: ['security', 'board'] },
    { person: cyd, groups: ['security'] },
    { person: dan, groups: ['staff'] },
  ],
  {
    origins: [TEST_ORIGIN],
    models: [
      { id: 'm1', owners: ['bob'] },
      { id: 'm2', owners: ['cyd'] },
    ],
  },
);

/** The roster of a row: its rule for exports, and more keys or other people where the row is about them. */
interface World {
  readonly rule?: Partial<RosterRule>;
  readonly keys?: Readonly<Record<string, readonly (typeof fido)[]>>;
  readonly without?: string;
  readonly personUntil?: string;
  readonly keyUntil?: string;
}

const EXPORT: RosterRule = {
  ...{ kind: 'export', tier: 'one', chargeBitsMax: null, quorum: '1 of security' },
  ...{ waitMs: 7 * DAY_MS, approvalsValidMs: 3 * DAY_MS, deviceBound: false, outOfBrowser: false },
};

function openWorld(world: World): Roster {
  const { roster } = founded;
  return checkRoster({
    ...roster,
    people: roster.people.map((person) => {
      const more = (world.keys?.[person.id] ?? []).map(({ key }) => ({ ...key, addedAt: AT }));
      const own = person.keys.map((key): RosterKey => {
        return person.id === 'bob' ? { ...key, until: world.keyUntil ?? null } : key;
      });
      return {
        ...person,
        keys: [...(world.without === person.id ? [] : own), ...more],
        until: person.id === 'bob' ? (world.personUntil ?? null) : null,
      };
    }),
    sponsored: [{ id: 'bot', kind: 'agent', name: 'bot', sponsor: 'bob' }],
    groups: [
      { id: 'security', members: ['bob', 'cyd'] },
      // Nested, and in a circle.
      { id: 'board', members: ['@council', 'bob'] },
      { id: 'council', members: ['@security', '@board'] },
      { id: 'administrators', members: ['ann'] },
      { id: 'staff', members: ['dan'] },
    ],
    rules: [
      ...roster.rules.filter((rule) => rule.kind !== 'export'),
      ...(world.rule?.tier === 'self' ? [EXPORT] : []),
      { ...EXPORT, ...world.rule },
    ],
  });
}

function makeSubject(change: Partial<Subject> = {}): string {
  return writeSubject({
    ...{ format: 'sallyport-request@v1', gate: founded.roster.gate, id: 'r1', edition: 1 },
    ...{ kind: 'export', requester: 'dan', sponsor: null, project: 'p' },
    ...{ destination: { name: 'd', number: 1 }, why: 'a test', tier: 'one', models: [] },
    ...{ chargeBitsMax: '8', rosterVersion: 1, rosterSha256: 'a'.repeat(64), ledgerSize: 1 },
    ...{ askedAt: AT, releaseBy: '2026-12-01T00:00:00.000Z', grantMs: null, breakGlass: false },
    facts: {},
    ...change,
  });
}

type Sign = (subject: string) => string | Promise<string>;
const by =
  (person: TestPerson, namespace?: string): Sign =>
  (subject) =>
    approve(person, subject, namespace);

interface Row {
  readonly name: string;
  readonly world?: World;
  readonly subject?: Partial<Subject>;
  readonly signed: readonly Sign[];
  readonly denials?: readonly string[];
  /** What is said about it, where something is. */
  readonly says?: RegExp;
  /** `open` unless it is said. */
  readonly state?: 'denied' | 'impossible';
  /** The change that makes the same case count. */
  readonly counts: Partial<Pick<Row, 'world' | 'subject' | 'signed' | 'denials'>>;
}

const two = { rule: { quorum: '1 of security, 1 of board' } };
const self = { rule: { tier: 'self', quorum: 'requester' } } as const;
const oneText = makeSubject();
const otherText = makeSubject({ id: 'r2' });
const changed = (signature: string): string =>
  signature.replace(
    /\n([A-Za-z0-9+/]{10})([A-Za-z0-9+/])/,
    (_all, head: string, letter: string) => {
      return `\n${head}${letter === 'A' ? 'B' : 'A'}`;
    },
  );

const ROWS: readonly Row[] = [
  {
    name: 'one person in two groups fills one seat',
    ...{ world: two, signed: [by(bob)], counts: { signed: [by(bob), by(cyd)] } },
  },
  {
    name: 'one person with two keys fills one seat',
    world: { rule: { quorum: '2 of security' }, keys: { bob: [fido] } },
    ...{ signed: [by(bob), fido.approve], counts: { signed: [by(bob), by(cyd)] } },
  },
  {
    name: 'a group within a group is asked of its own people',
    world: { rule: { quorum: '1 of board' } },
    ...{ signed: [by(dan)], counts: { signed: [by(cyd)] }, subject: { requester: 'ann' } },
  },
  {
    name: 'the requester does not count',
    ...{ subject: { requester: 'cyd' }, signed: [by(cyd)], counts: { signed: [by(bob)] } },
  },
  {
    name: 'a sponsor does not count for its agent',
    subject: { requester: 'bot', sponsor: 'bob' },
    ...{ signed: [by(bob)], counts: { signed: [by(cyd)] } },
  },
  {
    name: 'an agent cannot sign',
    ...{ signed: [by(bot)], says: /belongs to nobody/, counts: { signed: [by(bob)] } },
  },
  {
    name: 'a stranger to the rule does not count',
    ...{ signed: [by(ann)], counts: { signed: [by(bob)] } },
  },
  {
    name: 'a revoked key',
    world: { without: 'bob', keys: { bob: [fido] } },
    ...{ signed: [by(bob)], says: /belongs to nobody/, counts: { world: {} } },
  },
  {
    name: 'a key that is over',
    world: { keyUntil: PAST },
    ...{ signed: [by(bob)], says: /belongs to nobody/, counts: { world: {} } },
  },
  {
    name: 'a membership that is over',
    world: { personUntil: PAST },
    ...{ signed: [by(bob)], says: /belongs to nobody/, counts: { world: {} } },
  },
  {
    name: 'a signature of another request',
    ...{ signed: [() => approve(bob, otherText)], says: /./, counts: { signed: [by(bob)] } },
  },
  {
    name: 'a signature of another edition',
    signed: [() => approve(bob, oneText)],
    ...{ subject: { edition: 2 }, says: /./, counts: { subject: {} } },
  },
  {
    name: 'another namespace',
    signed: [by(bob, 'sallyport-denial@v1')],
    ...{ says: /namespace|purpose/, counts: { signed: [by(bob)] } },
  },
  {
    name: 'changed bytes of a signature',
    signed: [async (subject) => changed(await approve(bob, subject))],
    ...{ says: /./, counts: { signed: [by(bob)] } },
  },
  {
    name: 'changed bytes of a request',
    signed: [() => approve(bob, oneText.replace('"a test"', '"a tesu"'))],
    ...{ says: /./, counts: { signed: [by(bob)] } },
  },
  {
    name: 'a security key that did not check its user',
    world: { keys: { bob: [fido] } },
    signed: [(subject) => fido.approve(subject, { userVerified: false })],
    ...{ says: /PIN or biometrics/, counts: { signed: [fido.approve] } },
  },
  {
    name: 'a passkey that did not check its user',
    world: { keys: { bob: [passkey] } },
    signed: [(subject) => passkey.approve(subject, { userVerified: false })],
    ...{ says: /PIN or biometrics/, counts: { signed: [passkey.approve] } },
  },
  {
    name: 'a deny wins',
    signed: [by(bob)],
    ...{ denials: ['cyd'], state: 'denied', counts: { denials: [] } },
  },
  {
    name: 'the top tier without a key that is bound to its device',
    world: { rule: { deviceBound: true }, keys: { bob: [synced, fido] } },
    signed: [by(bob), by(cyd), synced.approve],
    ...{ says: /cannot leave its device/, counts: { signed: [fido.approve] } },
  },
  {
    name: 'the bound key of somebody who does not count',
    world: { rule: { deviceBound: true }, keys: { dan: [strangers], bob: [fido] } },
    signed: [by(bob), strangers.approve],
    ...{ says: /cannot leave its device/, counts: { signed: [fido.approve, strangers.approve] } },
  },
  {
    name: 'the top tier with approvals in the browser only',
    world: { rule: { outOfBrowser: true }, keys: { bob: [passkey] } },
    signed: [passkey.approve],
    ...{ says: /outside the browser/, counts: { signed: [passkey.approve, by(cyd)] } },
  },
  {
    name: 'the top tier outside the browser by somebody who does not count',
    world: { rule: { outOfBrowser: true }, keys: { bob: [passkey] } },
    signed: [passkey.approve, by(dan)],
    ...{ says: /outside the browser/, counts: { signed: [passkey.approve, by(cyd)] } },
  },
  {
    name: 'the owner of one model for another one',
    world: { rule: { quorum: '1 of owners(model)' } },
    subject: { models: ['m1', 'm2'] },
    ...{ signed: [by(bob)], counts: { signed: [by(bob), by(cyd)] } },
  },
  {
    name: 'owners of models where there is no model to own',
    world: { rule: { quorum: '1 of owners(model)' } },
    ...{ signed: [by(bob)], state: 'impossible', counts: { subject: { models: ['m1'] } } },
  },
  {
    name: 'somebody else where the requester vouches',
    world: self,
    ...{ subject: { tier: 'self' }, signed: [by(bob)], counts: { signed: [by(dan)] } },
  },
  {
    name: 'a sponsor where a person would vouch alone',
    world: self,
    subject: { tier: 'self', requester: 'bot', sponsor: 'bob' },
    ...{ signed: [by(bob)], counts: { signed: [by(cyd)] } },
  },
  {
    name: 'the sponsor by the roster, where the text names none',
    subject: { requester: 'bot', sponsor: null },
    ...{ signed: [by(bob)], counts: { signed: [by(cyd)] } },
  },
  {
    name: 'an agent that vouches alone, where the text names no sponsor',
    world: { rule: { tier: 'self', quorum: 'requester' }, keys: {} },
    subject: { tier: 'self', requester: 'bot', sponsor: null },
    ...{ signed: [by(bot)], says: /belongs to nobody/, counts: { signed: [by(cyd)] } },
  },
  {
    name: 'who vouches alone for what something was found in',
    world: self,
    subject: { tier: 'self', requester: 'bob', facts: { findings: ['INSPECT_BLOB_ENCODED'] } },
    ...{ signed: [by(bob)], counts: { signed: [by(cyd)] } },
  },
];

async function judge(row: Row) {
  const subjectText = makeSubject(row.subject);
  const signatures = await Promise.all(
    row.signed.map((sign) => Promise.resolve(sign(subjectText))),
  );
  const roster = openWorld(row.world ?? {});
  return judgeApprovals({
    ...{ roster, subjectText, signatures, nowMs: NOW },
    ...(row.denials === undefined ? {} : { denials: row.denials }),
  });
}

describe('what does not count', () => {
  for (const row of ROWS) {
    it(row.name, async () => {
      const judged = await judge(row);
      assert.equal(judged.state, row.state ?? 'open');
      const said = [...judged.refused, ...judged.keysMissing].join('; ');
      if (row.says === undefined) assert.equal(said, '');
      else assert.match(said, row.says);
      const control = await judge({ ...row, ...row.counts });
      assert.equal(control.state, 'met', 'the same case without the fault');
    });
  }

  it('a threshold of 0 or none is no rule', async () => {
    for (const quorum of ['0 of security', 'security', 'of security', '00 of security'])
      await assert.rejects(
        judge({ name: '', world: { rule: { quorum } }, signed: [by(bob)], counts: {} }),
      );
  });

  it('an approval that is older than its rule allows', async () => {
    const subject = makeSubject();
    const signature = await approve(bob, subject);
    const vote: Vote = {
      ...{ id: 'v1', request: 'r1', edition: 1, person: 'bob', key: bob.key.id, vote: 'approve' },
      ...{ subject, signature, reason: null, atMs: NOW },
    };
    const request = { id: 'r1', edition: 1, subject } as Request;
    const at = (nowMs: number): string | undefined =>
      judgeRequest(request, [vote], openWorld({}), { nowMs })?.state;
    assert.deepEqual([at(NOW + 3 * DAY_MS), at(NOW + 3 * DAY_MS + 1)], ['met', 'open']);
  });

  it('an approval that is too old, of an earlier text, or of a locked person says so', async () => {
    const subject = makeSubject();
    const signature = await approve(bob, subject);
    const vote: Vote = {
      ...{ id: 'v1', request: 'r1', edition: 1, person: 'bob', key: bob.key.id, vote: 'approve' },
      ...{ subject, signature, reason: null, atMs: NOW },
    };
    const request = { id: 'r1', edition: 1, subject, kind: 'export' } as Request;
    const judgement = judgeRequest(request, [vote], openWorld({}), { nowMs: NOW });
    const problem = (change: Partial<Vote>, nowMs = NOW, locked = new Map<string, string>()) =>
      findVoteProblem({ request, nowMs, locked }, judgement, { ...vote, ...change });
    assert.equal(problem({}), null);
    assert.match(problem({}, NOW + 4 * DAY_MS) ?? '', /no longer counts: it is older than 3 days/);
    assert.match(problem({ subject: makeSubject({ why: 'other' }) }) ?? '', /of an earlier text/);
    assert.match(problem({}, NOW, new Map([['bob', 'lck_1']])) ?? '', /while lck_1 locks bob/);
    assert.match(problem({ person: 'dan' }) ?? '', /does not name them/);
  });
});
