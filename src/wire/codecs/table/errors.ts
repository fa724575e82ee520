/** Faults of the table codec. */
import { defineErrors } from '../../../core/index.ts';

export const tableErrors = defineErrors('TABLE', {
  CELL_INVALID: {
    status: 422,
    message: 'table not decoded: a cell is not valid utf-8',
    hint: 'the frame is damaged or was not written by this program.',
  },
  CELL_TOO_LONG: {
    status: 422,
    message: 'table not decoded: a cell is longer than any that is written',
    hint: 'the frame is damaged or was not written by this program.',
  },
  NUMBER_INVALID: {
    status: 422,
    message: 'table not decoded: a number is outside its range',
    hint: 'the frame is damaged or was not written by this program.',
  },
  PLAN_INVALID: {
    status: 422,
    message: 'table not decoded: the plan of its columns makes no sense',
    hint: 'the frame is damaged or was not written by this program.',
  },
  SIZE_INVALID: {
    status: 422,
    message: 'table not decoded: it has no row or is larger than {limit} bytes',
    hint: 'the frame is damaged or was not written by this program.',
  },
  NOT_CANONICAL: {
    status: 422,
    message: 'table not decoded: what it gives is not a table in canonical spelling',
    hint: 'the frame is damaged or was not written by this program.',
  },
});
