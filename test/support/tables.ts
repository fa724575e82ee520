/** Tables that inspectors have something to say about. */

/** Numbers on one scale around zero at full precision, as a matrix of weights is; another one for each seed. */
export function weightShaped(seed = 1, rows = 64, columns = 24): string {
  let state = seed;
  const next = (): number => {
    // A linear congruential generator is random enough to look like weights, and the same everywhere.
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648 - 0.5;
  };
  const line = (): string =>
    Array.from({ length: columns }, () => ((next() + next() + next()) * 0.05).toPrecision(9)).join(
      ',',
    );
  const head = Array.from({ length: columns }, (_, i) => `u${String(i)}`).join(',');
  return `${[head, ...Array.from({ length: rows }, line)].join('\n')}\n`;
}
