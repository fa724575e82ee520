/** What a ledger is opened with and what it gives back. */
import type { Clock, FileOps, Random } from '../core/index.ts';
import type { Store } from '../store/index.ts';
import type { Entry } from './entry.ts';
import type { Signer } from './note.ts';
import type { WitnessConfig, WitnessFetch } from './witness-client.ts';

/** How to open a ledger. */
export interface LedgerOptions {
  readonly store: Store;
  /** Tells several logs in one database apart. */
  readonly logId: string;
  /** The folder of tiles and checkpoint. */
  readonly dir: string;
  /** Signs checkpoints; its name is the log's origin. */
  readonly key: Signer;
  readonly clock: Clock;
  readonly random: Random;
  readonly files?: FileOps;
  /** Files are published at most this often; 1,000 by default. 0 leaves publishing to {@link Ledger.publish}. */
  readonly publishMs?: number;
  /** Hears of a fault after which the ledger takes nothing more. The process should stop. */
  readonly onFault?: (cause: Error) => void;
  /** Witnesses that are asked to cosign each published checkpoint. */
  readonly witnesses?: readonly WitnessConfig[];
  /** Speaks to witnesses; the host's fetch by default. */
  readonly witnessFetch?: WitnessFetch;
  /** Milliseconds between steps of the self-check; 1,000 by default, 0 for none. */
  readonly selfCheckMs?: number;
  /** Gives the salt of an entry; by default fresh random bytes. For logs that a replay must reproduce. */
  readonly saltFor?: (index: number, entry: Uint8Array) => Uint8Array;
  /**
   * `group`: a receipt is under the checkpoint of its whole group (fast). `entry`: under a checkpoint of size index + 1,
   * so that its bytes do not depend on timing.
   */
  readonly receiptsAt?: 'group' | 'entry';
}

/** What {@link Ledger.record} gives back. */
export interface Recorded<T> {
  readonly value: T;
  readonly id: string;
  readonly index: number;
  /** A `.tlog-proof` that discloses the entry. */
  readonly receipt: string;
}

/** What {@link Ledger.record} gives back when the change decided that there was nothing to record. */
export interface Unrecorded<T> {
  readonly value: T;
  readonly id: null;
  readonly index: null;
  readonly receipt: null;
}

/** A recorded entry as it is shown. */
export interface ShownEntry {
  readonly index: number;
  readonly id: string;
  readonly entry: Entry;
}

/** An entry with its commitment, which is all that a proof needs to know of it. */
export interface CommittedEntry extends ShownEntry {
  /** What its leaf says, in base64. */
  readonly commitment: string;
}
