/** The codes of screenings at the gate and of exclusions. */
import { defineErrors } from '../../core/index.ts';

/** Builds the errors of screenings. */
export const screeningErrors = defineErrors('SCREENING', {
  NOT_FOUND: {
    status: 404,
    message: 'cannot find the screening `{id}`',
    hint: 'see `sallyport imports screenings`',
  },
  NOTHING: {
    status: 422,
    message: 'cannot screen the import `{id}`, it has no text set',
    hint: 'screens read JSON lines and tables whose rows have a text',
  },
  FORMS_MANY: {
    status: 413,
    message: 'cannot screen the import `{id}`, it has more than {limit} text sets',
    hint: 'send fewer, larger files',
  },
  UNDECODED: {
    status: 409,
    message: 'cannot screen the import `{id}`, it is {state}',
    hint: 'an import is screened when its files are decoded, until it is closed',
  },
  EXCLUSIONS_FULL: {
    status: 413,
    message: 'cannot exclude more than {limit} documents of the import `{id}`',
    hint: 'a set with so many bad documents is better sent back to its source',
  },
  RULES_MANY: {
    status: 413,
    message: 'cannot exclude rows of the import `{id}` by more than {limit} fields',
    hint: 'exclude by the one field that names the source',
  },
  UNREADY: {
    status: 409,
    message: 'cannot show the report of the screening `{id}`, it is {state}',
    hint: 'wait until it is done',
  },
});
