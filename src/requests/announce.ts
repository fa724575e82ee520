/** Whom a request that waits is told to: whoever can act, and where nobody can, whoever can change that. Pure. */
import { ADMINISTRATORS, peopleOf } from '../people/index.ts';
import type { RequestNews } from './host.ts';
import { actorsOf } from './standing.ts';
import type { Standing } from './standing.ts';

/** The news for those who have to act now; null where there is nobody to tell. */
export function newsForActors(standing: Standing, event: string): RequestNews | null {
  const { request, judgement, roster, nowMs } = standing;
  const impossible = request.state === 'held' && judgement?.state === 'impossible';
  const to =
    impossible && roster !== undefined
      ? peopleOf(roster, ADMINISTRATORS, nowMs)
      : new Set(actorsOf(standing));
  if (to.size === 0) return null;
  return { request, event: impossible ? 'impossible' : event, to: [...to] };
}
