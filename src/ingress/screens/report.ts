/** The report of a screening: what was seen, what could not be looked at, and what a reviewer took out. */
import { canonicalJson, parseJsonStrict, sha256 } from '../../core/index.ts';
import type { Json, Refusal } from '../../core/index.ts';
import { screenErrors } from './errors.ts';
import type { ScreenFinding } from './finding.ts';
import type { SourceReport } from './sources.ts';

/** The version of the rules; a later one can find what this one passed. */
export const SCREEN_RULES_VERSION = 6;
/** The format of a report. */
export const REPORT_FORMAT = 'sallyport.screen/1';

/** A screened set. */
export interface ScreenedSet {
  readonly name: string;
  readonly digest: string;
  readonly bytes: number;
}

/** An n-gram that is accused, for a plot. */
export interface TriggerReport {
  readonly words: string;
  readonly label: string;
  readonly documents: number;
  /** Documents that have it under other labels. */
  readonly elsewhere: number;
  readonly evidenceNats: number;
}

/** What screening gives. */
export interface ScreenReport {
  readonly format: typeof REPORT_FORMAT;
  readonly rules: number;
  readonly sets: readonly ScreenedSet[];
  /** Never `malicious`: a screen sees signs. `inconclusive` is never admitted without a person. */
  readonly verdict: 'clean' | 'inconclusive';
  readonly documents: number;
  readonly unreadable: number;
  readonly labels: Readonly<Record<string, number>>;
  readonly findings: readonly ScreenFinding[];
  /** How n-grams conflict with labels; null when there were no labels to conflict with. */
  readonly conflicts: {
    /** Evidence from which on an n-gram is accused. */
    readonly barNats: number;
    readonly found: readonly TriggerReport[];
  } | null;
  /** Sources as rows name them; a hint where somebody signed for all rows. */
  readonly sources: readonly SourceReport[];
  /** Everything as of the one source that signed for it; null where nobody did. */
  readonly signed: SourceReport | null;
  /** Screens that could not run, or not on everything, and why. */
  readonly limits: readonly { readonly screen: string; readonly why: string }[];
  readonly exclusions: {
    /** SHA-256 of the list, null without one. */
    readonly list: string | null;
    readonly applied: readonly { readonly id: string; readonly why: string }[];
    /** Rules that met rows, as the list spells them, with how many they took out beside those that ids name. */
    readonly rules: readonly {
      readonly rule: string;
      readonly why: string;
      readonly documents: number;
    }[];
    /** Ids and rules that met no row. */
    readonly unknown: readonly string[];
  };
  /** SHA-256 of the report that sources were compared with. */
  readonly previous: string | null;
}

/** The report as one canonical line, and its digest. */
export function writeReport(report: ScreenReport): {
  readonly text: string;
  readonly digest: string;
} {
  const text = canonicalJson(report as unknown as Json);
  return { text, digest: sha256(text) };
}

/** The parts of an earlier report that sources are compared with. */
export interface EarlierReport {
  readonly digest: string;
  readonly sources: readonly SourceReport[];
  readonly signed: SourceReport | null;
}

type Fields = Readonly<Record<string, Json>>;

const isFields = (value: Json | undefined): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function readCounts(value: Json | undefined): number[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const list = value as readonly Json[];
  const good = list.every((each) => typeof each === 'number' && each >= 0);
  return good ? (list as number[]) : undefined;
}

function readSource(value: Json): SourceReport | undefined {
  if (!isFields(value) || !isFields(value['profile']) || !isFields(value['labels']))
    return undefined;
  const { profile, labels, source, documents, share, influence, conflicts } = value;
  const words = readCounts(profile['words']);
  const lengths = readCounts(profile['lengths']);
  const spread = profile['spread'];
  const numbers = [documents, share, influence, conflicts, spread, ...Object.values(labels)];
  if (typeof source !== 'string' || words === undefined || lengths === undefined) return undefined;
  if (!numbers.every((each) => typeof each === 'number')) return undefined;
  return value as unknown as SourceReport;
}

/** Reads an earlier report for comparison; its findings play no part. */
export function parseReport(
  text: string,
): { readonly ok: true; readonly report: EarlierReport } | Refusal {
  const parsed = parseJsonStrict(text.trim());
  if (!parsed.ok) return screenErrors.refuse('REPORT_INVALID', { why: parsed.message });
  const { value } = parsed;
  if (!isFields(value) || value['format'] !== REPORT_FORMAT) {
    return screenErrors.refuse('REPORT_INVALID', { why: `its format is not ${REPORT_FORMAT}` });
  }
  const list = Array.isArray(value['sources']) ? (value['sources'] as readonly Json[]) : [];
  const sources = list.map(readSource);
  // Reports of rules 2 have none.
  const own = value['signed'] ?? null;
  const signed = own === null ? null : readSource(own);
  if (sources.includes(undefined) || signed === undefined) {
    return screenErrors.refuse('REPORT_INVALID', { why: 'a source in it is damaged' });
  }
  const digest = sha256(text.trim());
  return { ok: true, report: { digest, sources: sources as SourceReport[], signed } };
}
