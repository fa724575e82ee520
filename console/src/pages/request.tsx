/** One request: who asks and why, what policy says, the exact bytes that would leave, and the decision. */
import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useRef } from 'react';
import type { ReactNode } from 'react';
import { call } from '../api/client.ts';
import { requestQuery } from '../api/queries.ts';
import type { RequestDetails } from '../api/types.ts';
import { Project } from '../parts/known.tsx';
import { Card, Facts, Page } from '../parts/layout.tsx';
import { Loaded } from '../parts/states.tsx';
import { Charge, Foreign, Risk, StateChip, When, Who } from '../parts/text.tsx';
import { link } from '../shell/route.ts';
import { useShortcuts } from '../shell/shortcuts.tsx';
import { showSafely, showTextSafely } from '../words/format.ts';
import { sayKind, sayTier, toneOf } from '../words/names.ts';
import { Asked } from './request/asked.tsx';
import { Decision } from './request/decision.tsx';
import { DifferenceCard } from './request/difference.tsx';
import { Files } from './request/files.tsx';
import { Changes, Reasons } from './request/reasons.tsx';
import { Talk } from './request/talk.tsx';
import { ShareCard } from './shares/share-card.tsx';
import { ShareResult } from './shares/share-result.tsx';

/** Tells the gate once that somebody looked, which stops the clock to the first view. */
function useFirstView(details: RequestDetails | undefined): void {
  const told = useRef(false);
  const id = details?.id;
  const open = details?.state === 'held';
  useEffect(() => {
    if (id === undefined || !open || told.current) return;
    told.current = true;
    void call(`/v1/requests/${encodeURIComponent(id)}/view`, { method: 'POST' }).catch(() => {
      // Not being counted as a viewer must not keep anybody from deciding.
    });
  }, [id, open]);
}

function Head({ details }: { readonly details: RequestDetails }): ReactNode {
  const { project, destination } = details;
  return (
    <div className="request-head">
      <div className="row">
        <StateChip state={details.state} />
        {details.releasedAs === 'break-glass' ? (
          <span className="chip bad">break-glass</span>
        ) : null}
        <span className="says quiet">{details.stateSentence}</span>
      </div>
      {details.escalation === null ? null : (
        <p className="notice wait says">
          {showSafely(details.escalation.sentence)}
          {details.escalation.nextAt === null ? null : (
            <>
              {'; '}
              <span className="nowrap">
                next step <When at={details.escalation.nextAt} />
              </span>
            </>
          )}
        </p>
      )}
      {details.progress === null ? null : (
        <p className="notice" role="status">
          <span className="says">{details.progress.phase}</span>: {details.progress.done} of{' '}
          {details.progress.total}
        </p>
      )}
      <Card>
        <blockquote className="why">
          <p>{showTextSafely(details.why)}</p>
          <footer className="small quiet">
            <Who {...details} />, <When at={details.askedAt} />
          </footer>
        </blockquote>
        <Facts
          rows={[
            ['Kind', sayKind(details.kind)],
            project === '' ? null : ['Project', <Project key="p" id={project} />],
            destination === '' || details.share !== null
              ? null
              : ['Destination', <Foreign key="d" text={destination} />],
            details.job === null
              ? null
              : [
                  'Job',
                  <a key="j" href={link(['requests'], { for: 'all', job: details.job })}>
                    {showSafely(details.job)}
                  </a>,
                ],
            ['Tier', sayTier(details.tier)],
            ['Risk', <Risk key="r" risk={details.risk} />],
            details.kind === 'export'
              ? ['Charge', <Charge key="c" bits={details.chargeBits} both />]
              : null,
            ['Request', <code key="i">{details.id}</code>],
          ]}
        />
      </Card>
    </div>
  );
}

function Content({ details }: { readonly details: RequestDetails }): ReactNode {
  useFirstView(details);
  const isExport = details.kind === 'export';
  return (
    <>
      <div className="request">
        <div className="stack wide">
          <Head details={details} />
          <Reasons details={details} />
          {isExport ? <Files details={details} /> : null}
          {isExport ? <ShareResult details={details} /> : null}
          {isExport || details.kind === 'policy' ? null : <Asked details={details} />}
          <ShareCard details={details} />
          {isExport && details.previous !== null ? <DifferenceCard id={details.id} /> : null}
          <Changes details={details} />
          <Talk details={details} />
        </div>
        <aside className="decision" id="decision" aria-label="Decision">
          <Decision details={details} />
        </aside>
      </div>
      {toneOf(details.state) === 'wait' ? (
        <div className="decide-bar">
          <span className="small says">
            {showSafely(details.waitsFor ?? details.stateSentence)}
          </span>
          <button
            type="button"
            className="button primary"
            onClick={() => document.getElementById('decision')?.scrollIntoView()}
          >
            To the decision
          </button>
        </div>
      ) : null}
    </>
  );
}

/** The page. */
export function RequestPage({ id }: { readonly id: string }): ReactNode {
  const query = useQuery({
    ...requestQuery(id),
    // While the gate works on it, news may come more often than they are told.
    refetchInterval: ({ state }) => (state.data?.progress == null ? false : 2000),
  });
  useShortcuts(
    useMemo(
      () => [
        {
          keys: 'd',
          does: 'To the decision',
          act: () => document.querySelector<HTMLElement>('#decision button')?.focus(),
        },
        { keys: 'u', does: 'Back to the queue', act: () => window.history.back() },
      ],
      [],
    ),
  );
  return (
    <Page
      title={query.data === undefined ? 'Request' : showSafely(query.data.title)}
      // The title of an export is the name of a file, which is shown as it is spelt.
      says={query.data !== undefined && query.data.kind !== 'export'}
      lead={
        <a href="#/requests" className="small">
          All requests
        </a>
      }
    >
      <Loaded query={query} lines={12}>
        {(details) => <Content details={details} />}
      </Loaded>
    </Page>
  );
}
