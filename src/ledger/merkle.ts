/** RFC 6962 Merkle trees: hashing and the two verifications. Everything here is pure and takes untrusted input. */
import { hash } from 'node:crypto';
import { equalBytes } from '../core/index.ts';

/** Bytes of one hash. */
export const HASH_BYTES = 32;

const LEAF_PREFIX = Uint8Array.of(0);

function sha256(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(hash('sha256', bytes, 'buffer'));
}

/** The root of a tree without leaves. */
export const EMPTY_ROOT: Uint8Array = sha256(new Uint8Array(0));

/** Hashes a leaf: `SHA-256(0x00 ‖ data)`. */
export function leafHash(data: Uint8Array): Uint8Array {
  const input = new Uint8Array(data.length + 1);
  input.set(LEAF_PREFIX);
  input.set(data, 1);
  return sha256(input);
}

/** Hashes an inner node: `SHA-256(0x01 ‖ left ‖ right)`. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  const input = new Uint8Array(1 + 2 * HASH_BYTES);
  input[0] = 1;
  input.set(left, 1);
  input.set(right, 1 + HASH_BYTES);
  return sha256(input);
}

/** What an inclusion proof claims. */
export interface InclusionClaim {
  readonly index: bigint;
  readonly size: bigint;
  readonly leaf: Uint8Array;
  readonly proof: readonly Uint8Array[];
  readonly root: Uint8Array;
}

/** What a consistency proof claims: the tree of `size2` begins with the tree of `size1`. */
export interface ConsistencyClaim {
  readonly size1: bigint;
  readonly size2: bigint;
  readonly proof: readonly Uint8Array[];
  readonly root1: Uint8Array;
  readonly root2: Uint8Array;
}

function bitLength(value: bigint): number {
  return value === 0n ? 0 : value.toString(2).length;
}

function countOnes(value: bigint): number {
  return value.toString(2).replaceAll('0', '').length;
}

/** How a path splits: below the point where index and right edge part, and above it. */
function decompose(index: bigint, size: bigint): { inner: number; border: number } {
  const inner = bitLength(index ^ (size - 1n));
  return { inner, border: countOnes(index >> BigInt(inner)) };
}

function chainInner(seed: Uint8Array, proof: readonly Uint8Array[], index: bigint): Uint8Array {
  return proof.reduce(
    (node, sibling, level) =>
      ((index >> BigInt(level)) & 1n) === 0n ? nodeHash(node, sibling) : nodeHash(sibling, node),
    seed,
  );
}

/** Like {@link chainInner}, but only with siblings on the left: the old tree has nothing on the right. */
function chainInnerLeft(seed: Uint8Array, proof: readonly Uint8Array[], index: bigint): Uint8Array {
  return proof.reduce(
    (node, sibling, level) =>
      ((index >> BigInt(level)) & 1n) === 0n ? node : nodeHash(sibling, node),
    seed,
  );
}

function chainBorder(seed: Uint8Array, proof: readonly Uint8Array[]): Uint8Array {
  return proof.reduce((node, sibling) => nodeHash(sibling, node), seed);
}

function wellSized(hashes: readonly Uint8Array[]): boolean {
  return hashes.every((one) => one.length === HASH_BYTES);
}

/** The root that an inclusion proof leads to; null if the proof has the wrong shape for index and size. */
export function rootOfInclusion(claim: Omit<InclusionClaim, 'root'>): Uint8Array | null {
  const { index, size, leaf, proof } = claim;
  if (index < 0n || size <= index || !wellSized([leaf, ...proof])) return null;
  const { inner, border } = decompose(index, size);
  if (proof.length !== inner + border) return null;
  return chainBorder(chainInner(leaf, proof.slice(0, inner), index), proof.slice(inner));
}

/** True if and only if the leaf is at `index` in the tree with this size and root. */
export function verifyInclusion(claim: InclusionClaim): boolean {
  const root = rootOfInclusion(claim);
  return root !== null && equalBytes(root, claim.root);
}

/**
 * True if and only if the larger tree begins with the smaller one. A proof from the empty tree says nothing and is
 * rejected, as in the reference implementation; whoever has seen nothing yet needs no proof.
 */
export function verifyConsistency(claim: ConsistencyClaim): boolean {
  const { size1, size2, proof, root1, root2 } = claim;
  if (size1 <= 0n || size2 < size1) return false;
  if (size1 === size2) return proof.length === 0 && equalBytes(root1, root2);
  if (!wellSized([root1, root2, ...proof])) return false;
  const { inner: whole, border } = decompose(size1 - 1n, size2);
  const shift = bitLength(size1 & -size1) - 1;
  const inner = whole - shift;
  const complete = size1 === 1n << BigInt(shift);
  const seed = complete ? root1 : proof[0];
  const rest = complete ? proof : proof.slice(1);
  if (seed === undefined || rest.length !== inner + border) return false;
  const mask = (size1 - 1n) >> BigInt(shift);
  const low = rest.slice(0, inner);
  const high = rest.slice(inner);
  const old = chainBorder(chainInnerLeft(seed, low, mask), high);
  const young = chainBorder(chainInner(seed, low, mask), high);
  return equalBytes(old, root1) && equalBytes(young, root2);
}
