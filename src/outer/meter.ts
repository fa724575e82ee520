/**
 * The outer door's own meter: one token bucket in bits over everything that the wire brings.
 *
 * It counts by the slots inside the frames, not by the time of arrival, so that the same wire always gives the same
 * verdicts. It is the second, independent count of the enclave's budget: a gate whose inner database was set back, or
 * taken over, meets it. Integers only; over any T slots at most `burstBits + rate · T` bits pass.
 */

/** What the operator of the outer door allows. */
export interface MeterPolicy {
  readonly burstBits: bigint;
  readonly bitsPerDay: bigint;
  /** No limit when absent. */
  readonly lifetimeBits?: bigint;
}

/** Where the bucket stands after the frame of `slot`. */
export interface MeterState {
  readonly slot: number;
  readonly leftBits: bigint;
  /** Fraction of a bit earned so far, in units of 1 ⁄ 86,400,000 bit (a day in milliseconds). */
  readonly fraction: bigint;
  readonly spentBits: bigint;
}

/** Whether a frame passes, and the bucket after it. */
export type MeterVerdict =
  | { readonly ok: true; readonly state: MeterState }
  | { readonly ok: false; readonly limit: 'burst' | 'lifetime'; readonly leftBits: bigint };

const DAY_MS = 86_400_000n;

/** A full bucket in which nothing was spent. */
export function fullMeter(policy: MeterPolicy, slot: number): MeterState {
  return { slot, leftBits: policy.burstBits, fraction: 0n, spentBits: 0n };
}

/** The bucket at a later slot; never above the burst, and never back in time. */
export function refillMeter(
  policy: MeterPolicy,
  state: MeterState,
  slot: number,
  slotMs: number,
): MeterState {
  if (slot <= state.slot) return state;
  const earned = state.fraction + BigInt(slot - state.slot) * BigInt(slotMs) * policy.bitsPerDay;
  const leftBits = state.leftBits + earned / DAY_MS;
  if (leftBits >= policy.burstBits) {
    return { ...state, slot, leftBits: policy.burstBits, fraction: 0n };
  }
  return { ...state, slot, leftBits, fraction: earned % DAY_MS };
}

/** Takes a charge out of the bucket, or says which limit stands against it and changes nothing. */
export function spendMeter(
  policy: MeterPolicy,
  state: MeterState,
  frame: { slot: number; chargeBits: bigint },
  slotMs: number,
): MeterVerdict {
  const now = refillMeter(policy, state, frame.slot, slotMs);
  const lifetimeLeft =
    policy.lifetimeBits === undefined ? undefined : policy.lifetimeBits - now.spentBits;
  if (lifetimeLeft !== undefined && frame.chargeBits > lifetimeLeft) {
    return { ok: false, limit: 'lifetime', leftBits: lifetimeLeft > 0n ? lifetimeLeft : 0n };
  }
  if (frame.chargeBits > now.leftBits) return { ok: false, limit: 'burst', leftBits: now.leftBits };
  const leftBits = now.leftBits - frame.chargeBits;
  return { ok: true, state: { ...now, leftBits, spentBits: now.spentBits + frame.chargeBits } };
}

/** The bucket under a new policy: what was spent stays spent, and a larger burst is not a gift of tokens. */
export function changePolicy(policy: MeterPolicy, state: MeterState): MeterState {
  const leftBits = state.leftBits < policy.burstBits ? state.leftBits : policy.burstBits;
  return { ...state, leftBits };
}
