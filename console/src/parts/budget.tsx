/** Budgets as a line: what is left of what may leave at once, and what the rate means. */
import type { ReactNode } from 'react';
import type { BudgetShown } from '../api/types.ts';
import { sayBytes, showSafely } from '../words/format.ts';
import { Meter } from './meter.tsx';

/** A budget's name in words: `model:falcon-70b` as `Model falcon-70b`. */
export function sayBudget(budget: string): string {
  const [scope = '', ...rest] = budget.split(':');
  const words: Readonly<Record<string, string>> = {
    enclave: 'Enclave',
    automatic: 'Without a person',
    model: 'Model',
    project: 'Project',
    principal: 'Principal',
  };
  return [words[scope] ?? scope, showSafely(rest.join(':'))]
    .filter((part) => part !== '')
    .join(' ');
}

/** Bits as bytes, rounded up: nobody is told of less than what left. */
export function sayAmount(bits: number): string {
  return sayBytes(Math.ceil(bits / 8));
}

/** One budget in a list. */
export function BudgetLine({ budget }: { readonly budget: BudgetShown }): ReactNode {
  const { leftBits, burstBits, applied } = budget;
  return (
    <li className="budget-line">
      <div className="row apart">
        <strong className="small">{sayBudget(budget.budget)}</strong>
        <span className="small">
          {sayBytes(Math.floor(leftBits / 8))}{' '}
          <span className="faint">of {sayAmount(burstBits)}</span>
        </span>
      </div>
      <Meter value={leftBits} max={burstBits} label={`Left in ${sayBudget(budget.budget)}`} />
      <div className="faint small">
        {applied.bytesPerDay}
        {applied.yearsToExfiltrate === null ? '' : ` · ${applied.yearsToExfiltrate} to exfiltrate`}
      </div>
    </li>
  );
}
