/** Proposes a budget: its rate, what may leave at once, and what may leave for ever. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { budgetsQuery, modelsQuery, peopleQuery, projectsQuery } from '../../api/queries.ts';
import type { BudgetShown, SettingsStep } from '../../api/types.ts';
import { sayBudget } from '../../parts/budget.tsx';
import { Choice, TextLine } from './fields.tsx';
import { ProposeDialog, findMissing } from './propose-dialog.tsx';

/** Everything that has a budget or may get one, by the name of the budget. */
function useBudgetNames(): readonly (readonly [string, string])[] {
  const declared = useQuery(budgetsQuery).data?.budgets ?? [];
  const models = useQuery(modelsQuery).data?.models ?? [];
  const projects = useQuery(projectsQuery).data?.projects ?? [];
  const people = useQuery(peopleQuery).data?.people ?? [];
  const names = new Map<string, string>([
    ['enclave', sayBudget('enclave')],
    ['automatic', sayBudget('automatic')],
    ...models.map(({ model }) => [`model:${model}`, sayBudget(`model:${model}`)] as const),
    ...projects.map(({ id, title }) => [`project:${id}`, `Project ${title}`] as const),
    ...people.map(({ id, name }) => [`principal:${id}`, `Principal ${name}`] as const),
    ...declared.map(({ budget }) => [budget, sayBudget(budget)] as const),
  ]);
  return [...names];
}

interface Draft {
  readonly rate: string;
  readonly burst: string;
  readonly lifetime: string;
}

function draftOf(budget: BudgetShown | undefined): Draft {
  const { rate = '', burst = '', lifetime = null } = budget?.declared ?? {};
  return { rate, burst, lifetime: lifetime ?? '' };
}

/** The dialog. `budget` is its name; empty when it is chosen here. */
export function BudgetForm(props: {
  readonly budget: string;
  readonly onClose: () => void;
}): ReactNode {
  const { onClose } = props;
  const { data } = useQuery(budgetsQuery);
  const names = useBudgetNames();
  const find = (name: string) => data?.budgets.find((each) => each.budget === name);
  const [budget, setBudget] = useState(props.budget);
  const [draft, setDraft] = useState(() => draftOf(find(props.budget)));
  const change = (next: Partial<Draft>) => setDraft((old) => ({ ...old, ...next }));
  const missing = findMissing([
    [budget, 'choose the budget'],
    [draft.rate, 'say how much may leave over time'],
    [draft.burst, 'say how much may leave at once'],
  ]);
  const step: SettingsStep = {
    op: 'budget.set',
    budget,
    rate: draft.rate.trim(),
    burst: draft.burst.trim(),
    lifetime: draft.lifetime.trim() === '' ? null : draft.lifetime.trim(),
  };
  return (
    <ProposeDialog title="Propose a budget" step={step} missing={missing} onClose={onClose}>
      <Choice
        label="Budget"
        value={budget}
        options={names}
        onChange={(name) => {
          setBudget(name);
          setDraft(draftOf(find(name)));
        }}
      />
      <TextLine
        label="Rate"
        value={draft.rate}
        hint={
          <>
            As you think of it: <code>40 kB/day</code>, <code>1%/year</code>,{' '}
            <code>50 GB/month</code>, or <code>100 years</code> to exfiltrate.
          </>
        }
        onChange={(rate) => change({ rate })}
      />
      <div className="pair">
        <TextLine
          label="At once at most"
          value={draft.burst}
          hint={
            <>
              <code>1 MB</code> or <code>0.1%</code> of the thinnest copy
            </>
          }
          onChange={(burst) => change({ burst })}
        />
        <TextLine
          label="For ever at most"
          value={draft.lifetime}
          hint="Empty is no limit."
          onChange={(lifetime) => change({ lifetime })}
        />
      </div>
    </ProposeDialog>
  );
}
