/**
 * Whether votes fill a quorum. Each person counts for one seat, however many groups that person is in: votes are matched
 * to seats so that as many seats as possible are filled (a maximum bipartite matching, by augmenting paths).
 */
import type { Quorum, QuorumClause } from './quorum.ts';

/** What one person said. */
export interface QuorumVote {
  readonly person: string;
  readonly vote: 'approve' | 'deny';
}

/** What a judgement needs to know. */
export interface QuorumFacts {
  /** The people of a clause's group, nested groups flattened. Only persons: agents and workloads never vote. */
  readonly eligible: (clause: QuorumClause) => ReadonlySet<string>;
  readonly votes: readonly QuorumVote[];
  /** People who never count here: the requester, the sponsor of the agent that asks. */
  readonly excluded: ReadonlySet<string>;
}

/** Seats of one clause that are still empty. */
export interface MissingSeats {
  readonly clause: QuorumClause;
  readonly count: number;
  /**
   * Everyone whose approval would fill such a seat, sorted: people of the group, and people of another group whose
   * approval frees somebody for this one.
   */
  readonly candidates: readonly string[];
}

/** What votes add up to. */
export interface QuorumJudgement {
  /** `impossible`: even if everyone left approved, the seats could not be filled. */
  readonly state: 'met' | 'open' | 'denied' | 'impossible';
  readonly missing: readonly MissingSeats[];
  /** For which clause each counted approval stands. Approvals beyond what is needed are not in it. */
  readonly countedFor: ReadonlyMap<string, QuorumClause>;
}

/** Seats by clause, filled one person at a time. */
class Seating {
  /** Who sits on the seats of each clause. */
  readonly seated: readonly Set<string>[];
  readonly #clauses: readonly QuorumClause[];
  readonly #may: readonly ReadonlySet<string>[];

  constructor(clauses: readonly QuorumClause[], may: readonly ReadonlySet<string>[]) {
    this.#clauses = clauses;
    this.#may = may;
    this.seated = clauses.map(() => new Set<string>());
  }

  get full(): boolean {
    return this.#clauses.every((clause, i) => this.seated[i]!.size >= clause.count);
  }

  /** Seats a person, moving others between their groups if that helps. Whoever sits stays seated. */
  add(person: string, tried = new Set<number>()): boolean {
    for (const [i, clause] of this.#clauses.entries()) {
      if (tried.has(i) || !this.#may[i]!.has(person)) continue;
      tried.add(i);
      const here = this.seated[i]!;
      if (here.size < clause.count) {
        here.add(person);
        return true;
      }
      for (const other of [...here]) {
        here.delete(other);
        if (this.add(other, tried)) {
          here.add(person);
          return true;
        }
        here.add(other);
      }
    }
    return false;
  }

  /** The clauses from which a newcomer can free a seat of clause `goal`, itself included. */
  leadingTo(goal: number, keep: ReadonlySet<string>): ReadonlySet<number> {
    const found = new Set([goal]);
    for (const to of found) {
      for (const from of this.#clauses.keys()) {
        const movable = [...this.seated[from]!].some(
          (person) => keep.has(person) && this.#may[to]!.has(person),
        );
        if (movable) found.add(from);
      }
    }
    return found;
  }
}

function missingSeats(
  clauses: readonly QuorumClause[],
  may: readonly ReadonlySet<string>[],
  seating: Seating,
  approvers: ReadonlySet<string>,
): MissingSeats[] {
  return clauses.flatMap((clause, i) => {
    const taken = [...seating.seated[i]!].filter((person) => approvers.has(person)).length;
    if (taken >= clause.count) return [];
    const candidates = new Set<string>();
    for (const from of seating.leadingTo(i, approvers)) {
      for (const person of may[from]!) if (!approvers.has(person)) candidates.add(person);
    }
    return [{ clause, count: clause.count - taken, candidates: [...candidates].sort() }];
  });
}

/**
 * Judges votes. A deny of anyone who may vote ends it; excluded people and people of no group in the rule never count, in
 * either direction. Throws a `TypeError` for a rule that `parseQuorum` cannot have made: an empty one would let all pass.
 */
export function judgeQuorum(quorum: Quorum, facts: QuorumFacts): QuorumJudgement {
  const { clauses } = quorum;
  if (clauses.length === 0 || clauses.some(({ count }) => !Number.isInteger(count) || count < 1)) {
    throw new TypeError('a quorum needs at least one person in every clause');
  }
  const may = clauses.map((clause) => {
    return new Set([...facts.eligible(clause)].filter((person) => !facts.excluded.has(person)));
  });
  const valid = facts.votes.filter(({ person }) => may.some((group) => group.has(person)));
  if (valid.some(({ vote }) => vote === 'deny')) {
    return { state: 'denied', missing: [], countedFor: new Map() };
  }
  const approvers = new Set(valid.map(({ person }) => person));
  const seating = new Seating(clauses, may);
  for (const person of [...approvers].sort()) seating.add(person);
  // Whoever sits stays seated, so filling up with the others shows whether the votes so far can still lead to the end,
  // and moves the approvals to the groups where they help most.
  for (const person of new Set(may.flatMap((group) => [...group].sort()))) {
    if (seating.full) break;
    if (!approvers.has(person)) seating.add(person);
  }
  const countedFor = new Map<string, QuorumClause>();
  for (const [i, clause] of clauses.entries()) {
    for (const person of seating.seated[i]!)
      if (approvers.has(person)) countedFor.set(person, clause);
  }
  const missing = missingSeats(clauses, may, seating, approvers);
  const state = missing.length === 0 ? 'met' : seating.full ? 'open' : 'impossible';
  return { state, missing, countedFor };
}
