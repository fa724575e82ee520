/** Why policy does not let a request through by itself, what a change would change, and facts of other kinds. */
import type { ReactNode } from 'react';
import type { Reason, RequestDetails } from '../../api/types.ts';
import { Hunks } from '../../parts/hunks.tsx';
import { Card } from '../../parts/layout.tsx';
import { sayCounted, showSafely, showTextSafely } from '../../words/format.ts';

function ReasonItem({ reason }: { readonly reason: Reason }): ReactNode {
  const where = reason.place ?? null;
  const way = reason.wayForward;
  return (
    <li className={`reason ${reason.severity}`}>
      <p className="says break">{showSafely(reason.sentence)}</p>
      <p className="small quiet">
        {where === null ? null : (
          <>
            <code className="break">{showSafely(where)}</code>
            {way === '' ? '' : ' · '}
          </>
        )}
        <span className="break">{showSafely(way)}</span>
      </p>
      <code className="faint code">{reason.code}</code>
    </li>
  );
}

/** The reasons of policy. */
export function Reasons({ details }: { readonly details: RequestDetails }): ReactNode {
  const { reasons, verdict } = details;
  if (reasons.length === 0) return null;
  const title = verdict === 'deny' ? 'Why it was denied' : 'Why it needs people';
  return (
    <Card title={title} note={sayCounted(reasons.length, 'reason')}>
      <ul className="reasons">
        {reasons.map((reason, i) => (
          <ReasonItem key={`${reason.code}${String(i)}`} reason={reason} />
        ))}
      </ul>
    </Card>
  );
}

/** What a change of people, rules or policy would do, one sentence a step. */
export function Changes({ details }: { readonly details: RequestDetails }): ReactNode {
  const { changes, policies, warnings } = details;
  if (changes.length === 0) return null;
  return (
    <Card title="What would change" note={sayCounted(changes.length, 'step')}>
      <ol className="changes">
        {changes.map((change, i) => (
          <li key={`${change}${String(i)}`}>
            <span className="says break">{showSafely(change)}</span>
          </li>
        ))}
      </ol>
      {warnings.length === 0 ? null : (
        <ul className="list" aria-label="Warnings">
          {warnings.map((warning) => (
            <li key={warning} className="alarm">
              <p className="says break">{showSafely(warning)}</p>
            </li>
          ))}
        </ul>
      )}
      {policies === null ? null : (
        <div className="stack tight">
          <p className="quiet small">
            The policies, against those in force: {showSafely(policies.summary)}.
          </p>
          <Hunks hunks={policies.hunks} label="Difference to the policies in force" />
          <details>
            <summary className="small">The whole text</summary>
            <pre className="cedar small" tabIndex={0}>
              {showTextSafely(policies.text)}
            </pre>
          </details>
        </div>
      )}
    </Card>
  );
}
