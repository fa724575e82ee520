/** One thing that a dialog or a button does: whether it is under way, and what went wrong. */
import { useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { Action } from './action.tsx';
import type { ButtonTone } from './action.tsx';
import { ProblemLine } from './states.tsx';

/** A deed as it stands. */
export interface Deed {
  readonly busy: boolean;
  /** What it ended with the last time; null when nothing went wrong. */
  readonly error: unknown;
  /**
   * Begins it anew; what it throws is its error, told by `tell` where it needs other words. While it is under way, nothing
   * begins.
   */
  readonly run: (deed: () => Promise<void>, tell?: (cause: unknown) => unknown) => void;
}

/** Keeps a deed of whoever calls. */
export function useDeed(): Deed {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const going = useRef(false);
  const run = async (deed: () => Promise<void>, tell: (cause: unknown) => unknown) => {
    // Two presses may come before the button is drawn anew.
    if (going.current) return;
    going.current = true;
    setBusy(true);
    setError(null);
    try {
      await deed();
    } catch (cause) {
      setError(tell(cause));
    } finally {
      going.current = false;
      setBusy(false);
    }
  };
  return { busy, error, run: (deed, tell = (cause) => cause) => void run(deed, tell) };
}

/** The end of a dialog: what went wrong, the way out, and the one thing that it does. */
export function DialogEnd(props: {
  readonly deed: Deed;
  readonly onClose: () => void;
  readonly onAct: () => Promise<void>;
  readonly refusal: string | null;
  readonly tone?: ButtonTone;
  /** Says in other words what went wrong. */
  readonly tell?: ((cause: unknown) => unknown) | undefined;
  readonly children: ReactNode;
}): ReactNode {
  const { deed, onClose, onAct, refusal, tone = 'primary', tell, children } = props;
  return (
    <>
      <ProblemLine error={deed.error} />
      <div className="actions">
        <Action onAct={onClose}>Cancel</Action>
        <Action tone={tone} busy={deed.busy} refusal={refusal} onAct={() => deed.run(onAct, tell)}>
          {children}
        </Action>
      </div>
    </>
  );
}
