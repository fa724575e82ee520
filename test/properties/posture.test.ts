/** The laws of posture, over random assessments: what helps never hurts, and time alone never helps. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { evaluate, shippedCatalogue } from '../../src/posture/index.ts';
import type { Posture, Status } from '../../src/posture/index.ts';
import { NOW, assess, claimsFile, folderFile, headFile } from '../support/posture.ts';
import type { ShortClaim } from '../support/posture.ts';

const ids = [...shippedCatalogue().measures.keys()];
const DAY_MS = 86_400_000;
const day = (offset: number): string => new Date(NOW + offset * DAY_MS).toISOString().slice(0, 10);
const ENVIRONMENTS = ['training', 'public-api'] as const;

const status = fc.constantFrom<Status>('met', 'partly', 'not-met', 'not-applicable', 'unknown');
const claim = (measure: string): fc.Arbitrary<ShortClaim> =>
  fc.record({
    measure: fc.constant(measure),
    status: fc.oneof({ weight: 4, arbitrary: fc.constant<Status>('met') }, status),
    environments: fc.constantFrom<readonly string[]>(ENVIRONMENTS, ['training'], ['public-api']),
    received: fc.integer({ min: -200, max: -1 }).map(day),
    expires: fc.integer({ min: -50, max: 400 }).map(day),
  });
/** Most measures are claimed, so that levels are reached often enough to be lost. */
const claims = fc
  .tuple(
    ...ids.map((id) =>
      fc.oneof(
        { weight: 12, arbitrary: fc.constant<ShortClaim[]>([{ measure: id, status: 'met' }]) },
        { weight: 1, arbitrary: fc.array(claim(id), { minLength: 0, maxLength: 3 }) },
      ),
    ),
  )
  .map((each) => each.flat());
const observations = fc.array(
  fc.record({
    collector: fc.constantFrom('one', 'two'),
    measure: fc.constantFrom(...ids),
    verdict: fc.constantFrom('shows', 'part', 'contradicts', 'unknown'),
    sentence: fc.constant('so it is'),
  }),
  { maxLength: 12 },
);
const readings = fc.array(
  fc.record({
    at: fc.integer({ min: -60, max: -1 }),
    days: fc.integer({ min: 1, max: 90 }),
    observations,
  }),
  { maxLength: 3 },
);
type ReadingShort = { at: number; days: number; observations: unknown[] };

function look(
  all: readonly ShortClaim[],
  read: readonly ReadingShort[],
  at = NOW,
  extra: readonly ShortClaim[] = [],
): Posture {
  const folder = assess(
    headFile({ gate: { environments: ['training'] } }),
    claimsFile(all),
    claimsFile(extra, 'more.json'),
    ...read.map(({ at: when, days, observations: list }, index) =>
      folderFile(`collected/${index}.json`, {
        kind: 'observations',
        at: new Date(NOW + when * DAY_MS).toISOString(),
        expires: new Date(NOW + (when + days) * DAY_MS).toISOString(),
        gate: { url: 'http://localhost', origin: null },
        ledger: null,
        waiting: null,
        observations: list,
      }),
    ),
  );
  return evaluate(folder, at);
}

const STATES = ['open', 'narrowed', 'closed', 'out-of-reach'];

/** No level is lower and no vector is more open in `after` than in `before`. */
function assertNoWorse(before: Posture, after: Posture): void {
  for (const [index, { environments }] of after.profiles.entries()) {
    for (const [place, { rank }] of environments.entries()) {
      assert.ok(rank >= (before.profiles[index]?.environments[place]?.rank ?? 9));
    }
  }
  for (const [place, { attack }] of after.environments.entries()) {
    for (const [index, cell] of attack.entries()) {
      const was = before.environments[place]?.attack[index];
      assert.ok(was !== undefined);
      assert.ok(STATES.indexOf(cell.state) >= STATES.indexOf(was.state), cell.vector);
      assert.ok(cell.layers >= was.layers);
    }
  }
}

test('adding a met measure never lowers a level or opens a vector', () => {
  fc.assert(
    fc.property(
      claims,
      readings,
      fc.constantFrom(...ids),
      fc.constantFrom<readonly string[]>(ENVIRONMENTS, ['training']),
      (all, read, measure, environments) => {
        const met: ShortClaim = { measure, status: 'met', environments, received: day(0) };
        assertNoWorse(look(all, read), look(all, read, NOW, [met]));
      },
    ),
    { numRuns: 40 },
  );
});

test('one more met claim never makes its measure stand worse, however short, old or unsupported it is', () => {
  const [id = ''] = ids;
  const few = fc.array(claim(id), { maxLength: 4 });
  const told = fc.array(
    fc.record({
      at: fc.integer({ min: -20, max: -1 }),
      days: fc.integer({ min: 1, max: 7 }),
      observations: fc
        .constantFrom('shows', 'part', 'contradicts', 'unknown')
        .map((verdict) => [{ collector: 'one', measure: id, verdict, sentence: 'so it is' }]),
    }),
    { maxLength: 2 },
  );
  const rank = (posture: Posture): number[] =>
    posture.environments.map(({ standings }) => {
      const stands = standings.get(id)?.status ?? 'unknown';
      return stands === 'met' ? 2 : stands === 'not-applicable' ? 1 : 0;
    });
  fc.assert(
    fc.property(few, told, claim(id), (all, read, more) => {
      const before = rank(look(all, read));
      const after = rank(look(all, read, NOW, [{ ...more, status: 'met' }]));
      for (const [place, was] of before.entries()) assert.ok((after[place] ?? 0) >= was);
    }),
    { numRuns: 1000 },
  );
});

test('of one measure, time alone never makes the standing better', () => {
  const [id = ''] = ids;
  fc.assert(
    fc.property(
      fc.array(claim(id), { maxLength: 4 }),
      fc.integer({ min: 0, max: 300 }),
      fc.integer({ min: 1, max: 300 }),
      (all, first, more) => {
        const at = (days: number) => look(all, [], NOW + days * DAY_MS);
        assertNoWorse(at(first + more), at(first));
      },
    ),
    { numRuns: 200 },
  );
});

test('expiry only worsens: as time passes with nothing renewed, no level rises and no vector closes', () => {
  fc.assert(
    fc.property(
      claims,
      readings,
      fc.integer({ min: 0, max: 300 }),
      fc.integer({ min: 1, max: 300 }),
      (all, read, first, more) => {
        const early = look(all, read, NOW + first * DAY_MS);
        const late = look(all, read, NOW + (first + more) * DAY_MS);
        assertNoWorse(late, early);
      },
    ),
    { numRuns: 40 },
  );
});

test('a level is reached only if every measure asked up to it is met or not applicable, in that environment', () => {
  fc.assert(
    fc.property(claims, readings, (all, read) => {
      const posture = look(all, read);
      const [rand] = posture.profiles;
      for (const reached of rand?.environments ?? []) {
        const { environment, rank, heldBackBy, heldNotApplicable } = reached;
        const standings = posture.environments.find((each) => each.environment === environment);
        for (const measure of posture.assessment.catalogue.measures.values()) {
          if (measure.level === null) continue;
          const stands = standings?.standings.get(measure.id)?.status ?? 'unknown';
          const holds = stands === 'met' || stands === 'not-applicable';
          if (measure.level <= rank) assert.ok(holds, `${measure.id} below SL${rank}`);
          assert.equal(heldBackBy.includes(measure.id), measure.level === rank + 1 && !holds);
          assert.equal(
            heldNotApplicable.includes(measure.id),
            measure.level <= rank && stands === 'not-applicable',
          );
        }
      }
    }),
    { numRuns: 25 },
  );
});

test('the order of files and claims does not matter', () => {
  fc.assert(
    fc.property(claims, readings, (all, read) => {
      const there = look(all, read);
      const back = look([...all].reverse(), [...read].reverse());
      assertNoWorse(there, back);
      assertNoWorse(back, there);
    }),
    { numRuns: 20 },
  );
});
