/** A proposal beside what is in force: who makes it so, and what every limit becomes. */
import type { ReactNode } from 'react';
import type { LimitShown, ModelFactsShown, ProposalShown } from '../../api/types.ts';
import { sayAmount, sayBudget } from '../../parts/budget.tsx';
import { sayBits, sayCount, showSafely } from '../../words/format.ts';
import type { ProposalState } from './use-proposal.ts';

const HOW = {
  now: ['good', 'At once'],
  signed: ['wait', 'By signatures'],
  nothing: ['', 'Nothing changes'],
} as const;

/** The limits that are told, in the order in which people ask. */
const LIMITS: readonly (readonly [label: string, say: (limit: LimitShown) => string | null])[] = [
  ['To exfiltrate', ({ applied }) => applied.yearsToExfiltrate],
  ['Of the thinnest copy', ({ applied }) => applied.percentPerYear],
  ['Rate', ({ applied }) => applied.bytesPerDay],
  ['At once', ({ burstBits }) => sayAmount(burstBits)],
  [
    'For ever',
    ({ lifetimeBits }) => (lifetimeBits === null ? 'no limit' : sayAmount(lifetimeBits)),
  ],
  ['Declared as', ({ declared }) => `${declared.rate}, ${declared.burst} at once`],
  ['Cut down by', ({ cutBy }) => (cutBy.length === 0 ? 'nothing' : cutBy.join(' and '))],
  [
    'Caps kept',
    ({ caps }) =>
      caps.length === 0
        ? null
        : `${String(caps.filter((cap) => cap.verdict === 'within').length)} of ${String(caps.length)}`,
  ],
];

const FACTS: readonly (readonly [label: string, say: (model: ModelFactsShown) => string])[] = [
  ['Effective size', ({ effectiveBits }) => sayBits(effectiveBits)],
  ['As bytes', ({ effectiveBits }) => sayAmount(effectiveBits)],
  ['Parameters', ({ parameters }) => sayCount(parameters)],
  ['Assumed', ({ bitsPerParameter }) => `${bitsPerParameter} bits each`],
  ['Hidden width', ({ hiddenWidth }) => (hiddenWidth === 0 ? 'unknown' : sayCount(hiddenWidth))],
  ['Vocabulary', ({ vocabulary }) => (vocabulary === 0 ? 'unknown' : sayCount(vocabulary))],
  ['State', ({ state }) => state],
];

/** Old and new in one table; what does not change is quiet. */
function Beside<T>(props: {
  readonly title: string;
  readonly none: string;
  readonly before: T | null;
  readonly after: T;
  readonly rows: readonly (readonly [string, (value: T) => string | null])[];
}): ReactNode {
  const { title, none, before, after, rows } = props;
  return (
    <table className="beside">
      <caption>{title}</caption>
      <thead>
        <tr>
          <td />
          <th scope="col">Today</th>
          <th scope="col">Proposed</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(([label, say], at) => {
          const [was, is] = [before === null ? null : say(before), say(after)];
          if (was === null && is === null) return null;
          return (
            <tr key={label} className={was === is ? 'same' : 'changes'}>
              <th scope="row">{label}</th>
              <td className="break">{was ?? (at === 0 && before === null ? none : '–')}</td>
              <td className="break">{is ?? '–'}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

type ProposedBudget = ProposalShown['budgets'][number];

/** Whether it is declared otherwise, and does not only follow a model or a cap. */
function isDeclared({ before, after }: ProposedBudget): boolean {
  return before === null || JSON.stringify(before.declared) !== JSON.stringify(after.declared);
}

/** What one limit comes to: years where a model is declared. */
function sayLimit({ applied }: LimitShown): string {
  return applied.yearsToExfiltrate ?? applied.bytesPerDay;
}

/** Budgets that stay as they are declared and allow something else by it. */
function Following({ budgets }: { readonly budgets: readonly ProposedBudget[] }): ReactNode {
  if (budgets.length === 0) return null;
  return (
    <table className="beside">
      <caption>Budgets that follow it</caption>
      <thead>
        <tr>
          <td />
          <th scope="col">Today</th>
          <th scope="col">Proposed</th>
        </tr>
      </thead>
      <tbody>
        {budgets.map(({ budget, before, after }) => (
          <tr key={budget} className="changes">
            <th scope="row" className="break">
              {sayBudget(budget)}
            </th>
            <td>{before === null ? '–' : sayLimit(before)}</td>
            <td>{sayLimit(after)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Limits({ proposal }: { readonly proposal: ProposalShown }): ReactNode {
  return (
    <>
      {proposal.models.map(({ model, before, after }) => (
        <Beside
          key={model}
          title={`Model ${showSafely(model)}`}
          none="not declared"
          before={before}
          after={after}
          rows={FACTS}
        />
      ))}
      {proposal.budgets.filter(isDeclared).map(({ budget, before, after }) => (
        <Beside
          key={budget}
          title={sayBudget(budget)}
          none="no budget"
          before={before}
          after={after}
          rows={LIMITS}
        />
      ))}
      <Following budgets={proposal.budgets.filter((each) => !isDeclared(each))} />
    </>
  );
}

/** The answer of the gate, or what it waits for. It is read out as it changes. */
export function ProposalView({
  state,
  missing,
}: {
  readonly state: ProposalState;
  readonly missing: string | null;
}): ReactNode {
  const { proposal, refusal, hint, error } = state;
  return (
    <div className="proposal" role="status">
      {proposal !== null ? (
        <>
          <p className="row how">
            <span className={`chip ${HOW[proposal.how][0]}`}>{HOW[proposal.how][1]}</span>
            <span className="says small">{showSafely(proposal.sentence)}</span>
          </p>
          <Limits proposal={proposal} />
          {proposal.how === 'signed' ? (
            <details>
              <summary className="small">What those who sign read</summary>
              <ul className="small says-list">
                {proposal.says.map((sentence) => (
                  <li key={sentence} className="says break">
                    {showSafely(sentence)}
                  </li>
                ))}
              </ul>
            </details>
          ) : null}
        </>
      ) : refusal !== null ? (
        <div className="notice bad">
          <p className="says break">{showSafely(refusal)}</p>
          {hint === '' ? null : <p className="way says break">{showSafely(hint)}</p>}
        </div>
      ) : error !== null ? (
        <div className="notice bad">
          <p>The gate does not answer. It is asked again by itself.</p>
        </div>
      ) : missing !== null ? (
        <p className="small quiet says">{missing}, and the gate says here what it would do</p>
      ) : (
        <p className="small quiet">The gate reckons what it would do…</p>
      )}
    </div>
  );
}
