/**
 * Tables (CSV, TSV). Guaranteed: the canonical file is what docs/spec/table.md says; columns that follow from others
 * cost their residuals only; any table can be coded, whatever its plan says; decoding gives a canonical table or a
 * typed error, within the sizes stated here and in `src/formats/csv.ts`.
 *
 * Assumes IEEE 754 doubles with correctly rounded + − × ÷ √, and that numbers are spelled and read as ECMAScript says
 * (shortest, correctly rounded). Not promised: that the plan is the best there is.
 */
import { parseTable } from '../../../formats/index.ts';
import type { Table } from '../../../formats/index.ts';
import type { Codec } from '../../codec.ts';
import { TableSession } from './session.ts';

/** The codec of tables. */
export const tableCodec: Codec<Table> = {
  type: 'table',
  parse: (bytes, form) =>
    parseTable(bytes, form?.digits === undefined ? {} : { digits: form.digits }),
  emit: (table) => table.bytes,
  open: (engine) => new TableSession(engine),
};
