/** What the pages read, each with the one key under which it is kept and made stale. */
import {
  keepPreviousData,
  queryOptions,
  infiniteQueryOptions,
  QueryClient,
} from '@tanstack/react-query';
import { Problem, call, callText, withQuery } from './client.ts';
import type * as T from './types.ts';

/** Keeps answers; a refusal is never asked again by itself, a gate that does not answer is. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      networkMode: 'always',
      staleTime: 15_000,
      refetchOnWindowFocus: true,
      retry: (count, error) => !(error instanceof Problem) && count < 2,
      retryDelay: (attempt) => Math.min(1000 * 2 ** attempt, 8000),
    },
    mutations: { networkMode: 'always' },
  },
});

/** The filters of the queue, as they stand in the address. */
export interface QueueFilter {
  readonly for: string;
  readonly state: string;
  readonly kind: string;
  readonly project: string;
  readonly job: string;
  readonly text: string;
  readonly sort: string;
}

const PAGE = 100;
const get = <D>(key: readonly unknown[], path: string) =>
  queryOptions({ queryKey: key, queryFn: ({ signal }) => call<D>(path, { signal }) });

export const startQuery = get<T.StartState>(['start'], '/v1/start');
export const whoamiQuery = queryOptions({
  queryKey: ['whoami'],
  queryFn: async ({ signal }): Promise<T.Whoami | null> => {
    try {
      return await call<T.Whoami>('/v1/whoami', { signal });
    } catch (cause) {
      if (cause instanceof Problem && cause.status === 401) return null;
      throw cause;
    }
  },
});
export const homeQuery = get<T.Home>(['home'], '/v1/home');
export const budgetsQuery = get<T.BudgetsShown>(['budgets'], '/v1/budgets');
export const modelsQuery = get<{ models: T.ModelShown[] }>(['budgets', 'models'], '/v1/models');
/** What a change of settings would do; the answer to another one is never shown in its place. */
export const proposalQuery = (step: T.SettingsStep | null) =>
  queryOptions({
    queryKey: ['budgets', 'proposal', step],
    enabled: step !== null,
    staleTime: 0,
    gcTime: 60_000,
    queryFn: ({ signal }) =>
      call<T.ProposalShown>('/v1/changes/preview', {
        method: 'POST',
        json: { changes: [step] },
        signal,
      }),
  });
export const locksQuery = get<{ locks: T.LockShown[] }>(['locks'], '/v1/locks');
export const windowsQuery = get<{ windows: T.WindowShown[] }>(['windows'], '/v1/windows');
export const peopleQuery = get<{ people: T.PersonShown[] }>(['people'], '/v1/people');
export const tokensQuery = get<{ tokens: T.TokenShown[] }>(['tokens'], '/v1/tokens');
export const projectsQuery = get<{ projects: T.ProjectShown[] }>(['projects'], '/v1/projects');
export const sharesQuery = get<T.Shares>(['shares'], '/v1/shares');
export const policyQuery = get<T.PolicyShown>(['policy'], '/v1/policy');
export const rosterQuery = get<T.RosterShown>(['roster'], '/v1/roster');
export const chargesQuery = (days: number) =>
  get<T.Charges>(['charges', days], `/v1/charges?days=${String(days)}`);
export const waitingQuery = (days: number) =>
  get<T.Waiting>(['waiting', days], `/v1/waiting?days=${String(days)}`);
export const projectPeopleQuery = (project: string) =>
  get<{ people: T.ReadInShown[] }>(
    ['projects', project, 'people'],
    `/v1/projects/${encodeURIComponent(project)}/people`,
  );

const requestPath = (id: string): string => `/v1/requests/${encodeURIComponent(id)}`;
export const requestQuery = (id: string) =>
  get<T.RequestDetails>(['requests', 'one', id], requestPath(id));
export const previewQuery = (id: string, index: number) =>
  queryOptions({
    ...get<T.Preview>(
      ['requests', 'preview', id, index],
      `${requestPath(id)}/files/${String(index)}/preview`,
    ),
    staleTime: Infinity,
  });
export const differenceQuery = (id: string) =>
  get<T.Difference>(['requests', 'difference', id], `${requestPath(id)}/difference`);
export const approvalsQuery = (id: string) =>
  get<{ approvals: T.ApprovalShown[]; subject: string | null }>(
    ['requests', 'approvals', id],
    `${requestPath(id)}/approvals`,
  );

/** The queue, a page at a time. */
export const queueQuery = (filter: QueueFilter) =>
  infiniteQueryOptions({
    queryKey: ['requests', 'queue', filter],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) =>
      call<T.RequestPage>(
        withQuery('/v1/requests', { ...filter, cursor: pageParam, limit: PAGE }),
        { signal },
      ),
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
  });

/** The numbers beside the menu. */
export const countsQuery = get<T.RequestPage>(
  ['requests', 'counts'],
  '/v1/requests?for=me&limit=1',
);

export const ledgerKeyQuery = get<{ key: string; outerKey: string | null }>(
  ['ledger', 'key'],
  '/v1/ledger/key',
);
export const checkpointQuery = queryOptions({
  queryKey: ['ledger', 'checkpoint'],
  queryFn: () => callText('/v1/ledger/checkpoint'),
});
export const entriesQuery = (from: number, limit: number) =>
  queryOptions({
    ...get<{ size: number; entries: T.LedgerEntry[] }>(
      ['ledger', 'entries', from, limit],
      withQuery('/v1/ledger/entries', { from, limit }),
    ),
    placeholderData: keepPreviousData,
  });
