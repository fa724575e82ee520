/** Buttons. One that may not be pressed stays reachable and says why, in the gate's own words. */
import { useId } from 'react';
import type { ReactNode } from 'react';
import type { Can } from '../api/types.ts';

/** How a button looks: the one main action, a plain one, one that ends something, one among text. */
export type ButtonTone = 'primary' | 'normal' | 'danger' | 'plain';

interface ActionProps {
  readonly children: ReactNode;
  readonly onAct?: () => void;
  readonly tone?: ButtonTone;
  /** Why it may not be pressed; it is then shown as tooltip and read out with the button. */
  readonly refusal?: string | null;
  readonly busy?: boolean;
  readonly full?: boolean;
  readonly tiny?: boolean;
  readonly type?: 'button' | 'submit';
  readonly label?: string;
  /** Whether the refusal also stands below the button. */
  readonly sayRefusal?: boolean;
}

/** A button. */
export function Action(props: ActionProps): ReactNode {
  const { children, onAct, tone = 'normal', refusal = null, busy = false } = props;
  const { full = false, tiny = false, type = 'button', label, sayRefusal = false } = props;
  const id = useId();
  const blocked = refusal !== null || busy;
  const button = (
    <button
      type={type}
      className={`button ${tone === 'normal' ? '' : tone} ${full ? 'full' : ''} ${tiny ? 'tiny' : ''}`}
      aria-disabled={blocked}
      aria-busy={busy}
      aria-label={label}
      aria-describedby={refusal === null ? undefined : id}
      onClick={(event) => {
        if (blocked) event.preventDefault();
        else onAct?.();
      }}
    >
      {children}
    </button>
  );
  if (refusal === null) return button;
  return (
    <span className={`act ${full ? 'full' : ''}`}>
      {button}
      {sayRefusal ? (
        <span id={id} className="why-not says">
          {refusal}
        </span>
      ) : (
        <span id={id} role="tooltip" className="tip says">
          {refusal}
        </span>
      )}
    </span>
  );
}

/** The gate calls what people deny a refusal, to tell it from a denial by the rules. */
function isEvent(can: Can, event: string): boolean {
  return can.event === (event === 'deny' ? 'refuse' : event);
}

/** The gate's word on an event: null when it is allowed, the sentence when not. */
export function refusalOf(can: readonly Can[], event: string): string | null {
  const found = can.find((each) => isEvent(each, event));
  if (found === undefined) return 'this is not possible in its present state';
  return found.allowed ? null : (found.reason ?? 'the gate does not allow it');
}

/** Whether the gate lists an event at all. */
export function mentions(can: readonly Can[], event: string): boolean {
  return can.some((each) => isEvent(each, event));
}
