/** What the people who run the outer door may do, by name; reached through a socket in its data folder. */
import { z } from 'zod';
import { isoTime } from '../core/index.ts';
import { slotAt } from '../wire/index.ts';
import { outerErrors } from './errors.ts';
import type { MeterPolicy } from './meter.ts';
import type { Outer } from './outer.ts';

const name = z.string().max(200);
const bits = z.string().regex(/^\d{1,18}$/, 'is no whole number of bits');

const INPUTS = {
  status: z.strictObject({}),
  list: z.strictObject({ destination: name.optional() }),
  key: z.strictObject({}),
  'destination.add': z.strictObject({ name, number: z.number().optional() }),
  'recipient.add': z.strictObject({ name, destination: name }),
  'recipient.remove': z.strictObject({ name, destination: name }),
  'budget.set': z.strictObject({
    burstBits: bits.optional(),
    bitsPerDay: bits.optional(),
    lifetimeBits: z.union([bits, z.literal('none')]).optional(),
  }),
  resume: z.strictObject({}),
  'inbox.add': z.strictObject({ name, dir: z.string().min(1).max(4_096).optional() }),
  'inbox.list': z.strictObject({}),
  'inbox.remove': z.strictObject({ name }),
  'inbox.resend': z.strictObject({ id: name }),
} as const;

/** The name of an operation. */
export type AdminOperation = keyof typeof INPUTS;

type Input<Name extends AdminOperation> = z.infer<(typeof INPUTS)[Name]>;

function meterReport(outer: Outer, nowMs: number) {
  const { metering, plan } = outer;
  const level = metering.at(Math.max(0, slotAt(plan, nowMs)));
  const { burstBits, bitsPerDay, lifetimeBits } = metering.policy;
  return {
    burstBits: String(burstBits),
    bitsPerDay: String(bitsPerDay),
    lifetimeBits: lifetimeBits === undefined ? null : String(lifetimeBits),
    leftBits: String(level.leftBits),
    spentBits: String(level.spentBits),
  };
}

async function report(outer: Outer, nowMs: number) {
  const status = outer.receiver.status();
  return {
    state: outer.metering.state,
    stopped: outer.metering.stopped?.sentence ?? null,
    now: isoTime(nowMs),
    slot: slotAt(outer.plan, nowMs),
    plan: outer.plan,
    framesStored: status.nextSequence - 1,
    head: status.head,
    voids: status.voids,
    key: outer.view.verifierKey,
    meter: meterReport(outer, nowMs),
    destinations: await outer.roster.destinations(),
    recipients: (await outer.roster.recipients()).map(
      ({ id, name: who, destinationName, addedAt }) => ({
        id,
        name: who,
        destination: destinationName,
        addedAt,
      }),
    ),
  };
}

async function list(outer: Outer, input: Input<'list'>) {
  await outer.view.settle();
  const wanted = (await outer.roster.destinations()).filter(
    (each) => input.destination === undefined || each.name === input.destination,
  );
  if (input.destination !== undefined && wanted.length === 0) {
    throw outerErrors.error('DESTINATION_UNKNOWN', { name: input.destination });
  }
  const all = await Promise.all(
    wanted.map(async ({ name: destination, number }) =>
      (await outer.view.listReleases(number)).map((release) => ({
        destination,
        release: release.release,
        slot: release.slot,
        publishedAt: release.publishedAt,
        chargeBits: String(release.chargeBits),
        outcome: release.outcome,
        files: release.files.map(({ name: file, bytes, sha256 }) => ({
          name: file,
          bytes,
          sha256,
        })),
      })),
    ),
  );
  return all.flat().sort((a, b) => a.release - b.release);
}

async function setBudget(outer: Outer, input: Input<'budget.set'>): Promise<void> {
  const before = outer.metering.policy;
  const policy: MeterPolicy = {
    burstBits: input.burstBits === undefined ? before.burstBits : BigInt(input.burstBits),
    bitsPerDay: input.bitsPerDay === undefined ? before.bitsPerDay : BigInt(input.bitsPerDay),
    ...(input.lifetimeBits === undefined
      ? before.lifetimeBits === undefined
        ? {}
        : { lifetimeBits: before.lifetimeBits }
      : input.lifetimeBits === 'none'
        ? {}
        : { lifetimeBits: BigInt(input.lifetimeBits) }),
  };
  await outer.declareMeter(policy);
}

type Handlers = {
  readonly [Name in AdminOperation]: (outer: Outer, input: Input<Name>, nowMs: number) => unknown;
};

const HANDLERS: Handlers = {
  status: (outer, _, nowMs) => report(outer, nowMs),
  list,
  key: (outer) => ({ key: outer.view.verifierKey }),
  'destination.add': (outer, input) => outer.roster.addDestination(input.name, input.number),
  'recipient.add': (outer, input) => outer.roster.addRecipient(input.name, input.destination),
  'recipient.remove': async (outer, input) => {
    await outer.roster.removeRecipient(input.name, input.destination);
    return {};
  },
  'budget.set': async (outer, input, nowMs) => {
    await setBudget(outer, input);
    return meterReport(outer, nowMs);
  },
  resume: async (outer) => {
    await outer.resume();
    return {};
  },
  'inbox.add': (outer, input) => outer.inboxes.add(input.name, input.dir),
  'inbox.list': (outer) => outer.inboxes.list(),
  'inbox.remove': async (outer, input) => {
    await outer.inboxes.remove(input.name);
    return {};
  },
  'inbox.resend': async (outer, input) => {
    await outer.inboxes.resend(input.id);
    return {};
  },
};

function isOperation(text: string): text is AdminOperation {
  return Object.hasOwn(HANDLERS, text);
}

/** Runs one operation; its answer is plain JSON. */
export async function runAdmin(
  outer: Outer,
  call: { operation: string; input: unknown },
  nowMs: number,
): Promise<unknown> {
  const { operation } = call;
  if (!isOperation(operation))
    throw outerErrors.error('OPERATION_UNKNOWN', { name: operation.slice(0, 80) });
  const input = INPUTS[operation].safeParse(call.input);
  if (!input.success) {
    const [issue] = input.error.issues;
    const what = issue?.path.join('.') ?? 'input';
    throw outerErrors.error('NUMBER_INVALID', { what, value: issue?.message ?? '' });
  }
  const handle = HANDLERS[operation] as (outer: Outer, input: unknown, nowMs: number) => unknown;
  return await handle(outer, input.data, nowMs);
}
