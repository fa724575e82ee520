/**
 * Strict parsers and canonical emitters, one per format: bytes in, a canonical value or a refusal out. Nothing here
 * touches a file, and hostile input is a refusal, never an exception.
 */
export {
  DELIMITERS,
  TABLE_BYTES_MAX,
  TABLE_COLUMNS_MAX,
  ByteWriter,
  parseTable,
  spellRecord,
} from './csv.ts';
export type { Table, TableForm } from './csv.ts';
export { readRecords } from './csv-records.ts';
export { findForbiddenCharacter, unifyCharacters } from './characters.ts';
export type { ForbiddenCharacter } from './characters.ts';
export { parseDecimal, roundDigits, spellDecimal, spellFixed } from './number-spelling.ts';
export type { Decimal } from './number-spelling.ts';
