/** The queue: by risk and age, filtered, with ten thousand requests as quick as ten. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { useCallback, useMemo, useState } from 'react';
import type { ReactNode } from 'react';
import { queueQuery } from '../api/queries.ts';
import type { QueueFilter } from '../api/queries.ts';
import type { RequestPage } from '../api/types.ts';
import { Action } from '../parts/action.tsx';
import { Page } from '../parts/layout.tsx';
import { Empty, Skeleton, Trouble } from '../parts/states.tsx';
import { go, link } from '../shell/route.ts';
import { sayCounted } from '../words/format.ts';
import { Bulk } from './queue/bulk.tsx';
import { Filters } from './queue/filters.tsx';
import { Queue } from './queue/queue.tsx';
import { Windows } from './queue/windows.tsx';

/** The filters as the address says them. The queue opens on what waits for the viewer. */
function readFilter(query: URLSearchParams): QueueFilter {
  const get = (name: string, otherwise = ''): string => query.get(name) ?? otherwise;
  return {
    for: get('for', 'me'),
    state: get('state'),
    kind: get('kind'),
    project: get('project'),
    job: get('job'),
    text: get('text'),
    sort: get('sort', 'risk'),
  };
}

function sayFound(pages: readonly RequestPage[], loaded: number): string {
  const total = pages[0]?.total;
  if (total !== undefined) return sayCounted(total, 'request');
  const more = pages.at(-1)?.next != null;
  return more ? `the first ${sayCounted(loaded, 'request')}` : sayCounted(loaded, 'request');
}

const NOTHING: Readonly<Record<string, readonly [string, string]>> = {
  me: ['Nothing waits for you', 'When a request needs your approval, it appears here at once.'],
  mine: [
    'You have asked for nothing like this',
    'Exports, access and changes that you ask for stand here.',
  ],
  all: ['No request is like this', 'Take a filter away to see more.'],
};

/** The page. */
export function RequestsPage({ query }: { readonly query: URLSearchParams }): ReactNode {
  const text = query.toString();
  const filter = useMemo(() => readFilter(new URLSearchParams(text)), [text]);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const windows = filter.for === 'windows';
  // Windows are a list of their own; the counts beside the views still come from the queue.
  const found = useInfiniteQuery(queueQuery(windows ? { ...filter, for: 'me' } : filter));
  const pages = useMemo(() => found.data?.pages ?? [], [found.data]);
  const requests = useMemo(() => pages.flatMap((page) => page.requests), [pages]);
  const change = useCallback(
    (next: Partial<QueueFilter>) => {
      setChosen(new Set());
      go(link(['requests'], { ...filter, ...next }), 'replace');
    },
    [filter],
  );
  const picked = requests.filter((request) => chosen.has(request.id));
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = found;
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  const [title, advice] = NOTHING[filter.for] ?? ['No request is like this', ''];
  return (
    <Page
      title="Requests"
      lead={found.data === undefined || windows ? undefined : sayFound(pages, requests.length)}
      actions={
        <a className="button" href="#/export">
          New export
        </a>
      }
    >
      <Filters filter={filter} counts={pages[0]?.counts} onChange={change} />
      {windows ? (
        <Windows />
      ) : found.data === undefined ? (
        found.isError ? (
          <Trouble error={found.error} onRetry={() => void found.refetch()} />
        ) : (
          <Skeleton lines={10} />
        )
      ) : requests.length === 0 ? (
        <div className="card">
          <Empty title={title}>
            <p>{advice}</p>
            {filter.for === 'all' ? (
              <Action onAct={() => change({ state: '', kind: '', project: '', job: '', text: '' })}>
                Take all filters away
              </Action>
            ) : (
              <Action onAct={() => change({ for: 'all' })}>Show all requests</Action>
            )}
          </Empty>
        </div>
      ) : (
        <>
          <Bulk picked={picked} onDone={() => setChosen(new Set())} />
          <Queue
            requests={requests}
            chosen={chosen}
            onChoose={setChosen}
            onJob={(job) => change({ job })}
            onEnd={more}
            loadingMore={isFetchingNextPage}
          />
        </>
      )}
    </Page>
  );
}
