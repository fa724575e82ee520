/** Error codes of the posture room. */
import { defineErrors } from '../core/index.ts';

/** Builds the errors and refusals of this module. */
export const errors = defineErrors('POSTURE', {
  CATALOGUE_INVALID: {
    status: 400,
    message: 'the catalogue file `{file}` cannot be used: {why}',
    hint: 'correct the named places; docs/how-to/assess-posture.md shows the shape of each kind of file.',
  },
  ASSESSMENT_INVALID: {
    status: 400,
    message: 'the assessment cannot be used: {why}',
    hint: 'correct the named places; `sallyport posture init` writes a folder to compare with.',
  },
  ASSESSMENT_MISSING: {
    status: 404,
    message: 'there is no assessment in `{folder}`',
    hint: 'make one with `sallyport posture init`, or name the folder that has `assessment.yaml`.',
  },
  ASSESSMENT_PRESENT: {
    status: 409,
    message: 'there is an assessment in `{folder}` already',
    hint: 'edit its files, or name another folder.',
  },
  ANSWERS_INVALID: {
    status: 400,
    message: 'the answers cannot be used: {why}',
    hint: 'answer with yes, partly, no, not-applicable or unknown; `sallyport posture init --list` prints the questions.',
  },
  LIMIT_EXCEEDED: {
    status: 413,
    message: '{what} is above the limit: {count} of at most {most}',
    hint: 'split the assessment, or move evidence that nothing refers to elsewhere.',
  },
  PROFILE_UNKNOWN: {
    status: 404,
    message: 'no profile is called `{profile}`',
    hint: 'choose one of: {known}.',
  },
});
