/** Counts with their nouns, for sentences. */

/** `1 file`, `24,128 files`: the count in groups of three digits, with the noun in the right number. */
export function sayCount(count: number | bigint, one: string, many = `${one}s`): string {
  const digits = count.toString().replace(/\B(?=(\d{3})+(?!\d))/g, ',');
  return `${digits} ${count === 1 || count === 1n ? one : many}`;
}
