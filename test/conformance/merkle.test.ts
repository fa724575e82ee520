/** The public vectors of transparency-dev/merkle: every claim that must be rejected is, and every other holds. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { verifyConsistency, verifyInclusion } from '../../src/ledger/index.ts';

const vectors = process.env['SALLYPORT_VECTORS'] ?? '../shared/vectors';
const folder = path.resolve(vectors, 'merkle/testdata');

interface Vector {
  readonly leafIdx?: string;
  readonly treeSize?: string;
  readonly root?: string | null;
  readonly leafHash?: string | null;
  readonly size1?: string;
  readonly size2?: string;
  readonly root1?: string | null;
  readonly root2?: string | null;
  readonly proof: readonly string[] | null;
  readonly desc: string;
  readonly wantErr: boolean;
}

/** Sizes reach 2^64, so numbers are taken from the text before anything can round them. */
function load(file: string): Vector {
  const text = readFileSync(file, 'utf8');
  return JSON.parse(text.replace(/:\s*(\d+)/g, ': "$1"')) as Vector;
}

function* files(dir: string): Generator<string> {
  for (const item of readdirSync(dir, { withFileTypes: true, recursive: true })) {
    if (item.isFile() && item.name.endsWith('.json')) yield path.join(item.parentPath, item.name);
  }
}

const bytes = (text: string | null | undefined): Uint8Array =>
  new Uint8Array(Buffer.from(text ?? '', 'base64'));

describe('merkle vectors', { skip: !existsSync(folder) && 'no vectors here' }, () => {
  it('inclusion', () => {
    let count = 0;
    for (const file of files(path.join(folder, 'inclusion'))) {
      const vector = load(file);
      const ok = verifyInclusion({
        index: BigInt(vector.leafIdx ?? 0),
        size: BigInt(vector.treeSize ?? 0),
        leaf: bytes(vector.leafHash),
        proof: (vector.proof ?? []).map(bytes),
        root: bytes(vector.root),
      });
      assert.equal(ok, !vector.wantErr, `${file}: ${vector.desc}`);
      count++;
    }
    assert.ok(count > 0);
  });

  it('consistency', () => {
    let count = 0;
    for (const file of files(path.join(folder, 'consistency'))) {
      const vector = load(file);
      const ok = verifyConsistency({
        size1: BigInt(vector.size1 ?? 0),
        size2: BigInt(vector.size2 ?? 0),
        proof: (vector.proof ?? []).map(bytes),
        root1: bytes(vector.root1),
        root2: bytes(vector.root2),
      });
      assert.equal(ok, !vector.wantErr, `${file}: ${vector.desc}`);
      count++;
    }
    assert.ok(count > 0);
  });
});
