/** A screening of an import at the gate, and what reviewers excluded. Pure. */
import { parseRowRule } from '../screens/index.ts';
import type { RowRule, ScreenFinding, ScreenReport } from '../screens/index.ts';

/** `running` until a worker has read everything; `done` with a report; `failed`: no report, which is no pass. */
export type ScreeningState = 'running' | 'done' | 'failed';

/** Which fields of a row hold what. */
export interface ScreenFields {
  readonly text: string;
  readonly label: string;
  readonly source: string;
}

/** A screening of the text sets of one import. */
export interface Screening {
  readonly id: string;
  readonly import: string;
  readonly project: string;
  readonly by: string;
  readonly fields: ScreenFields;
  /** What the monitor does that the text is for; null when nobody said. */
  readonly monitor: string | null;
  readonly state: ScreeningState;
  readonly askedMs: number;
  readonly endedMs: number | null;
  readonly reportSha256: string | null;
  readonly verdict: 'clean' | 'inconclusive' | null;
  readonly documents: number | null;
  /** Findings that ask for a person. */
  readonly held: number | null;
  /** Documents by label; null without a report, and of reports from before this was kept. */
  readonly labels: Readonly<Record<string, number>> | null;
  /** Why it failed. */
  readonly reason: string | null;
}

/** What a reviewer took out of an import. */
export interface Exclusion {
  /** The id of a document, or the spelling of a rule that takes out rows by what a field holds. */
  readonly what: string;
  readonly why: string;
  readonly by: string;
  readonly atMs: number;
}

/** The rule of an exclusion; null where it is a document. */
export function ruleOf({ what }: Pick<Exclusion, 'what'>): RowRule | null {
  return parseRowRule(what)?.rule ?? null;
}

/** Text sets of one screening. */
export const SCREENED_FORMS_MAX = 1_000;
const SOURCES_SHOWN = 100;
const IDS_SHOWN = 1_000;

/** A report without what only programs compare: profiles of sources, and ids beyond what one call excludes. */
export interface ReportSummary extends Omit<ScreenReport, 'sources' | 'signed' | 'exclusions'> {
  readonly sources: readonly Omit<ScreenReport['sources'][number], 'profile'>[];
  readonly sourcesTotal: number;
  /** Who signed for all of it; null in reports from before this was said. */
  readonly signed: Omit<ScreenReport['sources'][number], 'profile'> | null;
  /** Documents that were left out, by their ids or by rules. */
  readonly excluded: number;
}

/** The report as people look at it. */
export function summariseReport(report: ScreenReport): ReportSummary {
  const { sources, signed, exclusions, findings, ...rest } = report;
  const short = ({ profile: _, ...source }: ScreenReport['sources'][number]) => source;
  // Reports from before there were rules have neither.
  const own = (signed as typeof signed | undefined) ?? null;
  const rules = (exclusions.rules as typeof exclusions.rules | undefined) ?? [];
  return {
    ...rest,
    findings: findings.map((finding): ScreenFinding => ({
      ...finding,
      ids: finding.ids.slice(0, IDS_SHOWN),
    })),
    sources: sources.slice(0, SOURCES_SHOWN).map(short),
    sourcesTotal: sources.length,
    signed: own === null ? null : short(own),
    excluded: rules.reduce((sum, rule) => sum + rule.documents, exclusions.applied.length),
  };
}
