/**
 * Policy: who may do what, and whose approvals a request needs.
 *
 * Guaranteed: a decision that cannot be evaluated whole is a denial, and belongs to the digest of the policies it names; a
 * quorum counts each person once across all its groups, a deny wins, and a rule without a threshold cannot be loaded.
 * Assumed: the facts given about people and things are true, nested groups are flattened and signatures verified by the
 * caller. Not decided here: anything about what a request is for. Imports core only.
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
export { POLICY_CHARACTERS_MAX, checkPolicies, digestPolicies } from './cedar-check.ts';
export type { NamedPolicy, PolicyCheck, PolicyProblem, PolicySource } from './cedar-check.ts';
export { NO_POLICY, explain, openPolicy, sayProblems, tryPolicy } from './cedar-policy.ts';
export type {
  Policy,
  PolicyDecision,
  PolicyEntity,
  PolicyQuestion,
  PolicyValue,
} from './cedar-policy.ts';
export {
  gateEntity,
  modelEntity,
  principalEntity,
  principalRef,
  projectEntity,
  requestEntity,
  resourceRef,
  shareEntity,
} from './cedar-entities.ts';
export type { PrincipalFacts, RequestFacts } from './cedar-entities.ts';
export { DEFAULT_POLICIES } from './default-policies.ts';
export { DEFAULT_SCHEMA } from './default-schema.ts';
export { SHIPPED_POLICIES, SHIPPED_SHA256, findShippedPolicies } from './shipped-policies.ts';
export { findBrokenPromises } from './policy-promises.ts';
export { errors as policyErrors } from './errors.ts';
export { parseCases, runCases, toQuestion, worldEntities } from './cedar-world.ts';
export type { CaseQuestion, CaseResult, PolicyCase, PolicyWorld } from './cedar-world.ts';
export {
  MATRIX_ROLES,
  permissionMatrix,
  permissionRows,
  printMatrix,
} from './permission-matrix.ts';
export type { MatrixRole, MatrixRow } from './permission-matrix.ts';
