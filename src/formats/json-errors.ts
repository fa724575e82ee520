/** Refusals of JSON and JSON lines. */
import { defineErrors } from '../core/index.ts';

export const jsonErrors = defineErrors('JSON', {
  ENCODING_INVALID: {
    status: 422,
    message: 'the file is not UTF-8',
    hint: 'save the file as UTF-8.',
  },
  SYNTAX_INVALID: {
    status: 422,
    message: 'the file is not JSON: {reason}',
    hint: 'write the file with a JSON library; NaN, comments and trailing commas are not JSON.',
  },
  TOO_DEEP: {
    status: 422,
    message: 'values are nested deeper than {limit}',
    hint: 'flatten the data.',
  },
  TOO_LARGE: {
    status: 413,
    message: 'the file has {bytes} bytes, more than the limit of {limit}',
    hint: 'split the file, or send JSON lines: one value per line.',
  },
  NUMBER_UNSUPPORTED: {
    status: 422,
    message: 'a number has more than {limit} characters or an exponent beyond 9999',
    hint: 'write the number with fewer digits, or as a string.',
  },
  SURROGATE_LONE: {
    status: 422,
    message: 'a string holds half of a surrogate pair',
    hint: 'write whole characters.',
  },
  CHARACTER_DISGUISED: {
    status: 422,
    message: 'a string holds a {character}',
    hint: 'remove look-alike letters and stacked marks.',
  },
  KEYS_ALIKE: {
    status: 422,
    message: 'an object has two keys that look the same',
    hint: 'give the keys different names.',
  },
  LINE_TOO_LONG: {
    status: 422,
    message: 'a line is longer than {limit} bytes',
    hint: 'write one record per line.',
  },
  LINES_NONE: {
    status: 422,
    message: 'the file holds no line with a value',
    hint: 'write one JSON value per line.',
  },
});
