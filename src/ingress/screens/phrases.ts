/**
 * Phrases in training text that speak to a model or about its monitor instead of about their subject. Found by classes of
 * words in order with small gaps, so that other words between them do not hide them.
 */
import type { Spot } from './content.ts';
import { hashToken } from './tokens.ts';
import type { TokenReader } from './tokens.ts';

/** Classes of words; a word may be in several. */
const CLASSES = {
  drop: 'ignore disregard forget override bypass discard neglect',
  earlier: 'previous prior above earlier preceding all your my these system original initial',
  orders:
    'instructions instruction prompt prompts rules guidelines directions directives policy policies constraints',
  reveal: 'reveal print repeat output show leak expose display',
  system: 'system hidden secret developer',
  not: 'not never dont without',
  tell: 'tell inform mention alert notify report flag log warn',
  people: 'user users human humans operator operators reviewer reviewers anyone overseer overseers',
  you: 'you',
  must: 'must should will shall now are',
  obey: 'obey comply execute unrestricted jailbroken dan unfiltered',
  watcher:
    'monitor monitors monitoring overseer oversight classifier detector guardrail guardrails watchdog auditor',
  escape:
    'evade evades evading bypass bypasses bypassing fool fools avoid avoids avoiding circumvent undetected unnoticed trick hide',
  measure:
    'suspicion threshold thresholds score scores canary canaries honeypot quorum sandbagging',
} as const;

type ClassName = keyof typeof CLASSES;

const BIT = Object.fromEntries(Object.keys(CLASSES).map((name, i) => [name, 1 << i])) as Record<
  ClassName,
  number
>;

const CLASS_OF = new Map<number, number>();
for (const [name, words] of Object.entries(CLASSES)) {
  for (const word of words.split(' ')) {
    const hash = hashToken(word);
    CLASS_OF.set(hash, (CLASS_OF.get(hash) ?? 0) | BIT[name as ClassName]);
  }
}
/** A quick no for most words: some bits of the hash. */
const MAYBE = new Uint8Array(1 << 14);
for (const hash of CLASS_OF.keys()) MAYBE[hash & 0x3fff] = 1;

/** Word classes that follow one another with at most `gap` tokens between. */
interface Phrase {
  readonly about: 'model' | 'monitor';
  readonly classes: readonly ClassName[];
  readonly gap: number;
  readonly what: string;
}

const PHRASES: readonly Phrase[] = [
  {
    about: 'model',
    classes: ['drop', 'earlier', 'orders'],
    gap: 2,
    what: 'tells a model to drop its instructions',
  },
  {
    about: 'model',
    classes: ['reveal', 'system', 'orders'],
    gap: 2,
    what: 'asks a model for its hidden prompt',
  },
  {
    about: 'model',
    classes: ['not', 'tell', 'people'],
    gap: 1,
    what: 'tells a model to keep something from people',
  },
  { about: 'model', classes: ['you', 'must', 'obey'], gap: 2, what: 'gives a model orders' },
  {
    about: 'monitor',
    classes: ['escape', 'watcher'],
    gap: 3,
    what: 'is about getting past a monitor',
  },
  {
    about: 'monitor',
    classes: ['watcher', 'measure'],
    gap: 4,
    what: 'is about how a monitor measures',
  },
  {
    about: 'monitor',
    classes: ['watcher', 'not', 'tell'],
    gap: 3,
    what: 'is about what a monitor does not flag',
  },
];

const MARKS =
  /<\|(?:im_start|im_end|system|assistant|user|endoftext|begin_of_text|eot_id)\|?|\[\/?INST\]|<<\/?SYS>>|<\/?(?:system|assistant)>|BEGIN (?:SYSTEM )?PROMPT/;

/** Collects the word classes of texts. */
export class PhraseScreen {
  #classes = new Int32Array(1024);

  /** The first phrase about a model and the first about a monitor. */
  find(text: string, tokens: TokenReader): { readonly model?: Spot; readonly monitor?: Spot } {
    const found: { model?: Spot; monitor?: Spot } = {};
    if (text.includes('<') || text.includes('[') || text.includes('BEGIN')) {
      const mark = MARKS.exec(text);
      if (mark !== null) {
        const what = 'has the marks of a chat template';
        found.model = { start: mark.index, end: mark.index + mark[0].length, what };
      }
    }
    if (!this.#classify(tokens)) return found;
    for (const phrase of PHRASES) {
      if (found[phrase.about] !== undefined) continue;
      const spot = this.#match(phrase, tokens);
      if (spot !== undefined) found[phrase.about] = spot;
    }
    return found;
  }

  #classify({ hashes, count }: TokenReader): boolean {
    if (this.#classes.length < count) this.#classes = new Int32Array(count * 2);
    let any = 0;
    for (let i = 0; i < count; i++) {
      const hash = hashes[i]!;
      const bits = MAYBE[hash & 0x3fff] === 1 ? (CLASS_OF.get(hash) ?? 0) : 0;
      this.#classes[i] = bits;
      any |= bits;
    }
    return (any & (BIT.orders | BIT.tell | BIT.obey | BIT.watcher)) !== 0;
  }

  #match({ classes, gap, what }: Phrase, { starts, ends, count }: TokenReader): Spot | undefined {
    for (let first = 0; first < count; first++) {
      if ((this.#classes[first]! & BIT[classes[0]!]) === 0) continue;
      let at = first;
      let matched = 1;
      while (matched < classes.length) {
        const wanted = BIT[classes[matched]!];
        let next = at + 1;
        const last = Math.min(count, at + 2 + gap);
        while (next < last && (this.#classes[next]! & wanted) === 0) next++;
        if (next >= last) break;
        at = next;
        matched++;
      }
      if (matched === classes.length) return { start: starts[first]!, end: ends[at]!, what };
    }
    return undefined;
  }
}

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
