import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sayWaitsFor } from './standing.ts';
import type { Standing } from './standing.ts';

/** A held request of which some seats are empty; ann and bob are security, cyd and dan are not. */
function waitsFor(missing: { clause: string; count: number; candidates: string[] }[]) {
  const people = ['ann', 'bob', 'cyd', 'dan'].map((id) => ({ id, until: null }));
  const roster = { people, groups: [{ id: 'security', members: ['ann', 'bob'] }] };
  const judgement = { state: 'open', missing, keys: [], obstacle: null };
  const standing = { request: { state: 'held' }, judgement, roster, nowMs: 1 };
  return sayWaitsFor(standing as unknown as Standing);
}

test('whoever is waited for and not in the group is said to take another seat', () => {
  const candidates = ['bob', 'dan'];
  assert.equal(
    waitsFor([{ clause: '1 of security', count: 1, candidates }]),
    '1 of security (bob, or dan for another seat, which frees somebody in security)',
  );
  assert.equal(
    waitsFor([{ clause: '2 of security', count: 1, candidates: ['dan'] }]),
    '1 more of security (or dan for another seat, which frees somebody in security)',
  );
});

test('members of a group, and people of another kind of seat, are named as they are', () => {
  assert.equal(
    waitsFor([
      { clause: '2 of security', count: 2, candidates: ['ann', 'bob'] },
      { clause: '1 of owners(probe)', count: 1, candidates: ['cyd'] },
    ]),
    '2 of security (ann, bob) and 1 of owners(probe) (cyd)',
  );
});
