/**
 * The kind `window`: exports of one job that people approve beforehand. A window is a template (types, destination, bits
 * each and in total, uses, until when); while it is open, plain exports that fit it leave without another approval. The
 * sender counts uses and bits itself.
 */
import { sayCount, sayExactDuration } from '../core/index.ts';
import type { Kysely } from 'kysely';
import type { Ledger } from '../ledger/index.ts';
import type { Models } from '../models/index.ts';
import type { People } from '../people/index.ts';
import { entryOf, readWindow } from '../requests/index.ts';
import type { Request, RequestKind, WindowInput } from '../requests/index.ts';
import { modelsInReach } from './export-reach.ts';

interface WindowTables {
  window_uses: { window: string; request: string; bits: bigint };
}

/** What has left through a window. */
export async function countUses(
  db: Kysely<unknown>,
  window: string,
): Promise<{ uses: number; bits: bigint }> {
  const rows = await (db as unknown as Kysely<WindowTables>)
    .selectFrom('window_uses')
    .select('bits')
    .where('window', '=', window)
    .execute();
  return { uses: rows.length, bits: rows.reduce((sum, row) => sum + row.bits, 0n) };
}

/** Notes a use, in the transaction of the release; false when the window does not allow it any more. */
export async function useWindow(
  tx: Kysely<unknown>,
  window: Request,
  request: string,
  bits: bigint,
): Promise<boolean> {
  const input = readWindow(JSON.parse(window.input));
  const before = await countUses(tx, window.id);
  const fits =
    before.uses < input.uses &&
    bits <= BigInt(input.bitsEach) &&
    before.bits + bits <= BigInt(input.bitsTotal);
  if (!fits) return false;
  await (tx as unknown as Kysely<WindowTables>)
    .insertInto('window_uses')
    .values({ window: window.id, request, bits })
    .execute();
  return true;
}

/** Whether an open window is made for an export like this. */
export function fitsWindow(
  window: Request,
  request: Request,
  facts: { types: readonly string[]; chargeBits: bigint },
  nowMs: number,
): boolean {
  if (window.state !== 'granted' || window.subject === null) return false;
  if ((window.grantEndsMs ?? 0) <= nowMs) return false;
  if (window.project !== request.project || window.destination !== request.destination)
    return false;
  if (window.requester !== request.requester) return false;
  const input = readWindow(JSON.parse(window.input));
  // An export that says what it is part of is not let through as a part of something else. That it says nothing is no fault.
  if (request.job !== null && request.job !== '' && request.job !== input.job) return false;
  const types: readonly string[] = input.types;
  return (
    facts.types.every((type) => types.includes(type)) && facts.chargeBits <= BigInt(input.bitsEach)
  );
}

const RISK = 65;

function sayWindow(input: WindowInput): string {
  return `window for ${input.job}: ${sayCount(input.uses, 'export')} of at most ${sayCount(input.bitsEach, 'bit')}, ${sayCount(input.bitsTotal, 'bit')} in total, for ${sayExactDuration(input.durationMs)}`;
}

/** The kind `window`. */
export function windowKind(host: { ledger: Ledger; people: People; models: Models }): RequestKind {
  const read = (request: Pick<Request, 'input'>): WindowInput =>
    readWindow(JSON.parse(request.input));
  return {
    name: 'window',
    through: 'grant',
    title: (request) => sayWindow(read(request)),
    gather: async (request) => {
      const project = await host.people.project(request.project);
      const place = project.destinations.find((each) => each.name === request.destination);
      return { number: place?.number ?? null };
    },
    decide: (_request, facts) => {
      const { number } = facts as { number: number | null };
      if (number === null)
        return Promise.resolve({ verdict: 'deny', reason: 'there is no such destination' });
      const reason = 'a window is approved like the largest export that it lets through';
      return Promise.resolve({ verdict: 'hold', reason, tier: 'one' });
    },
    demand: async (request, facts) => {
      const input = read(request);
      const number = (facts as { number: number }).number;
      const models = await modelsInReach(host, request);
      return {
        destination: { name: request.destination, number },
        // What leaves through it is asked of the same owners as one export alone.
        models: models.map((model) => model.id),
        chargeBitsMax: BigInt(input.bitsTotal),
        grantMs: input.durationMs,
        risk: RISK,
        facts: { window: input },
      };
    },
    keep: () => Promise.resolve(),
    effect: async (request, _facts, releaser, moveOn) => {
      const by = 'by' in releaser ? releaser.by.join(', ') : 'gate';
      await host.ledger.record(
        {
          kind: 'window.opened',
          by,
          request: request.id,
          window: read(request),
        },
        (tx: Kysely<unknown>) => moveOn(tx, 0n),
        { id: entryOf(request, 'grant') },
      );
      return { done: true };
    },
    describe: (request) => ({ window: read(request) }),
    cleanUp: () => Promise.resolve(),
  };
}
