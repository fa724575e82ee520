/** Why a file is not a table, or not one that may cross. */
import { defineErrors } from '../core/index.ts';

export const csvErrors = defineErrors('CSV', {
  ENCODING_INVALID: {
    status: 422,
    message: 'table refused: the bytes are not valid utf-8',
    hint: 'save the file as UTF-8 and send it again.',
  },
  CHARACTER_FORBIDDEN: {
    status: 422,
    message: 'table refused: a cell holds the forbidden character {character}',
    hint: 'remove control, zero-width and bidirectional characters from the table.',
  },
  QUOTE_INVALID: {
    status: 422,
    message: 'table refused: a quotation mark stands where no quoted cell can start or end',
    hint: 'quote whole cells and double the quotation marks inside them (RFC 4180).',
  },
  ROW_RAGGED: {
    status: 422,
    message: 'table refused: a row has {cells} cells where the first has {columns}',
    hint: 'give every row the same number of cells, or send the file as text.',
  },
  RECORD_TOO_LONG: {
    status: 422,
    message: 'table refused: one row is longer than {limit} characters',
    hint: 'close the quoted cell, or split the row.',
  },
  TABLE_TOO_WIDE: {
    status: 422,
    message: 'table refused: it has more than {limit} columns',
    hint: 'split the table into narrower ones.',
  },
  TABLE_TOO_LARGE: {
    status: 422,
    message: 'table refused: it is larger than {limit} bytes',
    hint: 'split the table into smaller files.',
  },
  TABLE_EMPTY: {
    status: 422,
    message: 'table refused: it has no rows',
    hint: 'send a file that holds at least one row.',
  },
  COLUMN_SINGLE: {
    status: 422,
    message: 'not a table: no delimiter gives every row the same two or more cells',
    hint: 'send the file as text, or give it a second column.',
  },
});
