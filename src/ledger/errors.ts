/** The codes of the ledger. */
import { defineErrors } from '../core/index.ts';

/** Builds the ledger's errors and refusals. */
export const ledgerErrors = defineErrors('LEDGER', {
  ENTRY_INVALID: {
    status: 500,
    message: 'entry cannot be recorded: {why}',
    hint: 'give kind, by and JSON members of at most 64 KiB in all',
  },
  ENTRY_MISSING: {
    status: 404,
    message: 'the ledger has no entry `{id}`',
    hint: 'list entries with `ledger show`',
  },
  FENCED: {
    status: 503,
    message: 'ledger `{log}` was taken over by another process',
    hint: 'run one gate per ledger; this one has stopped',
  },
  STOPPED: {
    status: 503,
    message: 'ledger `{log}` has stopped: {why}',
    hint: 'read the reason, run `ledger verify`, then start the process again',
  },
  DATABASE_ROLLED_BACK: {
    status: 500,
    message:
      'the database is older than what it has published: it holds {held} entries, {seen} holds {size}',
    hint: 'restore the newest database; an older one would fork the ledger and refill budgets',
  },
  ROOT_MISMATCH: {
    status: 500,
    message: 'ledger `{log}` does not match its checkpoint: {why}',
    hint: 'something changed what was recorded; keep the disk as it is and run `ledger verify`',
  },
  KEY_INVALID: {
    status: 500,
    message: 'key cannot be used: {why}',
    hint: 'give a key file that this program made, readable by its owner only',
  },
  ORIGIN_MISMATCH: {
    status: 500,
    message: 'ledger belongs to origin `{held}`, not to `{asked}`',
    hint: 'start with the key and origin that the ledger was made with',
  },
  NOTE_INVALID: {
    status: 400,
    message: 'signed note is not valid: {why}',
    hint: 'get the file again from its source',
  },
  NOTE_UNTRUSTED: {
    status: 400,
    message: 'signed note carries no valid signature of a known key: {why}',
    hint: 'check that the key belongs to this log',
  },
  CHECKPOINT_INVALID: {
    status: 400,
    message: 'checkpoint is not valid: {why}',
    hint: 'get the file again from its source',
  },
  RECEIPT_INVALID: {
    status: 400,
    message: 'receipt is not valid: {why}',
    hint: 'get the receipt again from whoever gave it',
  },
  SIZE_OUT_OF_RANGE: {
    status: 400,
    message: 'size {size} is outside the ledger of {held} entries',
    hint: 'ask for a size that the ledger has reached',
  },
});
