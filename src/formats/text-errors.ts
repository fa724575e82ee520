/** Why a text is refused. */
import { defineErrors } from '../core/index.ts';

/** Builds the refusals of the text parser. */
export const textErrors = defineErrors('TEXT', {
  ENCODING_INVALID: {
    status: 422,
    message: 'the text is not UTF-8',
    hint: 'save the file as UTF-8.',
  },
  CHARACTER_HIDDEN: {
    status: 422,
    message: 'the text has the character {character}, which does not show',
    hint: 'remove control, zero-width, bidirectional and private characters.',
  },
  MARKS_STACKED: {
    status: 422,
    message: 'the text has more than four combining marks on one letter',
    hint: 'remove the extra marks.',
  },
  WORD_MIXED: {
    status: 422,
    message: 'a word mixes Latin letters with letters that look alike from another script',
    hint: 'write the word in one script.',
  },
  TOO_LARGE: {
    status: 413,
    message: 'the text has {bytes} bytes, more than the limit of {limit}',
    hint: 'split the file.',
  },
  LINE_TOO_LONG: {
    status: 422,
    message: 'a line of the text is longer than {limit} bytes',
    hint: 'break the line, or send the content in its own format.',
  },
});
