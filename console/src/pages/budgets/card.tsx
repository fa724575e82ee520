/** A budget as a card: what is left, what its rate means in every unit, what published caps say, and who used it. */
import type { ReactNode } from 'react';
import type { BudgetShown, BudgetsShown } from '../../api/types.ts';
import { Action, refusalOf } from '../../parts/action.tsx';
import { sayAmount, sayBudget } from '../../parts/budget.tsx';
import { Person } from '../../parts/known.tsx';
import { Card, Facts } from '../../parts/layout.tsx';
import { Meter } from '../../parts/meter.tsx';
import { When } from '../../parts/text.tsx';
import { sayBytes, sayCounted, showSafely } from '../../words/format.ts';

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
              <td>
                <Person id={use.principal} />
              </td>
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

/** One budget. */
export function BudgetCard({
  budget,
  onChange,
}: {
  readonly budget: BudgetsShown['budgets'][number];
  readonly onChange: () => void;
}): ReactNode {
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
        <div>
          <Action tiny refusal={refusalOf(budget.can, 'change')} onAct={onChange}>
            Propose another
          </Action>
        </div>
      </div>
    </Card>
  );
}
