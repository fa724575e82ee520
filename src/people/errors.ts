/** Error codes of principals, tokens, projects and destinations. */
import { defineErrors } from '../core/index.ts';

/** Builds the module's errors. */
export const errors = defineErrors('PEOPLE', {
  NAME_UNUSABLE: {
    status: 400,
    message:
      'cannot use the {what} name `{name}`, it is not 1 to 64 of a-z, 0-9, dot, hyphen and underscore',
    hint: 'choose a short name in lower case, such as `probe-study`',
  },
  EXISTS: {
    status: 409,
    message: 'cannot add the {what} `{name}`, there is one already',
    hint: 'choose another name, or use the one that exists',
  },
  NOT_FOUND: {
    status: 404,
    message: 'cannot find the {what} `{name}`',
    hint: 'see `sallyport {what} list`',
  },
  SPONSOR_NEEDED: {
    status: 400,
    message: 'cannot add the {kind} `{name}`, it has no sponsor who is a person',
    hint: 'name the responsible person with `--sponsor ID`',
  },
  ROLE_NOT_ALLOWED: {
    status: 400,
    message: 'cannot make the {kind} `{name}` an administrator, only a person can be one',
    hint: 'leave the role out',
  },
  POLICY_FORBIDS: {
    status: 403,
    message: 'cannot do this: {why}',
    hint: 'see `sallyport policy explain` and `sallyport lock list`',
  },
  TOKEN_MISSING: {
    status: 401,
    message: 'cannot answer, the request has no token',
    hint: 'send `Authorization: Bearer TOKEN`, or set SALLYPORT_TOKEN',
  },
  TOKEN_UNKNOWN: {
    status: 401,
    message: 'cannot answer, the token is not known or was revoked',
    hint: 'people sign in with `sallyport login` (and unset SALLYPORT_TOKEN); programs get a new one by `sallyport token add`',
  },
  TOKEN_UNCONFIRMED: {
    status: 401,
    message:
      'cannot answer, the token waits for the word of `{sponsor}`, who answers for `{bearer}`',
    hint: 'the sponsor says so by `sallyport token confirm {id}`, or makes another one by `sallyport token add`',
  },
  NOT_ALLOWED: {
    status: 403,
    message: 'cannot do this, `{principal}` is no {needed}',
    hint: 'ask an administrator',
  },
  NOT_IN_PROJECT: {
    status: 403,
    message: 'cannot do this, `{principal}` is no {needed}',
    hint: 'you have no such role there, or there is no such project: `sallyport project list` shows yours, an administrator gives roles',
  },
  KEY_UNKNOWN: {
    status: 401,
    message: 'cannot sign in, the key belongs to nobody in the roster',
    hint: 'use a key that is registered, or ask an administrator to add this one',
  },
  CHALLENGE_OVER: {
    status: 401,
    message: 'cannot sign in, the challenge is over or was used',
    hint: 'begin the sign-in again',
  },
  SIGN_IN_REFUSED: {
    status: 401,
    message: 'cannot sign in: {why}',
    hint: 'begin the sign-in again with a key that checks its user',
  },
  SIGN_IN_BUSY: {
    status: 503,
    message: 'cannot begin a sign-in, too many are under way',
    hint: 'try again in some minutes',
  },
  FOUNDED_BY_REQUEST: {
    status: 409,
    message: 'cannot change {what} directly, the gate is founded',
    hint: 'ask for the change: `sallyport change`, signed by those whom the rule names',
  },
  LIMIT_REACHED: {
    status: 409,
    message: 'cannot add another {what}, {limit} is the limit',
    hint: 'remove one that is no longer needed',
  },
});
