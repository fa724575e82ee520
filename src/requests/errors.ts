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
    hint: 'only its requester, or whoever answers for an agent or workload, can do that',
  },
  SUBJECT_INVALID: {
    status: 400,
    message: 'cannot read the canonical request, it is not one or not in its one spelling',
    hint: 'take the text from `GET /v1/requests/ID/subject`, without changing a byte; `sallyport approve ID` does it for you',
  },
  NO_APPROVERS: {
    status: 409,
    message: 'cannot decide the request `{id}`: {why}',
    hint: 'found the gate with `sallyport found`, or ask an administrator for a rule',
  },
  NOT_APPROVER: {
    status: 403,
    message: 'cannot {event} the request `{id}`: {why}',
    hint: 'see who can with `sallyport request show {id}`',
  },
  SIGNATURE_REFUSED: {
    status: 400,
    message: 'cannot count the approval of the request `{id}`: {why}',
    hint: 'sign the newest edition with a key of your own, see `sallyport approve {id}`',
  },
  COMMENTS_FULL: {
    status: 409,
    message: 'cannot add to the discussion of `{id}`, it has {limit} remarks',
    hint: 'go on in another place, and say in the request’s reason what came of it',
  },
  REMINDED: {
    status: 429,
    message: 'cannot remind those who decide `{id}`, they were reminded within the hour',
    hint: 'they have it in their queue; who they are says `sallyport request show {id}`',
  },
  LOCK_TARGET_UNKNOWN: {
    status: 404,
    message: 'cannot lock the {kind} `{id}`, there is none: nothing is locked',
    hint: 'name one of these: {names}',
  },
  LOCK_UNKNOWN: {
    status: 404,
    message: 'cannot find the lock `{id}`',
    hint: 'see `sallyport lock list`',
  },
  LOCKS_FULL: {
    status: 409,
    message: 'cannot lock more, {limit} locks are in force',
    hint: 'ask for the end of locks that are no longer needed',
  },
  INPUT_INVALID: {
    status: 400,
    message: 'cannot ask for this: {why}',
    hint: 'see `sallyport {command} --help`',
  },
  WINDOW_INVALID: {
    status: 400,
    message: 'cannot ask for this window: {why}',
    hint: 'name the job, types, bits each and in total, uses and a duration',
  },
  SHARE_INVALID: {
    status: 400,
    message: 'cannot share this: {why}',
    hint: 'see `sallyport share --help`',
  },
  SHARE_UNKNOWN: {
    status: 404,
    message: 'cannot find the shared result `{id}`',
    hint: 'it may be over or stopped by a lock; see `sallyport share list`',
  },
  RULE_MISSING: {
    status: 409,
    message: 'cannot ask for a `{kind}`: {why}',
    hint: 'an administrator asks for it once: `sallyport change {change} --why TEXT`',
  },
  NOT_RELEASED: {
    status: 409,
    message: 'cannot release the request `{id}`: {why}',
    hint: 'change the budget or refuse the request',
  },
});
