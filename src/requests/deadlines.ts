/** What time does to requests: ends what nobody decided, escalates what waits, tries again what is approved. */
import type { Kysely } from 'kysely';
import { newId } from '../core/index.ts';
import { SECURITY, peopleOf, peopleWithRole } from '../people/index.ts';
import type { Roster } from '../people/index.ts';
import { ESCALATION_SHARES } from './build-subject.ts';
import type { Approvals } from './approvals.ts';
import type { RequestsHost } from './host.ts';
import type { RequestEvent } from './states.ts';
import { stateRow } from './states.ts';
import { listDue, listRequests, listToEscalate } from './lists.ts';
import { noteEscalation } from './store.ts';
import type { Request } from './row.ts';
import { addNote } from './votes.ts';

interface DeadlineHost extends RequestsHost {
  readonly approvals: Approvals;
  isRunning(id: string): boolean;
  end(request: Request, event: RequestEvent, reason: string): Promise<Request>;
}

const SENTENCES: Readonly<Partial<Record<RequestEvent, string>>> = {
  expire: 'nobody decided before its deadline',
  fail: 'the gate could not finish it in time',
  end: 'the time for which it was granted is over',
};

/** Runs everything once. */
export async function checkDeadlines(host: DeadlineHost): Promise<void> {
  const { store, clock, onAlarm } = host;
  // First, so that nothing expires that was never escalated.
  for (const request of await listToEscalate(store, clock.nowMs())) await escalate(host, request);
  for (const request of await listDue(store, clock.nowMs())) {
    if (host.isRunning(request.id)) continue;
    const event = stateRow(request.state).waits?.atDeadline ?? 'alarm';
    if (event === 'alarm') {
      onAlarm(
        request.state === 'queued'
          ? `request ${request.id} is charged but the outer door has not confirmed it yet`
          : `request ${request.id} left in an emergency and nobody has reviewed it yet`,
        request.project,
      );
    } else if (event === 'expire' && request.escalations === 0 && request.subject !== null) {
      await escalate(host, request);
    } else {
      await host.end(request, event, SENTENCES[event] ?? event);
    }
  }
  await retryApproved(host);
}

/** Whom an escalation goes to: first the project's owners, then security. */
function nextGroup(
  roster: Roster,
  request: Request,
  nowMs: number,
): { name: string; people: readonly string[] } {
  const owners = [...peopleWithRole(roster, request.project, 'owner', nowMs)];
  if (request.escalations === 0 && owners.length > 0 && request.state === 'held')
    return { name: `owners of ${request.project}`, people: owners };
  return { name: SECURITY, people: [...peopleOf(roster, SECURITY, nowMs)] };
}

async function escalate(host: DeadlineHost, request: Request): Promise<void> {
  const { store, clock, random, rosters } = host;
  const roster = rosters.current?.roster;
  if (roster === undefined) return;
  const nowMs = clock.nowMs();
  const { name, people } = nextGroup(roster, request, nowMs);
  const stood = await host.approvals.stand(request.id);
  const waiting = stood.judgement?.missing.flatMap((each) => each.candidates) ?? [];
  const share = ESCALATION_SHARES[request.escalations + 1];
  const startMs = request.changedMs;
  const waitMs = (request.deadlineMs ?? nowMs) - startMs;
  const nextMs =
    share === undefined ? null : Math.max(nowMs + 1, startMs + Math.floor(waitMs * share));
  await host.ledger.record(
    { kind: 'request.escalated', by: 'gate', request: request.id, to: name },
    async (tx: Kysely<unknown>) => {
      await noteEscalation(tx, request.id, name, nextMs);
      await addNote(tx, {
        id: newId('evt', random),
        request: request.id,
        atMs: nowMs,
        event: 'escalate',
        by: 'gate',
        sentence: `reminded ${[...new Set(waiting)].slice(0, 10).join(', ') || 'nobody'} and told ${name}`,
      });
    },
  );
  const [told = request] = await listRequests(store, { text: request.id, limit: 1 });
  host.onNews?.({ request: told, event: 'escalate', to: [...new Set([...waiting, ...people])] });
}

async function retryApproved(host: DeadlineHost): Promise<void> {
  const held = await listRequests(host.store, { states: ['held'], limit: 1000 });
  await host.approvals.prepareHeld(held);
  for (const request of held) {
    if (request.quorumMs !== null) await host.approvals.retry(request.id);
  }
}
