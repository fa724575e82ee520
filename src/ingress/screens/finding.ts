/** What a screen of a text set saw, with examples that a reviewer can read and exclude. */
import type { Finding } from '../../inspect/index.ts';

/** One document that a finding rests on. */
export interface Example {
  /** Stable: made of the document's text, label and source, so that it means the same in every delivery and order. */
  readonly id: string;
  /** The set and the row within it, from 1. */
  readonly set: string;
  readonly row: number;
  readonly label: string | null;
  readonly source: string | null;
  /** The place in the text, with what cannot be seen written out. */
  readonly excerpt: string;
}

/** A finding about a set. `hold` asks for a person; `info` is only shown. */
export interface ScreenFinding extends Finding {
  readonly severity: 'info' | 'hold';
  /** How many documents it is about. */
  readonly documents: number;
  /** Their ids, up to {@link LISTED_MAX}; excluding these removes the finding. */
  readonly ids: readonly string[];
  /** The first of them, to read. */
  readonly examples: readonly Example[];
  /** The one source, as rows name it, that it is about: excluding its rows removes the finding. */
  readonly source?: string;
}

/** The most ids that a finding lists. */
export const LISTED_MAX = 10_000;
/** The most examples that a finding shows. */
export const EXAMPLES_MAX = 8;

/** The stretch of a text around a place, on one line, with invisible characters written as `\u{…}`. */
export function cutExcerpt(text: string, start: number, end: number): string {
  const from = Math.max(0, start - 40);
  const to = Math.min(text.length, Math.max(end, start) + 60, start + 160);
  const cut = text
    .slice(from, to)
    .toWellFormed()
    .replace(/\s+/g, ' ')
    .replace(
      // eslint-disable-next-line no-misleading-character-class -- they are meant one by one.
      /[\p{C}\p{Zl}\p{Zp}\u00ad\u034f\u115f\u1160\u17b4\u17b5\u3164\ufe00-\ufe0f\uffa0]/gu,
      (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
    );
  return `${from > 0 ? '…' : ''}${cut}${to < text.length ? '…' : ''}`;
}
