/** What the guard stands on and what it is asked. */
import type { Clock } from '../core/index.ts';
import type { BucketRule } from '../budget/index.ts';
import type { Store } from '../store/index.ts';
import type { Grant } from './guard-link.ts';
import type { EmittedDigest } from './guard-store.ts';

/** What signatures over a request allow, as the caller's roster check found. */
export type SignedGrant =
  | {
      readonly ok: true;
      readonly requestId: string;
      readonly destination: number;
      /** Whose destination that is and how it is called, by the text that people read. */
      readonly project: string;
      readonly place: string;
      readonly chargeBitsMax: bigint;
      /** Who asked for it; null for a window, which many may use. */
      readonly requester: string | null;
      /** Which meter it also counts against; null for none. */
      readonly meter: 'self' | 'break-glass' | null;
      /** What exactly may leave; null for a window, which says it in general. */
      readonly files: readonly EmittedDigest[] | null;
      /** Codes of what whoever signed was told of; none for a window, which is for what nothing is found in. */
      readonly findings: readonly string[];
      readonly historyPrefix: number | null;
      readonly window: {
        readonly types: readonly string[];
        readonly bitsEach: bigint;
        readonly bitsTotal: bigint;
        readonly uses: number;
        readonly durationMs: number;
      } | null;
    }
  | { readonly ok: false; readonly why: string };

/** Limits of a meter: at most `burstBits` at once and `bitsPerDay` in the long run. */
export interface MeterLimits {
  readonly burstBits: number;
  readonly bitsPerDay: number;
}

/** A budget that people signed: its name, and its rule while so many bits are lent to it. */
export interface GuardBucket {
  readonly name: string;
  rule(lentBits: bigint): BucketRule;
}

/** The budgets on the path to a destination, or why nothing may go there. */
export type GuardPath =
  | {
      readonly ok: true;
      /** Whose destination it is and how it is called, by what people signed; null where nobody has. */
      readonly project: string | null;
      readonly place: string | null;
      readonly buckets: readonly GuardBucket[];
    }
  | { readonly ok: false; readonly why: string };

/** What the guard stands on. */
export interface GuardParts {
  readonly store: Store;
  readonly clock: Clock;
  /** Verifies signatures against the roster of this process. */
  checkGrant(subject: string, signatures: readonly string[], breakGlass: boolean): SignedGrant;
  /** The budgets that a release is taken from, by what people signed. */
  path(to: { destination: number; requester: string | null; automatic: boolean }): GuardPath;
  /** The limits of a meter under the roster in force. */
  limits(meter: 'automatic' | 'self' | 'break-glass'): MeterLimits;
  /** Keeps a body that is too long for the guard's own tables. */
  keepBody(sha256: string, body: Uint8Array): Promise<void>;
  readBody(sha256: string): Promise<Uint8Array>;
  /** Decodes a body against emitted files, oldest first, looks at what it emits, and keeps it. */
  decode(
    frame: { destination: number; historyPrefix: number; body: Uint8Array },
    history: readonly EmittedDigest[],
  ): Promise<readonly EmittedDigest[]>;
  /** The same for what nobody waits for; never delays {@link decode}. */
  decodeLater: GuardParts['decode'];
  /** Decodes a body that nobody approved yet, so that {@link decode} has less to do if somebody does. */
  lookAhead(
    frame: { destination: number; historyPrefix: number; body: Uint8Array },
    history: readonly EmittedDigest[],
  ): Promise<void>;
}

/** What is asked before anything is debited. */
export interface GuardAsk {
  readonly requestId: string;
  readonly destination: number;
  readonly historyPrefix: number;
  readonly chargeBitsMax: bigint;
  readonly grant: Grant;
  /** The requests whose frames the destination will have before this one, in order. */
  readonly history: readonly string[];
  readonly body: Uint8Array;
}

/** A frame with what has to go with it. */
export interface GuardOffer {
  readonly sequence: number;
  readonly requestId: string;
  readonly receipt: string;
  /** That the ledger of this receipt begins with the one seen last; base64 hashes. */
  readonly consistency: readonly string[];
  readonly frame: Uint8Array;
}
