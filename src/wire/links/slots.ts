/**
 * The slot clock: time outside is counted in slots since the wire was made, and everything that the outer door shows
 * changes only between two slots.
 */
import { linkErrors } from './errors.ts';

/** What both doors must agree on; fixed by the outer door when the wire is made and never changed after. */
export interface SlotPlan {
  /** Start of slot 0, milliseconds since 1970 on the outer door's clock. */
  readonly epochMs: number;
  readonly slotMs: number;
  /** Slots between a frame's slot and its publication, before the share that its size adds. */
  readonly lagSlots: number;
  /** Emitted bytes that the outer door undertakes to decode and store per slot. */
  readonly bytesPerSlot: number;
}

/** The plan used where none is configured; `epochMs` is set when the wire is made. */
export const DEFAULT_SLOT_PLAN = { slotMs: 100, lagSlots: 30, bytesPerSlot: 16_384 } as const;

/** Throws when a plan read from a file or a link cannot be right. */
export function checkSlotPlan(plan: SlotPlan): SlotPlan {
  for (const name of ['epochMs', 'slotMs', 'lagSlots', 'bytesPerSlot'] as const) {
    const least = name === 'epochMs' || name === 'lagSlots' ? 0 : 1;
    if (!Number.isSafeInteger(plan[name]) || plan[name] < least) {
      throw linkErrors.error('PLAN_INVALID', { reason: `\`${name}\` is not a whole number` });
    }
  }
  return plan;
}

/** The slot that a moment belongs to; negative before the wire was made. */
export function slotAt(plan: SlotPlan, nowMs: number): number {
  return Math.floor((nowMs - plan.epochMs) / plan.slotMs);
}

/** The moment when a slot begins. */
export function slotStartMs(plan: SlotPlan, slot: number): number {
  return plan.epochMs + slot * plan.slotMs;
}

/** The slot at whose begin a frame's files appear: a function of what is inside the frame and of nothing else. */
export function publicationSlot(plan: SlotPlan, frameSlot: number, emittedBytes: number): number {
  return frameSlot + plan.lagSlots + Math.ceil(emittedBytes / plan.bytesPerSlot);
}
