/** Waiting: how long people wait, on whom, and whether approvals are looked at. Security that stops work is measured here. */
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { waitingQuery } from '../api/queries.ts';
import type { Percentiles, Waiting } from '../api/types.ts';
import { Person } from '../parts/known.tsx';
import { Card, Page } from '../parts/layout.tsx';
import { Empty, Loaded } from '../parts/states.tsx';
import { go, link } from '../shell/route.ts';
import { sayCount, sayCounted, sayDuration, sayShare, showSafely } from '../words/format.ts';
import { sayTier } from '../words/names.ts';
import { BottleneckBars, QuorumDays, TierBars, WaitingDays } from './waiting/plots.tsx';

const PERIODS = [7, 30, 90] as const;

function Figure(props: {
  readonly value: string;
  readonly what: string;
  readonly bad?: boolean;
}): ReactNode {
  return (
    <div className="card figure">
      <p className={`big-number ${props.bad === true ? 'bad' : ''}`}>{props.value}</p>
      <p className="quiet small">{props.what}</p>
    </div>
  );
}

function Numbers(props: { readonly times: Percentiles | null; readonly label: string }): ReactNode {
  const { times, label } = props;
  if (times === null)
    return (
      <td colSpan={3} className="faint number" data-label={label}>
        none yet
      </td>
    );
  return (['p50', 'p75', 'p95'] as const).map((at) => (
    <td key={at} className="number" data-label={`${label}, ${at}`}>
      {sayDuration(times[at])}
    </td>
  ));
}

function Tiers({ waiting }: { readonly waiting: Waiting }): ReactNode {
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label="Waiting per tier">
      <table className="table stacking">
        <thead>
          <tr>
            <th scope="col" rowSpan={2}>
              Tier
            </th>
            <th scope="col" rowSpan={2} className="number">
              Requests
            </th>
            <th scope="colgroup" colSpan={3} className="number">
              To the first view: p50, p75, p95
            </th>
            <th scope="colgroup" colSpan={3} className="number">
              To the last approval: p50, p75, p95
            </th>
          </tr>
        </thead>
        <tbody>
          {waiting.tiers.map((tier) => (
            <tr key={tier.tier}>
              <th scope="row">{sayTier(tier.tier)}</th>
              <td className="number" data-label="Requests">
                {sayCount(tier.count)}
              </td>
              <Numbers times={tier.firstView} label="First view" />
              <Numbers times={tier.quorum} label="Last approval" />
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Bottlenecks({ waiting }: { readonly waiting: Waiting }): ReactNode {
  return (
    <Card title="On whom others wait">
      {waiting.bottlenecks.length === 0 ? (
        <p className="quiet">On nobody in particular.</p>
      ) : (
        <>
          <BottleneckBars waiting={waiting} />
          <ul className="list">
            {waiting.bottlenecks.map((each) => (
              <li key={each.group ?? each.person} className="row apart">
                <span className="break">
                  <strong>
                    {each.group === undefined ? (
                      <Person id={each.person ?? ''} />
                    ) : (
                      showSafely(each.group)
                    )}
                  </strong>{' '}
                  <span className="tag">{each.group === undefined ? 'person' : 'group'}</span>
                </span>
                <span className="small">{sayWaits(each)}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </Card>
  );
}

/** What waits now and what waited, each with its median. */
function sayWaits(each: Waiting['bottlenecks'][number]): string {
  const said = (count: number, ms: number, verb: string): string[] =>
    count === 0
      ? []
      : [`${sayCounted(count, 'request')} ${verb}, half longer than ${sayDuration(ms)}`];
  return [
    ...said(each.waiting, each.medianMs, each.waiting === 1 ? 'waits' : 'wait'),
    ...said(each.decided, each.decidedMedianMs, 'waited'),
  ].join('; ');
}

function Fast({ waiting }: { readonly waiting: Waiting }): ReactNode {
  return (
    <Card title="Approvals in under 5 seconds" note="Nobody reads a file in that time">
      {waiting.fastApprovals.length === 0 ? (
        <p className="quiet">None.</p>
      ) : (
        <ul className="list">
          {waiting.fastApprovals.map((each) => (
            <li key={each.person} className="row apart">
              <strong>
                <Person id={each.person} />
              </strong>
              <span className="small">
                {sayCounted(each.count, 'approval')}{' '}
                <span className="faint">{sayShare(each.share)} of theirs</span>
              </span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function Content({ waiting }: { readonly waiting: Waiting }): ReactNode {
  const total = waiting.tiers.reduce((sum, tier) => sum + tier.count, 0);
  const isEmpty = total === 0 && waiting.tiers.length === 0 && waiting.bottlenecks.length === 0;
  const fast = waiting.fastApprovals.reduce((sum, each) => sum + each.count, 0);
  if (isEmpty) {
    return (
      <div className="card">
        <Empty title="Nothing was asked for in these days">
          <p>As soon as there are requests, this page says how long each step took.</p>
        </Empty>
      </div>
    );
  }
  return (
    <div className="stack wide">
      <div className="figures-row">
        <Figure value={sayShare(waiting.automaticShare)} what="left without a person" />
        <Figure value={sayCount(total)} what="requests" />
        <Figure
          value={sayCount(waiting.expiredUnseen)}
          what="expired unseen, which must be 0"
          bad={waiting.expiredUnseen > 0}
        />
        <Figure value={sayCount(fast)} what="approved in under 5 s" bad={fast > 0} />
      </div>
      <Card bare title="How long people wait">
        <div className="body">
          <TierBars waiting={waiting} />
        </div>
        <Tiers waiting={waiting} />
      </Card>
      <div className="columns even">
        <Card title="Requests a day">
          <WaitingDays waiting={waiting} />
        </Card>
        <Card title="Half of the requests were approved within">
          <QuorumDays waiting={waiting} />
        </Card>
        <Bottlenecks waiting={waiting} />
        <Fast waiting={waiting} />
      </div>
    </div>
  );
}

/** The page. */
export function WaitingPage({ query }: { readonly query: URLSearchParams }): ReactNode {
  const days = PERIODS.find((period) => String(period) === query.get('days')) ?? 30;
  return (
    <Page
      title="Waiting"
      lead="What security costs in waiting, per step."
      actions={
        <div className="views" role="group" aria-label="Period">
          {PERIODS.map((period) => (
            <button
              key={period}
              type="button"
              aria-pressed={period === days}
              onClick={() => go(link(['waiting'], { days: String(period) }), 'replace')}
            >
              {period} days
            </button>
          ))}
        </div>
      }
    >
      <Loaded query={useQuery(waitingQuery(days))} lines={12}>
        {(waiting) => <Content waiting={waiting} />}
      </Loaded>
    </Page>
  );
}
