/**
 * The kind `access`: into a project, to a model, to a tool, or more budget, for a while. The grant's clock starts at the
 * approval; it ends by itself and can be given back early.
 */
import { sayExactDuration } from '../../core/index.ts';
import type { Clock, Json } from '../../core/index.ts';
import type { Ledger } from '../../ledger/index.ts';
import type { Kysely } from 'kysely';
import { accessOf, readAccess, scopeOfAccess, writeAccess } from '../access-input.ts';
import type { AccessInput } from '../access-input.ts';
import type { Releaser, RequestKind, SignedSubject } from '../kind.ts';
import { entryOf } from '../tell.ts';
import { listRequests } from '../lists.ts';
import type { Request } from '../row.ts';
import { readSubject } from '../subject.ts';
import type { Store } from '../../store/index.ts';

/** What access requests stand on. Effects on other rooms are given by whoever wires them. */
export interface AccessHost {
  readonly store: Store;
  readonly ledger: Ledger;
  readonly clock: Clock;
  /** Says why the target cannot be given; null when it can. */
  check(input: AccessInput): Promise<string | null>;
  /** Lets a grant begin, in its transaction. */
  begin(tx: Kysely<unknown>, request: Request, input: AccessInput): Promise<void>;
  /** Tells others of a grant that is durable, with what was signed; it is told again when the gate starts. */
  granted(input: AccessInput, signed: SignedSubject): Promise<void>;
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

/** Every grant that holds, of one principal or to one project where that is asked. */
export async function listGrants(
  store: Store,
  of: { readonly principal?: string; readonly project?: string },
): Promise<readonly Grant[]> {
  const { principal, project } = of;
  const granted = await listRequests(store, {
    states: ['granted'],
    kinds: ['access'],
    ...(principal === undefined ? {} : { requester: principal }),
    ...(project === undefined ? {} : { projects: [project] }),
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
  const time = sayExactDuration(input.durationMs);
  const what =
    input.target === 'budget'
      ? `${String(input.bits)} bits more in the budget ${input.what}`
      : `access to the ${input.target} ${input.what}`;
  return `${what} for ${time}`;
}

/** Why a held access request waits, whatever it asks for. */
export const ACCESS_HELD = 'access is given by the owners of what is asked for';

/** Why the signatures do not stand for this input; null when they do. */
function findUnsigned(releaser: Releaser, input: AccessInput): string | null {
  if (!('subject' in releaser)) return 'nobody signed it';
  const signed = accessOf(readSubject(releaser.subject));
  return signed !== null && writeAccess(signed) === writeAccess(input)
    ? null
    : 'its approvals are for something else; ask again';
}

/** The kind `access`. */
export function accessKind(host: AccessHost): RequestKind {
  const read = (request: Pick<Request, 'input'>): AccessInput =>
    readAccess(JSON.parse(request.input));
  return {
    name: 'access',
    through: 'grant',
    title: ({ input }) => sayAccess(read({ input })),
    gather: async (request) => ({ problem: await host.check(read(request)) }),
    // The answer is the same for what is not there: whoever is not read in learns nothing by asking.
    decide: (request) => {
      const { tier } = scopeOfAccess(read(request), request.project);
      return Promise.resolve({ verdict: 'hold', reason: ACCESS_HELD, tier });
    },
    demand: (request) => {
      const input = read(request);
      return Promise.resolve({
        destination: null,
        models: scopeOfAccess(input, request.project).models,
        // More of a budget is so many bits that may leave: a rule's limit in bits holds for them too.
        chargeBitsMax: BigInt(input.bits ?? 0),
        grantMs: input.durationMs,
        risk: RISKS[input.target],
        facts: { access: input },
      });
    },
    keep: () => Promise.resolve(),
    effect: async (request, _facts, releaser, moveOn) => {
      const by = 'by' in releaser ? releaser.by.join(', ') : 'gate';
      const input = read(request);
      const problem = findUnsigned(releaser, input) ?? (await host.check(input));
      if (problem !== null) return { done: false, verdict: 'hold', reason: problem };
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
      if ('subject' in releaser) await host.granted(input, releaser);
      return { done: true };
    },
    end: (tx, request) => host.end(tx, request, read(request)),
    describe: (request) => ({ access: read(request) }),
    cleanUp: () => Promise.resolve(),
  };
}
