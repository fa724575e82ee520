/**
 * Policy: who may do what, and whose approvals a request needs.
 *
 * Guaranteed: a quorum counts each person once across all its groups, a deny wins, and a rule without a threshold cannot
 * be loaded. Assumed: the caller flattens nested groups and verifies signatures. Imports core only.
 */
export {
  RELATIONS,
  checkQuorum,
  parseQuorum,
  printClause,
  printGroup,
  printQuorum,
} from './quorum.ts';
export type { Quorum, QuorumClause, QuorumScope } from './quorum.ts';
export { judgeQuorum } from './quorum-judge.ts';
export type { MissingSeats, QuorumFacts, QuorumJudgement, QuorumVote } from './quorum-judge.ts';
