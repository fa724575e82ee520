/** Whom a request that waits is told to: whoever can act, and where nobody can, whoever can change that. Pure. */
import { ADMINISTRATORS, peopleOf } from '../people/index.ts';
import type { RequestNews } from './host.ts';
import { peopleWaitedFor } from './judge-approvals.ts';
import type { Standing } from './standing.ts';

/** The news for those who have to act now; null where there is nobody to tell. */
export function newsForActors(
  { request, judgement, roster, nowMs }: Standing,
  event: string,
): RequestNews | null {
  const impossible = judgement?.state === 'impossible';
  const to =
    impossible && roster !== undefined
      ? peopleOf(roster, ADMINISTRATORS, nowMs)
      : new Set(peopleWaitedFor(judgement));
  if (to.size === 0) return null;
  return { request, event: impossible ? 'impossible' : event, to: [...to] };
}
