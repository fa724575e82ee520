/** Fitted constants of formulas, spelled as briefly as they fit. */

/** A short decimal near both fits, or the first itself when they agree closely; undefined when they do not agree. */
export function spellConstant(first: number, second: number): string | undefined {
  if (!Number.isFinite(first) || !Number.isFinite(second) || first === 0) return undefined;
  const apart = Math.abs(first - second);
  if (apart > Math.abs(first) * 1e-4) return undefined;
  for (let digits = 1; digits <= 15; digits++) {
    const rounded = Number(first.toPrecision(digits));
    if (Math.abs(rounded - first) <= Math.max(apart, Math.abs(first) * 4e-16))
      return String(rounded);
  }
  return String(first);
}
