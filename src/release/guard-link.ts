/** What the gate and the sender's own process say to each other about a release. */

/** Why something may leave: within the automatic share, or because people signed it. */
export type Grant =
  | { readonly tier: 'automatic' }
  | {
      readonly tier: 'approvals' | 'break-glass' | 'window';
      /** The canonical request, or the window's, that was signed. */
      readonly subject: string;
      readonly signatures: readonly string[];
    };

/** What the sender is asked before anything is debited. */
export interface AuthoriseInput {
  readonly requestId: string;
  readonly destination: number;
  readonly historyPrefix: number;
  readonly body: Uint8Array | { readonly path: string };
  readonly chargeBitsMax: bigint;
  readonly grant: Grant;
}

/** A body that people are asked to approve, for the sender to decode while they read. */
export type LookAheadInput = Pick<AuthoriseInput, 'destination' | 'historyPrefix' | 'body'>;

/** The sender's answer. A refusal changes nothing anywhere. */
export type AuthoriseVerdict =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly code: string;
      readonly why: string;
      /** When the same would pass if nothing else did; left out where that is not known. */
      readonly passesAtMs?: number;
    };

/** A sealed frame on its way to the sender. */
export interface Offer {
  readonly attempt: number;
  readonly sequence: number;
  readonly requestId: string;
  /** The receipt of the release's ledger entry. */
  readonly receipt: string;
  readonly frame: Uint8Array;
}

/** The end of a wire as the slots see it: a stream in this process, or a process of its own. */
export interface GuardLink {
  /** Whether everything offered has been handed to the wire. */
  readonly idle: boolean;
  /** Forgets what was offered and not yet written: the outer door wants to begin again. */
  clear(): void;
  offer(offer: Offer): void;
  /** A slot begins: writes at most so many bytes and one tick. */
  slot(attempt: number, cursor: number): Promise<void>;
}
