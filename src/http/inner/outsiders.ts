/**
 * What somebody may learn who asks for access to what they are not read into: what becomes of the request, and nothing of
 * whoever decides. The same for what is there and for what is not.
 */
import type { Gate, Resource } from '../../app/index.ts';
import type { Principal } from '../../people/index.ts';
import { ACCESS_HELD, readAccess } from '../../requests/index.ts';
import type { AccessInput, Request, Stood } from '../../requests/index.ts';
import type { RequestDetails, RequestShown } from './views.ts';

const DECIDERS = 'the owners of what is asked for';
const SOMEBODY = 'somebody who decides';

/** What one has to see to be inside, and how seeing it is called. */
function wanted(input: AccessInput, project: string): [action: string, resource: Resource] {
  const { target, what } = input;
  if (target === 'model') return ['model.view', { kind: 'model', id: what }];
  if (target === 'project') return ['project.view', { kind: 'project', id: what }];
  if (target === 'tool') return ['project.view', { kind: 'project', id: project }];
  const [, scope, id = ''] = /^(model|project):(.+)$/.exec(what) ?? [];
  if (scope === 'model' || scope === 'project') return ['budget.view', { kind: scope, id }];
  return ['budget.view', { kind: 'gate' }];
}

/** Whether a principal sees an access request and not what it asks for. Whoever decides it is never outside. */
export async function isOutside(
  gate: Gate,
  principal: Principal,
  { request, judgement }: Pick<Stood, 'request' | 'judgement'>,
): Promise<boolean> {
  if (request.kind !== 'access' || judgement?.voters.has(principal.id) === true) return false;
  const [action, resource] = wanted(readAccess(JSON.parse(request.input)), request.project);
  // What a grant gives is over with the grant: who decided it stays hidden then.
  return !(await gate.access.can(principal, action, resource)).allowed;
}

/** Sentences that others wrote for the requester: why it was refused, or what is to be changed. */
const SAID: ReadonlySet<Request['state']> = new Set(['refused', 'returned']);

/** A line without whoever decides. */
export function hideLine<Shown extends RequestShown>(shown: Shown): Shown {
  const { state, escalation, waitsFor } = shown;
  const said = SAID.has(state as Request['state']);
  return {
    ...shown,
    reason: said || state === 'expired' || state === 'withdrawn' ? shown.reason : ACCESS_HELD,
    waitsFor: state === 'held' ? DECIDERS : waitsFor,
    escalation: escalation === null ? null : { ...escalation, sentence: 'told those who decide' },
    decidedBy: null,
    firstViewedAt: null,
    quorumAt: null,
    votes: { ...shown.votes, approved: 0, denied: 0 },
  };
}

/** The same of everything that was found out. */
export function hideDetails(shown: RequestDetails, principal: Principal): RequestDetails {
  const line = hideLine(shown);
  const by = (who: string): string => (who === principal.id || who === 'gate' ? who : SOMEBODY);
  return {
    ...line,
    history: shown.history.map((note) => {
      if (note.event === 'escalate') return { ...note, sentence: 'reminded those who decide' };
      const named = note.event === 'grant';
      return { ...note, by: by(note.by), ...(named ? { sentence: 'approved' } : {}) };
    }),
    comments: shown.comments.map((comment) => ({ ...comment, by: by(comment.by) })),
    quorum:
      shown.quorum === null
        ? null
        : { ...shown.quorum, state: 'open', missing: [], keysMissing: [], votes: [], blind: true },
  };
}
