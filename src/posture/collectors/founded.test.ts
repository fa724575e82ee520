/** Collectors that read a founded gate: its rules, its keys, and the signatures of its decisions. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { approve, foundWith, makePerson } from '../../../test/support/people.ts';
import { NOW } from '../../../test/support/posture.ts';
import { makePasskey, makeSecurityKey } from '../../../test/support/security-keys.ts';
import type { DeviceKey } from '../../../test/support/security-keys.ts';
import { SallyportError } from '../../core/index.ts';
import { rosterDigest, writeRoster } from '../../people/index.ts';
import type { Roster } from '../../people/index.ts';
import { writeSubject } from '../../requests/index.ts';
import type { Subject } from '../../requests/index.ts';
import { APPROVERS_COLLECTOR } from './approvers.ts';
import type { Collector, GatePort } from './collector.ts';
import { KEY_TYPES_COLLECTOR } from './key-types.ts';
import { REVIEWS_COLLECTOR } from './reviews.ts';
import { TWO_PERSON_COLLECTOR } from './two-person.ts';

const people = ['ann', 'bob', 'cyd', 'dan'].map(makePerson);
const [ann, bob, cyd, dan] = people;
assert.ok(ann && bob && cyd && dan);
const GROUPS = ['administrators', 'security', 'reviewers'];
const founded = await foundWith(people.map((person) => ({ person, groups: GROUPS })));

/** The rules as founded, with what a test changes. */
function change(roster: Roster, patch: Partial<Roster>): Roster {
  return { ...roster, ...patch };
}

/** What is signed for a change of the rules. */
function subjectOf(roster: Roster, requester: string): string {
  const subject: Subject = {
    format: 'sallyport-request@v1',
    gate: roster.gate,
    id: 'r1',
    edition: 1,
    kind: 'policy',
    requester,
    sponsor: null,
    project: '',
    destination: null,
    why: 'a test',
    tier: 'quorum',
    models: [],
    chargeBitsMax: '0',
    rosterVersion: roster.version,
    rosterSha256: rosterDigest(writeRoster(roster)),
    ledgerSize: 1,
    askedAt: '2026-11-30T00:00:00.000Z',
    releaseBy: '2026-12-30T00:00:00.000Z',
    grantMs: null,
    breakGlass: false,
    facts: {},
  };
  return writeSubject(subject);
}

const REQUEST = {
  id: 'r1',
  kind: 'export',
  state: 'done',
  requester: 'ann',
  decidedBy: 'bob, cyd',
  releasedAs: 'approvals',
  askedAt: '2026-11-30T00:00:00.000Z',
  changedAt: '2026-11-30T09:00:00.000Z',
  firstViewedAt: '2026-11-30T01:00:00.000Z',
  quorumAt: '2026-11-30T02:00:00.000Z',
};

interface Shown {
  readonly roster?: Roster;
  readonly subject?: string;
  readonly signatures?: readonly string[];
  readonly request?: Partial<typeof REQUEST>;
}

function gateOf(shown: Shown): GatePort {
  const { roster = founded.roster } = shown;
  const answers: Readonly<Record<string, unknown>> = {
    '/v1/roster': { chain: [{ version: roster.version, text: writeRoster(roster) }] },
    '/v1/principals': {
      principals: roster.people.map(({ id }) => ({
        id,
        kind: 'person',
        role: 'administrator',
        sponsor: null,
      })),
    },
    '/v1/tokens': { tokens: [] },
    '/v1/requests?limit=1000': {
      requests: shown.signatures === undefined ? [] : [{ ...REQUEST, ...shown.request }],
    },
    '/v1/requests/r1/approvals': {
      subject: shown.subject ?? '',
      approvals: (shown.signatures ?? []).map((signature) => ({
        at: '2026-11-30T02:00:00.000Z',
        signature,
      })),
    },
  };
  return {
    url: 'http://localhost:1',
    get: <T>(path: string) => {
      if (path in answers) return Promise.resolve(answers[path] as T);
      const definition = { status: 404, message: `no ${path}`, hint: '' };
      return Promise.reject(new SallyportError('HTTP_ROUTE_UNKNOWN', definition, {}));
    },
    text: () => Promise.reject(new TypeError('no text')),
  };
}

async function findingOf(collector: Collector, shown: Shown, measure: string) {
  const found = await collector.collect({ gate: gateOf(shown), nowMs: NOW, exfil: null });
  const one = found.find((each) => each.measure === measure);
  assert.ok(one !== undefined, measure);
  return one;
}

test('rules that ask for two people are a part, and signatures are verified, not believed', async () => {
  const subject = subjectOf(founded.roster, 'ann');
  const both = await Promise.all([approve(bob, subject), approve(cyd, subject)]);
  const good = { subject, signatures: both };
  for (const measure of ['R-SL3-07', 'R-SL3-10', 'SL5-AC-3(2)']) {
    const found = await findingOf(TWO_PERSON_COLLECTOR, good, measure);
    assert.equal(found.verdict, 'part', `${measure}: ${found.sentence}`);
    assert.match(found.sentence, /newest 1 decision were verified here/);
  }
  const alone = { subject, signatures: both.slice(0, 1) };
  const forged = { subject, signatures: [both[0], await approve(cyd, `${subject} `)] };
  const own = { subject, signatures: [both[0], await approve(ann, subject)] };
  const stranger = {
    subject,
    signatures: [both[0], await approve(makePerson('eve'), subject)],
  };
  for (const bad of [alone, forged, own, stranger, { subject, signatures: [] }]) {
    const found = await findingOf(TWO_PERSON_COLLECTOR, bad, 'SL5-AC-3(2)');
    assert.equal(found.verdict, 'contradicts', found.sentence);
    assert.match(found.sentence, /r1: /);
  }
});

test('what a window or the rules released needs no signatures of its own', async () => {
  for (const releasedAs of ['window', 'automatic', 'break-glass']) {
    const shown = { signatures: [], request: { releasedAs } };
    const found = await findingOf(TWO_PERSON_COLLECTOR, shown, 'R-SL3-10');
    assert.equal(found.verdict, 'part');
    assert.equal(found.facts?.['emergencies'], releasedAs === 'break-glass' ? 1 : 0);
  }
});

test('one administrator who may change the rules alone contradicts, one approver is not several', async () => {
  const lone = await foundWith([
    { person: ann, groups: GROUPS },
    { person: bob, groups: ['security', 'reviewers'] },
  ]);
  const change = await findingOf(TWO_PERSON_COLLECTOR, { roster: lone.roster }, 'R-SL3-10');
  assert.equal(change.verdict, 'contradicts');
  const dual = await findingOf(TWO_PERSON_COLLECTOR, { roster: lone.roster }, 'SL5-AC-3(2)');
  assert.equal(dual.verdict, 'unknown');
});

test('approvers are counted by rule, groups within groups and the emergency group included', async () => {
  const found = await findingOf(APPROVERS_COLLECTOR, {}, 'R-SL3-10');
  assert.equal(found.verdict, 'part');
  assert.equal(found.facts?.['approvers'], 4);
  const rules = await findingOf(APPROVERS_COLLECTOR, {}, 'R-SL3-26');
  assert.equal(rules.verdict, 'shows');
  assert.match(rules.sentence, /^\d+ rules? of the signed roster decide/);
  const many = Array.from({ length: 21 }, (_, index) => ({
    ...(founded.roster.people[0] ?? assert.fail()),
    id: `p${String(index)}`,
    keys: [],
  }));
  const roster = change(founded.roster, {
    people: [...founded.roster.people, ...many],
    groups: [
      ...founded.roster.groups.map((group) =>
        group.id === 'security' ? { ...group, members: [...group.members, '@crowd'] } : group,
      ),
      { id: 'crowd', members: many.map((each) => each.id) },
    ],
  });
  const crowd = await findingOf(APPROVERS_COLLECTOR, { roster }, 'R-SL3-10');
  assert.equal(crowd.verdict, 'unknown');
  assert.equal(crowd.facts?.['approvers'], 25);
});

test('keys that can be copied show nothing; hardware keys are a part; old ones are said', async () => {
  const soft = await findingOf(KEY_TYPES_COLLECTOR, {}, 'R-SL2-06');
  assert.equal(soft.verdict, 'unknown');
  assert.match(soft.sentence, /4 of 4 people hold a plain key file/);
  const addedAt = '2026-11-01T00:00:00.000Z';
  const withKeys = (make: () => DeviceKey): Roster => ({
    ...founded.roster,
    people: founded.roster.people.map((person) => ({
      ...person,
      keys: [{ ...make().key, addedAt }],
    })),
  });
  const withPasskeys = async (): Promise<Roster> => {
    const made = await Promise.all(founded.roster.people.map(() => makePasskey(false)));
    return withKeys(() => made.pop() ?? makeSecurityKey());
  };
  const bound = { roster: withKeys(makeSecurityKey) };
  const synced = { roster: await withPasskeys() };
  assert.equal((await findingOf(KEY_TYPES_COLLECTOR, bound, 'R-SL2-06')).verdict, 'part');
  assert.equal((await findingOf(KEY_TYPES_COLLECTOR, synced, 'R-SL2-06')).verdict, 'unknown');
  assert.equal((await findingOf(KEY_TYPES_COLLECTOR, synced, 'EU-A4-08')).verdict, 'part');
  assert.equal((await findingOf(KEY_TYPES_COLLECTOR, bound, 'R-SL2-15')).verdict, 'part');
  assert.equal((await findingOf(KEY_TYPES_COLLECTOR, {}, 'R-SL2-15')).verdict, 'unknown');
});

test('waiting ends with the quorum, and approvals within seconds of the first look are no review', async () => {
  const shown = { signatures: [] };
  const slow = await findingOf(REVIEWS_COLLECTOR, shown, 'R-SL3-11');
  assert.equal(slow.verdict, 'part');
  assert.equal(slow.facts?.['p50Hours'], 2);
  const quick = { ...shown, request: { firstViewedAt: '2026-11-30T01:59:58.000Z' } };
  const hasty = await findingOf(REVIEWS_COLLECTOR, quick, 'R-SL3-11');
  assert.equal(hasty.verdict, 'unknown');
  assert.match(hasty.sentence, /1 of them within 5 seconds/);
  const automatic = { ...shown, request: { releasedAs: 'automatic', decidedBy: 'gate' } };
  assert.equal((await findingOf(REVIEWS_COLLECTOR, automatic, 'R-SL3-11')).facts?.['byPeople'], 0);
});

test('a chain of rosters that does not hang together is not believed', async () => {
  const roster = change(founded.roster, { version: 2, previous: 'a'.repeat(64) });
  await assert.rejects(
    TWO_PERSON_COLLECTOR.collect({ gate: gateOf({ roster }), nowMs: NOW, exfil: null }),
    /does not follow the one before/,
  );
});
