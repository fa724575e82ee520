/**
 * What a new roster does to requests that wait: where its clocks are shorter, the text that people were given may be older
 * than anybody's signature over it would be good for. Then it is made anew, so that nobody waits for what cannot come.
 */
import type { Kysely } from 'kysely';
import { newId } from '../core/index.ts';
import { clocksOf, findAgeProblem, isFromLater } from './approval-age.ts';
import type { Approvals } from './approvals.ts';
import { firstEscalation } from './escalation.ts';
import { giveSubject } from './give-subject.ts';
import type { SubjectHost } from './give-subject.ts';
import { ruleOf } from './judge-approvals.ts';
import type { Request } from './row.ts';
import { readRequest, setReason } from './store.ts';
import { readSubject } from './subject.ts';
import { addNote } from './votes.ts';

const SENTENCE =
  'the clocks of its rule are shorter now, so its text was made anew; approvals of the one before count no longer';

/** Makes the text of a held request anew when it is too old to be signed under the rules in force. */
export async function renewText(
  host: SubjectHost & { readonly approvals: Approvals },
  request: Request,
): Promise<void> {
  const { clock, random, rosters, store } = host;
  const roster = rosters.current?.roster;
  // A change names the roster that it changes: under another one it is edited, whatever its age.
  if (roster === undefined || request.subject === null || request.kind === 'policy') return;
  const subject = readSubject(request.subject);
  const nowMs = clock.nowMs();
  // What time alone has ended is given anew with its escalation.
  const timely = Date.parse(subject.releaseBy) > nowMs && !isFromLater(subject, nowMs);
  if (!timely || findAgeProblem(roster, subject, nowMs) === null) return;
  const { waitMs } = clocksOf(ruleOf(roster, subject));
  const { deadlineMs, escalatesMs } = request;
  // It waits no longer than its new rule lets it, and no longer than it was going to.
  await giveSubject(host, request, {
    deadlineMs: Math.min(deadlineMs ?? Infinity, nowMs + waitMs),
    escalatesMs:
      escalatesMs === null ? null : Math.min(escalatesMs, firstEscalation(nowMs, waitMs)),
  });
  await store.write(async (tx: Kysely<unknown>) => {
    await setReason(tx, request.id, SENTENCE, null);
    await addNote(tx, {
      ...{ id: newId('evt', random), request: request.id, atMs: nowMs, event: 'remind' },
      ...{ by: 'gate', sentence: SENTENCE },
    });
  });
  const renewed = await store.read((db: Kysely<unknown>) => readRequest(db, request.id));
  await host.approvals.announce(renewed.id);
}
