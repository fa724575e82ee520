/** The check of a receipt, step by step. */
import type { ReactNode } from 'react';
import { toHex } from '../verify/bytes.ts';
import type { Checked } from '../verify/receipt.ts';

/** The steps and what they came to. */
export function ProofSteps({ checked }: { readonly checked: Checked }): ReactNode {
  return (
    <div className="stack" role="status">
      <p className={`notice ${checked.ok ? 'good' : 'bad'}`}>
        {checked.ok
          ? 'Verified in this browser: the entry is in the ledger.'
          : 'Not verified. Do not rely on it, and tell security.'}
      </p>
      <ol className="proof">
        {checked.steps.map((step, i) => (
          <li key={step.title} className={step.ok ? 'ok' : 'failed'}>
            <span className="step" aria-hidden="true">
              {step.ok ? String(i + 1) : '×'}
            </span>
            <div className="grow">
              <h3>{step.title}</h3>
              <p className="small quiet">{step.sentence}</p>
              <dl className="hashes">
                {step.values.map(([name, value]) => (
                  <div key={name}>
                    <dt>{name}</dt>
                    <dd>
                      <code>{value}</code>
                    </dd>
                  </div>
                ))}
              </dl>
              {step.title === 'Walk to the root' && checked.path.length > 0 ? (
                <details>
                  <summary className="small">The {checked.path.length} hashes of the path</summary>
                  <ol className="path">
                    {checked.path.map((each, level) => (
                      <li key={level}>
                        <span className="faint">{each.side}</span>{' '}
                        <code>{toHex(each.sibling)}</code>
                      </li>
                    ))}
                  </ol>
                </details>
              ) : null}
            </div>
          </li>
        ))}
      </ol>
    </div>
  );
}
