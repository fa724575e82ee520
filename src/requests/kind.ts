/** What a kind of request has to say for itself: its facts, its verdict, its effect. The life around them is the same. */
import type { Kysely } from 'kysely';
import type { Json, JsonObject } from '../core/index.ts';
import type { Tier } from '../people/index.ts';
import type { RequestEvent } from './states.ts';
import type { Request, Verdict } from './row.ts';

/** What policy says about a request, in words for the requester. */
export interface Decision {
  readonly verdict: Verdict;
  readonly reason: string;
  readonly chargeBits?: bigint | undefined;
  /** Of a held request: the lowest tier whose approvals may let it through. */
  readonly tier?: Tier;
}

/** Moves the request on, inside the transaction of its effect. */
export type MoveOn = (tx: Kysely<unknown>, chargeBits: bigint) => Promise<void>;

/** The effect happened, with the request moved in the same transaction, or policy's last word was no. */
export type Effect =
  | { readonly done: true }
  | ({
      readonly done: false;
      /** When what is in the way is gone, if nothing else happens; left out where that is not known. */
      readonly passesAtMs?: number | null;
    } & Decision);

/** Signatures over a canonical request, as the sender verifies them again. */
export interface SignedSubject {
  readonly subject: string;
  readonly signatures: readonly string[];
}

/** Who lets a request through: the rules alone, signed approvals, or an approved window. */
export type Releaser =
  | { readonly tier: 'automatic' }
  | ({
      readonly tier: 'approvals' | 'break-glass';
      /** Everybody who signed. */
      readonly by: readonly string[];
    } & SignedSubject)
  | ({ readonly tier: 'window'; readonly window: string } & SignedSubject);

/** What approvals of a request are about. */
export interface Demand {
  readonly destination: { readonly name: string; readonly number: number } | null;
  readonly models: readonly string[];
  readonly chargeBitsMax: bigint;
  /** What is signed besides what every request has: files by digest, changes, … */
  readonly facts: JsonObject;
  readonly grantMs: number | null;
  /** 0 to 100: how far a queue puts it to the front. */
  readonly risk: number;
}

/** How far the slow part is, for whoever waits. */
export interface Progress {
  readonly phase: string;
  readonly done: number;
  readonly total: number;
}

/** A kind of request. `Facts` is plain JSON: it is stored, so that a held request is decided on what was seen. */
export interface RequestKind<Facts extends Json = Json> {
  readonly name: string;
  /** What happens to an approved request. */
  readonly through: Extract<RequestEvent, 'release' | 'grant' | 'carry-out'>;
  /** One line of what it is about. */
  title(request: Pick<Request, 'input' | 'project' | 'destination'>): string;
  /** Finds out everything that the verdict needs. Slow, changes nothing that lasts. */
  gather(request: Request, onProgress: (progress: Progress) => void): Promise<Facts>;
  /** The verdict on facts, at this moment. */
  decide(request: Request, facts: Facts): Promise<Decision>;
  /** What people sign when the verdict is `hold`. */
  demand(request: Request, facts: Facts): Promise<Demand>;
  /** Makes facts outlive this process, before a person is asked. */
  keep(request: Request, facts: Facts): Promise<void>;
  /** Does what would take time after the last signature, while people read. Decides nothing, and may fail. */
  lookAhead?(request: Request, facts: Facts): Promise<void>;
  /** Does it. `moveOn` must run in the same transaction as the effect. */
  effect(request: Request, facts: Facts, releaser: Releaser, moveOn: MoveOn): Promise<Effect>;
  /**
   * When what is granted ends by itself, where a moment was asked for; null for a grant that lasts until somebody ends it.
   * Without it a grant lasts as long as its signed text says, from the approval on.
   */
  endsMs?(request: Request): number | null;
  /** Undoes a grant when it is over; runs in the transaction that ends it. */
  end?(tx: Kysely<unknown>, request: Request, facts: Facts): Promise<void>;
  /** A window that lets this held request through, if somebody approved one. */
  window?(request: Request, facts: Facts): Promise<({ window: string } & SignedSubject) | null>;
  /** What the ledger says about the facts. */
  describe(request: Request, facts: Facts | null): Readonly<Record<string, Json>>;
  /** Forgets working files. Runs when nothing more will be done with the facts. */
  cleanUp(request: Request): Promise<void>;
}
