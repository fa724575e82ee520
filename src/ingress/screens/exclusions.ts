/** What a reviewer took out: documents by their stable ids, rows by a rule on one field, and the list that names them. */
import { canonicalJson, parseJsonStrict, sha256 } from '../../core/index.ts';
import type { Refusal } from '../../core/index.ts';
import { screenErrors } from './errors.ts';

/** The most exclusions of one list. */
export const EXCLUSIONS_MAX = 1_000_000;
/** The most fields that the rules of one list look at; each is read of every row. */
export const RULE_FIELDS_MAX = 16;

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

/** Rows that are excluded by what one of their fields holds: all that one source sent, without naming each document. */
export interface RowRule {
  readonly field: string;
  readonly value: string;
}

/** A rule as a list and the ledger write it, on one line whatever it holds. */
export function spellRowRule({ field, value }: RowRule): string {
  return `rows ${canonicalJson([field, value])}`;
}

const SPELLED_RULE = /^rows (\["(?:[^"\\]|\\.)*","(?:[^"\\]|\\.)*"\])(?:\s+(.*))?$/;

/** What {@link spellRowRule} wrote, if it is that, with what stands behind it. */
export function parseRowRule(line: string): { rule: RowRule; rest: string } | undefined {
  const match = SPELLED_RULE.exec(line);
  if (match === null) return undefined;
  const parsed = parseJsonStrict(match[1] ?? '');
  if (!parsed.ok) return undefined;
  const [field, value] = parsed.value as readonly [string, string];
  return { rule: { field, value }, rest: match[2] ?? '' };
}

/** Rules by the fields that they look at. */
export class RowRules {
  readonly all: readonly RowRule[];
  readonly #spelled: readonly ReadonlyMap<string, string>[];
  /** The fields whose values {@link find} takes, in this order. */
  readonly fields: readonly string[];

  constructor(rules: readonly RowRule[]) {
    const byField = Map.groupBy(rules, (rule) => rule.field);
    this.all = rules;
    this.fields = [...byField.keys()];
    this.#spelled = [...byField.values()].map(
      (each) => new Map(each.map((rule) => [rule.value, spellRowRule(rule)])),
    );
  }

  /** The rule that takes a row out, in its spelling; by the values of {@link fields} in the row. */
  find(values: readonly (string | undefined)[]): string | undefined {
    for (const [i, rules] of this.#spelled.entries()) {
      const value = values[i];
      const rule = value === undefined ? undefined : rules.get(value.toWellFormed());
      if (rule !== undefined) return rule;
    }
    return undefined;
  }
}

/** A list as it was given. */
export interface ExclusionList {
  readonly digest: string;
  /** Why, by the id of a document or the spelling of a rule. */
  readonly reasons: ReadonlyMap<string, string>;
  readonly rules: RowRules;
}

/** Reads a list: one id or rule per line, then, after a blank, why; lines that start with # are remarks. */
export function parseExclusions(
  text: string,
): { readonly ok: true; readonly list: ExclusionList } | Refusal {
  const reasons = new Map<string, string>();
  const rules = new Map<string, RowRule>();
  const fields = new Set<string>();
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const match = /^(doc_[0-9a-f]{24})(?:\s+(.*))?$/.exec(line.trim());
    const ruled = match === null ? parseRowRule(line.trim()) : undefined;
    if (match === null && ruled === undefined) {
      return screenErrors.refuse('EXCLUSION_INVALID', { line: i + 1 }, `line ${i + 1}`);
    }
    if (reasons.size >= EXCLUSIONS_MAX) {
      return screenErrors.refuse('EXCLUSIONS_MANY', { limit: EXCLUSIONS_MAX });
    }
    if (ruled === undefined) {
      reasons.set(match?.[1] ?? '', match?.[2] ?? '');
      continue;
    }
    const spelled = spellRowRule(ruled.rule);
    reasons.set(spelled, ruled.rest);
    rules.set(spelled, ruled.rule);
    if (fields.add(ruled.rule.field).size > RULE_FIELDS_MAX) {
      return screenErrors.refuse('EXCLUSION_FIELDS_MANY', { limit: RULE_FIELDS_MAX });
    }
  }
  const list = { digest: sha256(text), reasons, rules: new RowRules([...rules.values()]) };
  return { ok: true, list };
}
