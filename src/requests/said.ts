/** What people say about a request, each with its entry in the same transaction: votes, remarks, reviews. */
import type { Kysely } from 'kysely';
import { newId, sha256 } from '../core/index.ts';
import { errors } from './errors.ts';
import type { RequestsHost } from './host.ts';
import type { Request } from './row.ts';
import type { RequestState } from './states.ts';
import { readRequest } from './store.ts';
import { addNote, countNotes, putVote, readNotesOf } from './votes.ts';
import type { Vote } from './votes.ts';

type Host = Pick<RequestsHost, 'ledger' | 'clock' | 'random'>;

/** A vote as somebody gives it. */
export type GivenVote = Pick<Vote, 'vote' | 'key' | 'signature' | 'reason'>;

/** Remarks on one request. */
const COMMENTS_MAX = 500;
const REMIND_MS = 60 * 60_000;
const REMINDED: Readonly<Partial<Record<RequestState, string>>> = {
  returned: 'reminded whoever asked',
  unreviewed: 'reminded those who review',
};
/** The note of a review that does not close it yet. */
const REVIEWED = 'review';

/** Records a vote on the edition in force. Throws `REQUEST_STATE_WRONG` when that is over. */
export async function recordVote(
  { ledger, clock, random }: Host,
  request: Request,
  person: string,
  vote: GivenVote,
): Promise<void> {
  const { id, edition, subject } = request;
  const atMs = clock.nowMs();
  const row: Vote = {
    ...{ id: newId('apr', random), request: id, edition, person, subject, atMs },
    ...vote,
  };
  const said = vote.vote === 'approve' ? 'approved and signed' : `refused: ${vote.reason ?? ''}`;
  await ledger.record(
    {
      kind: vote.vote === 'approve' ? 'request.approved' : 'request.refused',
      by: person,
      request: id,
      edition,
      vote: row.id,
      key: vote.key,
      subjectSha256: subject === null ? null : sha256(subject),
      signatureSha256: vote.signature === null ? null : sha256(vote.signature),
    },
    async (tx: Kysely<unknown>) => {
      // Somebody may have decided or edited it in the meantime; then this vote is about something that is over.
      const now = await readRequest(tx, id);
      if (now.state !== 'held' || now.edition !== edition)
        throw errors.error('STATE_WRONG', { id, event: vote.vote, state: now.state });
      await putVote(tx, row);
      await addNote(tx, {
        ...{ id: newId('evt', random), request: id, atMs, event: vote.vote },
        ...{ by: person, sentence: said },
      });
    },
  );
}

/** Records a remark. */
export async function recordComment(
  { ledger, clock, random }: Host,
  request: Request,
  person: string,
  said: string,
): Promise<void> {
  await ledger.record(
    { kind: 'request.commented', by: person, request: request.id, textSha256: sha256(said) },
    async (tx: Kysely<unknown>) => {
      if ((await countNotes(tx, request.id, 'comment', 0)) >= COMMENTS_MAX)
        throw errors.error('COMMENTS_FULL', { id: request.id, limit: COMMENTS_MAX });
      await addNote(tx, {
        ...{ id: newId('evt', random), request: request.id, atMs: clock.nowMs() },
        ...{ event: 'comment', by: person, sentence: said },
      });
    },
  );
}

/** Notes that those who have to act are reminded; throws when they were within the hour, by whomever. */
export async function noteReminder(
  { store, clock, random }: Pick<RequestsHost, 'store' | 'clock' | 'random'>,
  { id, state }: Request,
  person: string,
): Promise<void> {
  const nowMs = clock.nowMs();
  await store.write(async (tx: Kysely<unknown>) => {
    if ((await countNotes(tx, id, 'remind', nowMs - REMIND_MS)) > 0)
      throw errors.error('REMINDED', { id });
    await addNote(tx, {
      ...{ id: newId('evt', random), request: id, atMs: nowMs },
      ...{ event: 'remind', by: person, sentence: REMINDED[state] ?? 'reminded those who decide' },
    });
  });
}

/** Records a review of an emergency that others have to review too. */
export async function recordReview(
  { ledger, clock, random }: Host,
  request: Request,
  person: string,
  said: string,
): Promise<void> {
  await ledger.record(
    { kind: 'request.reviewed', by: person, request: request.id, reason: said },
    (tx: Kysely<unknown>) =>
      addNote(tx, {
        ...{ id: newId('evt', random), request: request.id, atMs: clock.nowMs() },
        ...{ event: REVIEWED, by: person, sentence: said },
      }),
  );
}

/** Who has reviewed an emergency so far. */
export function readReviewers(db: Kysely<unknown>, request: string): Promise<readonly string[]> {
  return readNotesOf(db, request, REVIEWED);
}
