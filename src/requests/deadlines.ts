/** What time does to requests: ends what nobody decided, escalates what waits, tries again what is approved. */
import type { Kysely } from 'kysely';
import { SallyportError, newId } from '../core/index.ts';
import { SECURITY, peopleOf, peopleWithRole } from '../people/index.ts';
import type { Roster } from '../people/index.ts';
import type { Store } from '../store/index.ts';
import type { Approvals } from './approvals.ts';
import { clocksAfterEscalation, waitOf } from './escalation.ts';
import { giveSubject } from './give-subject.ts';
import type { SubjectHost } from './give-subject.ts';
import { peopleWaitedFor } from './judge-approvals.ts';
import { reviewOf } from './standing.ts';
import type { RequestEvent } from './states.ts';
import { stateRow } from './states.ts';
import {
  listApproved,
  listDue,
  listRequests,
  listSigned,
  listTexts,
  listToEscalate,
  listUnprepared,
} from './lists.ts';
import { tellOldApprovals } from './old-approvals.ts';
import { renewText } from './renew-texts.ts';
import { noteEscalation, readRequest } from './store.ts';
import type { Request } from './row.ts';
import { readSubject } from './subject.ts';
import { addNote } from './votes.ts';

/** What time works on. */
export interface DeadlineHost extends SubjectHost {
  readonly approvals: Approvals;
  isRunning(id: string): boolean;
  /** Whether other rules may be in force than when this ran last, or its clock was set back. */
  readonly isAnew: boolean;
  end(request: Request, event: RequestEvent, reason: string): Promise<Request>;
}

const DAY_MS = 86_400_000;
const STATE_WRONG = 'REQUEST_STATE_WRONG';

const SENTENCES: Readonly<Partial<Record<RequestEvent, string>>> = {
  expire: 'nobody decided before its deadline',
  fail: 'the gate could not finish it in time',
  end: 'the time for which it was granted is over',
};

/** Runs everything once; not to be run twice at the same time. A request that cannot be moved holds up no other. */
export async function checkDeadlines(host: DeadlineHost): Promise<void> {
  const { store, clock } = host;
  const each = async (
    requests: readonly Request[],
    work: (request: Request) => Promise<unknown>,
  ): Promise<void> => {
    for (const request of requests) {
      await work(request).catch((cause: unknown) => {
        // Somebody may have decided or changed it a moment ago; then there is nothing left to do.
        if (!(cause instanceof SallyportError) || cause.code !== STATE_WRONG)
          host.onFault(request.id, cause);
      });
    }
  };
  await each(await listUnprepared(store), (request) => giveSubject(host, request));
  if (host.isAnew) await each(await listTexts(store), (request) => renewText(host, request));
  // First, so that nothing expires that was never escalated.
  await each(await listToEscalate(store, clock.nowMs()), (request) => escalate(host, request));
  const due = await listDue(store, clock.nowMs());
  tellLate(host, due);
  await each(due, (request) => endDue(host, request));
  await retryApproved(host, 'approved');
  await tellOldApprovals(host).catch((cause: unknown) => {
    host.onFault('whose approvals are too old', cause);
  });
}

/** What only people can end is said once a day; of what waits for the wire one says it for all of a project. */
function tellLate(host: DeadlineHost, due: readonly Request[]): void {
  const oldest = new Map<string, Request>();
  for (const request of due) {
    if ((stateRow(request.state).waits?.atDeadline ?? 'alarm') !== 'alarm') continue;
    const { id, project } = request;
    if (request.state !== 'queued') {
      const said = `request ${id} left in an emergency and nobody has reviewed it yet`;
      host.onAlarm(said, project, DAY_MS);
      continue;
    }
    const before = oldest.get(project);
    if (before === undefined || request.changedMs < before.changedMs) oldest.set(project, request);
  }
  for (const { id, project } of oldest.values()) {
    const said = `request ${id} is charged but the outer door has not confirmed it yet, nor what was charged after it in ${project}`;
    host.onAlarm(said, project, DAY_MS);
  }
}

/** What happens to a request at its deadline. */
async function endDue(host: DeadlineHost, request: Request): Promise<void> {
  if (host.isRunning(request.id)) return;
  const event = stateRow(request.state).waits?.atDeadline ?? 'alarm';
  if (event === 'alarm') return;
  if (event === 'expire') {
    // Before the founding there is nobody who could have decided, and before the last escalation somebody was not told.
    if (host.rosters.current === null || request.escalatesMs !== null) return;
    if (request.escalations === 0) return escalate(host, request);
  }
  await host.end(request, event, SENTENCES[event] ?? event);
}

/** Whom an escalation goes to: first the project's owners, then security; of what was returned, whoever asked. */
function nextGroup(
  roster: Roster,
  request: Request,
  nowMs: number,
): { name: string; people: readonly string[] } {
  if (request.state === 'returned')
    return { name: 'whoever asked', people: [request.sponsor ?? request.requester] };
  const owners = [...peopleWithRole(roster, request.project, 'owner', nowMs)];
  if (request.escalations === 0 && owners.length > 0 && request.state === 'held')
    return { name: `owners of ${request.project}`, people: owners };
  return { name: SECURITY, people: [...peopleOf(roster, SECURITY, nowMs)] };
}

/** Who of those who are told of an escalation can do something: approve what is held, review, or change it. */
function whoCan(
  { state, requester, decidedBy }: Request,
  waiting: readonly string[],
  people: readonly string[],
): readonly string[] {
  if (state === 'held') return waiting;
  if (state === 'returned') return [requester];
  return people.filter((person) => person !== requester && person !== decidedBy);
}

async function escalate(host: DeadlineHost, request: Request): Promise<void> {
  const { clock, random, rosters } = host;
  const roster = rosters.current?.roster;
  if (roster === undefined) return;
  const nowMs = clock.nowMs();
  const { name, people } = nextGroup(roster, request, nowMs);
  const next = clocksAfterEscalation(request, waitOf(request, roster), nowMs);
  const late =
    request.state === 'held' &&
    request.subject !== null &&
    Date.parse(readSubject(request.subject).releaseBy) <= next.deadlineMs;
  // Whoever is told now must be able to sign something that can still be released.
  if (late) await giveSubject(host, request, next);
  const stood = await host.approvals.stand(request.id);
  const reviewing = request.state === 'unreviewed' ? (reviewOf(stood)?.missing ?? []) : [];
  const waiting =
    request.state === 'held'
      ? peopleWaitedFor(stood.judgement)
      : reviewing.flatMap((each) => each.candidates);
  const told = [...new Set([...waiting, ...people])];
  const reminded = [...new Set(request.state === 'returned' ? people : waiting)];
  await host.ledger.record(
    { kind: 'request.escalated', by: 'gate', request: request.id, to: name },
    async (tx: Kysely<unknown>) => {
      await noteEscalation(tx, request.id, name, next);
      await addNote(tx, {
        id: newId('evt', random),
        request: request.id,
        atMs: nowMs,
        event: 'escalate',
        by: 'gate',
        sentence: `reminded ${reminded.slice(0, 10).join(', ') || 'nobody'} and told ${name}`,
      });
    },
  );
  const after = await host.store.read((db: Kysely<unknown>) => readRequest(db, request.id));
  const act = whoCan(after, waiting, people);
  host.onNews?.({ request: after, event: 'escalate', to: told, act });
}

/** What could leave through a window that was opened while it waited: of the same requester, to the same place. */
function listBefore(store: Store, { project, destination, requester }: Request) {
  const of = { projects: [project], destinations: [destination], requester };
  return listRequests(store, {
    ...of,
    states: ['held'],
    kinds: ['export'],
    sort: 'age',
    limit: 1000,
  });
}

/**
 * Carries out what is approved and was stopped by something that may be gone. `signed` looks at everything that somebody
 * has signed: another roster may ask for less. `after` is what just took effect; a window lets out what waited for it.
 * Never throws; a request that fails is tried again with the next pass.
 */
export async function retryApproved(
  host: Pick<DeadlineHost, 'store' | 'approvals' | 'onFault'>,
  which: 'approved' | 'signed',
  after?: Request,
): Promise<void> {
  if (after?.kind === 'window') {
    const waiting = await listBefore(host.store, after).catch((cause: unknown) => {
      host.onFault(after.id, cause);
      return [];
    });
    for (const { id } of waiting) {
      await host.approvals.tryWindow(id).catch((cause: unknown) => {
        host.onFault(id, cause);
      });
    }
  }
  const list = which === 'approved' ? listApproved : listSigned;
  const held = await list(host.store).catch((cause: unknown) => {
    host.onFault(`that is ${which}`, cause);
    return [];
  });
  for (const { id } of held) {
    await host.approvals.retry(id).catch((cause: unknown) => {
      host.onFault(id, cause);
    });
  }
}
