/** How many bits of a random payload the decoder has recovered. */

/** Binary entropy in bits. */
function entropy(p: number): number {
  return p <= 0 || p >= 1 ? 0 : -(p * Math.log2(p) + (1 - p) * Math.log2(1 - p));
}

/** log2 of the probability that fair guessing gets at least `right` of `count` bits. */
export function chanceBits(right: number, count: number): number {
  let logTerm = 0;
  const logs: number[] = [];
  for (let k = 0; k <= count; k++) {
    if (k > 0) logTerm += Math.log2((count - k + 1) / k);
    if (k >= right) logs.push(logTerm - count);
  }
  const top = Math.max(...logs);
  return top + Math.log2(logs.reduce((sum, value) => sum + 2 ** (value - top), 0));
}

/**
 * Bits recovered: payload length × (1 − H(error rate)), the capacity of the channel that the decoder has shown, or 0
 * when fair guessing does as well once in a million times.
 */
export function recoveredBits(payload: readonly number[], guess: readonly number[]): number {
  const count = payload.length;
  const right = payload.filter((bit, i) => bit === (guess[i] === 1 ? 1 : 0)).length;
  // A decoder that is always wrong knows as much as one that is always right.
  const agree = Math.max(right, count - right);
  if (chanceBits(agree, count) > -20) return 0;
  return count * (1 - entropy(agree / count));
}
