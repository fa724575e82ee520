/** How far the values of a pickle may unfold when what they share is written out again and again. */

/** Values may be shared, but the whole may not unfold to more than this many times what the pickle holds. */
export const EXPANSION_MAX = 64;
/** Up to here it does not matter how often a value is shared: a long prompt that all rows have is no bomb. */
const FREE_BYTES = 1 << 26;
/** What unfolds so far, and so many times, is made to fill memory. */
const BOMB_BYTES = 1 << 30;

/** Why values that unfold far, but not beyond every measure, have no safe form. */
export const UNFOLDED =
  'values that are shared so often that they unfold to far more than it holds';

/** The most that values of so many bytes of pickle may unfold to. */
export function unfoldedMax(sourceBytes: number): number {
  return Math.max(FREE_BYTES, sourceBytes * EXPANSION_MAX);
}

/** What follows from the size that values unfold to. */
export function judgeExpansion(
  unfoldedBytes: number,
  sourceBytes: number,
): 'fine' | 'large' | 'bomb' {
  const most = unfoldedMax(sourceBytes);
  if (unfoldedBytes <= most) return 'fine';
  return unfoldedBytes <= Math.max(most, BOMB_BYTES) ? 'large' : 'bomb';
}
