/** What requests stand on, and what goes in and out of them. */
import type { Clock, Random } from '../core/index.ts';
import type { Ledger } from '../ledger/index.ts';
import type { Store } from '../store/index.ts';
import type { Rosters } from './rosters.ts';
import type { Request } from './row.ts';

/** What somebody asks for. */
export interface Ask {
  /** The id that the request gets, when the caller has kept files under it already. */
  readonly id?: string;
  readonly kind: string;
  readonly requester: string;
  /** The person who answers for the agent or workload that asks. */
  readonly sponsor?: string | null;
  /** A second ask with the same key gives the first one's request. */
  readonly idempotencyKey: string;
  readonly project: string;
  readonly destination: string;
  readonly why: string;
  /** What it is part of; requests of one job can be decided together. */
  readonly job?: string | null;
  /** The kind's own input, canonical JSON. */
  readonly input: string;
}

/** Something that happened and that somebody may want to hear of at once. */
export interface RequestNews {
  readonly request: Request;
  readonly event: string;
  /** People who are told that it waits; nobody where there is nothing to do. */
  readonly to: readonly string[];
  /** Those of them who can act now; all of them when left out. */
  readonly act?: readonly string[];
}

/** What the requests of a gate stand on. */
export interface RequestsHost {
  readonly store: Store;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly random: Random;
  readonly rosters: Rosters;
  /** Why whoever asked may no longer ask for it, beyond what the roster says; null while they may. */
  readonly findGone?: (request: Request) => Promise<string | null>;
  /** Hears why a request failed; the requester only learns that it did. */
  readonly onFault: (request: string, cause: unknown) => void;
  /** Hears of a request that waits past its deadline; the same again is to be told once a `quietMs`. */
  readonly onAlarm: (sentence: string, project: string, quietMs?: number) => void;
  /** Hears of every step, after it is durable. */
  readonly onNews?: (news: RequestNews) => void;
}
