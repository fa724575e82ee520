/** Requests in a line each: what waits for somebody, and pages of the queue. */
import type { Kysely } from 'kysely';
import type { Gate } from '../../app/index.ts';
import type { Principal } from '../../people/index.ts';
import { currentVotes, isAskedAgain, mayDo, readVotesOf } from '../../requests/index.ts';
import type { Request, RequestFilter, Stood } from '../../requests/index.ts';
import { hideLine, isOutside } from './outsiders.ts';
import { showStood } from './views.ts';
import type { RequestShown } from './views.ts';

async function standAll(gate: Gate, requests: readonly Request[]): Promise<readonly Stood[]> {
  const ids = requests.map((request) => request.id);
  const votes = await gate.store.read((db: Kysely<unknown>) => readVotesOf(db, ids));
  const { approvals } = gate.requests;
  const locked = await approvals.locked();
  return requests.map((request) =>
    approvals.standSoon(request, votes.get(request.id) ?? [], locked),
  );
}

function fits(request: Request, filter: RequestFilter): boolean {
  const { states, kinds, text, job } = filter;
  const project = filter.projects?.includes(request.project) ?? true;
  const said = (text ?? '').toLowerCase();
  const words = `${request.why} ${request.title ?? ''} ${request.id} ${request.requester}`;
  return (
    project &&
    (states?.includes(request.state) ?? true) &&
    (kinds?.includes(request.kind) ?? true) &&
    (job === undefined || job === '' || request.job === job) &&
    words.toLowerCase().includes(said)
  );
}

/** What waits for each person, per copy of the held requests: several parts of a page ask for the same. */
const waiting = new WeakMap<readonly Stood[], Map<string, readonly Request[]>>();

async function waitingFor(gate: Gate, person: string): Promise<readonly Request[]> {
  const held = await gate.measures.held();
  const people = waiting.get(held) ?? new Map<string, readonly Request[]>();
  waiting.set(held, people);
  const known = people.get(person);
  if (known !== undefined) return known;
  const mine = held.flatMap((stood) => {
    const event = stood.request.state === 'unreviewed' ? 'review' : 'approve';
    if (!mayDo(stood, event, person).ok) return [];
    const voted = currentVotes(stood.request, stood.votes);
    const again = isAskedAgain(stood.judgement, person);
    return voted.some((vote) => vote.person === person) && !again ? [] : [stood.request];
  });
  people.set(person, mine);
  return mine;
}

/** Held requests that this person can decide or review now, the gravest first. */
export async function listForMe(
  gate: Gate,
  principal: Principal,
  filter: RequestFilter = {},
): Promise<readonly Request[]> {
  if (principal.kind !== 'person') return [];
  const mine = (await waitingFor(gate, principal.id)).filter((request) => fits(request, filter));
  const { sort } = filter;
  if (sort === 'age') return [...mine].sort((a, b) => a.askedMs - b.askedMs);
  if (sort === 'newest') return [...mine].sort((a, b) => b.askedMs - a.askedMs);
  return mine;
}

/** Shows requests in a line each. */
export async function showRequests(
  gate: Gate,
  principal: Principal,
  requests: readonly Request[],
): Promise<readonly RequestShown[]> {
  const shown: RequestShown[] = [];
  const stopped = await gate.wireLocks.reasons();
  for (const stood of await standAll(gate, requests)) {
    const known = showStood(stood, principal, null);
    const line = { ...known, waitsFor: stopped(stood.request) ?? known.waitsFor };
    shown.push((await isOutside(gate, principal, stood)) ? hideLine(line) : line);
  }
  return shown;
}
