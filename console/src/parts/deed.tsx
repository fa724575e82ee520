/** One thing that a dialog or a button does: whether it is under way, and what went wrong. */
import { useState } from 'react';
import type { ReactNode } from 'react';
import { Action } from './action.tsx';
import type { ButtonTone } from './action.tsx';
import { ProblemLine } from './states.tsx';

/** A deed as it stands. */
export interface Deed {
  readonly busy: boolean;
  /** What it ended with the last time; null when nothing went wrong. */
  readonly error: unknown;
  /** Begins it anew; what it throws is its error. While it is under way, nothing begins. */
  readonly run: (deed: () => Promise<void>) => void;
}

/** Keeps a deed of whoever calls. */
export function useDeed(): Deed {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const run = async (deed: () => Promise<void>) => {
    if (busy) return;
    setBusy(true);
    setError(null);
    try {
      await deed();
    } catch (cause) {
      setError(cause);
    } finally {
      setBusy(false);
    }
  };
  return { busy, error, run: (deed) => void run(deed) };
}

/** The end of a dialog: what went wrong, the way out, and the one thing that it does. */
export function DialogEnd(props: {
  readonly deed: Deed;
  readonly onClose: () => void;
  readonly onAct: () => Promise<void>;
  readonly refusal: string | null;
  readonly tone?: ButtonTone;
  readonly cancel?: string;
  readonly children: ReactNode;
}): ReactNode {
  const { deed, onClose, onAct, refusal, tone = 'primary', cancel = 'Cancel', children } = props;
  return (
    <>
      <ProblemLine error={deed.error} />
      <div className="actions">
        <Action onAct={onClose}>{cancel}</Action>
        <Action tone={tone} busy={deed.busy} refusal={refusal} onAct={() => deed.run(onAct)}>
          {children}
        </Action>
      </div>
    </>
  );
}
