/**
 * The kind `access`: into a project, to a model, to a tool, or more budget, for a while. The grant's clock starts at the
 * approval; it ends by itself and can be given back early.
 */
import { z } from 'zod';
import { canonicalJson } from '../../core/index.ts';
import type { Clock, Json } from '../../core/index.ts';
import type { Ledger } from '../../ledger/index.ts';
import type { Kysely } from 'kysely';
import { errors } from '../errors.ts';
import type { RequestKind } from '../kind.ts';
import { entryOf } from '../tell.ts';
import { listRequests } from '../lists.ts';
import type { Request } from '../row.ts';
import type { Store } from '../../store/index.ts';

/** To what access can be asked for. */
export const ACCESS_TARGETS = ['project', 'model', 'tool', 'budget'] as const;

const INPUT = z.strictObject({
  target: z.enum(ACCESS_TARGETS),
  what: z.string().min(1).max(80),
  durationMs: z
    .number()
    .int()
    .min(60_000)
    .max(366 * 86_400_000),
  /** Of a budget: how many bits more may be in it. */
  bits: z.number().int().min(1).max(Number.MAX_SAFE_INTEGER).nullable().default(null),
});

/** What an access request asks for. */
export type AccessInput = z.infer<typeof INPUT>;

/** Reads the input; throws `REQUEST_INPUT_INVALID`. */
export function readAccess(value: unknown): AccessInput {
  const parsed = INPUT.safeParse(value);
  if (parsed.success) {
    if (parsed.data.target === 'budget' && parsed.data.bits === null)
      throw errors.error('INPUT_INVALID', { why: 'more budget needs a number of bits' });
    return parsed.data;
  }
  const why = parsed.error.issues
    .map((issue) => `${issue.path.map(String).join('.')}: ${issue.message.toLowerCase()}`)
    .join('; ');
  throw errors.error('INPUT_INVALID', { why });
}

/** The input in its one spelling. */
export function writeAccess(input: AccessInput): string {
  return canonicalJson(input);
}

/** What access requests stand on. Effects on other rooms are given by whoever wires them. */
export interface AccessHost {
  readonly store: Store;
  readonly ledger: Ledger;
  readonly clock: Clock;
  /** Says why the target cannot be given; null when it can. */
  check(request: Request, input: AccessInput): Promise<string | null>;
  /** Lets a grant begin, in its transaction. */
  begin(tx: Kysely<unknown>, request: Request, input: AccessInput): Promise<void>;
  /** Lets a grant end, in its transaction. */
  end(tx: Kysely<unknown>, request: Request, input: AccessInput): Promise<void>;
}

const RISKS = { project: 50, model: 60, tool: 40, budget: 55 } as const;

/** A grant that holds now. */
export interface Grant {
  readonly request: string;
  readonly principal: string;
  readonly project: string;
  readonly input: AccessInput;
  readonly untilMs: number;
}

/** Every grant that holds. */
export async function listGrants(store: Store, principal?: string): Promise<readonly Grant[]> {
  const granted = await listRequests(store, {
    states: ['granted'],
    kinds: ['access'],
    ...(principal === undefined ? {} : { requester: principal }),
    limit: 1000,
  });
  return granted.map((request) => ({
    request: request.id,
    principal: request.requester,
    project: request.project,
    input: readAccess(JSON.parse(request.input)),
    untilMs: request.grantEndsMs ?? 0,
  }));
}

function sayAccess(input: AccessInput): string {
  const hours = Math.round(input.durationMs / 3_600_000);
  const time = hours < 48 ? `${String(hours)} hours` : `${String(Math.round(hours / 24))} days`;
  const what =
    input.target === 'budget'
      ? `${String(input.bits)} bits more in the budget ${input.what}`
      : `access to the ${input.target} ${input.what}`;
  return `${what} for ${time}`;
}

/** The kind `access`. */
export function accessKind(host: AccessHost): RequestKind {
  const read = (request: Pick<Request, 'input'>): AccessInput =>
    readAccess(JSON.parse(request.input));
  return {
    name: 'access',
    through: 'grant',
    title: ({ input }) => sayAccess(read({ input })),
    gather: async (request) => ({ problem: await host.check(request, read(request)) }),
    decide: (_request, facts) => {
      const { problem } = facts as { problem: string | null };
      if (problem !== null) return Promise.resolve({ verdict: 'deny', reason: problem });
      const reason = 'access is given by the owners of what is asked for';
      return Promise.resolve({ verdict: 'hold', reason, tier: 'one' });
    },
    demand: (request) => {
      const input = read(request);
      return Promise.resolve({
        destination: null,
        models: input.target === 'model' ? [input.what] : [],
        chargeBitsMax: 0n,
        grantMs: input.durationMs,
        risk: RISKS[input.target],
        facts: { access: input },
      });
    },
    keep: () => Promise.resolve(),
    effect: async (request, _facts, releaser, moveOn) => {
      const by = 'by' in releaser ? releaser.by.join(', ') : 'gate';
      const input = read(request);
      await host.ledger.record(
        {
          kind: 'access.granted',
          by,
          request: request.id,
          ...(input as unknown as Record<string, Json>),
        },
        async (tx: Kysely<unknown>) => {
          await moveOn(tx, 0n);
          await host.begin(tx, request, input);
        },
        { id: entryOf(request, 'grant') },
      );
      return { done: true };
    },
    end: (tx, request) => host.end(tx, request, read(request)),
    describe: (request) => ({ access: read(request) }),
    cleanUp: () => Promise.resolve(),
  };
}
