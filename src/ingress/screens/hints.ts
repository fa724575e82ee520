/**
 * Hints that a text may have words which marks begin with, told in passing while its letters are read one by one. A hint
 * says that a closer look is worth while; without it there is nothing to see.
 */

/** What may be in a text, as bits. */
export const HINTS = {
  /** A model by one of its names. */
  names: 1,
  /** `assistant`. */
  assistant: 2,
  /** `prompt` or `system`. */
  begins: 4,
  /** Whatever else a part that no reader sees is addressed to. */
  agents: 8,
} as const;
/** All of them: of a text that was not looked at letter by letter. */
export const ALL_HINTS = -1;

const { names, assistant, begins, agents } = HINTS;
const WORDS: readonly (readonly [word: string, hints: number])[] = [
  ...([
    ['gpt', names],
    ['llm', names],
    ['claude', names],
    ['gemini', names],
  ] as const),
  ...([
    ['copilot', names],
    ['assistant', names | assistant],
    ['prompt', begins | agents],
  ] as const),
  ...([
    ['system', begins],
    ['chatbot', agents],
    ['languag', agents],
    ['agent', agents],
  ] as const),
];

/** How many letters of a word are compared, each in five bits. */
const LETTERS_MAX = 6;

/** The last letters of a word that are compared, where they stand in a gram of letters, and its hints. */
export interface HintWord {
  readonly gram: number;
  readonly mask: number;
  readonly hints: number;
}

/** Letters in five bits each. */
export function gramOf(letters: string): number {
  let gram = 0;
  for (let i = 0; i < letters.length; i++) gram = (gram << 5) | (letters.charCodeAt(i) & 31);
  return gram;
}

/** The words, no two of which end in the same three letters. */
export const HINT_WORDS: readonly HintWord[] = WORDS.map(([word, hints]) => {
  const end = word.slice(-LETTERS_MAX);
  return { gram: gramOf(end), mask: 2 ** (5 * end.length) - 1, hints };
});
