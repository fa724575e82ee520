/** What access grants do to other rooms, and which windows are open: wired here because only `app` knows every room. */
import type { Kysely } from 'kysely';
import { addAllowance, readBucket } from '../budget/index.ts';
import type { Budgets, CapNames } from '../budget/index.ts';
import { SallyportError } from '../core/index.ts';
import type { Clock } from '../core/index.ts';
import type { Ledger } from '../ledger/index.ts';
import type { Models } from '../models/index.ts';
import type { People } from '../people/index.ts';
import { currentVotes, listRequests, readAccess, readVotesOf } from '../requests/index.ts';
import type {
  AccessHost,
  AccessInput,
  Request,
  RequestFilter,
  SignedSubject,
} from '../requests/index.ts';
import type { Store } from '../store/index.ts';

/** What the effects stand on. */
export interface EffectsHost {
  readonly store: Store;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly people: People;
  readonly models: Models;
  readonly budgets: Budgets;
  readonly caps: () => CapNames;
  /** Tells the sender of bits that people lent to a budget. */
  lend(signed: SignedSubject): Promise<void>;
}

const TOOL_NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/;

async function findProblem(host: EffectsHost, input: AccessInput): Promise<string | null> {
  try {
    switch (input.target) {
      case 'project':
        await host.people.project(input.what);
        return null;
      case 'model':
        await host.models.get(input.what);
        return null;
      case 'tool':
        return TOOL_NAME.test(input.what) ? null : 'a tool has a short name in lower case';
      case 'budget':
        await host.budgets.get(readBucket(input.what));
        return null;
    }
  } catch (cause) {
    if (cause instanceof SallyportError) return cause.message;
    throw cause;
  }
}

/** The effects of access grants. Membership, models and tools are read from the grants themselves while they last. */
export function openAccessEffects(host: EffectsHost): AccessHost {
  const allow = async (tx: Kysely<unknown>, input: AccessInput, sign: 1n | -1n): Promise<void> => {
    if (input.target !== 'budget' || input.bits === null) return;
    const bits = BigInt(input.bits) * sign;
    await addAllowance(tx, readBucket(input.what), bits, host.clock.nowMs(), host.caps());
  };
  return {
    store: host.store,
    ledger: host.ledger,
    clock: host.clock,
    check: (input) => findProblem(host, input),
    begin: (tx, _request, input) => allow(tx, input, 1n),
    granted: (input, signed) => (input.target === 'budget' ? host.lend(signed) : Promise.resolve()),
    end: (tx, _request, input) => allow(tx, input, -1n),
  };
}

/** Every grant of more budget that still lasts, with the signatures that gave it, for a sender that starts. */
export async function listLoans(store: Store, nowMs: number): Promise<readonly SignedSubject[]> {
  const granted = await listSigned(store, { states: ['granted'], kinds: ['access'], limit: 1000 });
  return granted.filter(
    ({ request }) =>
      (request.grantEndsMs === null || request.grantEndsMs > nowMs) &&
      readAccess(JSON.parse(request.input)).target === 'budget',
  );
}

/** The open windows of a project, with the signatures that opened them. */
export async function openWindows(
  store: Store,
  project: string,
): Promise<readonly ({ request: Request } & SignedSubject)[]> {
  return listSigned(store, {
    states: ['granted'],
    kinds: ['window'],
    projects: [project],
    limit: 1000,
  });
}

async function listSigned(
  store: Store,
  filter: RequestFilter,
): Promise<readonly ({ request: Request } & SignedSubject)[]> {
  const granted = await listRequests(store, filter);
  if (granted.length === 0) return [];
  const ids = granted.map((request) => request.id);
  const votes = await store.read((db: Kysely<unknown>) => readVotesOf(db, ids));
  return granted.flatMap((request) => {
    if (request.subject === null) return [];
    const signatures = currentVotes(request, votes.get(request.id) ?? []).flatMap((vote) =>
      vote.vote === 'approve' && vote.signature !== null ? [vote.signature] : [],
    );
    return [{ request, subject: request.subject, signatures }];
  });
}
