/** What the way in answers: sources, imports, lineage, recalls. */
import { queryOptions } from '@tanstack/react-query';
import { call, callText, withQuery } from './client.ts';

/** A source that signs for files. */
export interface SourceShown {
  readonly id: string;
  readonly project: string;
  readonly name: string;
  readonly kind: 'ssh' | 'oms' | 'person';
  readonly fingerprint: string;
  readonly form: {
    readonly origin: string;
    readonly licence: string;
    readonly collection: string;
    readonly consent: string;
  };
  readonly addedAt: string;
  readonly recalledAt: string | null;
}

export type ScanVerdict = 'clean' | 'malicious' | 'inconclusive';

/** An import in a line. */
export interface ImportShown {
  readonly id: string;
  readonly project: string;
  readonly source: { readonly id: string; readonly name: string };
  readonly requester: string;
  readonly why: string;
  readonly state: 'receiving' | 'decoding' | 'asked' | 'admitted' | 'recalled' | 'closed';
  readonly request: string | null;
  readonly counts: Readonly<Record<ScanVerdict, number>> & {
    readonly files: number;
    readonly bytes: number;
    readonly received: number;
  };
  readonly progress: {
    readonly doneBytes: number;
    readonly totalBytes: number;
    readonly leftMs: number | null;
  } | null;
  /** Whose signature covers its files. */
  readonly signer: string | null;
  /** Why it was closed. */
  readonly reason: string | null;
  readonly openedAt: string;
}

/** A file of an import with what was found and what would be admitted. */
export interface ImportFileShown {
  readonly position: number;
  readonly name: string;
  readonly bytes: number;
  readonly type: string | null;
  readonly verdict: ScanVerdict | null;
  readonly findings: readonly {
    readonly code: string;
    readonly severity: 'info' | 'hold' | 'deny';
    readonly place: string;
    readonly sentence: string;
  }[];
  readonly forms: readonly {
    readonly position: number;
    readonly name: string;
    readonly type: string;
    readonly bytes: number;
  }[];
}

/** Something in the lineage. */
export interface NodeShown {
  readonly id: string;
  readonly kind: 'source' | 'set' | 'run' | 'model' | 'monitor';
  readonly project: string;
  readonly name: string;
  readonly recall: string | null;
  readonly addedAt: string;
}

/** What hangs together with a node. */
export interface Graph {
  readonly roots: readonly string[];
  readonly nodes: readonly NodeShown[];
  readonly edges: readonly { readonly parent: string; readonly child: string }[];
  readonly cut: boolean;
}

/** A recall. */
export interface RecallShown {
  readonly id: string;
  readonly target: { readonly kind: string; readonly id: string };
  /** What people call the target; null where it has no name. */
  readonly name: string | null;
  readonly project: string;
  readonly by: string;
  readonly reason: string;
  readonly at: string;
  readonly reached: number;
}

/** An inbox outside that is bound to a project. */
export interface InboxShown {
  readonly inbox: string;
  readonly project: string;
  readonly source: string;
  readonly why: string;
  readonly person: string;
  readonly boundAt: string;
}

/** What came from an inbox. */
export interface InboxDeliveryShown {
  readonly id: string;
  readonly inbox: string;
  readonly name: string;
  readonly state: 'receiving' | 'waiting' | 'importing' | 'imported' | 'refused' | 'expired';
  readonly files: number;
  readonly bytes: number;
  readonly missing: number;
  readonly heldBytes: number;
  readonly reason: string | null;
  readonly import: string | null;
  readonly firstAt: string;
}

const get = <D>(key: readonly unknown[], path: string) =>
  queryOptions({ queryKey: key, queryFn: ({ signal }) => call<D>(path, { signal }) });

export const sourcesQuery = get<{ sources: SourceShown[] }>(['sources'], '/v1/sources');
export const inboxesQuery = queryOptions({
  ...get<{ inboxes: InboxShown[]; deliveries: InboxDeliveryShown[] }>(['inboxes'], '/v1/inboxes'),
  refetchInterval: 5_000,
});
export const importsQuery = (state: string, offset: number) =>
  queryOptions({
    ...get<{ imports: ImportShown[]; next: number | null }>(
      ['imports', 'list', state, offset],
      withQuery('/v1/imports', { state, offset: offset === 0 ? null : offset }),
    ),
    refetchInterval: 5_000,
  });
export const importQuery = (id: string) =>
  queryOptions({
    ...get<ImportShown>(['imports', id], `/v1/imports/${encodeURIComponent(id)}`),
    refetchInterval: 3_000,
  });
export const importFilesQuery = (id: string, verdict: string, from: number) =>
  get<{ files: ImportFileShown[]; next: number | null }>(
    ['imports', id, 'files', verdict, from],
    withQuery(`/v1/imports/${encodeURIComponent(id)}/files`, {
      verdict,
      from: from === 0 ? null : from,
      limit: '100',
    }),
  );
export const formPreviewQuery = (id: string, file: number, form: number) =>
  queryOptions({
    queryKey: ['imports', id, 'preview', file, form],
    queryFn: () =>
      callText(
        `/v1/imports/${encodeURIComponent(id)}/files/${String(file)}/forms/${String(form)}/preview`,
      ),
    staleTime: Infinity,
  });
export const lineageQuery = (node: string) =>
  get<Graph>(['lineage', node], withQuery('/v1/lineage', { node: node === '' ? null : node }));
export const recallsQuery = get<{ recalls: RecallShown[] }>(['recalls'], '/v1/recalls');

/** What a recall of something would reach. */
export interface Affected {
  readonly counts: Readonly<Record<NodeShown['kind'], number>>;
}
export const affectedQuery = (node: string) =>
  get<Affected>(
    ['lineage', 'affected', node],
    withQuery('/v1/lineage/affected', { node, limit: 1 }),
  );

/** What to train again after a recall. */
export interface RecallPlan {
  readonly recall: RecallShown & {
    readonly imports: readonly {
      readonly id: string;
      readonly state: string;
      readonly why: string;
    }[];
    readonly models: readonly NodeShown[];
    readonly monitors: readonly NodeShown[];
  };
  readonly steps: readonly {
    readonly run: string;
    readonly name: string;
    readonly base: string | null;
    readonly baseState: 'none' | 'good' | 'quarantined';
    readonly setsLeft: readonly string[];
    readonly setsRecalled: readonly string[];
    readonly results: readonly { readonly id: string; readonly name: string }[];
    readonly action: 'retrain' | 'drop';
  }[];
  readonly cut: boolean;
  readonly earlier: readonly string[];
}
export const planQuery = (id: string) =>
  get<RecallPlan>(['recalls', id, 'plan'], `/v1/recalls/${encodeURIComponent(id)}/plan`);
