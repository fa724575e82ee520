/**
 * The one message of the intake link that belongs to the wire: what the outer door has.
 *
 * It is complete in itself, so that any one of them can be lost; it comes from outside and may be sent as often as one
 * likes, because bits that travel inward are not charged.
 */
import { linkErrors } from './errors.ts';
import { encodeRecord } from './records.ts';
import type { LinkRecord } from './records.ts';
import { checkSlotPlan } from './slots.ts';
import type { SlotPlan } from './slots.ts';

/** Why the outer door takes no frames at the moment. */
export type OuterState = 'running' | 'stopped-by-meter' | 'stopped-by-fault';

/** What the outer door has stored durably, and how it counts time. */
export interface WireStatus {
  /** The attempt under which the sender must send from now on. */
  readonly attempt: number;
  /** Every frame below is stored. */
  readonly nextSequence: number;
  /** The slot of the last stored frame; 0 when there is none. */
  readonly lastSlot: number;
  /** Hash chain over all stored frames, as 64 hexadecimal digits. */
  readonly head: string;
  /** The outer door's clock when it wrote this. */
  readonly nowMs: number;
  readonly plan: SlotPlan;
  readonly state: OuterState;
  /** The last few frames that were taken but could not be decoded. */
  readonly voids: readonly number[];
}

/** The record that carries a status. */
export function encodeStatus(status: WireStatus): Uint8Array {
  const payload = Buffer.from(JSON.stringify(status), 'utf8');
  return encodeRecord({ kind: 'status', attempt: 0, sequence: 0, offset: 0, total: 0, payload });
}

const STATES: readonly unknown[] = ['running', 'stopped-by-meter', 'stopped-by-fault'];

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function fail(reason: string): never {
  throw linkErrors.error('STATUS_INVALID', { reason });
}

function parseObject(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    fail('it is not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) fail('not an object');
  return value as Record<string, unknown>;
}

/** Reads a status; throws a typed error when a field is missing or of the wrong kind. */
export function parseStatus(record: LinkRecord): WireStatus {
  const fields = parseObject(Buffer.from(record.payload).toString('utf8'));
  const { attempt, nextSequence, lastSlot, head, nowMs, plan, state, voids } = fields;
  if (!isCount(attempt) || !isCount(nextSequence) || !isCount(lastSlot) || !isCount(nowMs)) {
    return fail('a count is missing');
  }
  if (typeof head !== 'string' || !/^[0-9a-f]{64}$/.test(head)) return fail('`head` is no digest');
  if (!STATES.includes(state)) return fail('`state` is unknown');
  if (!Array.isArray(voids) || !voids.every(isCount)) return fail('`voids` is no list of counts');
  if (typeof plan !== 'object' || plan === null) return fail('`plan` is missing');
  const { epochMs, slotMs, lagSlots, bytesPerSlot } = plan as SlotPlan;
  return {
    attempt,
    nextSequence,
    lastSlot,
    head,
    nowMs,
    plan: checkSlotPlan({ epochMs, slotMs, lagSlots, bytesPerSlot }),
    state: state as OuterState,
    voids,
  };
}
