/** Time and randomness as arguments. The two system implementations here are the only callers of the real ones. */
import { randomFillSync } from 'node:crypto';

/** What time it is. Everything that decides by time takes one of these. */
export interface Clock {
  /** Milliseconds since 1970, as the host believes. */
  nowMs(): number;
}

/** Where random bytes come from. */
export interface Random {
  /** Returns `length` fresh bytes. */
  bytes(length: number): Uint8Array;
}

/** The host's clock. */
export const systemClock: Clock = { nowMs: () => Date.now() };

/** The host's cryptographic random source. */
export const systemRandom: Random = {
  bytes: (length) => randomFillSync(new Uint8Array(length)),
};

/** Milliseconds of a clock that never goes back; for measuring durations, never for deciding dates. */
export function monotonicMs(): number {
  return performance.now();
}

/** Writes a clock's time the way ledger entries and answers show it: ISO 8601 in UTC with milliseconds. */
export function isoTime(nowMs: number): string {
  return new Date(nowMs).toISOString();
}
