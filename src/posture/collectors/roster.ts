/** The roster of a gate, for collectors that ask who may do what. Read from the chain's own texts, each checked whole. */
import { z } from 'zod';
import { SallyportError } from '../../core/index.ts';
import {
  SECURITY,
  peopleOf,
  peopleWithRole,
  ownersOf,
  readRoster,
  rosterDigest,
} from '../../people/index.ts';
import type { Roster, RosterRule } from '../../people/index.ts';
import { parseQuorum } from '../../policy/index.ts';
import type { GatePort } from './collector.ts';
import { ask } from './collector.ts';

const answer = z.object({
  chain: z.array(z.object({ version: z.number().int(), text: z.string() })).min(1),
});

/** A founded gate's rosters. */
export interface SeenRoster {
  /** The one in force. */
  readonly roster: Roster;
  /** Every version, by its number: an old approval is judged by the roster that it names. */
  readonly versions: ReadonlyMap<number, Roster>;
}

/** Reads the chain; null while the gate is not founded. Throws a `TypeError` for a chain that does not hang together. */
export async function seeRoster(gate: GatePort): Promise<SeenRoster | null> {
  let chain: z.infer<typeof answer>['chain'];
  try {
    ({ chain } = await ask(gate, '/v1/roster', answer));
  } catch (cause) {
    if (cause instanceof SallyportError && cause.code === 'ROSTER_NOT_FOUNDED') return null;
    throw cause;
  }
  const versions = new Map<number, Roster>();
  let previous: string | null = null;
  for (const { version, text } of [...chain].sort((a, b) => a.version - b.version)) {
    const roster = readRoster(text);
    if (roster.version !== version || roster.previous !== previous) {
      throw new TypeError(
        `version ${String(version)} of the roster does not follow the one before`,
      );
    }
    versions.set(version, roster);
    previous = rosterDigest(text);
  }
  const roster = [...versions.values()].at(-1);
  if (roster === undefined) throw new TypeError('the gate shows no roster');
  return { roster, versions };
}

/** How many different people a rule asks for; a relation to models asks at least once. */
export function peopleAsked(rule: RosterRule): number {
  if (rule.tier === 'self') return 0;
  return parseQuorum(rule.quorum).clauses.reduce((sum, clause) => sum + clause.count, 0);
}

/** Everybody whose approval a rule could count, over all projects and models. */
export function votersOf(roster: Roster, rule: RosterRule, nowMs: number): ReadonlySet<string> {
  if (rule.tier === 'self') return new Set();
  const { clauses } = parseQuorum(rule.quorum);
  return new Set(
    clauses.flatMap((clause) => {
      if (clause.of === null) return [...peopleOf(roster, clause.group, nowMs)];
      const ofModels =
        clause.of === 'project'
          ? []
          : roster.models.flatMap((model) => [...ownersOf(roster, model.id, nowMs)]);
      if (clause.of === 'model') return ofModels;
      const ofProjects = roster.projects.flatMap((project) => [
        ...peopleWithRole(roster, project.id, clause.group, nowMs),
      ]);
      // Access is decided by the owners of what it is to, and by security where nobody owns it.
      return clause.of === 'target'
        ? [...ofModels, ...ofProjects, ...peopleOf(roster, SECURITY, nowMs)]
        : ofProjects;
    }),
  );
}

/** A rule as people read it. */
export function sayRule(rule: RosterRule): string {
  const limit = rule.chargeBitsMax === null ? '' : ` of at most ${String(rule.chargeBitsMax)} bits`;
  return `${rule.kind}${limit}: ${rule.tier === 'self' ? 'the requester' : rule.quorum}`;
}
