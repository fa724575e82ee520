/** Fitted constants of formulas, spelled as briefly as they fit. */

/** A short decimal near the middle fit, or that fit itself; undefined when most fits do not agree. */
export function spellConstant(fits: readonly number[]): string | undefined {
  const sorted = fits.toSorted((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)] as number;
  if (!Number.isFinite(middle) || middle === 0) return undefined;
  const apart = sorted.map((fit) => Math.abs(fit - middle)).sort((a, b) => a - b)[
    Math.ceil(sorted.length / 2)
  ];
  const spread = apart ?? 0;
  if (spread > Math.abs(middle) * 1e-4) return undefined;
  const allowed = Math.max(spread * 2, Math.abs(middle) * 1e-15);
  for (let digits = 1; digits <= 15; digits++) {
    const rounded = Number(middle.toPrecision(digits));
    if (Math.abs(rounded - middle) <= allowed) return String(rounded);
  }
  return String(middle);
}
