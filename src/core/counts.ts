/** Counts and durations with their nouns, for sentences. */

/** `1 file`, `24,128 files`: the count in groups of three digits, with the noun in the right number. */
export function sayCount(count: number | bigint, one: string, many = `${one}s`): string {
  const digits = count.toString().replace(/\B(?=(\d{3})+(?!\d))/g, ',');
  return `${digits} ${count === 1 || count === 1n ? one : many}`;
}

const UNITS = [
  [86_400_000, 'day'],
  [3_600_000, 'hour'],
  [60_000, 'minute'],
  [1_000, 'second'],
] as const;

/** `2 days`, `90 minutes`: the largest unit that says it exactly. */
export function sayExactDuration(ms: number): string {
  const unit = UNITS.find(([size]) => ms % size === 0);
  return unit === undefined ? sayCount(ms, 'millisecond') : sayCount(ms / unit[0], unit[1]);
}
