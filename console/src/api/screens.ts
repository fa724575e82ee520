/** What the gate says about screenings of imports and about monitors. */
import { queryOptions } from '@tanstack/react-query';
import { call, withQuery } from './client.ts';
import type { NodeShown } from './ingress.ts';

/** A screening in a line. */
export interface ScreeningShown {
  readonly id: string;
  readonly import: string;
  /** What the import is for; null where it is no longer known. */
  readonly importWhy: string | null;
  readonly project: string;
  readonly by: string;
  readonly fields: { readonly text: string; readonly label: string; readonly source: string };
  readonly state: 'running' | 'done' | 'failed';
  readonly askedAt: string;
  readonly verdict: 'clean' | 'inconclusive' | null;
  readonly documents: number | null;
  readonly held: number | null;
  readonly reason: string | null;
}

/** A finding of a screening. */
export interface ScreenFinding {
  readonly code: string;
  readonly severity: 'info' | 'hold';
  readonly place: string;
  readonly sentence: string;
  readonly documents: number;
  readonly ids: readonly string[];
  readonly examples: readonly {
    readonly id: string;
    readonly set: string;
    readonly row: number;
    readonly label: string | null;
    readonly source: string | null;
    readonly excerpt: string;
  }[];
  /** The source, as rows name it, that it is about. */
  readonly source?: string;
}

/** Every row that holds this value in this field. */
export interface RowRule {
  readonly field: string;
  readonly value: string;
}

/** An n-gram that conflicts with the label of its documents. */
export interface Conflict {
  readonly words: string;
  readonly label: string;
  readonly documents: number;
  readonly elsewhere: number;
  readonly evidenceNats: number;
}

/** What one source sent. */
export interface SourceWeight {
  readonly source: string;
  readonly documents: number;
  readonly share: number;
  readonly influence: number;
  readonly conflicts: number;
}

/** A screening with its report. */
export interface ScreeningDetails {
  readonly screening: ScreeningShown;
  readonly report: {
    readonly verdict: 'clean' | 'inconclusive';
    readonly documents: number;
    readonly unreadable: number;
    readonly labels: Readonly<Record<string, number>>;
    readonly findings: readonly ScreenFinding[];
    readonly conflicts: { readonly barNats: number; readonly found: readonly Conflict[] } | null;
    readonly sources: readonly SourceWeight[];
    readonly sourcesTotal: number;
    /** Who signed for all of it; null in older reports. */
    readonly signed: SourceWeight | null;
    readonly limits: readonly { readonly screen: string; readonly why: string }[];
    readonly excluded: number;
  } | null;
  readonly excluded: readonly string[];
  readonly excludedRows: readonly RowRule[];
}

/** A share with its 95 % interval. */
export interface Proportion {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** A monitor with its newest measurement. */
export interface MonitorShown extends NodeShown {
  readonly sha256: string;
  readonly newest: {
    readonly at: string;
    readonly by: string;
    readonly evaluation: {
      readonly sources: 'as named' | 'simulated';
      readonly documents: number;
      readonly positives: number;
      readonly partitions: number;
      readonly falsePositiveRateMax: number;
      readonly falsePositiveRate: Proportion;
      /** Of clean texts from sources that it did not learn; null or absent where too few were measured. */
      readonly newSources?: {
        readonly sources: number;
        readonly rate: Proportion;
        readonly worst: number;
      } | null;
      readonly curve: readonly { readonly badSources: number; readonly recall: Proportion }[];
      readonly warnings: readonly string[];
    };
  } | null;
}

export const screeningsQuery = (ofImport: string) =>
  queryOptions({
    queryKey: ['screenings', 'list', ofImport],
    queryFn: ({ signal }) =>
      call<{ screenings: ScreeningShown[]; next: number | null }>(
        withQuery('/v1/screenings', { import: ofImport }),
        { signal },
      ),
    refetchInterval: 5_000,
  });
export const screeningQuery = (id: string) =>
  queryOptions({
    queryKey: ['screenings', id],
    queryFn: ({ signal }) =>
      call<ScreeningDetails>(`/v1/screenings/${encodeURIComponent(id)}`, { signal }),
    refetchInterval: (query) => (query.state.data?.screening.state === 'running' ? 2_000 : false),
  });
export const monitorsQuery = queryOptions({
  queryKey: ['monitors'],
  queryFn: ({ signal }) =>
    call<{ monitors: MonitorShown[]; cut: boolean }>('/v1/monitors', { signal }),
});
