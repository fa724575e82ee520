/** Codes of the guard in the sender's own process. */
import { defineErrors } from '../core/index.ts';

/** Builds the guard's errors and refusals. */
export const guardErrors = defineErrors('SENDER', {
  NOT_APPROVED: {
    status: 409,
    message: 'the sender does not let it pass: {why}',
    hint: 'see who has to approve with `sallyport request show ID`',
  },
  NOT_AUTHORISED: {
    status: 409,
    message: 'the sender does not let the frame pass: {why}',
    hint: 'report this: the gate offered something that it had not asked for',
  },
  NOT_RECORDED: {
    status: 409,
    message: 'the sender does not let the frame pass, its entry is not proved: {why}',
    hint: 'run `sallyport ledger verify`',
  },
  METER_EMPTY: {
    status: 409,
    message: 'it needs approval: {why}',
    hint: 'wait, or have it approved',
  },
  BUDGET_EMPTY: {
    status: 409,
    message: 'the sender does not let it pass: {why}',
    hint: 'wait until the budget refills, or ask for more of it with `sallyport access budget NAME`',
  },
  REPLAYED: {
    status: 409,
    message: 'the sender does not let it pass again: {why}',
    hint: 'make a new request',
  },
  OTHER_GATE: {
    status: 503,
    message: 'the sender belongs to the gate `{gate}` with another ledger key',
    hint: 'start each gate with its own data folder; a restored ledger key must be the one of before',
  },
  START_FAILED: {
    status: 503,
    message: 'the sender could not be started: {reason}',
    hint: 'see what it printed; its folder is `sender` in the data folder',
  },
  GONE: {
    status: 503,
    message: 'the sender does not answer',
    hint: 'it is started again by itself; try again in a moment',
  },
});
