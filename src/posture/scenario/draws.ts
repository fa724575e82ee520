/**
 * Random numbers by name. A draw is a hash of seed, run and the name of what is drawn, so that it does not depend on what
 * was drawn before: runs can be shared out among threads, and two variants of a scenario meet the same luck, which leaves
 * only the variant's own effect in their difference.
 */

/** A mixing function of 32 bits that is its own permutation ("triple32", found by C. Wellons' prospector, public domain). */
function mix(word: number): number {
  let x = word | 0;
  x ^= x >>> 17;
  x = Math.imul(x, 0xed5ad4bb);
  x ^= x >>> 11;
  x = Math.imul(x, 0xac4c1b51);
  x ^= x >>> 15;
  x = Math.imul(x, 0x31848bab);
  return x ^ (x >>> 14);
}

/** The 32-bit key of a name. */
export function slotOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return mix(hash);
}

/** The key of one run under a seed; both are whole numbers from 0 to 2^32 − 1. */
export function runKeyOf(seed: number, run: number): number {
  return mix(mix(seed ^ 0x5bd1e995) ^ Math.imul(run + 1, 0x9e3779b1));
}

/** A number strictly between 0 and 1, for one run and one slot. */
export function drawUniform(runKey: number, slot: number): number {
  return ((mix(mix(runKey ^ slot) + slot) >>> 0) + 0.5) / 4294967296;
}

/**
 * The order in which one input visits its strata: world `w` of `count` draws from the stratum `order[w]`, so that the worlds
 * together cover the input's whole range evenly (Latin hypercube).
 */
export function strataOf(seed: number, slot: number, count: number): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  const key = runKeyOf(seed, slot ^ 0x2545f491);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(drawUniform(key, i) * (i + 1));
    const other = order[j]!;
    order[j] = order[i]!;
    order[i] = other;
  }
  return order;
}
