/** Error codes of policy and quorum. */
import { defineErrors } from '../core/index.ts';

/** Builds the module's errors. */
export const errors = defineErrors('POLICY', {
  QUORUM_INVALID: {
    status: 400,
    message: 'cannot use the quorum `{text}`: {why}',
    hint: 'write it like `2 of security, 1 of owners(model)`',
  },
  INVALID: {
    status: 400,
    message: 'cannot use the policies: {why}',
    hint: 'see every problem with its place with `sallyport policy check --policies FILE`',
  },
  NOT_IN_FORCE: {
    status: 503,
    message: 'cannot put the policies {sha256} of the roster in force: {why}',
    hint: 'start the version of Sallyport that ran before, and ask there for policies that both versions take',
  },
  SETS_TOO_MANY: {
    status: 503,
    message: 'cannot open another set of policies, this process holds its limit of {limit}',
    hint: 'start the process again',
  },
  CASES_INVALID: {
    status: 400,
    message: 'cannot read the cases: {why}',
    hint: 'see docs/how-to/test-policies.md for the form of the file',
  },
});
