/**
 * Remembers the ledger's key on this device. A proof is worth as much as the key it is checked with, and that key comes
 * from the same gate; a key that changed since the last visit must be noticed.
 */
import { useState } from 'react';
import type { ReactNode } from 'react';
import { sayDay } from '../../words/format.ts';

const NAME = 'sallyport-ledger-key';

interface Kept {
  readonly vkey: string;
  readonly at: string;
}

function readKept(): Kept | null {
  try {
    return JSON.parse(localStorage.getItem(NAME) ?? 'null') as Kept | null;
  } catch {
    return null;
  }
}

function keep(vkey: string): Kept {
  const kept = { vkey, at: new Date().toISOString() };
  try {
    localStorage.setItem(NAME, JSON.stringify(kept));
  } catch {
    // Without storage each visit is the first one.
  }
  return kept;
}

/** Whether the key is the one of earlier visits. */
export function KeyMemory({ vkey }: { readonly vkey: string }): ReactNode {
  const [kept] = useState<Kept>(() => readKept() ?? keep(vkey));
  if (kept.vkey === vkey) {
    return (
      <p className="faint small">
        The same key since {sayDay(kept.at)} on this device. Compare it once with one that you got
        in another way.
      </p>
    );
  }
  return (
    <p className="notice bad" role="alert">
      The ledger’s key is not the one of {sayDay(kept.at)}. If nobody told you why, tell security
      before you rely on a proof.
    </p>
  );
}
