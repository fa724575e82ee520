/** Error codes of requests. */
import { defineErrors } from '../core/index.ts';

/** Builds the module's errors. */
export const errors = defineErrors('REQUEST', {
  NOT_FOUND: {
    status: 404,
    message: 'cannot find the request `{id}`',
    hint: 'see `sallyport request list`',
  },
  STATE_WRONG: {
    status: 409,
    message: 'cannot {event} the request `{id}`, it is {state}',
    hint: 'see `sallyport request show {id}`',
  },
  REASON_NEEDED: {
    status: 400,
    message: 'cannot decide without a reason',
    hint: 'say why with `--reason TEXT`; it goes into the ledger',
  },
  WHY_NEEDED: {
    status: 400,
    message: 'cannot ask without saying why',
    hint: 'say what the files are for with `--why TEXT`',
  },
  TEXT_TOO_LONG: {
    status: 400,
    message: 'cannot use the text, it is longer than {limit} characters',
    hint: 'say it in fewer words',
  },
  KEY_REUSED: {
    status: 409,
    message: 'cannot use the idempotency key again, it belongs to another request',
    hint: 'send a new key with a new request',
  },
  OWN_REQUEST: {
    status: 403,
    message: 'cannot {event} the request `{id}`, it belongs to `{owner}`',
    hint: 'only its requester can do that',
  },
  NOT_RELEASED: {
    status: 409,
    message: 'cannot release the request `{id}`: {why}',
    hint: 'change the budget or refuse the request',
  },
});
