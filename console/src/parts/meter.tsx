/** A bar that is fuller the more is left. */
import type { ReactNode } from 'react';
import { sayShare } from '../words/format.ts';

/** A share of something, read out as percent. */
export function Meter(props: {
  readonly value: number;
  readonly max: number;
  readonly label: string;
  /** Compares amounts; a small one is then nothing to worry about. */
  readonly neutral?: boolean;
}): ReactNode {
  const share = props.max <= 0 ? 0 : Math.max(0, Math.min(1, props.value / props.max));
  return (
    <div
      className={`meter ${props.neutral === true ? 'neutral' : share === 0 ? 'out' : share < 0.2 ? 'low' : ''}`}
      role="meter"
      aria-label={props.label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(share * 100)}
      aria-valuetext={sayShare(share)}
    >
      <span style={{ width: `${String(share * 100)}%` }} />
    </div>
  );
}
