/** Home: what waits for me, what I asked for, what leaves, and what raised an alarm. */
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { homeQuery } from '../api/queries.ts';
import type { Alarm, BudgetShown, Home, RequestShown } from '../api/types.ts';
import { BudgetLine } from '../parts/budget.tsx';
import { ChargeDays } from '../parts/charge-days.tsx';
import { Card, Page } from '../parts/layout.tsx';
import { RequestLine } from '../parts/request-line.tsx';
import { Empty, Loaded } from '../parts/states.tsx';
import { When } from '../parts/text.tsx';
import { useSession } from '../shell/session.tsx';
import { WaitingTokens } from './people/own-tokens.tsx';
import { sayBytes, sayCounted, showSafely } from '../words/format.ts';

function RequestList(props: {
  readonly requests: readonly RequestShown[];
  readonly empty: ReactNode;
  readonly more: string;
}): ReactNode {
  const { requests, empty, more } = props;
  if (requests.length === 0) return empty;
  return (
    <>
      <ul className="request-lines">
        {requests.slice(0, 6).map((request) => (
          <RequestLine key={request.id} request={request} />
        ))}
      </ul>
      {requests.length > 6 ? (
        <div className="foot small">
          <a href={more}>{sayCounted(requests.length - 6, 'more request')}</a>
        </div>
      ) : null}
    </>
  );
}

function Alarms({ alarms }: { readonly alarms: readonly Alarm[] }): ReactNode {
  if (alarms.length === 0) return null;
  return (
    <Card title="Alarms" note={sayCounted(alarms.length, 'alarm')}>
      <ul className="list">
        {alarms.slice(0, 8).map((alarm) => (
          <li key={`${alarm.at}${alarm.sentence}`} className="alarm">
            <p className="says break">{showSafely(alarm.sentence)}</p>
            <p className="faint small">
              <When at={alarm.at} />
            </p>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function BudgetList({ budgets }: { readonly budgets: readonly BudgetShown[] }): ReactNode {
  return (
    <Card title="Budgets" note={<a href="#/budgets">All of it</a>}>
      {budgets.length === 0 ? (
        <p className="quiet">No budget limits you yet. Nothing leaves until one is declared.</p>
      ) : (
        <ul className="stack">
          {budgets.slice(0, 5).map((budget) => (
            <BudgetLine key={budget.budget} budget={budget} />
          ))}
        </ul>
      )}
    </Card>
  );
}

function sumBits(home: Home): number {
  return home.leaving.reduce((sum, day) => sum + day.chargeBits, 0);
}

/** The page. */
export function HomePage(): ReactNode {
  const { name } = useSession();
  const query = useQuery(homeQuery);
  return (
    <Page title="Home" lead={<>Signed in as {showSafely(name)}</>}>
      <Loaded query={query} lines={9}>
        {(home) => (
          <div className="columns">
            <div className="stack wide">
              <WaitingTokens />
              <Card
                bare
                title="Waits for you"
                note={
                  home.waitingForMe.length === 0
                    ? undefined
                    : sayCounted(home.waitingForMe.length, 'request')
                }
              >
                <RequestList
                  requests={home.waitingForMe}
                  more="#/requests?for=me"
                  empty={
                    <Empty title="Nothing waits for you">
                      <p>When a request needs your approval, it appears here at once.</p>
                    </Empty>
                  }
                />
              </Card>
              <Card bare title="Your requests" note={<a href="#/requests?for=mine">All of them</a>}>
                <RequestList
                  requests={home.mine}
                  more="#/requests?for=mine"
                  empty={
                    <Empty title="You have asked for nothing yet">
                      <p>
                        <a href="#/export">Export files</a> and see at once what they cost.
                      </p>
                    </Empty>
                  }
                />
              </Card>
            </div>
            <div className="stack wide">
              <Alarms alarms={home.alarms} />
              <Card
                title="What leaves"
                note={`${sayBytes(Math.ceil(sumBits(home) / 8))} in ${sayCounted(home.leaving.length, 'day')}`}
              >
                <ChargeDays days={home.leaving} heightPx={150} />
              </Card>
              <BudgetList budgets={home.budgets} />
            </div>
          </div>
        )}
      </Loaded>
    </Page>
  );
}
