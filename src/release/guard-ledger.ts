/** Holds the ledger of a gate to what its sender saw of it before. Pure. */
import { verifyConsistency, verifyReceipt } from '../ledger/index.ts';
import type { GuardOffer } from './guard-parts.ts';
import type { readState } from './guard-store.ts';

/** The newest head that was seen; its root in base64. */
export interface LedgerHead {
  readonly size: number;
  readonly root: string;
}

/**
 * What stands against the receipt of a frame, or the newer head of the ledger that it shows; null where a newer one was
 * seen already. The receipt must be of this release and of this ledger, grown from what was seen.
 */
export function checkLedger(
  state: Awaited<ReturnType<typeof readState>>,
  offer: Pick<GuardOffer, 'requestId' | 'receipt' | 'consistency'>,
): { readonly problem: string } | { readonly head: LedgerHead | null } {
  if (state === null) return { problem: 'the sender knows no ledger yet' };
  const verified = verifyReceipt(Buffer.from(offer.receipt, 'utf8'), state.ledgerKey);
  if (!verified.ok) return { problem: verified.message };
  const { entry, size, root } = verified;
  if (entry?.kind !== 'export.released' || entry['request'] !== offer.requestId)
    return { problem: 'its receipt is for something else' };
  if (size < state.ledgerSize) return { head: null };
  if (state.ledgerSize > 0) {
    const grown = verifyConsistency({
      size1: BigInt(state.ledgerSize),
      size2: BigInt(size),
      root1: Buffer.from(state.ledgerRoot, 'base64'),
      root2: root,
      proof: offer.consistency.map((hash) => new Uint8Array(Buffer.from(hash, 'base64'))),
    });
    if (!grown)
      return { problem: 'the ledger is not the one that was seen before: it was rewritten' };
  }
  return { head: { size, root: Buffer.from(root).toString('base64') } };
}
