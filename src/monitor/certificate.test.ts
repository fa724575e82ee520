import assert from 'node:assert/strict';
import { test } from 'node:test';
import { certify } from './certificate.ts';

/** Every vector of `count` votes. */
function allVotes(count: number): number[][] {
  return Array.from({ length: 2 ** count }, (_, bits) =>
    Array.from({ length: count }, (__, i) => (bits >> i) & 1),
  );
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

test('sources that appear or vanish, each with a partition of its own, stay within the same certificate', () => {
  for (let partitions = 1; partitions <= 8; partitions++) {
    for (let quorum = 1; quorum <= partitions; quorum++) {
      for (let votes = 0; votes <= partitions; votes++) {
        const { verdict, badSourcesMax } = certify(votes, quorum, partitions);
        for (let removed = 0; removed <= badSourcesMax; removed++) {
          for (let added = 0; added + removed <= badSourcesMax; added++) {
            for (let votesLost = 0; votesLost <= Math.min(removed, votes); votesLost++) {
              for (let votesWon = 0; votesWon <= added; votesWon++) {
                const after = votes - votesLost + votesWon;
                if (removed - votesLost > partitions - votes) continue;
                const now = certify(after, quorum, partitions - removed + added);
                assert.equal(now.verdict, verdict);
              }
            }
          }
        }
      }
    }
  }
});

test('votes that no quorum can have are no verdict', () => {
  assert.throws(() => certify(3, 1, 2), RangeError);
  assert.throws(() => certify(0, 0, 2), RangeError);
});
