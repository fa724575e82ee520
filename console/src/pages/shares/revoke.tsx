/** Ends a share at once, with a reason; the button says why not where it may not be pressed. */
import { useState } from 'react';
import type { ReactNode } from 'react';
import { call } from '../../api/client.ts';
import { queryClient } from '../../api/queries.ts';
import type { Revoke } from '../../api/types.ts';
import { Action } from '../../parts/action.tsx';
import { DialogEnd, useDeed } from '../../parts/deed.tsx';
import { Dialog, SentenceField } from '../../parts/layout.tsx';
import { say } from '../../parts/toast.tsx';
import { showSafely } from '../../words/format.ts';

function RevokeDialog(props: {
  readonly id: string;
  readonly to: string;
  readonly onClose: () => void;
}): ReactNode {
  const { id, to, onClose } = props;
  const [reason, setReason] = useState('');
  const deed = useDeed();
  const end = async () => {
    const json = { reason: reason.trim() };
    await call(`/v1/shares/${encodeURIComponent(id)}/revoke`, { method: 'POST', json });
    await queryClient.invalidateQueries();
    say('it is shared no longer');
    onClose();
  };
  return (
    <Dialog title={`End sharing with ${showSafely(to)}`} onClose={onClose}>
      <p className="quiet">
        From this moment on nobody there reads it. What somebody has read and kept is theirs: ending
        it takes nothing back.
      </p>
      <SentenceField
        label="Reason"
        hint="It goes into the ledger."
        value={reason}
        onChange={setReason}
      />
      <DialogEnd
        deed={deed}
        onClose={onClose}
        onAct={end}
        tone="danger"
        refusal={reason.trim() === '' ? 'a reason is needed' : null}
      >
        End it
      </DialogEnd>
    </Dialog>
  );
}

/** The button with its dialog. */
export function RevokeButton(props: {
  readonly id: string;
  readonly to: string;
  readonly revoke: Revoke;
  readonly tiny?: boolean;
}): ReactNode {
  const { id, to, revoke, tiny = false } = props;
  const [open, setOpen] = useState(false);
  return (
    <>
      <Action
        tone="danger"
        tiny={tiny}
        label={`End sharing with ${showSafely(to)}`}
        refusal={revoke.allowed ? null : (revoke.reason ?? 'the gate does not allow it')}
        onAct={() => setOpen(true)}
      >
        End sharing
      </Action>
      {open ? <RevokeDialog id={id} to={to} onClose={() => setOpen(false)} /> : null}
    </>
  );
}
