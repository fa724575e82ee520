/** RFC 6962 trees: the two verifications, written again for the browser. Takes untrusted input, throws nothing for it. */
import { concat, equal, sha256 } from './bytes.ts';

type Bytes = Uint8Array<ArrayBuffer>;
const HASH_BYTES = 32;
const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

/** The hash of a leaf: `SHA-256(0x00 ‖ data)`. */
export function leafHash(data: Bytes): Promise<Bytes> {
  return sha256(concat(LEAF, data));
}

/** The hash of an inner node: `SHA-256(0x01 ‖ left ‖ right)`. */
export function nodeHash(left: Bytes, right: Bytes): Promise<Bytes> {
  return sha256(concat(NODE, left, right));
}

function bitLength(value: bigint): number {
  return value === 0n ? 0 : value.toString(2).length;
}

/** How a path splits: `inner` below the point where the index and the right edge part, `border` above it. */
function decompose(index: bigint, size: bigint): { inner: number; border: number } {
  const inner = bitLength(index ^ (size - 1n));
  const border = (index >> BigInt(inner)).toString(2).replaceAll('0', '').length;
  return { inner, border };
}

/** One step on the way up: the sibling, on which side it stands, and what both give. */
export interface PathStep {
  readonly sibling: Bytes;
  readonly side: 'left' | 'right';
  readonly result: Bytes;
}

/** Walks from a leaf to the root; null if the path has the wrong length for this index and size. */
export async function walkInclusion(
  index: number,
  size: number,
  leaf: Bytes,
  proof: readonly Bytes[],
): Promise<{ readonly root: Bytes; readonly steps: readonly PathStep[] } | null> {
  if (index < 0 || index >= size || proof.some((hash) => hash.length !== HASH_BYTES)) return null;
  const { inner, border } = decompose(BigInt(index), BigInt(size));
  if (proof.length !== inner + border) return null;
  const steps: PathStep[] = [];
  let node = leaf;
  for (const [level, sibling] of proof.entries()) {
    const right = level < inner && ((BigInt(index) >> BigInt(level)) & 1n) === 0n;
    node = right ? await nodeHash(node, sibling) : await nodeHash(sibling, node);
    steps.push({ sibling, side: right ? 'right' : 'left', result: node });
  }
  return { root: node, steps };
}

/** What a consistency proof claims: the tree of `to` begins with the tree of `from`. */
export interface ConsistencyClaim {
  readonly from: number;
  readonly to: number;
  readonly fromRoot: Bytes;
  readonly toRoot: Bytes;
  readonly proof: readonly Bytes[];
}

/** True if and only if the larger tree begins with the smaller one. */
export async function verifyConsistency(claim: ConsistencyClaim): Promise<boolean> {
  const { from, to, proof, fromRoot, toRoot } = claim;
  if (from <= 0 || to < from) return false;
  if (from === to) return proof.length === 0 && equal(fromRoot, toRoot);
  if ([fromRoot, toRoot, ...proof].some((hash) => hash.length !== HASH_BYTES)) return false;
  const size = BigInt(from);
  const { inner: whole, border } = decompose(size - 1n, BigInt(to));
  const shift = bitLength(size & -size) - 1;
  const inner = whole - shift;
  const complete = size === 1n << BigInt(shift);
  const seed = complete ? fromRoot : proof[0];
  const rest = complete ? proof : proof.slice(1);
  if (seed === undefined || rest.length !== inner + border) return false;
  const mask = (size - 1n) >> BigInt(shift);
  let [old, young] = [seed, seed];
  for (const [level, sibling] of rest.entries()) {
    if (level < inner && ((mask >> BigInt(level)) & 1n) === 0n) {
      young = await nodeHash(young, sibling);
      continue;
    }
    old = await nodeHash(sibling, old);
    young = await nodeHash(sibling, young);
  }
  return equal(old, fromRoot) && equal(young, toRoot);
}
