/** What is done with a reason: denying, returning, reviewing, editing, and releasing beside the quorum. */
import { useState } from 'react';
import type { ReactNode } from 'react';
import { inPasskeyWords } from '../../api/passkeys.ts';
import type { KeyShown, RequestDetails } from '../../api/types.ts';
import { sayAmount } from '../../parts/budget.tsx';
import { DialogEnd, useDeed } from '../../parts/deed.tsx';
import { Dialog, SentenceField } from '../../parts/layout.tsx';
import { say } from '../../parts/toast.tsx';
import { useSession } from '../../shell/session.tsx';
import { showSafely } from '../../words/format.ts';
import { act, breakGlass } from './sign.ts';

/** The events that want a sentence of the person. */
export type ReasonEvent = 'deny' | 'return' | 'review' | 'edit' | 'break-glass';

const WORDS: Readonly<
  Record<ReasonEvent, { title: string; label: string; hint: string; button: string; done: string }>
> = {
  deny: {
    title: 'Deny the request',
    label: 'Reason',
    hint: 'The requester reads it. One denial ends the request.',
    button: 'Deny',
    done: 'the request is denied',
  },
  return: {
    title: 'Return it for changes',
    label: 'What should change',
    hint: 'The requester reads it, changes the request and asks again.',
    button: 'Return it',
    done: 'it went back to the requester',
  },
  review: {
    title: 'Review the break-glass release',
    label: 'What you found',
    hint: 'It is recorded in the ledger.',
    button: 'Record the review',
    done: 'the review is recorded',
  },
  edit: {
    title: 'Edit the request',
    label: 'Why',
    hint: 'An edit gives new bytes to sign: approvals given before are void.',
    button: 'Save',
    done: 'the request has changed; approvals given before are void',
  },
  'break-glass': {
    title: 'Release it now, beside the quorum',
    label: 'Why it cannot wait',
    hint: 'Security and everybody who could have approved is told at once, and it is reviewed afterwards.',
    button: 'Sign and release',
    done: 'it is released; security was told',
  },
};

async function perform(
  event: ReasonEvent,
  details: RequestDetails,
  input: { readonly text: string; readonly drop: readonly string[] },
  keys: readonly KeyShown[],
): Promise<void> {
  const { text, drop } = input;
  if (event === 'edit') {
    await act(details.id, 'edit', { why: text, ...(drop.length > 0 ? { dropFiles: drop } : {}) });
    return;
  }
  if (event === 'break-glass') await breakGlass(details.id, text, keys);
  else await act(details.id, event, { reason: text });
}

function DropFiles(props: {
  readonly details: RequestDetails;
  readonly drop: readonly string[];
  readonly onChange: (drop: readonly string[]) => void;
}): ReactNode {
  const { details, drop, onChange } = props;
  if (details.fileList.length < 2) return null;
  return (
    <fieldset className="types">
      <legend>Leave files out</legend>
      {details.fileList.slice(0, 100).map(({ path }) => (
        <label key={path} className="check">
          <input
            type="checkbox"
            checked={drop.includes(path)}
            onChange={() =>
              onChange(drop.includes(path) ? drop.filter((each) => each !== path) : [...drop, path])
            }
          />
          <span className="break">{showSafely(path)}</span>
        </label>
      ))}
    </fieldset>
  );
}

/** The dialog. */
export function ReasonDialog(props: {
  readonly event: ReasonEvent;
  readonly details: RequestDetails;
  readonly onClose: () => void;
}): ReactNode {
  const { event, details, onClose } = props;
  const words = WORDS[event];
  const { keys } = useSession();
  const [text, setText] = useState(event === 'edit' ? details.why : '');
  const [drop, setDrop] = useState<readonly string[]>([]);
  const deed = useDeed();
  const run = async () => {
    await perform(event, details, { text: text.trim(), drop }, keys);
    say(words.done);
    onClose();
  };
  const { breakGlass: budget } = details;
  return (
    <Dialog title={words.title} onClose={onClose}>
      {event === 'break-glass' && budget !== null ? (
        <p className="notice wait">
          It charges {sayAmount(details.chargeBits)} to a budget of its own: at most{' '}
          {sayAmount(budget.burstBits)} at once and {sayAmount(budget.bitsPerDay)} a day.
        </p>
      ) : null}
      <SentenceField label={words.label} hint={words.hint} value={text} onChange={setText} />
      {event === 'edit' ? <DropFiles details={details} drop={drop} onChange={setDrop} /> : null}
      <DialogEnd
        deed={deed}
        onClose={onClose}
        onAct={run}
        tell={event === 'break-glass' ? inPasskeyWords : undefined}
        tone={event === 'deny' || event === 'break-glass' ? 'danger' : 'primary'}
        refusal={text.trim() === '' ? 'a reason is needed' : null}
      >
        {words.button}
      </DialogEnd>
    </Dialog>
  );
}
