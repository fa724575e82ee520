/** What an inspector saw, and what follows from it. */

/** `info` is only shown, `hold` needs a person, `deny` cannot be released. */
export type Severity = 'info' | 'hold' | 'deny';

/** One observation about one file. */
export interface Finding {
  /** Stable and fixed for ever: `INSPECT_THING_PROBLEM`. */
  readonly code: string;
  readonly severity: Severity;
  /** Where: `row 3, column "estimate"`, `line 12`, `$.layers[0]`, `whole file`. */
  readonly place: string;
  /** What was seen and why it matters; lower case, no full stop. */
  readonly sentence: string;
}

/**
 * Says that a search ended at a limit. Whatever the limit, what was not looked at needs a person: a search that ended
 * without a word would be a way past it.
 */
export function searchEnded(place: string, sentence: string): Finding {
  return { code: 'INSPECT_SEARCH_ENDED', severity: 'hold', place, sentence };
}

/** What a set of findings asks for. */
export type Verdict = 'allow' | 'hold' | 'deny';

/** The strictest severity decides. */
export function judgeFindings(findings: readonly Finding[]): Verdict {
  if (findings.some((finding) => finding.severity === 'deny')) return 'deny';
  return findings.some((finding) => finding.severity === 'hold') ? 'hold' : 'allow';
}
