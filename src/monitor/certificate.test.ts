import assert from 'node:assert/strict';
import { test } from 'node:test';
import { certify } from './certificate.ts';
import { quorumOf } from './operating-point.ts';

/** Every vector of `count` votes. */
function allVotes(count: number): number[][] {
  return Array.from({ length: 2 ** count }, (_, bits) =>
    Array.from({ length: count }, (__, i) => (bits >> i) & 1),
  );
}

interface Camps {
  readonly for: number;
  readonly against: number;
}

/** All numbers of votes for and against after up to `bad` sources changed theirs; each may also leave or come. */
function changesOf(votesFor: number, votesAgainst: number, bad: number): Camps[] {
  let reached = new Map([
    [`${votesFor}/${votesAgainst}`, { for: votesFor, against: votesAgainst }],
  ]);
  for (let step = 0; step < bad; step++) {
    const next = new Map(reached);
    for (const camps of reached.values()) {
      for (const [plus, minus] of [
        ...([
          [1, 0],
          [0, 1],
          [-1, 0],
          [0, -1],
          [1, -1],
          [-1, 1],
        ] as const),
      ]) {
        const made = { for: camps.for + plus, against: camps.against + minus };
        if (made.for >= 0 && made.against >= 0) next.set(`${made.for}/${made.against}`, made);
      }
    }
    reached = next;
  }
  return [...reached.values()];
}

const differences = (a: readonly number[], b: readonly number[]): number =>
  a.filter((vote, i) => vote !== b[i]).length;
const count = (votes: readonly number[]): number => votes.reduce((a, b) => a + b, 0);

test('both certificates hold and are tight, over every change of the votes of up to 8 partitions', () => {
  let checked = 0;
  for (let partitions = 1; partitions <= 8; partitions++) {
    const vectors = allVotes(partitions);
    for (let quorum = 1; quorum <= partitions; quorum++) {
      for (const votes of vectors) {
        const { verdict, badSourcesMax } = certify(count(votes), quorum, partitions);
        let turnedBy = Infinity;
        for (const changed of vectors) {
          const after = certify(count(changed), quorum, partitions).verdict;
          if (after !== verdict) turnedBy = Math.min(turnedBy, differences(votes, changed));
          checked++;
        }
        // A pass under a quorum of all partitions plus one more could never be turned; here each verdict can be.
        assert.equal(turnedBy, badSourcesMax + 1);
      }
    }
  }
  assert.ok(checked > 500_000);
});

test('sources that appear or vanish, and with them the quorum, stay within the same certificate', () => {
  for (const share of [0.01, 0.2, 0.34, 0.5, 0.75, 1]) {
    for (let voters = 1; voters <= 8; voters++) {
      for (let votes = 0; votes <= voters; votes++) {
        const { verdict, badSourcesMax } = certify(votes, quorumOf(share, voters), voters);
        // Every way in which that many sources turn their vote, stop voting or begin to.
        for (const change of changesOf(votes, voters - votes, badSourcesMax)) {
          const after = change.for + change.against;
          const now = certify(change.for, quorumOf(share, after), after);
          assert.equal(now.verdict, verdict, JSON.stringify({ share, voters, votes, change }));
        }
      }
    }
  }
});

test('votes that no quorum can have are no verdict', () => {
  assert.throws(() => certify(3, 1, 2), RangeError);
  assert.throws(() => certify(0, 0, 2), RangeError);
});
