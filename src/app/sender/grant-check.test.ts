/** What the sender refuses, one row each, beside the grant that it takes. It trusts nothing of the gate but signatures. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { approve, foundWith, makePerson } from '../../../test/support/people.ts';
import type { TestPerson } from '../../../test/support/people.ts';
import { makeSecurityKey } from '../../../test/support/security-keys.ts';
import { rosterDigest, writeRoster } from '../../people/index.ts';
import type { Roster, Settings } from '../../people/index.ts';
import { writeSubject } from '../../requests/index.ts';
import type { Subject } from '../../requests/index.ts';
import { checkGrant } from './grant-check.ts';
import type { GrantCheck } from './grant-check.ts';

const NOW = Date.parse('2026-11-02T00:00:00.000Z');
const RELEASE_BY = '2026-11-02T00:00:00.001Z';
const [ann, bob, cyd, dan, eve] = ['ann', 'bob', 'cyd', 'dan', 'eve'].map((id) => makePerson(id));
assert.ok(ann && bob && cyd && dan && eve);
const fido = makeSecurityKey();
const fidoAnn = { ...ann, key: fido.key };

const { roster } = await foundWith(
  [
    { person: fidoAnn, groups: ['administrators', 'security'] },
    { person: bob, groups: ['administrators', 'security'] },
    { person: cyd, groups: ['administrators', 'security'] },
    { person: dan, groups: ['staff'] },
  ],
  {
    sponsored: [{ id: 'bot', kind: 'agent', name: 'bot', sponsor: 'bob' }],
    models: [{ id: 'm', owners: ['cyd'] }],
    projects: [
      {
        ...{ id: 'p', title: 'p', models: [] },
        roles: ['ann', 'bob', 'cyd'].map((principal) => ({
          ...{ principal, role: 'reviewer', until: null },
        })),
      },
    ],
  },
);
const digest = rosterDigest(writeRoster(roster));
const SETTINGS: Settings = {
  ...{ caps: [], budgets: [], destinations: [] },
  models: [
    {
      ...{ id: 'm', parameters: '1000', bitsPerParameter: '4' },
      ...{ hiddenWidth: 0, vocabulary: 0 },
    },
  ],
};
/** The rules of the gate, where single exports are also for the owners of every model in reach. */
const OWNED: Roster = {
  ...roster,
  rules: roster.rules.map((rule) =>
    rule.kind === 'export' && rule.tier === 'one'
      ? { ...rule, quorum: '1 of reviewers(project), 1 of owners(model)' }
      : rule,
  ),
};
const FILE = { name: 'a.csv', type: 'csv', form: null, sha256: 'b'.repeat(64), bytes: 3 };
const WINDOW = {
  ...{ types: ['csv'], bitsEach: 10, bitsTotal: 100, uses: 2, durationMs: 3_600_000, job: 'x' },
};

const KEY_FOUND = { findings: ['INSPECT_BLOB_ENCODED', 'INSPECT_KEY_PEM'] };
const BLOB_FOUND = { findings: ['INSPECT_BLOB_ENCODED'], files: [FILE], historyPrefix: 4 };
/** What every text of a window says beside its template. */
const OPEN = {
  ...{ kind: 'window', chargeBitsMax: String(WINDOW.bitsTotal), grantMs: WINDOW.durationMs },
} as const;

function makeSubject(change: Partial<Subject> = {}): string {
  return writeSubject({
    ...{ format: 'sallyport-request@v1', gate: roster.gate, id: 'r1', edition: 1 },
    ...{ kind: 'export', requester: 'dan', sponsor: null, project: 'p' },
    ...{ destination: { name: 'd', number: 7 }, why: 'a test', tier: 'one', models: [] },
    ...{ chargeBitsMax: '8', rosterVersion: 1, rosterSha256: digest, ledgerSize: 1 },
    ...{ askedAt: '2026-11-01T00:00:00.000Z', releaseBy: RELEASE_BY, grantMs: null },
    ...{ breakGlass: false, facts: { files: [FILE], historyPrefix: 4 } },
    ...change,
  });
}

type Sign = (subject: string) => string | Promise<string>;
const by =
  (person: TestPerson): Sign =>
  (subject) =>
    approve(person, subject);

const BOB = by(bob);

interface Row {
  readonly subject?: Partial<Subject>;
  readonly signed?: readonly Sign[];
  readonly check?: Partial<GrantCheck>;
}

async function judge({ subject = {}, signed = [BOB], check = {} }: Row) {
  const text = makeSubject(subject);
  return checkGrant({
    ...{ roster, settings: SETTINGS, digests: new Map([[1, digest]]), subject: text },
    ...{ signatures: await Promise.all(signed.map((sign) => Promise.resolve(sign(text)))) },
    ...{ breakGlass: false, nowMs: NOW, ...check },
  });
}

const EMERGENCY: Row = { subject: { breakGlass: true }, check: { breakGlass: true } };
const TOP = { subject: { tier: 'quorum' } } as const;
const DAY_MS = 86_400_000;
/** What the default rules of exports let a text be old: seven days to wait, three for approvals, and the margin. */
const AGE_MS_MAX = 10 * DAY_MS + 3_600_000;
/** Seven days to wait and the margin: nobody can have approved what no rule lets through. */
const RULELESS_MS_MAX = 7 * DAY_MS + 3_600_000;
const RULELESS = { ...roster, rules: roster.rules.filter((rule) => rule.kind !== 'export') };
const at = (ms: number): string => new Date(NOW + ms).toISOString();
const BROKEN = [
  ['no list', { historyPrefix: 4 }],
  ['no prefix', { files: [FILE] }],
  ['a file without digest', { files: [{ ...FILE, sha256: 1 }], historyPrefix: 4 }],
  ['a file without size', { files: [{ ...FILE, bytes: '3' }], historyPrefix: 4 }],
] as const;

const REFUSED: readonly (readonly [string, Row, RegExp])[] = [
  [
    'the text says that it was made at a time that has not come',
    { subject: { writtenAt: at(360_001), releaseBy: at(DAY_MS) } },
    /has not come/,
  ],
  [
    'the text is older than the rule lets approvals be, whatever it says itself',
    { subject: { writtenAt: at(-AGE_MS_MAX - 1), releaseBy: at(1000 * DAY_MS) } },
    /older than its rule lets them be/,
  ],
  [
    'a text of an earlier version is good for longer than the rule lets approvals be',
    { subject: { releaseBy: at(AGE_MS_MAX + 1) } },
    /longer than its rule lets approvals be/,
  ],
  [
    'an emergency is older than the rule lets approvals be',
    {
      subject: { breakGlass: true, writtenAt: at(-AGE_MS_MAX - 1), releaseBy: at(DAY_MS) },
      check: { breakGlass: true },
    },
    /older than its rule lets them be/,
  ],
  [
    'an emergency that no rule bounds is older than a text without a rule may be',
    {
      subject: { breakGlass: true, writtenAt: at(-RULELESS_MS_MAX - 1), releaseBy: at(DAY_MS) },
      check: { breakGlass: true, roster: RULELESS },
    },
    /older than its rule lets them be/,
  ],
  ['nobody signed', { signed: [] }, /1 of reviewers\(p\)/],
  ['the requester signed', { subject: { requester: 'bob' } }, /missing/],
  [
    'the sponsor of the agent that asks signed',
    { subject: { requester: 'bot', sponsor: 'bob' } },
    /missing/,
  ],
  [
    'the text hides whose agent asks, and its sponsor signed',
    { subject: { requester: 'bot', sponsor: null } },
    /missing/,
  ],
  [
    'whoever asked left the roster',
    { subject: { requester: 'eve' } },
    /`eve`, who asked, is no longer in the roster/,
  ],
  [
    'it is an emergency of somebody who left the roster',
    { subject: { breakGlass: true, requester: 'eve' }, check: { breakGlass: true } },
    /no longer in the roster/,
  ],
  [
    'the text leaves out a model in reach whose owner has to sign',
    { check: { roster: OWNED } },
    /1 of owners\(m\)/,
  ],
  [
    'a window is for models whose owners have not signed',
    {
      subject: { ...OPEN, facts: { window: WINDOW } },
      check: { roster: OWNED },
    },
    /1 of owners\(m\)/,
  ],
  [
    'the text says that a key was found and names too low a tier',
    { subject: { facts: { ...KEY_FOUND, files: [FILE], historyPrefix: 4 } } },
    /2 of security/,
  ],
  [
    'something was found, and its requester alone vouches for it',
    {
      subject: { ...{ tier: 'self', requester: 'bob' }, facts: BLOB_FOUND },
    },
    /1 of reviewers\(p\)/,
  ],
  [
    'an agent alone vouches for it',
    { subject: { tier: 'self', requester: 'bot', sponsor: null } },
    /1 of reviewers\(p\)/,
  ],
  ['somebody signed whom the rule does not name', { signed: [by(dan)] }, /missing/],
  ['a key signed that is in no roster', { signed: [by(eve)] }, /belongs to nobody/],
  [
    'the signature is of another request',
    { signed: [() => approve(bob, makeSubject({ id: 'r2' }))] },
    /missing/,
  ],
  [
    'the signature is for another purpose',
    { signed: [(subject) => approve(bob, subject, 'sallyport-founding@v1')] },
    /missing/,
  ],
  [
    'the key did not check its user',
    { signed: [(subject) => fido.approve(subject, { userVerified: false })] },
    /PIN or biometrics/,
  ],
  ['the time to release it is over', { check: { nowMs: NOW + 1 } }, /time to release it is over/],
  ['it is of another gate', { subject: { gate: 'another.example/log' } }, /another gate/],
  [
    'its roster was never in force',
    { subject: { rosterSha256: 'c'.repeat(64) } },
    /never in force/,
  ],
  ['its version was never in force', { subject: { rosterVersion: 2 } }, /never in force/],
  ['it goes nowhere', { subject: { destination: null } }, /no destination/],
  [
    'it is no export, although everybody signed it who had to',
    { subject: { kind: 'policy', tier: 'quorum' }, signed: [by(bob), by(cyd)] },
    /no export/,
  ],
  ['an approval is used as an emergency', { check: { breakGlass: true } }, /something else/],
  ['an emergency is used as an approval', { subject: { breakGlass: true } }, /something else/],
  [
    'somebody outside the emergency group broke the glass',
    { ...EMERGENCY, signed: [by(dan)] },
    /nobody of security/,
  ],
  [
    'an emergency was signed without a check of the user',
    { ...EMERGENCY, signed: [(subject) => fido.approve(subject, { userVerified: false })] },
    /nobody of security/,
  ],
  ['one person signed for the whole quorum', { ...TOP, signed: [fido.approve] }, /2 of security/],
  [
    'nobody of the quorum has a key that is bound to its device',
    { ...TOP, signed: [by(bob), by(cyd)] },
    /./,
  ],
  [
    'the charge is above its tier',
    { subject: { chargeBitsMax: '900000000' }, signed: [by(bob)] },
    /missing/,
  ],
  [
    'a window says that it lasts for another time than it is open',
    { subject: { ...OPEN, grantMs: WINDOW.durationMs + 1, facts: { window: WINDOW } } },
    /two things/,
  ],
  [
    'a window says another charge than it lets through',
    { subject: { ...OPEN, chargeBitsMax: '8', facts: { window: WINDOW } } },
    /two things/,
  ],
  [
    'a window is malformed',
    { subject: { ...OPEN, facts: { window: { ...WINDOW, uses: 0 } } } },
    /no window/,
  ],
];

describe('the sender', () => {
  it('takes what the right people signed, within its time', async () => {
    const taken = await judge({});
    assert.ok(taken.ok);
    assert.deepEqual(
      [taken.requestId, taken.destination, taken.chargeBitsMax, taken.historyPrefix, taken.meter],
      ['r1', 7, 8n, 4, null],
    );
    assert.ok((await judge({ signed: [fido.approve] })).ok);
    assert.ok((await judge(EMERGENCY)).ok);
    const ruleless = { writtenAt: at(-RULELESS_MS_MAX), releaseBy: at(1), breakGlass: true };
    assert.ok(
      (await judge({ subject: ruleless, check: { breakGlass: true, roster: RULELESS } })).ok,
    );
    const window = { ...OPEN, facts: { window: WINDOW } };
    assert.ok((await judge({ subject: window })).ok);
  });

  it('asks every owner in reach, and nobody twice whose model the text names', async () => {
    const check = { roster: OWNED };
    for (const subject of [{}, { models: ['m'] }, { ...OPEN, facts: { window: WINDOW } }])
      assert.ok((await judge({ subject, check, signed: [BOB, by(cyd)] })).ok);
    // A rule that asks no owner is met without one, whatever is in reach.
    assert.ok((await judge({ subject: { models: [] } })).ok);
    const self = { tier: 'self', requester: 'dan' } as const;
    const vouched = await judge({ subject: self, signed: [by(dan)] });
    assert.equal(vouched.ok && vouched.meter, 'self');
    // Somebody else than its sponsor may approve what an agent asks.
    assert.ok(
      (await judge({ subject: { requester: 'bot', sponsor: 'bob' }, signed: [by(cyd)] })).ok,
    );
  });

  it('takes from the text what whoever signed was told of, and for a window that nothing was', async () => {
    const told = async (subject: Partial<Subject>): Promise<readonly string[]> => {
      const granted = await judge({ subject });
      assert.ok(granted.ok);
      return granted.findings;
    };
    assert.deepEqual(await told({ facts: BLOB_FOUND }), BLOB_FOUND.findings);
    assert.deepEqual(await told({}), []);
    const window = { ...OPEN, facts: { window: WINDOW, findings: BLOB_FOUND.findings } };
    assert.deepEqual(await told(window), []);
  });

  it('lets a window be used for as long as was signed, also after the time to open it', async () => {
    const month = 30 * DAY_MS;
    const open = (sinceMs: number, durationMs = month): Partial<Subject> => ({
      ...{ ...OPEN, grantMs: durationMs, facts: { window: { ...WINDOW, durationMs } } },
      ...{ writtenAt: at(sinceMs - AGE_MS_MAX), releaseBy: at(sinceMs) },
    });
    assert.ok((await judge({ subject: open(1 - month) })).ok);
    for (const over of [open(-month), open(-1, 0), { ...open(1 - month), kind: 'export' }]) {
      const judged = await judge({ subject: over });
      assert.match(judged.ok ? '' : judged.why, /time to release it is over/);
    }
    const old = { ...open(1 - month), writtenAt: at(-month - AGE_MS_MAX - 1) };
    const judged = await judge({ subject: old });
    assert.match(judged.ok ? '' : judged.why, /older than its rule/);
  });

  it('takes approvals that are as old as the rule lets them be, and no older', async () => {
    const last = { writtenAt: at(-AGE_MS_MAX), releaseBy: at(1) };
    assert.ok((await judge({ subject: last })).ok);
    assert.ok((await judge({ subject: { releaseBy: at(AGE_MS_MAX) } })).ok);
    assert.ok((await judge({ subject: { writtenAt: at(300_000), releaseBy: at(DAY_MS) } })).ok);
  });

  for (const [name, row, why] of REFUSED) {
    it(`refuses when ${name}`, async () => {
      const refused = await judge(row);
      assert.equal(refused.ok, false);
      assert.match(refused.why, why);
    });
  }

  it('asks for the whole quorum on the top tier, a bound key and one approval outside the browser', async () => {
    assert.ok((await judge({ ...TOP, signed: [fido.approve, by(bob), by(cyd)] })).ok);
    const refused = await judge({ ...TOP, signed: [by(bob), by(cyd), () => approve(dan, 'x')] });
    assert.match(refused.ok ? '' : refused.why, /cannot leave its device/);
  });

  for (const [name, facts] of BROKEN) {
    it(`refuses files that are not named whole: ${name}`, async () => {
      const refused = await judge({ subject: { facts } });
      assert.match(refused.ok ? '' : refused.why, /names no files/);
    });
  }

  it('refuses a text that is no canonical request', async () => {
    const timeless = { writtenAt: null } as unknown as Partial<Subject>;
    for (const subject of ['', '{}', `${makeSubject()} `, makeSubject(timeless)])
      assert.equal((await judge({ check: { subject } })).ok, false);
  });
});
