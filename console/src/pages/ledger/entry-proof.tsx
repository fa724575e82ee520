/** One entry with its proof: from the entry to the signed root, and on to the newest checkpoint. */
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { call, callText } from '../../api/client.ts';
import { ledgerKeyQuery } from '../../api/queries.ts';
import { Card, Page } from '../../parts/layout.tsx';
import { ProofSteps } from '../../parts/proof-steps.tsx';
import { Loaded, Trouble } from '../../parts/states.tsx';
import { fromBase64, toBase64 } from '../../verify/bytes.ts';
import { verifyConsistency } from '../../verify/merkle.ts';
import { readCheckpoint, readVkey, sameHead, verifyCheckpoint } from '../../verify/note.ts';
import { checkReceipt } from '../../verify/receipt.ts';
import type { Checked, Step } from '../../verify/receipt.ts';
import { showTextSafely } from '../../words/format.ts';

/** Checks that the newest checkpoint begins with the tree that the receipt proves. */
async function checkNewest(checked: Checked, vkey: string): Promise<Step> {
  const title = 'Reach the newest checkpoint';
  const old = checked.checkpoint;
  const young = readCheckpoint(await callText('/v1/ledger/checkpoint'));
  const key = await readVkey(vkey);
  const fail = (sentence: string): Step => ({ title, ok: false, sentence, values: [] });
  if (old === null || young === null || key === null) return fail('There is no newest checkpoint.');
  if (!(await verifyCheckpoint(young, key))) return fail('The newest checkpoint is not signed.');
  const values = [['newest root', toBase64(young.root)]] as const;
  if (sameHead(old, young)) {
    return { title, ok: true, sentence: 'It is the same checkpoint.', values };
  }
  // The receipt may be younger than the checkpoint that was just read.
  const [from, to] = old.size <= young.size ? [old, young] : [young, old];
  const path = `/v1/ledger/consistency/${String(from.size)}/${String(to.size)}`;
  const answer = await call<{ proof: readonly string[] }>(path);
  const proof = answer.proof.map(fromBase64);
  const whole = proof.every((hash): hash is Uint8Array<ArrayBuffer> => hash !== null);
  const ok =
    whole &&
    (await verifyConsistency({
      from: from.size,
      to: to.size,
      fromRoot: from.root,
      toRoot: to.root,
      proof,
    }));
  return {
    title,
    ok,
    values,
    sentence: ok
      ? `The ledger of ${String(to.size)} entries begins with these ${String(from.size)}: nothing was rewritten.`
      : 'The newest ledger does not begin with this one. Something was rewritten.',
  };
}

async function prove(index: string, vkey: string): Promise<Checked> {
  const receipt = await callText(`/v1/ledger/proof/${encodeURIComponent(index)}`);
  const checked = await checkReceipt(receipt, vkey);
  if (!checked.ok) return checked;
  const newest = await checkNewest(checked, vkey);
  return { ...checked, ok: newest.ok, steps: [...checked.steps, newest] };
}

function Proven({ checked }: { readonly checked: Checked }): ReactNode {
  return (
    <div className="columns even">
      <Card title="The entry">
        <pre className="small" tabIndex={0}>
          {showTextSafely(JSON.stringify(checked.entry, null, 2))}
        </pre>
      </Card>
      <Card title="The proof">
        <ProofSteps checked={checked} />
      </Card>
    </div>
  );
}

/** The page of an entry. */
export function EntryProof({ index }: { readonly index: string }): ReactNode {
  const keyQuery = useQuery(ledgerKeyQuery);
  const key = keyQuery.data?.key;
  const proof = useQuery({
    queryKey: ['ledger', 'proof', index, key],
    enabled: key !== undefined,
    retry: false,
    queryFn: () => prove(index, key ?? ''),
  });
  return (
    <Page
      title={`Entry ${index}`}
      lead={
        <a href="#/ledger" className="small">
          All entries
        </a>
      }
    >
      {keyQuery.isError ? (
        <Trouble error={keyQuery.error} onRetry={() => void keyQuery.refetch()} />
      ) : (
        <Loaded query={proof} lines={10}>
          {(checked) => <Proven checked={checked} />}
        </Loaded>
      )}
    </Page>
  );
}
