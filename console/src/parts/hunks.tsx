/** The lines of a difference: what came and what went, with a little around it. */
import type { ReactNode } from 'react';
import type { Hunk } from '../api/types.ts';
import { sayCounted, showTextSafely } from '../words/format.ts';

const SIGNS = { same: ' ', added: '+', removed: '−' } as const;
const HUNKS_SHOWN = 400;

/** A list of lines; nothing when there is none. */
export function Hunks(props: {
  readonly hunks: readonly Hunk[];
  readonly label: string;
}): ReactNode {
  const { hunks, label } = props;
  if (hunks.length === 0) return null;
  return (
    <div className="hunks" tabIndex={0} role="region" aria-label={label}>
      {hunks.slice(0, HUNKS_SHOWN).map((hunk, i) => (
        <div key={i} className={hunk.kind}>
          <span aria-hidden="true">{SIGNS[hunk.kind]}</span>
          <span className="hidden">{hunk.kind}: </span>
          <code>{showTextSafely(hunk.text) || ' '}</code>
        </div>
      ))}
      {hunks.length > HUNKS_SHOWN ? (
        <p className="faint small">{sayCounted(hunks.length - HUNKS_SHOWN, 'more line')}</p>
      ) : null}
    </div>
  );
}
