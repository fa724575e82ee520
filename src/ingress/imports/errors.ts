/** The codes of imports. */
import { defineErrors } from '../../core/index.ts';

/** Builds the errors and refusals of imports. */
export const importErrors = defineErrors('IMPORT', {
  NOT_FOUND: {
    status: 404,
    message: 'cannot find the import `{id}`',
    hint: 'see `sallyport imports list`',
  },
  FILE_UNKNOWN: {
    status: 404,
    message: 'cannot find the file {file} of the import `{id}`',
    hint: 'see `sallyport imports show {id}`',
  },
  NAME_INVALID: {
    status: 400,
    message: 'cannot take the file `{name}`: {why}',
    hint: 'give it a relative name of at most 1024 characters, with / between folders',
  },
  NAME_TWICE: {
    status: 409,
    message: 'cannot take the file `{name}`, the import announced another one of that name',
    hint: 'rename one of them',
  },
  FILES_FULL: {
    status: 409,
    message: 'cannot take more files, an import has at most {limit}',
    hint: 'import them as several sets',
  },
  OPEN_FULL: {
    status: 409,
    message: 'cannot open an import, {limit} of yours are being received',
    hint: 'finish or withdraw them first',
  },
  STATE_WRONG: {
    status: 409,
    message: 'cannot {event} the import `{id}`, it is {state}',
    hint: 'see `sallyport imports show {id}`',
  },
  FILES_MISSING: {
    status: 409,
    message: 'cannot finish the import `{id}`, {missing} of {files} files are not here',
    hint: 'send the rest: the same command goes on where it stopped',
  },
  KEY_REUSED: {
    status: 409,
    message: 'cannot use the idempotency key again, it belongs to another import',
    hint: 'send a new key with a new import',
  },
  WHY_DIFFERS: {
    status: 409,
    message: 'cannot go on with the import `{id}` for another reason, it was opened with `{why}`',
    hint: 'send it with the reason that it has, or open another one with a --key of its own',
  },
  NOT_ADMITTED: {
    status: 409,
    message: 'cannot hand out files of the import `{id}`, it is {state}',
    hint: 'only safe forms of an admitted import leave the quarantine',
  },
  MALICIOUS: {
    status: 422,
    message: '{count} of {files} files are malicious, the first is `{name}`: {why}',
    hint: 'leave them out, or ask again with --skip-refused, which admits the others',
  },
  NOTHING: {
    status: 422,
    message: 'there is nothing to admit: no file has a safe form',
    hint: 'ask the source for data in a format that is decoded here',
  },
  STOPPED: {
    status: 409,
    message: 'the project or the lane of imports is locked: {why}',
    hint: 'lift the lock by request, see `sallyport lock list`',
  },
  STATEMENT_INVALID: {
    status: 422,
    message: 'cannot take the admission statement: {why}',
    hint: 'fetch it again with `sallyport imports statement ID`',
  },
});
