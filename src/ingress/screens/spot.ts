/** A place in a text, and what is there in a few words. */
export interface Spot {
  readonly start: number;
  readonly end: number;
  readonly what: string;
}

const SHOWN_MAX = 60;

/** A text as a part of a sentence: on one line, cut, what cannot be seen left out. */
export function quoteShort(text: string): string {
  const line = text
    .toWellFormed()
    .replace(/[`\s]+/g, ' ')
    .replace(/\p{C}/gu, '')
    .trim();
  return `\`${line.length > SHOWN_MAX ? `${line.slice(0, SHOWN_MAX)}…` : line}\``;
}
