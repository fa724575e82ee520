/** What a kind of request has to say for itself: its facts, its verdict, its effect. The life around them is the same. */
import type { Kysely } from 'kysely';
import type { Json } from '../core/index.ts';
import type { Request, Verdict } from './store.ts';

/** What policy says about a request, in words for the requester. */
export interface Decision {
  readonly verdict: Verdict;
  readonly reason: string;
  readonly chargeBits?: bigint | undefined;
}

/** Moves the request on, inside the transaction of its effect. */
export type MoveOn = (tx: Kysely<unknown>, chargeBits: bigint) => Promise<void>;

/** The effect happened, with the request moved in the same transaction, or policy's last word was no. */
export type Effect = { readonly done: true } | ({ readonly done: false } & Decision);

/** Who lets a request through: the rules alone, or a person with a reason. */
export type Releaser =
  | { readonly tier: 'automatic' }
  | { readonly tier: 'administrator'; readonly by: string; readonly reason: string };

/** How far the slow part is, for whoever waits. */
export interface Progress {
  readonly phase: string;
  readonly done: number;
  readonly total: number;
}

/** A kind of request. `Facts` is plain JSON: it is stored, so that a held request is decided on what was seen. */
export interface RequestKind<Facts extends Json = Json> {
  readonly name: string;
  /** Finds out everything that the verdict needs. Slow, changes nothing that lasts. */
  gather(request: Request, onProgress: (progress: Progress) => void): Promise<Facts>;
  /** The verdict on facts, at this moment. */
  decide(request: Request, facts: Facts): Promise<Decision>;
  /** Makes facts outlive this process, before a person is asked. */
  keep(request: Request, facts: Facts): Promise<void>;
  /** Does it. `moveOn` must run in the same transaction as the effect. */
  effect(request: Request, facts: Facts, releaser: Releaser, moveOn: MoveOn): Promise<Effect>;
  /** What the ledger says about the facts. */
  describe(request: Request, facts: Facts | null): Readonly<Record<string, Json>>;
  /** Forgets working files. Runs when nothing more will be done with the facts. */
  cleanUp(request: Request): Promise<void>;
}
