/** Budgets: what is left, when it is full again, what the rate means in every unit, and what published caps say. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { budgetsQuery, chargesQuery } from '../api/queries.ts';
import type { BudgetsShown, Charges } from '../api/types.ts';
import { Action } from '../parts/action.tsx';
import { sayAmount } from '../parts/budget.tsx';
import { ChargeDays } from '../parts/charge-days.tsx';
import { Project } from '../parts/known.tsx';
import { Card, Page, Tabs } from '../parts/layout.tsx';
import { Meter } from '../parts/meter.tsx';
import { Empty, Loaded } from '../parts/states.tsx';
import { go, link } from '../shell/route.ts';
import { refusalFor, useSession } from '../shell/session.tsx';
import { sayBits, sayCounted } from '../words/format.ts';
import { AskAccess } from './ask-access.tsx';
import { BudgetCard } from './budgets/card.tsx';
import { Models } from './budgets/models.tsx';
import { BudgetForm } from './settings/budget-form.tsx';
import { CapsForm } from './settings/place-forms.tsx';

function Leaving({ charges }: { readonly charges: Charges }): ReactNode {
  const sum = charges.days.reduce((total, day) => total + day.chargeBits, 0);
  const releases = charges.days.reduce((total, day) => total + day.releases, 0);
  const most = Math.max(1, ...charges.byProject.map((each) => each.chargeBits));
  return (
    <div className="columns">
      <div>
        <ChargeDays days={charges.days} heightPx={210} />
        <p className="faint small">
          {sayBits(sum)} in {sayCounted(releases, 'release')},{' '}
          {sayCounted(charges.days.length, 'day')}
        </p>
      </div>
      <ul className="stack by-project">
        {charges.byProject.slice(0, 8).map((each) => (
          <li key={each.project}>
            <p className="row apart small">
              <strong>
                <Project id={each.project} />
              </strong>
              <span>
                {sayAmount(each.chargeBits)}{' '}
                <span className="faint">{sayCounted(each.releases, 'release')}</span>
              </span>
            </p>
            <Meter value={each.chargeBits} max={most} label={`Charge of ${each.project}`} neutral />
          </li>
        ))}
      </ul>
    </div>
  );
}

function Limits({
  shown,
  onBudget,
}: {
  readonly shown: BudgetsShown;
  readonly onBudget: (budget: string) => void;
}): ReactNode {
  const charges = useQuery(chargesQuery(90));
  const { budgets } = shown;
  return (
    <div className="stack wide">
      <Card title="What left in 90 days">
        <Loaded query={charges}>{(data) => <Leaving charges={data} />}</Loaded>
      </Card>
      {budgets.length === 0 ? (
        <div className="card">
          <Empty title="No budget is declared">
            <p>Nothing leaves before one is. Propose one, or see those of your projects.</p>
          </Empty>
        </div>
      ) : (
        <div className="cards">
          {budgets.map((budget) => (
            <BudgetCard
              key={budget.budget}
              budget={budget}
              onChange={() => onBudget(budget.budget)}
            />
          ))}
        </div>
      )}
    </div>
  );
}

/** What is asked in a dialog: more for a while, a budget by its name, or the caps. */
type Asking =
  | { readonly what: 'more' }
  | { readonly what: 'budget'; readonly budget: string }
  | { readonly what: 'caps'; readonly caps: BudgetsShown['caps'] };

/** The page. */
export function BudgetsPage({ query }: { readonly query: URLSearchParams }): ReactNode {
  const session = useSession();
  const [asking, setAsking] = useState<Asking | null>(null);
  const budgets = useQuery(budgetsQuery);
  const close = () => setAsking(null);
  const refusal = refusalFor(session, 'budget');
  return (
    <Page
      title="Budgets"
      lead="What may leave, as a bound. A release passes only if every budget on its way has room for its charge."
      actions={
        <>
          <Action onAct={() => setAsking({ what: 'more' })}>Ask for more</Action>
          <Action
            refusal={
              refusal ?? (budgets.data === undefined ? 'the budgets are not here yet' : null)
            }
            onAct={() => setAsking({ what: 'caps', caps: budgets.data?.caps ?? [] })}
          >
            Published caps
          </Action>
          <Action refusal={refusal} onAct={() => setAsking({ what: 'budget', budget: '' })}>
            Propose a budget
          </Action>
        </>
      }
    >
      <Tabs
        label="Budgets and models"
        selected={query.get('tab') ?? 'budgets'}
        onSelect={(id) => go(link(['budgets'], { tab: id }), 'replace')}
        tabs={[
          {
            id: 'budgets',
            title: 'Budgets',
            show: () => (
              <div className="under-tabs">
                <Loaded query={budgets} lines={10}>
                  {(shown) => (
                    <Limits
                      shown={shown}
                      onBudget={(budget) => setAsking({ what: 'budget', budget })}
                    />
                  )}
                </Loaded>
              </div>
            ),
          },
          {
            id: 'models',
            title: 'Models',
            show: () => (
              <div className="under-tabs">
                <Models />
              </div>
            ),
          },
        ]}
      />
      {asking?.what === 'more' ? <AskAccess kind="budget" onClose={close} /> : null}
      {asking?.what === 'budget' ? <BudgetForm budget={asking.budget} onClose={close} /> : null}
      {asking?.what === 'caps' ? <CapsForm caps={asking.caps} onClose={close} /> : null}
    </Page>
  );
}
