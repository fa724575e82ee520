import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { HotTree } from './hot-tree.ts';
import { leafHash, verifyInclusion } from './merkle.ts';
import { inclusionProof } from './tree.ts';

const SIZE = 300 * 256;

describe('the growing tree', () => {
  it('forgets published tiles, loads them again, and holds only so many', async () => {
    const leaves = Array.from({ length: SIZE }, (_, i) =>
      leafHash(Uint8Array.of(i, i >> 8, i >> 16)),
    );
    const whole = new HotTree();
    for (const leaf of leaves) whole.append(leaf);
    const root = whole.root();
    const tree = new HotTree();
    for (const leaf of leaves) tree.append(leaf);
    tree.forget(SIZE);
    let loads = 0;
    const folder = {
      readTile: (level: number, index: number, width: number) => {
        loads++;
        return Promise.resolve(whole.tile(level, index, width));
      },
    };
    const check = async (index: number): Promise<void> => {
      const proof = await tree.loading(folder, () => inclusionProof(tree, index, SIZE));
      const [leaf] = leaves.slice(index);
      assert.ok(leaf);
      const claim = { index: BigInt(index), size: BigInt(SIZE), leaf, proof, root };
      assert.ok(verifyInclusion(claim));
    };
    for (let tile = 0; tile < 300; tile++) await check(tile * 256 + (tile % 256));
    const before = loads;
    // The first tiles had to make room, the last ones had not.
    await check(299 * 256);
    assert.equal(loads, before);
    await check(5);
    assert.ok(loads > before);
  });
});
