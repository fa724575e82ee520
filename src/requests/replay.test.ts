import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { foundWith, makePerson } from '../../test/support/people.ts';
import { RULE_KINDS } from '../people/index.ts';
import type { Roster, RosterRule } from '../people/index.ts';
import { replayRequests } from './replay.ts';
import type { PolicyAnswer, ReplayRow } from './replay.ts';
import type { Request } from './row.ts';

const NOW = Date.parse('2026-11-26T12:00:00Z');
const HOUR = 3_600_000;

const { roster } = await foundWith(
  ['ann', 'bob', 'cyd'].map((id) => ({
    person: makePerson(id),
    groups: ['administrators', 'security', 'staff'],
  })),
  {
    projects: [
      {
        id: 'p',
        title: 'p',
        models: ['m'],
        roles: ['bob', 'cyd'].map((principal) => ({ principal, role: 'reviewer', until: null })),
      },
    ],
    models: [{ id: 'm', owners: ['cyd'] }],
  },
);

/** The roster with other rules of one kind. */
function withRule(kind: RosterRule['kind'], tier: RosterRule['tier'], quorum: string): Roster {
  const others = roster.rules.filter((rule) => rule.kind !== kind || rule.tier !== tier);
  const like = roster.rules[0];
  assert.ok(like !== undefined);
  return { ...roster, rules: [...others, { ...like, kind, tier, quorum, chargeBitsMax: null }] };
}

const AUTOMATIC: PolicyAnswer = { verdict: 'allow', tier: null, reason: 'plain' };
const HELD: PolicyAnswer = { verdict: 'hold', tier: 'one', reason: 'weights' };
const DENIED: PolicyAnswer = { verdict: 'deny', tier: null, reason: 'no' };

function row(
  id: string,
  change: Partial<Omit<ReplayRow, 'request'>> & { request?: object } = {},
): ReplayRow {
  const { request, ...rest } = change;
  return {
    models: ['m'],
    now: HELD,
    proposed: HELD,
    ...rest,
    request: {
      ...{ id, kind: 'export', requester: 'ann', sponsor: null, project: 'p', chargeBits: 1_000n },
      ...{ askedMs: NOW - 10 * HOUR, quorumMs: null },
      ...request,
    } as unknown as Request,
  };
}

const replay = (rows: readonly ReplayRow[], proposed: Roster = roster) =>
  replayRequests(rows, { now: roster, proposed }, NOW);

describe('policy replay', () => {
  it('says nothing changed where nothing is proposed', () => {
    const rows = [
      row('r1'),
      row('r2', { now: AUTOMATIC, proposed: AUTOMATIC }),
      row('r3', { now: DENIED, proposed: DENIED }),
    ];
    const counts = { automatic: 1, window: 0, held: 1, denied: 1 };
    assert.deepEqual(replay(rows), {
      ...{ requests: 3, now: counts, proposed: counts, changed: [] },
      ...{ extraApprovals: 0, waitingMs: 0 },
    });
  });

  it('counts what went through a window as that, unless it would be denied or need no window', () => {
    const request = { releasedAs: 'window' };
    const rows = [
      row('r1', { request }),
      row('r2', { request, proposed: DENIED }),
      row('r3', { request, proposed: AUTOMATIC }),
    ];
    const { now, proposed, changed, extraApprovals } = replay(rows);
    assert.deepEqual(now, { automatic: 0, window: 3, held: 0, denied: 0 });
    assert.deepEqual(proposed, { automatic: 1, window: 1, held: 0, denied: 1 });
    assert.deepEqual(
      changed.map(({ id, from, to }) => [id, from, to]),
      [
        ['r2', 'window', 'denied'],
        ['r3', 'window', 'automatic'],
      ],
    );
    assert.equal(extraApprovals, 0);
  });

  it('counts what would have waited, and its approvals at the pace of those days', () => {
    // Two requests took two and four hours for one approval each: the middle one is the pace.
    const quorum = (hours: number): object => ({ quorumMs: NOW - (10 - hours) * HOUR });
    const rows = [
      row('r1', { request: quorum(2) }),
      row('r2', { request: quorum(4) }),
      row('r3', { now: AUTOMATIC, proposed: HELD }),
    ];
    const result = replay(rows);
    assert.deepEqual(
      [result.now, result.proposed],
      [
        { automatic: 1, window: 0, held: 2, denied: 0 },
        { automatic: 0, window: 0, held: 3, denied: 0 },
      ],
    );
    assert.equal(result.extraApprovals, 1);
    assert.ok([2 * HOUR, 4 * HOUR].includes(result.waitingMs), String(result.waitingMs));
    assert.deepEqual(
      result.changed.map(({ id, from, to }) => [id, from, to]),
      [['r3', 'automatic', 'held']],
    );
    const eased = replay([row('r1', { request: quorum(2), proposed: AUTOMATIC })]);
    assert.deepEqual([eased.extraApprovals, eased.waitingMs], [-1, -2 * HOUR]);
  });

  it('counts the seats of the proposed rule: of the project, and of each model in reach', () => {
    const rows = [row('r1')];
    const two = replay(rows, withRule('export', 'one', '2 of reviewers(project)'));
    assert.equal(two.extraApprovals, 1);
    assert.match(two.changed[0]?.why ?? '', /needs 2 of reviewers\(project\)/);
    const owners = withRule('export', 'one', '1 of reviewers(project), 1 of owners(model)');
    assert.equal(replay(rows, owners).extraApprovals, 1);
    // No model in reach, no seat of an owner.
    assert.equal(replay([row('r1', { models: [] })], owners).extraApprovals, 0);
  });

  it('says denied of what nobody could ever approve', () => {
    const three = withRule('export', 'one', '3 of reviewers(project)');
    const cases: readonly (readonly [ReplayRow, Roster, RegExp])[] = [
      [row('r1'), three, /nobody could fill `3 of reviewers\(project\)`/],
      // One of the two asks, and nobody decides on a request of their own.
      [
        row('r2', { request: { requester: 'bob' } }),
        withRule('export', 'one', '2 of reviewers(project)'),
        /nobody could fill/,
      ],
      // A sponsor never counts for its agent.
      [
        row('r3', { request: { requester: 'bot', sponsor: 'bob' } }),
        withRule('export', 'one', '2 of reviewers(project)'),
        /nobody could fill/,
      ],
      [row('r4'), { ...roster, rules: [] }, /no rule says who approves it/],
    ];
    for (const [each, proposed, why] of cases) {
      const result = replay([each], proposed);
      assert.deepEqual(
        result.changed.map(({ to }) => to),
        ['denied'],
        each.request.id,
      );
      assert.match(result.changed[0]?.why ?? '', why);
    }
  });

  it('counts an agent as held for somebody else where a person would vouch', () => {
    const vouched = { ...HELD, tier: 'self' } as const;
    const of = (request: object) =>
      replay([row('r1', { request, now: vouched, proposed: { ...HELD, tier: 'quorum' } })]);
    // One reviewer now, and a second seat in the proposed tier: who asks makes no difference to the pace.
    for (const request of [{ requester: 'dan' }, { requester: 'bot', sponsor: 'bob' }])
      assert.deepEqual(of(request).now, { automatic: 0, window: 0, held: 1, denied: 0 });
    const agent = row('r1', { request: { requester: 'bot', sponsor: 'bob' }, now: vouched });
    const self = withRule('export', 'self', 'requester');
    const rules = self.rules.filter(({ kind, tier }) => kind !== 'export' || tier === 'self');
    const alone = { ...self, rules };
    const denied = replayRequests([agent], { now: alone, proposed: alone }, NOW);
    assert.deepEqual(denied.now, { automatic: 0, window: 0, held: 0, denied: 1 });
  });

  it('knows the rules of every kind, and takes a window for the exports that it lets through', () => {
    for (const kind of [...RULE_KINDS, 'window']) {
      const ruled = withRule(
        kind === 'window' ? 'export' : (kind as 'export'),
        'one',
        '1 of staff',
      );
      const rows = [row('r1', { request: { kind } })];
      assert.equal(replayRequests(rows, { now: ruled, proposed: ruled }, NOW).now.held, 1, kind);
    }
  });

  it('lists no more changes than a page can show, and counts all of them', () => {
    const rows = Array.from({ length: 1_500 }, (_, i) =>
      row(`r${String(i)}`, { now: AUTOMATIC, proposed: DENIED }),
    );
    const result = replay(rows);
    assert.deepEqual([result.changed.length, result.proposed.denied], [1_000, 1_500]);
  });
});
