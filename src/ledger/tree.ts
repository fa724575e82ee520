/** Roots and proofs computed from stored nodes. A node (level, index) covers the leaves `index·2^level …`, all present. */
import { EMPTY_ROOT, nodeHash } from './merkle.ts';

/** Gives the hash of a complete subtree. Throws {@link MissingTile} if it must be loaded first. */
export interface NodeSource {
  node(level: number, index: number): Uint8Array;
}

/** Says which tile is needed before a computation can be done; caught by whoever can load tiles. */
export class MissingTile extends Error {
  readonly level: number;
  readonly index: number;
  constructor(level: number, index: number) {
    super(`tile ${String(level)}/${String(index)} is not loaded`);
    this.level = level;
    this.index = index;
  }
}

/** The largest power of two below `count`, for a count of at least two. */
function split(count: number): number {
  let power = 1;
  while (power * 2 < count) power *= 2;
  return power;
}

/** The root over the leaves `from … to−1`, where `from` is aligned as RFC 6962 splits are. */
export function rangeRoot(source: NodeSource, from: number, to: number): Uint8Array {
  const count = to - from;
  if (count === 0) return EMPTY_ROOT;
  const level = Math.log2(count);
  if (Number.isInteger(level)) return source.node(level, from / count);
  const middle = from + split(count);
  return nodeHash(rangeRoot(source, from, middle), rangeRoot(source, middle, to));
}

/** The inclusion proof of a leaf, from the leaf's sibling up. */
export function inclusionProof(source: NodeSource, index: number, size: number): Uint8Array[] {
  const path: Uint8Array[] = [];
  let from = 0;
  let to = size;
  while (to - from > 1) {
    const middle = from + split(to - from);
    if (index < middle) {
      path.push(rangeRoot(source, middle, to));
      to = middle;
    } else {
      path.push(rangeRoot(source, from, middle));
      from = middle;
    }
  }
  return path.reverse();
}

/** The proof that the tree of `size2` begins with the tree of `size1`. Empty for equal sizes and from the empty tree. */
export function consistencyProof(source: NodeSource, size1: number, size2: number): Uint8Array[] {
  if (size1 === 0 || size1 === size2) return [];
  const path: Uint8Array[] = [];
  let from = 0;
  let to = size2;
  // `whole` says that the old tree is exactly the subtree reached, so its root is known to the verifier.
  while (size1 < to) {
    const middle = from + split(to - from);
    if (size1 <= middle) {
      path.push(rangeRoot(source, middle, to));
      to = middle;
    } else {
      path.push(rangeRoot(source, from, middle));
      from = middle;
    }
  }
  if (from !== 0) path.push(rangeRoot(source, from, to));
  return path.reverse();
}
