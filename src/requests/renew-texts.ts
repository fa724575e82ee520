/**
 * What a new roster, or a clock that was set back, does to requests that wait. Where the clocks of a rule are shorter, the text
 * that people were given may be older than anybody's signature over it would be good for; where the gate's clock was ahead,
 * it is of a time that has not come, and nobody may sign it. Then it is made anew, so that nobody waits for what cannot come.
 */
import type { Kysely } from 'kysely';
import { newId } from '../core/index.ts';
import { clocksOf, findAgeProblem, isFromLater } from './approval-age.ts';
import type { Approvals } from './approvals.ts';
import { firstEscalation } from './escalation.ts';
import { giveSubject } from './give-subject.ts';
import type { SubjectHost } from './give-subject.ts';
import { ruleOf } from './judge-approvals.ts';
import type { RosterInForce } from './rosters.ts';
import type { Request } from './row.ts';
import { readRequest, setReason } from './store.ts';
import { readSubject } from './subject.ts';
import { addNote } from './votes.ts';

const MADE_ANEW = 'so its text was made anew; approvals of the one before count no longer';
const SHORTER = `the clocks of its rule are shorter now, ${MADE_ANEW}`;
const AHEAD = `the clock of the gate was ahead, ${MADE_ANEW}`;

/** Why a text has to be made anew; null when it has not. */
function sayWhy(inForce: RosterInForce, request: Request, nowMs: number): string | null {
  const subject = readSubject(request.subject ?? '');
  const isChange = request.kind === 'policy';
  // A change names the roster that it changes: under another one it is edited, whatever its age.
  if (isFromLater(subject, nowMs))
    return isChange && subject.rosterSha256 !== inForce.sha256 ? null : AHEAD;
  // What time alone has ended is given anew with its escalation.
  if (isChange || Date.parse(subject.releaseBy) <= nowMs) return null;
  return findAgeProblem(inForce.roster, subject, nowMs) === null ? null : SHORTER;
}

/** Makes the text of a held request anew when it can no longer be signed, or not yet, under the rules in force. */
export async function renewText(
  host: SubjectHost & { readonly approvals: Approvals },
  request: Request,
): Promise<void> {
  const { clock, random, rosters, store } = host;
  const inForce = rosters.current;
  if (inForce === null || request.subject === null) return;
  const nowMs = clock.nowMs();
  const why = sayWhy(inForce, request, nowMs);
  if (why === null) return;
  const { waitMs } = clocksOf(ruleOf(inForce.roster, readSubject(request.subject)));
  const { deadlineMs, escalatesMs } = request;
  // It waits no longer than its new rule lets it, and no longer than it was going to.
  await giveSubject(host, request, {
    deadlineMs: Math.min(deadlineMs ?? Infinity, nowMs + waitMs),
    escalatesMs:
      escalatesMs === null ? null : Math.min(escalatesMs, firstEscalation(nowMs, waitMs)),
  });
  await store.write(async (tx: Kysely<unknown>) => {
    await setReason(tx, request.id, why, null);
    await addNote(tx, {
      ...{ id: newId('evt', random), request: request.id, atMs: nowMs, event: 'remind' },
      ...{ by: 'gate', sentence: why },
    });
  });
  const renewed = await store.read((db: Kysely<unknown>) => readRequest(db, request.id));
  await host.approvals.announce(renewed.id);
}
