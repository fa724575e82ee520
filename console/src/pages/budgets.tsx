/** Budgets: what is left, when it is full again, what the rate means in every unit, and what published caps say. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { budgetsQuery, chargesQuery } from '../api/queries.ts';
import type { BudgetShown, Charges } from '../api/types.ts';
import { Action } from '../parts/action.tsx';
import { sayAmount, sayBudget } from '../parts/budget.tsx';
import { ChargeDays } from '../parts/charge-days.tsx';
import { Card, Facts, Page } from '../parts/layout.tsx';
import { Meter } from '../parts/meter.tsx';
import { Empty, Loaded } from '../parts/states.tsx';
import { When } from '../parts/text.tsx';
import { sayBits, sayBytes, sayCounted, showSafely } from '../words/format.ts';
import { AskAccess } from './ask-access.tsx';

const CAP_WORDS = {
  within: ['good', 'within'],
  above: ['bad', 'above'],
  unknown: ['', 'unknown'],
} as const;

function Caps({ budget }: { readonly budget: BudgetShown }): ReactNode {
  if (budget.caps.length === 0) return null;
  return (
    <details>
      <summary className="small">
        Published caps: {budget.caps.filter((cap) => cap.verdict === 'within').length} of{' '}
        {budget.caps.length} kept
        {budget.cutBy.length === 0 ? '' : `; the rate was cut by ${budget.cutBy.join(' and ')}`}
      </summary>
      <ul className="caps small">
        {budget.caps.map((cap) => (
          <li key={cap.cap}>
            <span className={`chip ${CAP_WORDS[cap.verdict][0]}`}>{CAP_WORDS[cap.verdict][1]}</span>
            <span>
              <strong>{cap.cap}</strong> <span className="quiet says">{cap.rule}</span>
              <br />
              <span className="faint">
                At most {sayAmount(cap.mostBits)} could leave
                {cap.allowedBits === null ? '' : `, ${sayAmount(cap.allowedBits)} are allowed`}.
              </span>
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}

function UsedBy({ budget }: { readonly budget: BudgetShown }): ReactNode {
  if (budget.usedBy.length === 0) return null;
  return (
    <details>
      <summary className="small">
        {sayAmount(budget.spentBits)} used by {sayCounted(budget.usedBy.length, 'principal')}
      </summary>
      <table className="table small">
        <thead>
          <tr>
            <th scope="col">Principal</th>
            <th scope="col" className="number">
              Used
            </th>
            <th scope="col" className="number">
              Releases
            </th>
            <th scope="col" className="number">
              Last
            </th>
          </tr>
        </thead>
        <tbody>
          {budget.usedBy.slice(0, 50).map((use) => (
            <tr key={use.principal}>
              <td className="break">{showSafely(use.principal)}</td>
              <td className="number">{sayAmount(use.bits)}</td>
              <td className="number">{use.debits}</td>
              <td className="number">
                <When at={use.lastAt} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

function BudgetCard({ budget }: { readonly budget: BudgetShown }): ReactNode {
  const { applied, leftBits, burstBits } = budget;
  return (
    <Card
      className="budget"
      title={sayBudget(budget.budget)}
      note={<code>{showSafely(budget.budget)}</code>}
    >
      <div className="stack">
        <div>
          <p className="row apart">
            <span className="big-number">{sayBytes(Math.floor(leftBits / 8))}</span>
            {applied.yearsToExfiltrate === null ? null : (
              <span className="years">
                <strong>{applied.yearsToExfiltrate}</strong>
                <span className="faint small"> to exfiltrate</span>
              </span>
            )}
          </p>
          <Meter value={leftBits} max={burstBits} label={`Left in ${sayBudget(budget.budget)}`} />
          <p className="faint small">
            left of {sayAmount(burstBits)} at once
            {budget.fullAt === null || leftBits >= burstBits ? (
              ''
            ) : (
              <>
                ; full again <When at={budget.fullAt} />
              </>
            )}
          </p>
        </div>
        <Facts
          rows={[
            ['Rate', `${applied.bytesPerDay} · ${applied.bitsPerYear}`],
            applied.percentPerYear === null
              ? null
              : [
                  'Of the thinnest copy',
                  `${applied.percentPerYear} of ${sayAmount(budget.effectiveSizeBits ?? 0)}`,
                ],
            budget.lifetimeBits === null
              ? null
              : [
                  'Lifetime',
                  `${sayAmount(budget.spentBits)} of ${sayAmount(budget.lifetimeBits)} used`,
                ],
            ['Declared as', `${budget.declared.rate}, ${budget.declared.burst} at once`],
          ]}
        />
        <Caps budget={budget} />
        <UsedBy budget={budget} />
      </div>
    </Card>
  );
}

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
              <strong className="break">{showSafely(each.project)}</strong>
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

/** The page. */
export function BudgetsPage(): ReactNode {
  const [asking, setAsking] = useState(false);
  const charges = useQuery(chargesQuery(90));
  return (
    <Page
      title="Budgets"
      lead="What may leave, as a bound. A release passes only if every budget on its way has room for its charge."
      actions={<Action onAct={() => setAsking(true)}>Ask for more</Action>}
    >
      <div className="stack wide">
        <Card title="What left in 90 days">
          <Loaded query={charges}>{(data) => <Leaving charges={data} />}</Loaded>
        </Card>
        <Loaded query={useQuery(budgetsQuery)} lines={10}>
          {({ budgets }) =>
            budgets.length === 0 ? (
              <div className="card">
                <Empty title="No budget is declared">
                  <p>
                    Nothing leaves before one is: an administrator declares it with{' '}
                    <code>sallyport budget set</code>.
                  </p>
                </Empty>
              </div>
            ) : (
              <div className="cards">
                {budgets.map((budget) => (
                  <BudgetCard key={budget.budget} budget={budget} />
                ))}
              </div>
            )
          }
        </Loaded>
      </div>
      {asking ? <AskAccess kind="budget" onClose={() => setAsking(false)} /> : null}
    </Page>
  );
}
