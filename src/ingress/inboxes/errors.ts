/** The codes of inboxes on the inner side. */
import { defineErrors } from '../../core/index.ts';

/** Builds the errors and refusals of inboxes. */
export const inboxErrors = defineErrors('INBOX', {
  NAME_INVALID: {
    status: 400,
    message: 'the name `{name}` cannot be that of an inbox',
    hint: 'use the name that `sallyport outer inbox list` shows outside',
  },
  BOUND: {
    status: 409,
    message: 'the inbox `{inbox}` is bound already',
    hint: 'whoever may import to its project can end that with `sallyport inbox unbind`',
  },
  NOT_BOUND: {
    status: 404,
    message: 'the inbox `{inbox}` is not bound',
    hint: 'see `sallyport inbox list`',
  },
});
