/** Several requests at once, such as all of one job. Each approval is still a signature of its own over its own bytes. */
import { useState } from 'react';
import type { ReactNode } from 'react';
import { call } from '../../api/client.ts';
import { sayPasskeyProblem } from '../../api/passkeys.ts';
import type { RequestDetails, RequestShown } from '../../api/types.ts';
import { Action, refusalOf } from '../../parts/action.tsx';
import { Dialog, SentenceField } from '../../parts/layout.tsx';
import { Copyable } from '../../parts/text.tsx';
import { say } from '../../parts/toast.tsx';
import { useSession } from '../../shell/session.tsx';
import { sayBits, sayCounted, showSafely } from '../../words/format.ts';
import { act, approve } from '../request/sign.ts';

type Doing = 'approve' | 'deny' | 'withdraw' | 'remind';

const VERBS: Readonly<Record<Doing, string>> = {
  approve: 'Approve',
  deny: 'Deny',
  withdraw: 'Withdraw',
  remind: 'Remind',
};

/** Why an event is refused for all of them; null if it is allowed for at least one. */
function refusalOfAll(requests: readonly RequestShown[], event: string): string | null {
  const refusals = requests.map((request) => refusalOf(request.can, event));
  return refusals.includes(null) ? null : (refusals[0] ?? null);
}

interface BulkProps {
  readonly picked: readonly RequestShown[];
  readonly onDone: () => void;
}

function Confirm(
  props: BulkProps & { readonly doing: Doing; readonly onClose: () => void },
): ReactNode {
  const { picked, doing, onClose, onDone } = props;
  const { keys } = useSession();
  const able = picked.filter((request) => refusalOf(request.can, doing) === null);
  const [reason, setReason] = useState('');
  const [done, setDone] = useState<number | null>(null);
  const [failed, setFailed] = useState<string | null>(null);
  const run = async () => {
    setFailed(null);
    for (const [i, request] of able.entries()) {
      setDone(i);
      try {
        if (doing === 'approve') {
          const path = `/v1/requests/${encodeURIComponent(request.id)}`;
          await approve(await call<RequestDetails>(path), keys);
        } else await act(request.id, doing, doing === 'deny' ? { reason } : {});
      } catch (cause) {
        setFailed(`${showSafely(request.title)}: ${sayPasskeyProblem(cause)}`);
        setDone(null);
        return;
      }
    }
    say(`${VERBS[doing]}: ${sayCounted(able.length, 'request')} done`);
    onDone();
    onClose();
  };
  const charge = able.reduce((sum, request) => sum + request.chargeBits, 0);
  return (
    <Dialog title={`${VERBS[doing]} ${sayCounted(able.length, 'request')}`} onClose={onClose}>
      {able.length < picked.length ? (
        <p className="notice wait">
          {sayCounted(picked.length - able.length, 'chosen request')} cannot be part of it and stay
          as they are.
        </p>
      ) : null}
      <p>
        Together they charge {sayBits(charge)}.
        {doing === 'approve'
          ? ' Your passkey is asked once for each: one signature covers the exact bytes of one request.'
          : ''}
      </p>
      <ul className="small picked">
        {able.slice(0, 50).map((request) => (
          <li key={request.id} className="break">
            {showSafely(request.title)} <span className="faint">{request.id}</span>
          </li>
        ))}
      </ul>
      {doing === 'deny' ? (
        <SentenceField
          label="Reason"
          hint="The people who asked read it."
          value={reason}
          onChange={setReason}
        />
      ) : null}
      {doing === 'approve' ? (
        <Copyable
          label="the command"
          text={`sallyport approve ${able.map((request) => request.id).join(' ')}`}
        />
      ) : null}
      {failed === null ? null : (
        <p className="notice bad" role="alert">
          {failed} Those before it are done.
        </p>
      )}
      <div className="actions">
        <Action onAct={onClose}>Cancel</Action>
        <Action
          tone={doing === 'deny' ? 'danger' : 'primary'}
          busy={done !== null}
          refusal={doing === 'deny' && reason.trim() === '' ? 'a reason is needed' : null}
          onAct={() => void run()}
        >
          {done === null ? VERBS[doing] : `${String(done + 1)} of ${String(able.length)}`}
        </Action>
      </div>
    </Dialog>
  );
}

/** The bar above the queue while requests are chosen. */
export function Bulk({ picked, onDone }: BulkProps): ReactNode {
  const [doing, setDoing] = useState<Doing | null>(null);
  if (picked.length === 0) return null;
  return (
    <div className="bulk" role="region" aria-label="Chosen requests">
      <strong className="small">{sayCounted(picked.length, 'request')} chosen</strong>
      <div className="row">
        {(Object.keys(VERBS) as Doing[]).map((each) => (
          <Action
            key={each}
            tiny
            tone={each === 'approve' ? 'primary' : each === 'deny' ? 'danger' : 'normal'}
            refusal={refusalOfAll(picked, each)}
            onAct={() => setDoing(each)}
          >
            {VERBS[each]}
          </Action>
        ))}
        <Action tiny tone="plain" onAct={onDone}>
          Choose none
        </Action>
      </div>
      {doing === null ? null : (
        <Confirm picked={picked} doing={doing} onClose={() => setDoing(null)} onDone={onDone} />
      )}
    </div>
  );
}
