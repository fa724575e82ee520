/** Text that describes one monitor, by the words of a description that whoever screens gives. */
import type { Spot } from './spot.ts';
import { hashToken } from './tokens.ts';
import type { TokenReader } from './tokens.ts';

/** Words that say little by themselves, left out of a monitor's description. */
const COMMON = new Set(
  'the a an of to in and or for with on by is are be it that this as at from not no if when which its was were will can may should into than then over under between each per all any one two more most other such only also how what who'.split(
    ' ',
  ),
);

/** The least distinct words of a description that a text must have to count as describing the monitor. */
const WORDS_MIN = 4;
const PAIRS_MIN = 2;

/** Finds texts that describe one monitor: several distinct words of its description, some of them side by side. */
export class DescriptionScreen {
  readonly #words = new Set<number>();
  readonly #pairs = new Set<string>();

  constructor(description: string) {
    const words = description.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
    words.forEach((word, i) => {
      if (COMMON.has(word)) return;
      this.#words.add(hashToken(word));
      const next = words[i + 1];
      if (next !== undefined && !COMMON.has(next)) {
        this.#pairs.add(`${hashToken(word)} ${hashToken(next)}`);
      }
    });
  }

  /** Where a text describes the monitor. */
  find({ hashes, starts, ends, count }: TokenReader): Spot | undefined {
    const words = new Set<number>();
    const pairs = new Set<string>();
    let first = -1;
    let last = 0;
    for (let i = 0; i < count; i++) {
      const hash = hashes[i]!;
      if (!this.#words.has(hash)) continue;
      words.add(hash);
      if (first < 0) first = i;
      last = i;
      const next = i + 1 < count ? hashes[i + 1]! : 0;
      if (this.#words.has(next)) {
        const pair = `${hash} ${next}`;
        if (this.#pairs.has(pair)) pairs.add(pair);
      }
    }
    const wordsMin = Math.min(WORDS_MIN, this.#words.size);
    const pairsMin = Math.min(PAIRS_MIN, this.#pairs.size);
    if (first < 0 || words.size < wordsMin || pairs.size < pairsMin) return undefined;
    const what = `has ${words.size} of the ${this.#words.size} words that describe the monitor, ${pairs.size} pairs of them side by side`;
    return { start: starts[first]!, end: ends[last]!, what };
  }
}
