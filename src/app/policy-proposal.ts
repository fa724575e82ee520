/** What stands against policies before anybody is asked to sign them: errors, broken promises, a lock-out. */
import { findPerson, peopleOf } from '../people/index.ts';
import type { Roster } from '../people/index.ts';
import {
  checkPolicies,
  findBrokenPromises,
  gateEntity,
  judgeQuorum,
  parseQuorum,
  principalEntity,
  principalRef,
  projectEntity,
  requestEntity,
  resourceRef,
  sayProblems,
  tryPolicy,
} from '../policy/index.ts';
import type { Policy, PrincipalFacts } from '../policy/index.ts';
import { rosterFacts } from './access.ts';

/** People of a roster with the facts that policies are asked about. */
function listPeople(roster: Roster, nowMs: number): readonly PrincipalFacts[] {
  return roster.people.flatMap(({ id, name }) => {
    if (findPerson(roster, id, nowMs) === undefined) return [];
    const principal = { id, kind: 'person', name, sponsor: null, role: 'member' } as const;
    const facts = rosterFacts(roster, principal, nowMs);
    return facts === null ? [] : [{ ...facts, kind: 'person', id } as const];
  });
}

function mayAsk(policy: Policy, who: PrincipalFacts): boolean {
  return policy.authorise({
    principal: principalRef(who.kind, who.id),
    action: 'policy.change',
    resource: resourceRef('gate'),
    context: {},
    entities: [principalEntity(who), gateEntity()],
  }).allow;
}

function mayDecide(policy: Policy, who: PrincipalFacts, requester: string): boolean {
  const facts = { id: 'request', kind: 'policy', project: '', requester };
  const entities = [principalEntity(who), projectEntity({ id: '' }), requestEntity(facts)];
  return ['request.view', 'request.approve'].every(
    (action) =>
      policy.authorise({
        principal: principalRef(who.kind, who.id),
        action,
        resource: resourceRef('request', facts.id),
        context: { eligible: true },
        entities,
      }).allow,
  );
}

/**
 * Whether somebody could still ask for other policies and enough others could approve that, under these policies and the
 * rules of this roster. A tier that the requester alone vouches for needs nobody else.
 */
async function canStillChange(policy: Policy, roster: Roster, nowMs: number): Promise<boolean> {
  const people = listPeople(roster, nowMs);
  const rules = roster.rules.filter((rule) => rule.kind === 'policy');
  for (const asker of people) {
    await new Promise((resolve) => setImmediate(resolve));
    if (!mayAsk(policy, asker)) continue;
    for (const rule of rules) {
      if (rule.tier === 'self') return true;
      const quorum = parseQuorum(rule.quorum);
      const named = new Set(
        quorum.clauses.flatMap(({ of, group }) =>
          of === null ? [...peopleOf(roster, group, nowMs)] : [],
        ),
      );
      const deciding = people.filter(
        (each) => each.id !== asker.id && named.has(each.id) && mayDecide(policy, each, asker.id),
      );
      const { state } = judgeQuorum(quorum, {
        eligible: ({ of, group }) => (of === null ? peopleOf(roster, group, nowMs) : new Set()),
        votes: deciding.map(({ id: person }) => ({ person, vote: 'approve' })),
        excluded: new Set([asker.id]),
      });
      if (state === 'met') return true;
    }
  }
  return false;
}

/** Everything that stands against putting policies in force together with a roster, in sentences. */
export async function findPolicyProblems(
  policies: string,
  roster: Roster,
  nowMs: number,
): Promise<readonly string[]> {
  const errors = sayProblems(checkPolicies({ policies }));
  if (errors.length > 0) return errors.map((each) => `cannot use the policies: ${each}`);
  return tryPolicy({ policies }, async (policy) => [
    ...(await findBrokenPromises(policy)),
    ...((await canStillChange(policy, roster, nowMs))
      ? []
      : [
          'nobody could change the policies again: under them there is nobody who may ask for `policy.change` and whose request enough others may see and approve',
        ]),
  ]);
}
