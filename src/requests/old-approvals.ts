/**
 * Approvals that become too old while a request still waits: nothing is released by them any more, at the gate as at the
 * sender. Whoever gave one is asked again and the requester is told, once for each, so that nobody waits for what has lapsed.
 */
import type { Kysely } from 'kysely';
import { newId } from '../core/index.ts';
import type { DeadlineHost } from './deadlines.ts';
import { currentVotes, findVoteProblem } from './standing.ts';
import { addNote, listOldVotes } from './votes.ts';

/** The name of the note; it is kept from those who vote blind, as votes are. */
export const TOO_OLD = 'too-old';

/** Tells of every approval that has become too old since this ran last. */
export async function tellOldApprovals(
  host: Pick<DeadlineHost, 'store' | 'clock' | 'random' | 'rosters' | 'approvals' | 'onNews'>,
): Promise<void> {
  const { store, clock, random, approvals } = host;
  const rules = host.rosters.current?.roster.rules ?? [];
  const nowMs = clock.nowMs();
  // No rule lets an approval get older sooner than the shortest of them.
  const untilMs = nowMs - Math.min(...rules.map((rule) => rule.approvalsValidMs));
  for (const id of await store.read((db: Kysely<unknown>) => listOldVotes(db, untilMs, TOO_OLD))) {
    const stood = await approvals.stand(id);
    const { request, judgement } = stood;
    const old = currentVotes(request, stood.votes).filter(
      (vote) =>
        vote.vote === 'approve' &&
        vote.atMs <= untilMs &&
        /older than/.test(findVoteProblem(stood, judgement, vote) ?? ''),
    );
    if (old.length === 0) continue;
    const people = old.map((vote) => vote.person);
    const sentence = `the approval of ${people.join(', ')} has become too old to count; it is asked for again`;
    await store.write((tx: Kysely<unknown>) =>
      addNote(tx, {
        ...{ id: newId('evt', random), request: id, atMs: nowMs, event: TOO_OLD },
        ...{ by: 'gate', sentence },
      }),
    );
    host.onNews?.({ request, event: 'remind', to: [request.requester, ...people], act: people });
  }
}
