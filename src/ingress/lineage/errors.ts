/** The codes of lineage and recalls. */
import { defineErrors } from '../../core/index.ts';

/** Builds the errors of lineage. */
export const lineageErrors = defineErrors('LINEAGE', {
  NOT_FOUND: {
    status: 404,
    message: 'cannot find `{node}` in the lineage',
    hint: 'name a source, an import, a run, the fingerprint of a key, or the SHA-256 of a file, model or monitor',
  },
  SET_UNADMITTED: {
    status: 422,
    message: 'cannot record the run, its set `{set}` was never admitted',
    hint: 'import the set and have it admitted; only admitted sets can be trained on',
  },
  SETS_DIFFER: {
    status: 422,
    message: 'the monitor `{monitor}` names other sets in its header than {what}: {sets}',
    hint: 'its header says what it was trained on; record it with `lineage record-run` without --set',
  },
  RUN_INVALID: {
    status: 400,
    message: 'cannot record the run: {why}',
    hint: 'see `sallyport lineage record-run --help`',
  },
  EVALUATION_OTHER: {
    status: 409,
    message: 'cannot record the measurement for `{node}`, it is one of {measured}',
    hint: 'measure the monitor itself with `sallyport monitor evaluate SET --model FILE --json`',
  },
  EVALUATION_SEEN: {
    status: 409,
    message: 'cannot record the measurement for `{node}`, it was trained on the set {set}',
    hint: 'measure on documents that are new to the monitor',
  },
  REASON_MISSING: {
    status: 400,
    message: 'cannot recall without a reason of 1 to {limit} characters',
    hint: 'say what is wrong with it; everybody who is stopped by it reads this',
  },
  CYCLE: {
    status: 422,
    message: 'cannot record the run, `{node}` would come from itself',
    hint: 'check the digests of the base model and the results',
  },
  RECALLED_ALREADY: {
    status: 409,
    message: 'cannot recall `{target}`, it was recalled already',
    hint: 'see `sallyport recall list`',
  },
  KEY_RECALLED: {
    status: 409,
    message: 'cannot admit what was signed with `{key}`, that key was recalled',
    hint: 'have the sender sign with a new key, and import it again',
  },
  STANDING_LOST: {
    status: 409,
    message: '`{node}` is quarantined by the recall `{recall}`',
    hint: 'do not use it; see what to retrain with `sallyport recall plan {recall}`',
  },
});
