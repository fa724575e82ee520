/** Documents that a reviewer took out: stable ids, the list that names them, and what of it was found. */
import { sha256, canonicalJson } from '../../core/index.ts';
import type { Refusal } from '../../core/index.ts';
import { screenErrors } from './errors.ts';

/** The most exclusions of one list. */
export const EXCLUSIONS_MAX = 1_000_000;

/** What a document's id is made of. */
export interface IdentifiedRow {
  readonly text?: string;
  readonly label?: string | undefined;
  readonly source?: string | undefined;
  /** All of its row in one spelling; a row of a file has it. */
  readonly whole?: (() => string) | undefined;
}

/**
 * The id of a document, made of what it is and not of where it stands. Of a row of a file it is made of the whole row: whoever names other
 * fields as text, label or source means the same document. Without a row it is made of the three.
 */
export function documentId({ text = '', label, source, whole }: IdentifiedRow): string {
  const parts = (): string =>
    canonicalJson([
      text.toWellFormed(),
      label?.toWellFormed() ?? null,
      source?.toWellFormed() ?? null,
    ]);
  return `doc_${sha256(whole?.() ?? parts()).slice(0, 24)}`;
}

/** A list as it was given, by id. */
export interface ExclusionList {
  readonly digest: string;
  readonly reasons: ReadonlyMap<string, string>;
}

/** Reads a list: one id per line, then, after a blank, why; lines that start with # are remarks. */
export function parseExclusions(
  text: string,
): { readonly ok: true; readonly list: ExclusionList } | Refusal {
  const reasons = new Map<string, string>();
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const match = /^(doc_[0-9a-f]{24})(?:\s+(.*))?$/.exec(line.trim());
    if (match === null) {
      return screenErrors.refuse('EXCLUSION_INVALID', { line: i + 1 }, `line ${i + 1}`);
    }
    if (reasons.size >= EXCLUSIONS_MAX) {
      return screenErrors.refuse('EXCLUSIONS_MANY', { limit: EXCLUSIONS_MAX });
    }
    reasons.set(match[1] ?? '', match[2] ?? '');
  }
  return { ok: true, list: { digest: sha256(text), reasons } };
}
