/** The codes of the scenario. */
import { defineErrors } from '../../core/index.ts';

/** Builds the scenario's errors and refusals. */
export const scenarioErrors = defineErrors('SCENARIO', {
  TEXT_INVALID: {
    status: 400,
    message: 'scenario file is neither YAML nor JSON: {why}',
    hint: 'compare it with one of examples/scenarios',
  },
  TEXT_TOO_LARGE: {
    status: 400,
    message: 'scenario file is too large: {bytes} bytes, the limit is {limit}',
    hint: 'a scenario is a page or two of text; give the file that was meant',
  },
  FIELDS_INVALID: {
    status: 400,
    message: 'scenario has fields that cannot be used: {why}',
    hint: 'the explanation of the scenario model names every field and its unit',
  },
});
