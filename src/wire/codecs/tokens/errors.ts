/** Faults of decoding tokens: what no encoder writes. */
import { defineErrors } from '../../../core/index.ts';

export const tokenErrors = defineErrors('WIRE_TOKEN', {
  TEXT_TOO_LONG: {
    status: 422,
    message: 'a coded text is longer than {limit} bytes',
    hint: 'the frame was not written by this encoder; ask for it again.',
  },
  TEXT_INVALID: {
    status: 422,
    message: 'a coded text is not UTF-8',
    hint: 'the frame was not written by this encoder; ask for it again.',
  },
  NUMBER_INVALID: {
    status: 422,
    message: 'a coded number is outside of its range',
    hint: 'the frame was not written by this encoder; ask for it again.',
  },
  VALUE_INVALID: {
    status: 422,
    message: 'a coded {type} file is not canonical: {reason}',
    hint: 'the frame was not written by this encoder; ask for it again.',
  },
  TOO_LARGE: {
    status: 422,
    message: 'a coded file holds more than {limit} values',
    hint: 'the frame was not written by this encoder; ask for it again.',
  },
});
