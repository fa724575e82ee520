/** Error codes of policy and quorum. */
import { defineErrors } from '../core/index.ts';

/** Builds the module's errors. */
export const errors = defineErrors('POLICY', {
  QUORUM_INVALID: {
    status: 400,
    message: 'cannot use the quorum `{text}`: {why}',
    hint: 'write it like `2 of security, 1 of owners(model)`',
  },
});
