/** Reads a live gate with every collector. A collector that gets no answer says so; it never stops the others. */
import { z } from 'zod';
import { SallyportError, isoTime } from '../../core/index.ts';
import type { Observation, Reading } from '../observation.ts';
import { ACCOUNTS_COLLECTOR } from './accounts.ts';
import { APPROVERS_COLLECTOR } from './approvers.ts';
import { CAPS_COLLECTOR } from './caps.ts';
import type { Collector, CollectorTools, ExfilOutcome, GatePort } from './collector.ts';
import { ask } from './collector.ts';
import { DOORS_COLLECTOR } from './doors.ts';
import { EXFIL_TEST_COLLECTOR } from './exfil-test.ts';
import { KEY_TYPES_COLLECTOR } from './key-types.ts';
import { LEDGER_COLLECTOR } from './ledger.ts';
import { REVIEWS_COLLECTOR, measureWaiting } from './reviews.ts';
import { TWO_PERSON_COLLECTOR } from './two-person.ts';

/** Every collector, in the order of the reading. */
export const COLLECTORS: readonly Collector[] = [
  CAPS_COLLECTOR,
  APPROVERS_COLLECTOR,
  TWO_PERSON_COLLECTOR,
  LEDGER_COLLECTOR,
  KEY_TYPES_COLLECTOR,
  ACCOUNTS_COLLECTOR,
  DOORS_COLLECTOR,
  REVIEWS_COLLECTOR,
  EXFIL_TEST_COLLECTOR,
];

/** How long a reading of a gate is believed. */
export const READING_DAYS = 7;
const DAY_MS = 86_400_000;

function explain(cause: unknown): string {
  if (cause instanceof SallyportError) return cause.message;
  if (cause instanceof z.ZodError) {
    const place = cause.issues[0]?.path.map(String).join('.') ?? '';
    return `the answer has another shape than this program knows${place === '' ? '' : `, at ${place}`}`;
  }
  if (cause instanceof TypeError) return cause.message;
  throw cause;
}

/** One observation for each measure of a collector, whatever it answers. */
async function runCollector(
  collector: Collector,
  tools: CollectorTools,
): Promise<readonly Observation[]> {
  const { name } = collector;
  try {
    const found = await collector.collect(tools);
    const said = new Set(found.map((each) => each.measure));
    const silent = collector.measures
      .filter((measure) => !said.has(measure))
      .map((measure) => ({
        measure,
        verdict: 'unknown' as const,
        sentence: 'the gate does not say',
      }));
    return [...found, ...silent].map((each) => ({ facts: {}, ...each, collector: name }));
  } catch (cause) {
    const sentence = `the gate did not say: ${explain(cause)}`;
    return collector.measures.map((measure) => ({
      collector: name,
      measure,
      verdict: 'unknown' as const,
      sentence,
      facts: {},
    }));
  }
}

const ledgerKeys = z.object({ key: z.string(), outerKey: z.string().nullable().optional() });
const health = z.object({ ledger: z.object({ origin: z.string(), size: z.number().int() }) });

async function readLedger(gate: GatePort): Promise<Reading['ledger']> {
  const { key, outerKey } = await ask(gate, '/v1/ledger/key', ledgerKeys);
  const { ledger } = await ask(gate, '/v1/health', health);
  const checkpoint = await gate.text('/v1/ledger/checkpoint');
  return { size: ledger.size, key, checkpoint, outerKey: outerKey ?? null };
}

async function orNull<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (cause) {
    explain(cause);
    return null;
  }
}

/** Reads a gate. Changes nothing there. Throws only what is no answer of a gate, such as a broken invariant. */
export async function readGate(
  gate: GatePort,
  nowMs: number,
  exfil: ExfilOutcome | null = null,
): Promise<Reading> {
  const observations: Observation[] = [];
  for (const collector of COLLECTORS) {
    observations.push(...(await runCollector(collector, { gate, nowMs, exfil })));
  }
  const shown = await orNull(ask(gate, '/v1/health', health));
  return {
    kind: 'observations',
    at: isoTime(nowMs),
    expires: isoTime(nowMs + READING_DAYS * DAY_MS),
    gate: { url: gate.url, origin: shown?.ledger.origin ?? null },
    ledger: await orNull(readLedger(gate)),
    waiting: await orNull(measureWaiting(gate, nowMs)),
    observations,
  };
}
