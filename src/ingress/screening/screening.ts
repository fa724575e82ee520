/** A screening of an import at the gate, and what reviewers excluded. Pure. */
import type { ScreenFinding, ScreenReport } from '../screens/index.ts';

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
  /** Why it failed. */
  readonly reason: string | null;
}

/** A document that a reviewer took out of an import. */
export interface Exclusion {
  readonly document: string;
  readonly why: string;
  readonly by: string;
  readonly atMs: number;
}

/** Text sets of one screening. */
export const SCREENED_FORMS_MAX = 1_000;
const SOURCES_SHOWN = 100;
const IDS_SHOWN = 1_000;

/** A report without what only programs compare: profiles of sources, and ids beyond what one call excludes. */
export interface ReportSummary extends Omit<ScreenReport, 'sources' | 'exclusions'> {
  readonly sources: readonly Omit<ScreenReport['sources'][number], 'profile'>[];
  readonly sourcesTotal: number;
  readonly excluded: number;
}

/** The report as people look at it. */
export function summariseReport(report: ScreenReport): ReportSummary {
  const { sources, exclusions, findings, ...rest } = report;
  return {
    ...rest,
    findings: findings.map((finding): ScreenFinding => ({
      ...finding,
      ids: finding.ids.slice(0, IDS_SHOWN),
    })),
    sources: sources.slice(0, SOURCES_SHOWN).map(({ profile: _, ...source }) => source),
    sourcesTotal: sources.length,
    excluded: exclusions.applied.length,
  };
}
