/** Codes of the links. */
import { defineErrors } from '../../core/index.ts';

export const linkErrors = defineErrors('LINK', {
  PLAN_INVALID: {
    status: 500,
    message: 'the slot plan cannot be used: {reason}',
    hint: 'the slot plan is fixed when the outer door is first started; restore its `outer.json`',
  },
  FRAME_TOO_LARGE: {
    status: 413,
    message: 'the frame of {bytes} bytes is above the limit of {limit} bytes',
    hint: 'split the release into several smaller ones',
  },
  STATUS_INVALID: {
    status: 502,
    message: 'the message on the intake link cannot be read: {reason}',
    hint: 'both doors must run the same version of the program',
  },
  DELIVERY_INVALID: {
    status: 422,
    message: 'the manifest of the delivery cannot be read: {reason}',
    hint: 'both doors must run the same version of the program',
  },
});
