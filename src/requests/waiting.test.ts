import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { measureWaiting, percentilesOf } from './waiting.ts';
import type { WaitingInput, WaitingRow } from './waiting.ts';

const NOW = Date.parse('2026-11-26T12:00:00Z');
const HOUR = 3_600_000;

const row = (change: Partial<WaitingRow>): WaitingRow => ({
  id: 'r',
  kind: 'export',
  project: 'p',
  destination: 'd',
  input: '',
  state: 'released',
  tier: 'one',
  verdict: 'allow',
  releasedAs: 'approvals',
  askedMs: NOW - 10 * HOUR,
  firstViewMs: NOW - 9 * HOUR,
  quorumMs: NOW - 7 * HOUR,
  changedMs: NOW - 7 * HOUR,
  ...change,
});

const measure = (change: Partial<WaitingInput>) =>
  measureWaiting({
    requests: [],
    votes: [],
    views: new Map(),
    held: [],
    decided: [],
    sinceMs: NOW - 48 * HOUR,
    nowMs: NOW,
    ...change,
  });

describe('measures of waiting', () => {
  it('take percentiles that are values of the list, in order', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { minLength: 1 }), (values) => {
        const shown = percentilesOf(values);
        assert.ok(shown !== null);
        assert.ok(shown.p50 <= shown.p75 && shown.p75 <= shown.p95);
        assert.ok([shown.p50, shown.p75, shown.p95].every((each) => values.includes(each)));
        const below = values.filter((each) => each <= shown.p95).length;
        assert.ok(below >= 0.95 * values.length);
      }),
    );
    assert.equal(percentilesOf([]), null);
  });

  it('keep the clocks apart, per tier', () => {
    const automatic = row({
      tier: null,
      releasedAs: 'automatic',
      firstViewMs: null,
      quorumMs: null,
    });
    const waiting = measure({ requests: [row({}), automatic, automatic, automatic] });
    assert.equal(waiting.automaticShare, 0.75);
    const one = waiting.tiers.find((tier) => tier.tier === 'one');
    assert.deepEqual([one?.firstView?.p50, one?.quorum?.p50], [HOUR, 3 * HOUR]);
    assert.equal(waiting.tiers.find((tier) => tier.tier === 'automatic')?.quorum, null);
    assert.equal(waiting.byDay.at(-1)?.automatic, 3);
    assert.equal(waiting.byDay.at(-1)?.quorumP50, 3 * HOUR);
  });

  it('count what expired unseen, and approvals that nobody can have meant', () => {
    const expired = row({ state: 'expired', firstViewMs: null, quorumMs: null, releasedAs: null });
    const votes = ['a', 'b', 'c'].map((request, i) => ({
      request,
      person: 'ann',
      vote: 'approve' as const,
      atMs: NOW + i,
    }));
    const views = new Map([
      ['a ann', NOW - 60_000],
      ['b ann', NOW - 2_000],
    ]);
    const waiting = measure({ requests: [expired], votes, views });
    assert.equal(waiting.expiredUnseen, 1);
    assert.deepEqual(waiting.fastApprovals, [{ person: 'ann', count: 2, share: 2 / 3 }]);
  });

  it('name a group that others wait for, and a person only where nobody else can', () => {
    const missing = [
      { clause: '1 of security', count: 1, candidates: ['ann', 'bob'] },
      { clause: '1 of owners(probe)', count: 1, candidates: ['cyd'] },
    ];
    const waiting = measure({ held: [{ sinceMs: NOW - HOUR, judgement: { missing } }] });
    const names = waiting.bottlenecks.map((each) => each.group ?? each.person);
    assert.deepEqual(names.sort(), ['cyd', 'owners(probe)', 'security']);
  });

  it('name a bottleneck also when nothing waits any more, by what was decided', () => {
    const decided = [3, 5, 40].map((hours) => [
      { group: 'security', ms: hours * HOUR },
      { group: 'reviewers(p)', ms: HOUR },
    ]);
    const missing = [{ clause: '1 of reviewers(p)', count: 1, candidates: ['ann', 'bob'] }];
    const held = [{ sinceMs: NOW - HOUR, judgement: { missing } }];
    const [first, second] = measure({ decided, held }).bottlenecks;
    assert.deepEqual(first, {
      ...{ group: 'security', waiting: 0, medianMs: 0, decided: 3 },
      ...{ decidedMedianMs: 5 * HOUR, totalMs: 48 * HOUR },
    });
    assert.deepEqual(second, {
      ...{ group: 'reviewers(p)', waiting: 1, medianMs: HOUR, decided: 3 },
      ...{ decidedMedianMs: HOUR, totalMs: 4 * HOUR },
    });
  });

  it('count a clock in the period in which it stopped, however long it ran before', () => {
    const early = { askedMs: NOW - 400 * HOUR, firstViewMs: NOW - 300 * HOUR };
    const slow = row({ ...early, quorumMs: NOW - HOUR, changedMs: NOW - HOUR });
    const unseen = row({
      ...{ state: 'expired', askedMs: NOW - 400 * HOUR, firstViewMs: null },
      ...{ quorumMs: null, releasedAs: null, changedMs: NOW - HOUR },
    });
    const waiting = measure({
      requests: [slow, unseen, { ...unseen, changedMs: NOW - 60 * HOUR }],
    });
    assert.equal(waiting.expiredUnseen, 1);
    const [one] = waiting.tiers;
    assert.deepEqual([one?.count, one?.firstView, one?.quorum?.p95], [0, null, 399 * HOUR]);
    assert.equal(waiting.byDay.at(-1)?.quorumP50, 399 * HOUR);
  });

  it('take neither a window nor an emergency for approvals', () => {
    const through = (['window', 'break-glass'] as const).map((releasedAs) =>
      row({ releasedAs, quorumMs: NOW - 10 * HOUR }),
    );
    const waiting = measure({ requests: [...through, row({})] });
    assert.equal(waiting.byDay.at(-1)?.quorumP50, 3 * HOUR);
  });
});
