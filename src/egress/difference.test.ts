import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { utf8 } from '../core/index.ts';
import { DIFFERENCE_LIMITS, compareFiles, findEdits } from './difference.ts';

const lines = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 30 });

describe('the difference of two files', () => {
  it('makes the new lines of the old ones, and counts as few edits as there are', () => {
    fc.assert(
      fc.property(lines, lines, (old, next) => {
        const script = findEdits(old, next);
        assert.ok(script !== null);
        const of = (left: string) =>
          script.filter((hunk) => hunk.kind !== left).map((hunk) => hunk.text);
        assert.deepEqual(of('added'), old);
        assert.deepEqual(of('removed'), next);
        const edits = script.filter((hunk) => hunk.kind !== 'same').length;
        assert.equal(edits, old.length + next.length - 2 * longestCommon(old, next));
      }),
    );
  });

  it('gives up beyond its limit of edits and tells counts', () => {
    const many = Array.from({ length: DIFFERENCE_LIMITS.edits + 1 }, (_, i) => `x${String(i)}`);
    assert.equal(findEdits([], many), null);
    const told = compareFiles('a', 'text', utf8('a\n'), utf8(`${many.join('\n')}\n`));
    assert.deepEqual([told.state, told.hunks.length], ['changed', 0]);
    assert.match(told.summary, /1,001 lines came and 1 line went/);
  });

  it('says nothing of equal bytes, and bounds what it lists', () => {
    assert.equal(compareFiles('a', 'text', utf8('a\n'), utf8('a\n')).state, 'same');
    const rows = (word: string) => Array.from({ length: 300 }, () => word.repeat(500)).join('\n');
    const told = compareFiles('a', 'text', utf8(rows('a')), utf8(rows('b')));
    assert.equal(told.hunks.length, DIFFERENCE_LIMITS.hunks);
    assert.ok(told.hunks.every((hunk) => hunk.text.length <= DIFFERENCE_LIMITS.lineLength + 1));
  });
});

function longestCommon(a: readonly string[], b: readonly string[]): number {
  let row = new Array<number>(b.length + 1).fill(0);
  for (const x of a) {
    const next = [0];
    for (const [j, y] of b.entries())
      next.push(x === y ? (row[j] ?? 0) + 1 : Math.max(row[j + 1] ?? 0, next[j] ?? 0));
    row = next;
  }
  return row.at(-1) ?? 0;
}
