/** Error codes of the screens of text sets. */
import { defineErrors } from '../../core/index.ts';

/** Builds the module's errors. */
export const screenErrors = defineErrors('SCREEN', {
  EXCLUSION_INVALID: {
    status: 400,
    message: 'cannot read the exclusion list, line {line} starts with no document id and no rule',
    hint: 'write one id per line as the report shows it (doc_ and 24 digits), or a rule such as `rows ["source","desk-9"]`; then a blank, and why',
  },
  EXCLUSIONS_MANY: {
    status: 413,
    message: 'cannot use the exclusion list, it has more than {limit} documents',
    hint: 'a set with so many bad documents is better sent back to its source',
  },
  EXCLUSION_FIELDS_MANY: {
    status: 413,
    message: 'cannot use the exclusion list, its rules look at more than {limit} fields',
    hint: 'exclude by the one field that names the source',
  },
  REPORT_INVALID: {
    status: 400,
    message: 'cannot compare with the earlier report: {why}',
    hint: 'give a report that `sallyport screen --json` printed',
  },
});
