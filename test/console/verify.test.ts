/** What the console verifies by itself, against the ledger's own proofs; every flipped character is noticed. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  checkSigning,
  checkSubject,
  findAgeProblem,
  readToBeSigned,
  writeToBeSigned,
} from '../../console/src/verify/approval.ts';
import { fromBase64, fromBase64Url, toBase64, toHex } from '../../console/src/verify/bytes.ts';
import { leafHash, verifyConsistency, walkInclusion } from '../../console/src/verify/merkle.ts';
import { readCheckpoint, readVkey, verifyCheckpoint } from '../../console/src/verify/note.ts';
import { canonicalJson as writeCanonical, checkReceipt } from '../../console/src/verify/receipt.ts';
import { canonicalJson, utf8 } from '../../src/core/index.ts';
import { HotTree } from '../../src/ledger/hot-tree.ts';
import { consistencyProof, inclusionProof } from '../../src/ledger/tree.ts';
import { isFromLater } from '../../src/requests/index.ts';
import { openTestLedger } from '../support/ledger.ts';
import { tempDir } from '../support/temp-dir.ts';

type Bytes = Uint8Array<ArrayBuffer>;
const copy = (bytes: Uint8Array): Bytes => Uint8Array.from(bytes);
const SIZE = 300;

async function growTree(): Promise<{ tree: HotTree; leaves: Bytes[] }> {
  const tree = new HotTree();
  const leaves: Bytes[] = [];
  for (let i = 0; i < SIZE; i++) {
    const leaf = await leafHash(copy(utf8(`leaf ${String(i)}`)));
    leaves.push(leaf);
    tree.append(leaf);
  }
  return { tree, leaves };
}

describe('the verification in the console', () => {
  it('walks every inclusion path to the root, and to no other', async () => {
    const { tree, leaves } = await growTree();
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: SIZE }),
        fc.nat(),
        fc.nat({ max: 255 }),
        async (size, pick, at) => {
          const index = pick % size;
          const proof = inclusionProof(tree, index, size).map(copy);
          const leaf = leaves[index] ?? new Uint8Array();
          const root = toHex(copy(tree.root(size)));
          const walked = await walkInclusion(index, size, leaf, proof);
          assert.equal(walked === null ? null : toHex(walked.root), root);
          const flipped = copy(leaf);
          flipped[at % 32] = (flipped[at % 32] ?? 0) ^ 1;
          const wrong = await walkInclusion(index, size, flipped, proof);
          assert.notEqual(wrong === null ? null : toHex(wrong.root), root);
          assert.equal(await walkInclusion(index, size, leaf, [...proof, leaf]), null);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('accepts a consistency proof between any two sizes, and none that was changed', async () => {
    const { tree } = await growTree();
    const sizes = fc.tuple(fc.integer({ min: 1, max: SIZE }), fc.integer({ min: 1, max: SIZE }));
    await fc.assert(
      fc.asyncProperty(sizes, fc.nat({ max: 255 }), async ([a, b], at) => {
        const [from, to] = a <= b ? [a, b] : [b, a];
        const claim = {
          from,
          to,
          fromRoot: copy(tree.root(from)),
          toRoot: copy(tree.root(to)),
          proof: consistencyProof(tree, from, to).map(copy),
        };
        assert.ok(await verifyConsistency(claim));
        const toRoot = copy(claim.toRoot);
        toRoot[at % 32] = (toRoot[at % 32] ?? 0) ^ 1;
        assert.ok(!(await verifyConsistency({ ...claim, toRoot })));
        if (from < to) assert.ok(!(await verifyConsistency({ ...claim, proof: [] })) || from === 0);
      }),
      { numRuns: 60 },
    );
  });

  it('verifies a receipt of the ledger step by step, and no flipped character of it', async (context) => {
    const test = await openTestLedger(await tempDir(context));
    context.after(() => test.close());
    const { ledger } = test;
    for (let i = 0; i < 9; i++) {
      await ledger.record({ kind: 'export.released', by: 'ada', bits: String(i), text: 'é “x”' });
    }
    const receipt = await ledger.proof(4);
    const checked = await checkReceipt(receipt, ledger.vkey);
    assert.ok(checked.ok);
    assert.equal(checked.steps.length, 4);
    assert.equal((checked.entry as { bits: string }).bits, '4');
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: receipt.length - 1 }), async (at) => {
        const other = receipt[at] === 'A' ? 'B' : 'A';
        const flipped = receipt.slice(0, at) + other + receipt.slice(at + 1);
        assert.ok(!(await checkReceipt(flipped, ledger.vkey)).ok, `character ${String(at)}`);
      }),
      { numRuns: 150 },
    );
    const other = ledger.vkey.replace(/^[^+]+/, 'other.example/log');
    assert.ok(!(await checkReceipt(receipt, other)).ok);
    assert.ok(!(await checkReceipt('', ledger.vkey)).ok);
  });

  it('checks the newest checkpoint with the key, and refuses keys whose id is another', async (context) => {
    const test = await openTestLedger(await tempDir(context));
    context.after(() => test.close());
    const { ledger } = test;
    await ledger.record({ kind: 'budget.declared', by: 'ada' });
    const key = await readVkey(ledger.vkey);
    const checkpoint = readCheckpoint(ledger.checkpoint);
    assert.ok(key !== null && checkpoint !== null);
    assert.ok(await verifyCheckpoint(checkpoint, key));
    assert.ok(!(await verifyCheckpoint({ ...checkpoint, text: `${checkpoint.text}x` }, key)));
    assert.ok(!(await verifyCheckpoint({ ...checkpoint, signatures: [] }, key)));
    assert.equal(await readVkey(ledger.vkey.replace(/\+[0-9a-f]{8}\+/, '+00000000+')), null);
    assert.equal(await readVkey('nothing'), null);
  });

  it('writes canonical JSON as the gate does', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        let expected: string;
        try {
          expected = canonicalJson(value as never);
        } catch {
          return;
        }
        assert.equal(writeCanonical(JSON.parse(expected)), expected);
      }),
    );
  });
});

describe('what an approval is about to sign', () => {
  it('is compared with the text on the screen', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), fc.string(), async (text, other) => {
        const blob = await writeToBeSigned('sallyport-approval@v1', 'sha512', text);
        const challenge = Buffer.from(blob).toString('base64url');
        const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
        const subject = { text, sha256: Buffer.from(hash).toString('hex'), challenge };
        assert.ok((await checkSubject(subject, 'sallyport-approval@v1')).ok);
        assert.ok(!(await checkSubject(subject, 'sallyport-sign-in@v1')).ok);
        if (other !== text) {
          assert.ok(!(await checkSubject({ ...subject, text: other }, 'sallyport-approval@v1')).ok);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('is refused when it says that it was made later, at the same moment as on the command line', async () => {
    const nowMs = Date.parse('2026-11-27T08:00:00.000Z');
    const iso = (ms: number): string => new Date(nowMs + ms).toISOString();
    const apart = fc.oneof(
      fc.integer({ min: -86_400_000, max: 86_400_000 }),
      fc.constantFrom(0, 299_999, 300_000, 300_001),
    );
    await fc.assert(
      fc.asyncProperty(apart, apart, fc.boolean(), async (asked, written, older) => {
        const subject = { askedAt: iso(asked), ...(older ? {} : { writtenAt: iso(written) }) };
        const text = JSON.stringify(subject);
        const later = isFromLater(subject, nowMs);
        const problem = findAgeProblem(text, nowMs);
        assert.equal(problem !== null, later);
        if (later) assert.match(problem ?? '', /says that it was made at .* which has not come/);
        const blob = await writeToBeSigned('sallyport-approval@v1', 'sha512', text);
        const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
        const shown = {
          text,
          sha256: Buffer.from(hash).toString('hex'),
          challenge: Buffer.from(blob).toString('base64url'),
        };
        const check = await checkSigning(shown, 'sallyport-approval@v1', nowMs);
        assert.equal(check.ok, !later);
        const forged = { ...shown, sha256: '0'.repeat(64) };
        assert.ok(!(await checkSigning(forged, 'sallyport-approval@v1', nowMs)).ok);
      }),
      { numRuns: 100 },
    );
    for (const text of [
      '',
      '7',
      'null',
      '{}',
      '{"writtenAt":null,"askedAt":"2026-11-27T08:00:00Z"}',
    ])
      assert.match(findAgeProblem(text, nowMs) ?? '', /does not say when/);
  });

  it('is refused in every other shape', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        assert.equal(readToBeSigned(Buffer.from(bytes).toString('base64url')), null);
      }),
    );
    assert.equal(readToBeSigned('not base64 !'), null);
  });
});

describe('spellings of bytes', () => {
  it('are read back, and no second spelling is read', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        const text = toBase64(copy(bytes));
        assert.deepEqual(fromBase64(text), copy(bytes));
        assert.deepEqual(fromBase64Url(Buffer.from(bytes).toString('base64url')), copy(bytes));
      }),
    );
    for (const text of ['AB==', 'A', 'A===', 'AA=A', 'AA', '*AAA'])
      assert.equal(fromBase64(text), null);
  });
});
