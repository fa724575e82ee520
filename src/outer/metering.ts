/** The outer meter with its place in the database, and whether the wire is stopped. */
import type { OuterState } from '../wire/index.ts';
import type { MeterPolicy, MeterState } from './meter.ts';
import { changePolicy, fullMeter, refillMeter, spendMeter } from './meter.ts';
import type { OuterDb } from './store.ts';
import { readState, writeState } from './store.ts';

/** Why the wire is stopped, and since when it has been so. */
export interface Stop {
  readonly state: Exclude<OuterState, 'running'>;
  readonly sentence: string;
}

/** What the meter starts with until somebody sets it: 125 MB at once, and as much again each day. */
export const DEFAULT_POLICY: MeterPolicy = {
  burstBits: 1_000_000_000n,
  bitsPerDay: 1_000_000_000n,
};

type Plain<T> = { [K in keyof T]: string | number };

function encode(value: object): string {
  return JSON.stringify(value, (_, each: unknown) =>
    typeof each === 'bigint' ? each.toString() : each,
  );
}

function decodePolicy(text: string): MeterPolicy {
  const { burstBits, bitsPerDay, lifetimeBits } = JSON.parse(text) as Partial<Plain<MeterPolicy>>;
  return {
    burstBits: BigInt(burstBits ?? 0),
    bitsPerDay: BigInt(bitsPerDay ?? 0),
    ...(lifetimeBits === undefined ? {} : { lifetimeBits: BigInt(lifetimeBits) }),
  };
}

function decodeMeter(text: string): MeterState {
  const plain = JSON.parse(text) as Plain<MeterState>;
  return {
    slot: Number(plain.slot),
    leftBits: BigInt(plain.leftBits),
    fraction: BigInt(plain.fraction),
    spentBits: BigInt(plain.spentBits),
  };
}

/** The meter in memory; what it says is in the database before anybody hears of it. */
export class Metering {
  readonly #slotMs: number;
  #policy: MeterPolicy;
  #meter: MeterState;
  #stop: Stop | undefined;

  private constructor(slotMs: number, policy: MeterPolicy, meter: MeterState, stop?: Stop) {
    this.#slotMs = slotMs;
    this.#policy = policy;
    this.#meter = meter;
    this.#stop = stop;
  }

  /** Reads the meter, or starts one. */
  static async open(db: OuterDb, slotMs: number): Promise<Metering> {
    const policy = await readState(db, 'policy');
    const meter = await readState(db, 'meter');
    const stop = await readState(db, 'stop');
    const inForce = policy === undefined ? DEFAULT_POLICY : decodePolicy(policy);
    return new Metering(
      slotMs,
      inForce,
      meter === undefined ? fullMeter(inForce, 0) : decodeMeter(meter),
      stop === undefined ? undefined : (JSON.parse(stop) as Stop),
    );
  }

  get state(): OuterState {
    return this.#stop?.state ?? 'running';
  }

  get stopped(): Stop | undefined {
    return this.#stop;
  }

  get policy(): MeterPolicy {
    return this.#policy;
  }

  /** The bucket as it will be at a slot if nothing more is spent. */
  at(slot: number): MeterState {
    return refillMeter(this.#policy, this.#meter, slot, this.#slotMs);
  }

  /** The sentence that stands against a charge, or undefined when it passes. */
  refuses(slot: number, chargeBits: bigint): string | undefined {
    const verdict = spendMeter(this.#policy, this.#meter, { slot, chargeBits }, this.#slotMs);
    if (verdict.ok) return undefined;
    return `a frame of ${String(chargeBits)} bits is above the outer meter, which has ${String(
      verdict.leftBits,
    )} bits left (${verdict.limit})`;
  }

  /** The bucket after a charge that passed. */
  spend(slot: number, chargeBits: bigint): MeterState {
    const verdict = spendMeter(this.#policy, this.#meter, { slot, chargeBits }, this.#slotMs);
    if (!verdict.ok) throw new RangeError('the meter was asked twice and changed in between');
    return verdict.state;
  }

  /** Writes a bucket; {@link set} makes it the one in force after the commit. */
  async write(tx: OuterDb, meter: MeterState): Promise<void> {
    await writeState(tx, 'meter', encode(meter));
  }

  /** Puts a bucket in force that is in the database. */
  set(meter: MeterState): void {
    this.#meter = meter;
  }

  /** Stops the wire, now and after every restart, until {@link resume}. */
  async stop(tx: OuterDb, state: Stop['state'], sentence: string): Promise<void> {
    this.#stop = { state, sentence };
    await writeState(tx, 'stop', JSON.stringify(this.#stop));
  }

  /** Lets the wire go on. */
  async resume(tx: OuterDb): Promise<void> {
    await writeState(tx, 'stop', undefined);
    this.#stop = undefined;
  }

  /** Changes what the operator allows; a bucket in which nothing was ever spent starts full under it. */
  async declare(tx: OuterDb, policy: MeterPolicy, slot: number): Promise<void> {
    const now = this.at(Math.max(slot, this.#meter.slot));
    const fresh = now.spentBits === 0n;
    const meter = fresh ? fullMeter(policy, now.slot) : changePolicy(policy, now);
    await writeState(tx, 'policy', encode(policy));
    await this.write(tx, meter);
    this.#policy = policy;
    this.#meter = meter;
  }
}
