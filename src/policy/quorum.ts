/**
 * The grammar of quorum rules: `2 of security, 1 of owners(model)`.
 *
 *     quorum = clause *( ("," / "AND") clause )
 *     clause = count "of" group
 *     group  = name / relation "(" ("model" / "project" / "target") ")"
 *
 * A rule is data that people read. It is checked when it is loaded: no threshold of 0, no missing threshold, no clause
 * twice, no group that does not exist. The canonical print has `, ` between clauses.
 */
import type { Refusal } from '../core/index.ts';
import { errors } from './errors.ts';

/** What a relation is asked of: the model or the project that a request touches, or what access is asked to. */
export type QuorumScope = 'model' | 'project' | 'target';

/** So many different people of one group. */
export interface QuorumClause {
  readonly count: number;
  /** A group by name, or a relation when `of` is set. */
  readonly group: string;
  readonly of: QuorumScope | null;
}

/** All clauses have to be met, by different people. */
export interface Quorum {
  readonly clauses: readonly QuorumClause[];
}

/** The relations that exist. Anything else in brackets is a slip of the pen. */
export const RELATIONS = [
  'owners(model)',
  'owners(project)',
  'owners(target)',
  'reviewers(project)',
] as const;

const CLAUSES_MAX = 8;
const COUNT_MAX = 16;
const CHARACTERS_MAX = 1_000;
const NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/;
const CLAUSE = /^([0-9]+)\s+of\s+([^\s()]+)(?:\(([a-z]*)\))?$/;

/** A group as it is written in a rule: `security`, `owners(model)`. */
export function printGroup(clause: Pick<QuorumClause, 'group' | 'of'>): string {
  return clause.of === null ? clause.group : `${clause.group}(${clause.of})`;
}

/** Writes one clause. */
export function printClause(clause: QuorumClause): string {
  return `${clause.count} of ${printGroup(clause)}`;
}

/** Writes a rule in its canonical form, which {@link parseQuorum} reads back to the same rule. */
export function printQuorum(quorum: Quorum): string {
  return quorum.clauses.map(printClause).join(', ');
}

function readClause(
  text: string,
  groups: readonly string[] | undefined,
  problems: string[],
): QuorumClause | null {
  const [, digits = '', group = '', of] = CLAUSE.exec(text) ?? [];
  if (group === '') {
    problems.push(
      text === '' ? 'a clause is empty' : `\`${text}\` is not of the form \`COUNT of GROUP\``,
    );
    return null;
  }
  const count = Number(digits);
  const clause = { count, group, of: of === undefined ? null : (of as QuorumScope) };
  const written = printGroup(clause);
  if (count === 0) problems.push(`\`${text}\` asks for nobody`);
  if (count > COUNT_MAX) problems.push(`\`${text}\` asks for more than ${COUNT_MAX} people`);
  if (count > 0 && !/^[1-9]/.test(digits)) problems.push(`\`${text}\` has zeros before its count`);
  if (of !== undefined) {
    if (!(RELATIONS as readonly string[]).includes(written)) {
      problems.push(`\`${written}\` is not one of ${RELATIONS.join(', ')}`);
    }
  } else if (!NAME.test(group)) {
    problems.push(`\`${group}\` is not a group name of a-z, 0-9, dot, hyphen and underscore`);
  } else if (RELATIONS.some((relation) => relation.startsWith(`${group}(`))) {
    problems.push(`\`${group}\` needs to say of what, such as \`${group}(project)\``);
  } else if (groups !== undefined && !groups.includes(group)) {
    problems.push(`there is no group \`${group}\``);
  }
  return clause;
}

/** Reads a rule and says everything that is wrong with it. `groups` are the groups that exist, if they are known. */
export function checkQuorum(
  text: string,
  groups?: readonly string[],
): { readonly ok: true; readonly quorum: Quorum } | (Refusal & { readonly problems: string[] }) {
  const problems: string[] = [];
  const clauses: QuorumClause[] = [];
  if (text.length > CHARACTERS_MAX) problems.push(`it is longer than ${CHARACTERS_MAX} characters`);
  else if (text.trim() === '') problems.push('it asks for nobody');
  else {
    for (const part of text.split(/,|\sAND\s/)) {
      const clause = readClause(part.trim(), groups, problems);
      if (clause === null) continue;
      const written = printGroup(clause);
      if (clauses.some((other) => printGroup(other) === written)) {
        problems.push(`\`${written}\` is there twice`);
      }
      clauses.push(clause);
    }
    if (clauses.length > CLAUSES_MAX) problems.push(`it has more than ${CLAUSES_MAX} clauses`);
  }
  if (problems.length === 0) return { ok: true, quorum: { clauses } };
  const details = { text: text.slice(0, 100).replace(/\s+/g, ' '), why: problems.join('; ') };
  return { ...errors.refuse('QUORUM_INVALID', details), problems };
}

/** Reads a rule; throws `POLICY_QUORUM_INVALID` that names every fault. `groups` are those that exist, if known. */
export function parseQuorum(text: string, groups?: readonly string[]): Quorum {
  const result = checkQuorum(text, groups);
  if (result.ok) return result.quorum;
  const details = {
    text: text.slice(0, 100).replace(/\s+/g, ' '),
    why: result.problems.join('; '),
  };
  throw errors.error('QUORUM_INVALID', details);
}
