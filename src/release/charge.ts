/** The length of a frame before it exists: what a release is debited when it is queued. */
import { slotAt } from '../wire/index.ts';
import type { SlotPlan } from '../wire/index.ts';

/** The fields that decide the length of a frame. */
export interface FrameShape {
  readonly slotGap: number;
  readonly destination: number;
  readonly historyPrefix: number;
  readonly bodyBytes: number;
}

const VERSION_BYTES = 1;
const CHECK_BYTES = 4;

function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) bytes += 1;
  return bytes;
}

/** The charge of a frame: 8 × its bytes. A test proves it equal to the sealed frame's. */
export function chargeOfShape(shape: FrameShape): bigint {
  const { slotGap, destination, historyPrefix, bodyBytes } = shape;
  const numbers = [slotGap, destination, historyPrefix, bodyBytes];
  const header = VERSION_BYTES + numbers.reduce((sum, value) => sum + varintBytes(value), 0);
  return 8n * BigInt(header + bodyBytes + CHECK_BYTES);
}

/** What is known about the wire when a release is queued. */
export interface WireOutlook {
  /** Absent until the outer door was heard for the first time. */
  readonly plan?: SlotPlan | undefined;
  readonly lastSlot: number;
  /** Releases that are before this one and have no slot yet. */
  readonly waiting: number;
}

/** Slots that may pass between queueing and sending on a wire that runs. */
const SLOTS_TO_SEND = 4;
/** A gap whose code is as long as that of any gap on a wire that is used every few minutes. */
const USUAL_GAP = 16_383;

/**
 * The gap that a release queued now will have, if the wire runs. When it turns out longer, the difference is debited
 * before the frame is sent; when it turns out shorter, nothing is given back.
 */
export function expectedGap(outlook: WireOutlook, nowMs: number): number {
  if (outlook.plan === undefined) return USUAL_GAP;
  if (outlook.waiting > 0) return SLOTS_TO_SEND;
  return Math.max(0, slotAt(outlook.plan, nowMs) - outlook.lastSlot) + SLOTS_TO_SEND;
}
