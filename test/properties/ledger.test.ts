/** Properties of proofs, receipts and the log on disk: whatever is flipped is noticed. */
import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { utf8 } from '../../src/core/index.ts';
import {
  verifyConsistency,
  verifyInclusion,
  verifyLedger,
  verifyReceipt,
} from '../../src/ledger/index.ts';
import { HotTree } from '../../src/ledger/hot-tree.ts';
import { leafHash, nodeHash } from '../../src/ledger/merkle.ts';
import { consistencyProof, inclusionProof } from '../../src/ledger/tree.ts';
import { openTestLedger } from '../support/ledger.ts';
import { tempDir } from '../support/temp-dir.ts';

const SIZE = 1_200;
const leaves = Array.from({ length: SIZE }, (_, i) => leafHash(utf8(`leaf ${String(i)}`)));
const tree = new HotTree();
for (const leaf of leaves) tree.append(leaf);

/** The definition of RFC 6962, as slow as it reads. */
function definedRoot(from: number, to: number): Uint8Array {
  if (to - from === 1) return leaves[from] ?? new Uint8Array();
  let half = 1;
  while (half * 2 < to - from) half *= 2;
  return nodeHash(definedRoot(from, from + half), definedRoot(from + half, to));
}

function flip(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  const at = (bit >> 3) % copy.length;
  copy[at] = (copy[at] ?? 0) ^ (1 << (bit & 7));
  return copy;
}

const size = fc.integer({ min: 1, max: SIZE });
const anyBit = fc.nat({ max: 1_000_000 });

describe('proofs', () => {
  it('roots are those of the definition', () => {
    fc.assert(
      fc.property(size, (n) => {
        assert.deepEqual(tree.root(n), definedRoot(0, n));
      }),
      { numRuns: 40 },
    );
  });

  it('every leaf has a valid inclusion proof and any flipped bit spoils it', () => {
    fc.assert(
      fc.property(size, fc.nat(), anyBit, fc.nat(), (n, pick, bit, which) => {
        const index = pick % n;
        const proof = inclusionProof(tree, index, n);
        const claim = {
          index: BigInt(index),
          size: BigInt(n),
          leaf: leaves[index] ?? new Uint8Array(),
          proof,
          root: tree.root(n),
        };
        assert.ok(verifyInclusion(claim));
        assert.ok(!verifyInclusion({ ...claim, root: flip(claim.root, bit) }));
        assert.ok(!verifyInclusion({ ...claim, leaf: flip(claim.leaf, bit) }));
        assert.ok(!verifyInclusion({ ...claim, proof: [...proof, claim.root] }));
        if (proof.length === 0) return;
        const at = which % proof.length;
        const spoiled = proof.map((hash, i) => (i === at ? flip(hash, bit) : hash));
        assert.ok(!verifyInclusion({ ...claim, proof: spoiled }));
      }),
    );
  });

  it('any two sizes are consistent and any flipped bit spoils the proof', () => {
    fc.assert(
      fc.property(size, size, anyBit, fc.nat(), (a, b, bit, which) => {
        const [small, large] = [Math.min(a, b), Math.max(a, b)];
        const proof = consistencyProof(tree, small, large);
        const claim = {
          size1: BigInt(small),
          size2: BigInt(large),
          root1: tree.root(small),
          root2: tree.root(large),
          proof,
        };
        assert.ok(verifyConsistency(claim));
        assert.ok(!verifyConsistency({ ...claim, root1: flip(claim.root1, bit) }));
        assert.ok(!verifyConsistency({ ...claim, root2: flip(claim.root2, bit) }));
        if (proof.length === 0) return;
        const at = which % proof.length;
        const spoiled = proof.map((hash, i) => (i === at ? flip(hash, bit) : hash));
        assert.ok(!verifyConsistency({ ...claim, proof: spoiled }));
        assert.ok(!verifyConsistency({ ...claim, proof: proof.slice(1) }));
      }),
    );
  });

  it('taking leaves back leaves the tree as it was', () => {
    fc.assert(
      fc.property(size, size, (a, b) => {
        const [small, large] = [Math.min(a, b), Math.max(a, b)];
        const other = new HotTree();
        for (const leaf of leaves.slice(0, large)) other.append(leaf);
        other.truncate(small);
        assert.deepEqual(other.root(), tree.root(small));
        for (const leaf of leaves.slice(small, large)) other.append(leaf);
        assert.deepEqual(other.root(), tree.root(large));
      }),
      { numRuns: 20 },
    );
  });
});

describe('a log on disk', () => {
  it('rejects a receipt with any bit flipped', async (t) => {
    const test = await openTestLedger(await tempDir(t));
    await Promise.all(
      Array.from({ length: 5 }, (_, n) =>
        test.ledger.record({ kind: 'test.happened', by: 'person_ä', n }),
      ),
    );
    const receipt = utf8(await test.ledger.proof(3));
    assert.ok(verifyReceipt(receipt, test.ledger.vkey).ok);
    for (let bit = 0; bit < receipt.length * 8; bit++) {
      const result = verifyReceipt(flip(receipt, bit), test.ledger.vkey);
      assert.ok(!result.ok, `bit ${String(bit)} of the receipt`);
    }
    for (const end of [0, 1, receipt.length >> 1, receipt.length - 1]) {
      assert.ok(!verifyReceipt(receipt.slice(0, end), test.ledger.vkey).ok);
    }
    await test.close();
  });

  it('never throws for bytes that are no receipt', () => {
    const vkey = 'test.example/log+0fb0ec92+AepKbGPinFIKvvVQexMuxflmVR3auvr57kkIe6mkURtI';
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        assert.ok(!verifyReceipt(bytes, vkey).ok);
      }),
    );
  });

  it('notices any bit flipped in any tile, bundle or checkpoint', async (t) => {
    const test = await openTestLedger(await tempDir(t));
    await Promise.all(
      Array.from({ length: 520 }, (_, n) =>
        test.ledger.record({ kind: 'test.happened', by: 'a', n }),
      ),
    );
    await test.ledger.publish();
    const { dir } = test;
    const key = test.ledger.vkey;
    const database = { store: test.store, logId: 'inner' };
    const clean = await verifyLedger({ dir, key, database });
    assert.deepEqual([clean.ok, clean.size, clean.problems], [true, 520, []]);
    assert.ok((await verifyLedger({ dir, key })).ok);
    const files = (await readdir(dir, { recursive: true, withFileTypes: true }))
      .filter((item) => item.isFile())
      .map((item) => path.join(item.parentPath, item.name));
    assert.ok(files.length >= 8);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...files), anyBit, async (file, bit) => {
        const bytes = await readFile(file);
        await writeFile(file, flip(bytes, bit));
        const found = await verifyLedger({ dir, key });
        await writeFile(file, bytes);
        assert.ok(!found.ok, `${file} bit ${String(bit)}`);
      }),
      { numRuns: 60 },
    );
    await test.close();
  });
});
