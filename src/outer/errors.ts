/** Codes of the outer door. What recipients see of them is constant: no name, number or time of the inside. */
import { defineErrors } from '../core/index.ts';

export const outerErrors = defineErrors('OUTER', {
  TOKEN_REQUIRED: {
    status: 401,
    message: 'a recipient token is required',
    hint: 'send `Authorization: Bearer TOKEN`, or give the token as the password in a browser',
  },
  NOT_FOUND: {
    status: 404,
    message: 'there is nothing here for this token',
    hint: 'list what was released to you at `/v1/files`',
  },
  METHOD_UNKNOWN: {
    status: 405,
    message: 'this door only answers GET and HEAD',
    hint: 'what is to go inside is given to the intake, not to this address',
  },
  BUSY: {
    status: 503,
    message: 'the outer door is stopping',
    hint: 'try again in a few seconds',
  },
  DESTINATION_UNKNOWN: {
    status: 404,
    message: 'there is no destination `{name}`',
    hint: 'add it with `sallyport outer destination add NAME`',
  },
  DESTINATION_EXISTS: {
    status: 409,
    message: 'cannot add the destination `{name}`: {why}',
    hint: 'use the one that is there, or choose another; `sallyport outer status` lists them',
  },
  RECIPIENT_EXISTS: {
    status: 409,
    message: 'a recipient `{name}` of `{destination}` exists',
    hint: 'remove it first with `sallyport outer recipient remove`, or choose another name',
  },
  RECIPIENT_UNKNOWN: {
    status: 404,
    message: 'there is no recipient `{name}` of `{destination}`',
    hint: '`sallyport outer status` shows destinations and their recipients',
  },
  NAME_INVALID: {
    status: 400,
    message: 'the name `{name}` cannot be used',
    hint: 'use 1 to 64 letters, digits, dots, dashes and underscores',
  },
  NUMBER_INVALID: {
    status: 400,
    message: 'the {what} `{value}` is not a whole number in range',
    hint: 'give a whole number in decimal digits',
  },
  DATA_LOCKED: {
    status: 503,
    message: 'the outer door’s data in `{dir}` is in use by another process',
    hint: 'stop the other process, or talk to it with `sallyport outer status`',
  },
  NOT_SET_UP: {
    status: 404,
    message: 'there is no outer door in `{dir}`',
    hint: 'start the gate once with `sallyport start`, or name its data with `--data`',
  },
  SETTINGS_INVALID: {
    status: 500,
    message: 'the file `outer.json` cannot be used: {reason}',
    hint: 'restore the file that was written when the wire was made',
  },
  START_FAILED: {
    status: 500,
    message: 'the outer process did not start: {reason}',
    hint: 'see what it wrote above; its data is in the folder `outer` of the data folder. Under a gate of root it runs as the user `nobody`, who must be able to read the files of its `tls`',
  },
  DECODER_FAILED: {
    status: 500,
    message: 'the decoder process failed: {reason}',
    hint: 'nothing of the frame was published; see the outer door’s log',
  },
  OPERATION_UNKNOWN: {
    status: 400,
    message: 'the operation `{name}` is unknown',
    hint: 'both programs must have the same version',
  },
  INBOX_NAME_INVALID: {
    status: 400,
    message: 'the name `{name}` cannot be that of an inbox',
    hint: 'use 1 to 63 lower-case letters, digits, dots, dashes and underscores',
  },
  INBOX_EXISTS: {
    status: 409,
    message: 'the inbox `{name}` or its folder is there already',
    hint: 'list the inboxes with `sallyport outer inbox list`',
  },
  INBOX_UNKNOWN: {
    status: 404,
    message: 'there is no inbox `{name}`',
    hint: 'list the inboxes with `sallyport outer inbox list`',
  },
  INBOX_UNREADABLE: {
    status: 409,
    message: 'the folder `{dir}` cannot be an inbox: {reason}',
    hint: 'give the outer door’s user the right to read, write and enter it',
  },
  DELIVERY_UNKNOWN: {
    status: 404,
    message: 'there is no delivery `{id}`',
    hint: 'list the deliveries that are kept with `sallyport outer inbox list`',
  },
  DELIVERY_REFUSED: {
    status: 422,
    message: 'what was put into the inbox was not taken: {reason}',
    hint: 'deliver plain files with plain names, in at most 200,000 files and 32 levels of folders',
  },
  DELIVERY_WAITS: {
    status: 507,
    message: 'the spool of deliveries has no room for it',
    hint: 'it is taken when older deliveries have expired; `inboxes.spoolBytesMax` and `inboxes.deliveriesMax` in `outer.json` are the limits',
  },
});
