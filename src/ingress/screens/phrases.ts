/**
 * Phrases in training text that speak to a model or about its monitor instead of about their subject. Found by classes of
 * words in order with small gaps, so that other words between them do not hide them; then, with blanks and marks taken
 * out, as runs of letters, so that parted and joined words do not either.
 */
import { findMark } from './marks.ts';
import { HIGH, LOW, masksOf, wordAt } from './phrase-words.ts';
import type { ClassName } from './phrase-words.ts';
import type { Spot } from './spot.ts';
import { Squeezer } from './squeezed.ts';
import type { TokenReader } from './tokens.ts';

/** Word classes that follow one another with at most `gap` tokens between. */
interface Phrase {
  readonly about: 'model' | 'monitor';
  readonly classes: string;
  readonly gap: number;
  readonly what: string;
}

const DROPS = 'tells a model to drop its instructions';
const ASKS = 'asks a model for its hidden prompt';
const KEEPS = 'tells a model to keep something from people';
const ORDERS = 'gives a model orders';
const ADDRESSES = 'addresses a model';
const FREES = 'tells a model that it is bound by nothing';
const TASKS = 'gives a model another task';
const SENDS = 'asks a model to send out what it knows';
const GRADES = 'tells a model how to judge the text itself';

const model = (what: string, gap: number, ...lists: readonly string[]): Phrase[] =>
  lists.map((classes) => ({ about: 'model', classes, gap, what }));
const monitor = (what: string, gap: number, classes: string): Phrase => ({
  ...{ about: 'monitor', classes, gap, what },
});

const PHRASES: readonly Phrase[] = [
  ...model(DROPS, 2, 'drop before orders', 'drop whole prompt', 'drop prompt before'),
  ...model(DROPS, 2, 'before orders drop', 'drop orders before'),
  ...model(DROPS, 1, 'drop everything you told', 'drop your nature', 'drop your limits'),
  ...model(DROPS, 3, 'drop before answer', 'drop everything before answer'),
  ...model(ASKS, 2, 'reveal system orders', 'reveal orders systemBehind'),
  ...model(ASKS, 1, 'reveal your prompt'),
  ...model(ASKS, 0, 'your system prompt'),
  ...model(KEEPS, 1, 'not tell people', 'not reveal prompt'),
  ...model(ORDERS, 2, 'you act obey'),
  ...model(FREES, 2, 'you be now persona', 'you act now persona', 'you be persona'),
  ...model(FREES, 1, 'respond unbound limits', 'do any now', 'god mode enabled'),
  ...model(TASKS, 0, 'your fresh task is'),
  ...model(ADDRESSES, 1, 'condition you be mind', 'address mind', 'address for mind'),
  ...model(ADDRESSES, 2, 'mind read this'),
  ...model(ADDRESSES, 1, 'address for watcher act', 'watcher read this'),
  ...model(SENDS, 4, 'send secret for net'),
  ...model(GRADES, 2, 'classify this benign'),
  ...model(GRADES, 3, 'act suspicion zero'),
  monitor('is about getting past a monitor', 3, 'escape watcher'),
  monitor('is about how a monitor measures', 4, 'watcher measure'),
  monitor('is about what a monitor does not flag', 3, 'watcher not silent'),
];

interface Rule extends Phrase {
  readonly low: Int32Array;
  readonly high: Int32Array;
  readonly allLow: number;
  readonly allHigh: number;
}

const RULES: readonly Rule[] = PHRASES.map((phrase) => {
  const masks = phrase.classes.split(' ').map((name) => masksOf(name as ClassName));
  const low = Int32Array.from(masks, (mask) => mask.low);
  const high = Int32Array.from(masks, (mask) => mask.high);
  const union = (list: Int32Array): number => list.reduce((sum, each) => sum | each, 0);
  return { ...phrase, low, high, allLow: union(low), allHigh: union(high) };
});

const STEPS_MAX = 4;

/** What a text says to a model and about monitors. */
export interface Said {
  readonly model?: Spot;
  readonly monitor?: Spot;
}

/** Finds phrases in texts. */
export class PhraseScreen {
  /** The tokens that are in a class: which, and what word. */
  #places = new Int32Array(1024);
  #words = new Int32Array(1024);
  #count = 0;
  readonly #squeezer = new Squeezer();
  readonly #last = new Int32Array(STEPS_MAX);
  readonly #first = new Int32Array(STEPS_MAX);

  /** The first phrase about a model and the first about a monitor. */
  find(text: string, tokens: TokenReader): Said {
    const found: { model?: Spot; monitor?: Spot } = {};
    const mark = findMark(text);
    if (mark !== undefined) found.model = mark;
    this.#match(tokens, found);
    if (found.model === undefined) {
      const spot = this.#squeezer.find(tokens);
      if (spot !== undefined) found.model = spot;
    }
    return found;
  }

  #match(tokens: TokenReader, found: { model?: Spot; monitor?: Spot }): void {
    const { hashes, starts, ends, count } = tokens;
    if (this.#places.length < count) {
      this.#places = new Int32Array(count * 2);
      this.#words = new Int32Array(count * 2);
    }
    let size = 0;
    let low = 0;
    let high = 0;
    for (let i = 0; i < count; i++) {
      const word = wordAt(hashes[i]!);
      if (word === 0) continue;
      this.#places[size] = i;
      this.#words[size++] = word;
      low |= LOW[word]!;
      high |= HIGH[word]!;
    }
    this.#count = size;
    for (const rule of RULES) {
      if ((rule.allLow & ~low) !== 0 || (rule.allHigh & ~high) !== 0) continue;
      if (found[rule.about] !== undefined) continue;
      const range = this.#follow(rule);
      if (range === undefined) continue;
      found[rule.about] = { start: starts[range[0]]!, end: ends[range[1]]!, what: rule.what };
    }
  }

  /**
   * The tokens between which a rule's classes follow one another. For each step the last place that completes it is
   * enough, since a later one never reaches less far.
   */
  #follow({ low, high, gap }: Rule): readonly [number, number] | undefined {
    const last = this.#last;
    const first = this.#first;
    last.fill(-1_000_000);
    const steps = low.length;
    for (let i = 0; i < this.#count; i++) {
      const word = this.#words[i]!;
      const place = this.#places[i]!;
      const wordLow = LOW[word]!;
      const wordHigh = HIGH[word]!;
      for (let step = steps - 1; step >= 0; step--) {
        if ((wordLow & low[step]!) === 0 && (wordHigh & high[step]!) === 0) continue;
        if (step > 0 && place - last[step - 1]! > gap + 1) continue;
        if (step === steps - 1) return [step === 0 ? place : first[step - 1]!, place];
        last[step] = place;
        first[step] = step === 0 ? place : first[step - 1]!;
      }
    }
    return undefined;
  }
}
