/**
 * The dialog of every change of settings. While somebody writes, the gate says what it would do and whether one
 * administrator does it at once or people sign it; the button says the same.
 */
import { useState } from 'react';
import type { ReactNode } from 'react';
import { call } from '../../api/client.ts';
import { queryClient } from '../../api/queries.ts';
import type { RequestDetails, SettingsStep } from '../../api/types.ts';
import { DialogEnd, useDeed } from '../../parts/deed.tsx';
import { Dialog, SentenceField } from '../../parts/layout.tsx';
import { say } from '../../parts/toast.tsx';
import { go, link } from '../../shell/route.ts';
import { ProposalView } from './proposal-view.tsx';
import { useProposal } from './use-proposal.ts';

/** The first thing that is not filled in, as the sentence on the button; null when the step is complete. */
export function findMissing(
  rows: readonly (readonly [value: string, sentence: string])[],
): string | null {
  return rows.find(([value]) => value.trim() === '')?.[1] ?? null;
}

async function setNow(step: SettingsStep): Promise<void> {
  if (step.op !== 'budget.set') throw new Error('only budgets are set at once');
  const { budget, rate, burst, lifetime } = step;
  const path = `/v1/budgets/${encodeURIComponent(budget)}`;
  await call(path, { method: 'PUT', json: { rate, burst, lifetime } });
}

/** The dialog around the fields of one step. */
export function ProposeDialog(props: {
  readonly title: string;
  /** The step as it stands; null while something is missing. */
  readonly step: SettingsStep | null;
  readonly missing: string | null;
  readonly onClose: () => void;
  readonly children: ReactNode;
}): ReactNode {
  const { title, step, missing, onClose, children } = props;
  const [why, setWhy] = useState('');
  const deed = useDeed();
  const state = useProposal(missing === null ? step : null);
  const { proposal } = state;
  const signed = proposal?.how === 'signed';
  const refusal =
    missing ??
    state.refusal ??
    (proposal === null ? 'the gate has not said yet what it would do' : null) ??
    (proposal?.how === 'nothing' ? proposal.sentence : null) ??
    (signed && why.trim() === '' ? 'say why, in a sentence' : null);
  const act = async () => {
    if (step === null) return;
    if (signed) {
      const json = { changes: [step], why: why.trim() };
      const request = await call<RequestDetails>('/v1/changes', { method: 'POST', json });
      void queryClient.invalidateQueries({ queryKey: ['requests'] });
      go(link(['requests', request.id]));
      return;
    }
    await setNow(step);
    await queryClient.invalidateQueries({ queryKey: ['budgets'] });
    say('it is in force');
    onClose();
  };
  return (
    <Dialog title={title} onClose={onClose} broad>
      {children}
      <ProposalView state={state} missing={missing} />
      {signed ? (
        <SentenceField
          label="Why"
          hint="The people who sign it read this first."
          value={why}
          onChange={setWhy}
        />
      ) : null}
      <DialogEnd deed={deed} onClose={onClose} onAct={act} refusal={refusal}>
        {signed ? 'Ask for it' : 'Set it now'}
      </DialogEnd>
    </Dialog>
  );
}
