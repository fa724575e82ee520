/** The codes of the store. */
import { defineErrors } from '../core/index.ts';

/** Builds the store's errors. */
export const storeErrors = defineErrors('STORE', {
  SCHEMA_NEWER: {
    status: 500,
    message: 'database was written by a newer version: it has the migration `{id}`',
    hint: 'start the version that wrote it, or a later one',
  },
  OUTCOME_UNKNOWN: {
    status: 500,
    message: 'database did not say whether a commit is durable: {why}',
    hint: 'the process must stop; what was acknowledged is there when it starts again',
  },
  STOPPED: {
    status: 503,
    message: 'database takes no more work: {why}',
    hint: 'start the process again',
  },
  BUSY: {
    status: 503,
    message: 'database could not begin a transaction: {why}',
    hint: 'another process holds it; try again later',
  },
  WRITE_NESTED: {
    status: 500,
    message: 'a write was started inside another write',
    hint: 'use the transaction that was given to the outer one',
  },
  TRANSACTION_ENDED: {
    status: 500,
    message: 'a query ran outside the transaction that it was made for',
    hint: 'await every query inside the work that got the transaction',
  },
  QUEUE_FULL: {
    status: 503,
    message: 'more than {limit} writes wait for the database',
    hint: 'try again later',
  },
  BLOB_MISSING: {
    status: 404,
    message: 'there is no stored content with digest `{sha256}`',
    hint: 'check the digest',
  },
  BLOB_TOO_LARGE: {
    status: 413,
    message: 'content is longer than its limit of {limitBytes} bytes',
    hint: 'send it in parts',
  },
  PART_OFFSET: {
    status: 409,
    message: 'cannot go on at byte {offset}, {size} bytes are here',
    hint: 'ask how much is here and send from there',
  },
  PART_BUSY: {
    status: 409,
    message: 'cannot take these bytes, somebody else is sending the same file',
    hint: 'wait until the other transfer ends, then ask how much is here',
  },
  PART_WRONG: {
    status: 422,
    message: 'the file that arrived has not the announced digest {sha256}',
    hint: 'send it again from the first byte',
  },
});
