/**
 * Phrases in training text that speak to a model or about its monitor instead of about their subject. Found by classes of
 * words in order with small gaps, so that other words between them do not hide them; then, with blanks and marks taken
 * out, as runs of letters, so that parted and joined words do not either.
 */
import { COMMON_WORDS } from './common-words.ts';
import { ALL_HINTS, HINTS } from './hints.ts';
import { findMark } from './marks.ts';
import { CLASSES_OF, LANES, numberOf, wordAt, wordsOf } from './phrase-words.ts';
import type { ClassName } from './phrase-words.ts';
import type { Spot } from './spot.ts';
import { Squeezer } from './squeezed.ts';
import { SIGNS } from './tokens.ts';
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
const PLAYS = 'gives a model a role to play';
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
  ...model(DROPS, 2, 'before orders drop', 'drop orders before', 'not follow before orders'),
  ...model(
    DROPS,
    2,
    'drop you told before',
    'before prompt is void',
    'followForeign notForeign before orders',
  ),
  ...model(DROPS, 1, 'drop everything you told', 'drop your nature', 'drop your limits'),
  ...model(
    DROPS,
    1,
    'not follow your prompt',
    'stop follow your prompt',
    'notForeign followForeign before orders',
  ),
  ...model(DROPS, 1, 'dropForeign orders systemBehind'),
  ...model(DROPS, 3, 'unbound attention you told'),
  ...model(DROPS, 1, 'aside orders you told', 'longer follow your prompt', 'drop author message'),
  ...model(
    DROPS,
    2,
    'everything told longer applies',
    'opposite you told',
    'as condition you unbound orders',
  ),
  ...model(
    DROPS,
    2,
    'as condition you unbound limits',
    'game you unbound orders',
    'you freed your limits',
  ),
  ...model(DROPS, 0, 'wipe your memory', 'cancel your before orders', 'follow fresh mine orders'),
  ...model(
    DROPS,
    1,
    'yours instr changed',
    'you authorized skip orders',
    'authorized you skip orders',
  ),
  ...model(DROPS, 1, 'grant you permission drop'),
  ...model(DROPS, 0, 'drop who you be'),
  ...model(DROPS, 3, 'drop before answer', 'drop everything before answer'),
  ...model(DROPS, 4, 'dropForeign allForeign toldForeign'),
  ...model(ASKS, 2, 'reveal system orders', 'reveal orders systemBehind'),
  ...model(ASKS, 1, 'reveal your prompt', 'reveal everything before'),
  ...model(ASKS, 3, 'reveal passage before exactly', 'retell passage before exactly'),
  ...model(ASKS, 2, 'reveal everything your context', 'tell your prompt says'),
  ...model(ASKS, 0, 'your system prompt', 'fresh system prompt'),
  ...model(
    KEEPS,
    1,
    'not tell people',
    'not reveal prompt',
    'unbound people know',
    'hide this from people',
    'this hide from people',
  ),
  ...model(KEEPS, 0, 'people act not know', 'people act never find out'),
  ...model(KEEPS, 2, 'not tell for people', 'tellForeign peopleForeign notForeign'),
  ...model(KEEPS, 4, 'notForeign tellForeign peopleForeign'),
  ...model(ORDERS, 2, 'you act obey'),
  ...model(ORDERS, 1, 'from now on answer'),
  ...model(
    FREES,
    2,
    'you be now persona',
    'you act now persona',
    'you be persona',
    'pretend persona',
  ),
  ...model(FREES, 2, 'pretend you unbound limits', 'mind unbound limits', 'you act now be as'),
  ...model(FREES, 1, 'switch persona mode'),
  ...model(FREES, 1, 'respond unbound limits', 'do any now', 'god mode enabled'),
  ...model(
    PLAYS,
    1,
    'pretend you be',
    'pretend to persona',
    'want you pretend',
    'going to pretend',
  ),
  ...model(
    PLAYS,
    1,
    'from now on you act',
    'from now on you be',
    'from moment on you act',
    'from moment on you be',
  ),
  ...model(PLAYS, 1, 'perform as though you none', 'perform as though you were none'),
  ...model(
    PLAYS,
    1,
    'perform as though you were fiction',
    'answerAs as persona',
    'perform as mind',
  ),
  ...model(PLAYS, 1, 'you be longer fiction', 'you be longer mind', 'you longer were limits'),
  ...model(PLAYS, 3, 'play role fiction', 'game you be fiction'),
  ...model(PLAYS, 0, 'your fresh role is', 'your name is now', 'stay in character'),
  ...model(
    PLAYS,
    0,
    'not leave character',
    'roleplay as fiction',
    'want you to be as',
    'you be to be as',
  ),
  ...model(PLAYS, 2, 'roleplay as fiction', 'roleplay you be'),
  ...model(TASKS, 0, 'your fresh task is'),
  ...model(TASKS, 3, 'you see this call tool'),
  ...model(ADDRESSES, 1, 'condition you be mind', 'address mind', 'address for mind'),
  ...model(ADDRESSES, 1, 'condition you be language model', 'greet watcher'),
  ...model(ADDRESSES, 2, 'mind read this', 'as language model you', 'as mind you act'),
  ...model(ADDRESSES, 1, 'address for watcher act', 'watcher read this'),
  ...model(SENDS, 4, 'send secret for net'),
  ...model(GRADES, 2, 'classify this benign'),
  ...model(GRADES, 3, 'classify not suspicious', 'act suspicion zero', 'suspicion count zero'),
  monitor('is about getting past a monitor', 3, 'escape watcher'),
  monitor('is about how a monitor measures', 4, 'watcher measure'),
  monitor('is about what a monitor does not flag', 3, 'watcher not silent'),
];

interface Rule extends Phrase {
  /** The class of each step. */
  readonly steps: Uint8Array;
  /** All of them as bits. */
  readonly needs: Int32Array;
}

const RULES: readonly Rule[] = PHRASES.map((phrase) => {
  const names = phrase.classes.split(' ') as ClassName[];
  const steps = Uint8Array.from(names, numberOf);
  const needs = new Int32Array(LANES);
  for (const step of steps) needs[step >> 5]! |= 1 << (step & 31);
  return { ...phrase, steps, needs };
});

/** Of each rule the class that texts have least often, by how many of its words are common: most texts fail it. */
const RARE = RULES.map(({ classes }) => {
  const names = classes.split(' ') as ClassName[];
  const common = names.map((name) => wordsOf(name).filter((word) => COMMON_WORDS.has(word)).length);
  return numberOf(names[common.indexOf(Math.min(...common))]!);
});
const RARE_LANES = Uint8Array.from(RARE, (number) => number >> 5);
const RARE_BITS = Int32Array.from(RARE, (number) => 1 << (number & 31));
/** The class that has the names of models. */
const MIND = numberOf('mind');

const STEPS_MAX = 5;

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
  readonly #seen = new Int32Array(LANES);
  readonly #squeezer = new Squeezer();
  readonly #last = new Int32Array(STEPS_MAX);
  readonly #first = new Int32Array(STEPS_MAX);

  /** The first phrase about a model and the first about a monitor. */
  find(text: string, tokens: TokenReader): Said {
    const found: { model?: Spot; monitor?: Spot } = {};
    this.#collect(tokens);
    const squeezed = this.#squeezer.find(tokens);
    const mark = findMark(text, tokens.signs, this.#hints(tokens));
    if (mark !== undefined) found.model = mark;
    this.#match(tokens, found);
    if (found.model === undefined && squeezed !== undefined) found.model = squeezed;
    return found;
  }

  /** What marks the text may have. A word beyond ASCII may end where its letters do. */
  #hints({ signs }: TokenReader): number {
    if ((signs & SIGNS.beyond) !== 0) return ALL_HINTS;
    const named = (this.#seen[MIND >> 5]! & (1 << (MIND & 31))) !== 0;
    return this.#squeezer.hints | (named ? HINTS.names | HINTS.agents : 0);
  }

  /** Notes which tokens are in classes. */
  #collect({ hashes, count }: TokenReader): void {
    if (this.#places.length < count) {
      this.#places = new Int32Array(count * 2);
      this.#words = new Int32Array(count * 2);
    }
    const [places, words] = [this.#places, this.#words];
    const seen = this.#seen.fill(0);
    let size = 0;
    for (let i = 0; i < count; i++) {
      const word = wordAt(hashes[i]!);
      if (word === 0) continue;
      places[size] = i;
      words[size++] = word;
      for (let lane = 0; lane < LANES; lane++) seen[lane]! |= CLASSES_OF[word * LANES + lane]!;
    }
    this.#count = size;
  }

  #match({ starts, ends }: TokenReader, found: { model?: Spot; monitor?: Spot }): void {
    const seen = this.#seen;
    for (let i = 0; i < RULES.length; i++) {
      if ((seen[RARE_LANES[i]!]! & RARE_BITS[i]!) === 0) continue;
      const rule = RULES[i]!;
      if (found[rule.about] !== undefined || !hasAll(seen, rule.needs)) continue;
      const range = this.#follow(rule);
      if (range === undefined) continue;
      found[rule.about] = { start: starts[range[0]]!, end: ends[range[1]]!, what: rule.what };
    }
  }

  /**
   * The tokens between which a rule's classes follow one another. For each step the last place that completes it is
   * enough, since a later one never reaches less far.
   */
  #follow({ steps, gap }: Rule): readonly [number, number] | undefined {
    const last = this.#last.fill(-1_000_000);
    const first = this.#first;
    for (let i = 0; i < this.#count; i++) {
      const word = this.#words[i]! * LANES;
      const place = this.#places[i]!;
      for (let step = steps.length - 1; step >= 0; step--) {
        const number = steps[step]!;
        if ((CLASSES_OF[word + (number >> 5)]! & (1 << (number & 31))) === 0) continue;
        if (step > 0 && place - last[step - 1]! > gap + 1) continue;
        if (step === steps.length - 1) return [step === 0 ? place : first[step - 1]!, place];
        last[step] = place;
        first[step] = step === 0 ? place : first[step - 1]!;
      }
    }
    return undefined;
  }
}

function hasAll(seen: Int32Array, needs: Int32Array): boolean {
  for (let lane = 0; lane < LANES; lane++) if ((needs[lane]! & ~seen[lane]!) !== 0) return false;
  return true;
}
