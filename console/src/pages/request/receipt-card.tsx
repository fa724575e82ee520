/** The receipt of a decision, checked in the browser on request. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { callText } from '../../api/client.ts';
import { ledgerKeyQuery } from '../../api/queries.ts';
import { Action } from '../../parts/action.tsx';
import { Card } from '../../parts/layout.tsx';
import { ProblemLine } from '../../parts/states.tsx';
import { ProofSteps } from '../../parts/proof-steps.tsx';
import { checkReceipt } from '../../verify/receipt.ts';
import type { Checked } from '../../verify/receipt.ts';

/** The card. */
export function ReceiptCard({ url }: { readonly url: string }): ReactNode {
  const key = useQuery(ledgerKeyQuery).data?.key;
  const [checked, setChecked] = useState<Checked | null>(null);
  const [error, setError] = useState<unknown>(null);
  const verify = async () => {
    setError(null);
    try {
      setChecked(await checkReceipt(await callText(url), key ?? ''));
    } catch (cause) {
      setError(cause);
    }
  };
  return (
    <Card title="Receipt">
      <div className="stack">
        <p className="small quiet">
          Proof that this decision is in the ledger. It can be checked offline.
        </p>
        {checked === null ? null : <ProofSteps checked={checked} />}
        <ProblemLine error={error} />
        <div className="row">
          <Action
            refusal={key === undefined ? 'the ledger’s key is not here yet' : null}
            onAct={() => void verify()}
          >
            Verify here
          </Action>
          <a className="button" href={url} download="receipt.tlog-proof">
            Save it
          </a>
        </div>
      </div>
    </Card>
  );
}
