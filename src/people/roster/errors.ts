/** Error codes of the roster. */
import { defineErrors } from '../../core/index.ts';

/** Builds the errors of the roster. */
export const rosterErrors = defineErrors('ROSTER', {
  INVALID: {
    status: 400,
    message: 'cannot use the roster: {why}',
    hint: 'correct what is named; see docs/spec/approval.md',
  },
  CHAIN_BROKEN: {
    status: 409,
    message: 'cannot take version {version} of the roster: {why}',
    hint: 'a roster changes only by a request that the approvers of the old and of the new version signed',
  },
  CHANGE_INVALID: {
    status: 400,
    message: 'cannot change the roster: {why}',
    hint: 'see `sallyport roster show` for what is in force',
  },
  FOUNDED: {
    status: 409,
    message: 'cannot found the gate again, its first roster was signed at {at}',
    hint: 'change people and rules by a request: `sallyport change …`',
  },
  NOT_FOUNDED: {
    status: 409,
    message: 'cannot do this before the gate is founded',
    hint: 'register the first people and keys with `sallyport found`, or in the console',
  },
  RULE_MISSING: {
    status: 409,
    message: 'cannot find a rule for requests of the kind {kind} in the tier {tier}',
    hint: 'ask for one with `sallyport change`, op `rule.set`',
  },
});
