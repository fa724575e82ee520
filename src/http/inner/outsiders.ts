/**
 * What somebody may learn of a request that is decided in a compartment which they are not read into, such as access to a
 * foreign project: what becomes of it, and nothing of whoever decides. The same for what is there and for what is not. A share
 * is decided in two compartments, and whoever is not read into both learns of no decider, not even a decider of the other side.
 */
import type { Gate, Resource } from '../../app/index.ts';
import type { Principal } from '../../people/index.ts';
import { ACCESS_HELD, SHARE_HELD, readAccess, shareInputOf } from '../../requests/index.ts';
import type { AccessInput, Request, Stood } from '../../requests/index.ts';
import type { RequestDetails, RequestShown } from './views.ts';

const DECIDERS: Readonly<Record<string, string>> = {
  access: 'the owners of what is asked for',
  share: 'the owners of both projects',
};
const HELD: Readonly<Record<string, string>> = { access: ACCESS_HELD, share: SHARE_HELD };
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

async function seesProject(gate: Gate, principal: Principal, id: string): Promise<boolean> {
  return (await gate.access.can(principal, 'people.view', { kind: 'project', id })).allowed;
}

/**
 * Whether a principal sees a request and not who decides it. Whoever decides access is inside, since the deciders are those
 * of one compartment.
 */
export async function isOutside(
  gate: Gate,
  principal: Principal,
  { request, judgement }: Pick<Stood, 'request' | 'judgement'>,
): Promise<boolean> {
  if (request.kind === 'share') {
    const { from, to } = shareInputOf(request);
    return !(
      (await seesProject(gate, principal, from)) && (await seesProject(gate, principal, to))
    );
  }
  if (request.kind !== 'access' || judgement?.voters.has(principal.id) === true) return false;
  const [action, resource] = wanted(readAccess(JSON.parse(request.input)), request.project);
  // What a grant gives is over with the grant: who decided it stays hidden then.
  return !(await gate.access.can(principal, action, resource)).allowed;
}

/** Whether the receipt of a request's newest decision may be shown: it holds the entry, which names who decided. */
export async function maySeeDecision(
  gate: Gate,
  principal: Principal,
  request: Request,
): Promise<boolean> {
  if (request.entry === null) return true;
  if (!(await isOutside(gate, principal, await gate.requests.approvals.stand(request.id))))
    return true;
  const by = (await gate.ledger.show(request.entry))?.entry.by;
  return by === 'gate' || by === request.requester || by === principal.id;
}

/** Sentences for the requester: why it was refused, by people or by the rules, or what is to be changed. */
const SAID: ReadonlySet<Request['state']> = new Set(['refused', 'returned', 'denied']);

/** A line without whoever decides. */
export function hideLine<Shown extends RequestShown>(shown: Shown): Shown {
  const { state, escalation, waitsFor, kind } = shown;
  const said = SAID.has(state as Request['state']);
  return {
    ...shown,
    reason:
      said || state === 'expired' || state === 'withdrawn'
        ? shown.reason
        : (HELD[kind] ?? ACCESS_HELD),
    waitsFor: state === 'held' ? (DECIDERS[kind] ?? SOMEBODY) : waitsFor,
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
        : {
            ...shown.quorum,
            state: 'open',
            missing: [],
            keysMissing: [],
            blind: true,
            votes: shown.quorum.votes.filter((vote) => vote.own),
          },
  };
}
