/**
 * The outer door's own configuration, `outer.json` in its data folder. The slot plan is written when the wire is made
 * and never changed after; `inboxes` may be changed by hand between two starts.
 */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { writeFileDurable, utf8 } from '../core/index.ts';
import type { Clock } from '../core/index.ts';
import { DEFAULT_SLOT_PLAN, checkSlotPlan } from '../wire/index.ts';
import type { SlotPlan } from '../wire/index.ts';
import { outerErrors } from './errors.ts';

const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

const positive = count.min(1);

const INBOXES = z.strictObject({
  /** Bytes a second on the delivery link, whatever the inside does. */
  bytesPerSecond: positive.default(64 * 1024 * 1024),
  /** How long a delivery is kept, to be repeated; nothing else ends it. */
  keepDays: positive.max(90).default(14),
  /** Bytes of deliveries that are kept; what is above waits in its inbox. */
  spoolBytesMax: positive.default(4 * 1024 ** 4),
  /** Deliveries that are kept, however small; what is above waits in its inbox. */
  deliveriesMax: positive.max(100_000).default(10_000),
  /** How long a file must stand still before it counts as whole. */
  stableMs: positive.default(1_000),
  rescanMs: positive.default(2_000),
});

/** How inboxes work. */
export type InboxSettings = z.infer<typeof INBOXES>;

/** Inboxes where `outer.json` says nothing of them. */
export const DEFAULT_INBOXES: InboxSettings = INBOXES.parse({});

const SCHEMA = z.strictObject({
  /** The name under which the outer log signs. */
  origin: z.string().regex(/^[^\s+]{1,200}$/),
  plan: z.strictObject({ epochMs: count, slotMs: count, lagSlots: count, bytesPerSlot: count }),
  inboxes: INBOXES.prefault({}),
});

/** What is read from `outer.json`. */
export interface OuterSettings {
  readonly origin: string;
  readonly plan: SlotPlan;
  readonly inboxes: InboxSettings;
}

/** What may be chosen when the wire is made. */
export type NewWire = Partial<Omit<SlotPlan, 'epochMs'>> & { readonly origin?: string };

const FILE = 'outer.json';

/** Whether a folder belongs to an outer door. */
export async function readSettings(dir: string): Promise<OuterSettings | undefined> {
  let text: string;
  try {
    text = await readFile(path.join(dir, FILE), 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw outerErrors.error('SETTINGS_INVALID', { reason: 'it is not JSON' });
  }
  const read = SCHEMA.safeParse(value);
  if (!read.success) {
    throw outerErrors.error('SETTINGS_INVALID', {
      reason: z.prettifyError(read.error).split('\n')[0] ?? '',
    });
  }
  checkSlotPlan(read.data.plan);
  return read.data;
}

/** Reads the settings, or makes a wire whose first slot begins now. */
export async function openSettings(
  dir: string,
  clock: Clock,
  wish: NewWire,
): Promise<OuterSettings> {
  const found = await readSettings(dir);
  if (found !== undefined) return found;
  const slotMs = wish.slotMs ?? DEFAULT_SLOT_PLAN.slotMs;
  const settings: Omit<OuterSettings, 'inboxes'> = {
    origin: wish.origin ?? `sallyport.outer/${randomBytes(4).toString('hex')}`,
    plan: checkSlotPlan({
      epochMs: Math.floor(clock.nowMs() / slotMs) * slotMs,
      slotMs,
      lagSlots: wish.lagSlots ?? DEFAULT_SLOT_PLAN.lagSlots,
      bytesPerSlot: wish.bytesPerSlot ?? DEFAULT_SLOT_PLAN.bytesPerSlot,
    }),
  };
  const text = `${JSON.stringify(settings, undefined, 2)}\n`;
  await writeFileDurable(path.join(dir, FILE), utf8(text));
  return { ...settings, inboxes: DEFAULT_INBOXES };
}
