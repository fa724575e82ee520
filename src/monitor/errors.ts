/** Error codes of certified monitors. */
import { defineErrors } from '../core/index.ts';

/** Builds the module's errors. */
export const monitorErrors = defineErrors('MONITOR', {
  SET_UNADMITTED: {
    status: 403,
    message: 'cannot train on the set `{set}`, there is no admission statement for it',
    hint: 'give one --admission FILE for each set, or try things out with --unadmitted, which marks the model as such',
  },
  ADMISSION_UNVERIFIED: {
    status: 403,
    message: 'cannot train on the set `{set}`, its admission statement does not hold: {why}',
    hint: 'a set is admitted by approval; ask for the statement of exactly these bytes',
  },
  SET_LOST: {
    status: 403,
    message: 'the monitor does not stand on the set `{set}`: {why}',
    hint: 'train it anew on sets that stand; see `sallyport recall plan`',
  },
  EXCLUSIONS_NEEDED: {
    status: 403,
    message:
      'cannot train on the set `{set}`, reviewers excluded documents of it, by the list {list}',
    hint: 'write the list with `sallyport imports exclusions ID --out FILE` and give it with --exclude FILE',
  },
  EXCLUSIONS_UNFOUND: {
    status: 409,
    message:
      'cannot leave out {missing} of {listed} excluded documents and rules, such as `{first}`, they meet no row of these sets',
    hint: 'give the safe forms of every import whose lists these are; an id is made of its whole row, so a set that was imported again with other rows has other ids: screen the new import, exclude what that shows, and give its list instead (`imports exclusions ID --out FILE`)',
  },
  SET_SEEN: {
    status: 409,
    message: 'cannot measure the monitor on the set `{set}`, it was trained on it',
    hint: 'measure on documents that are new to the monitor',
  },
  SET_UNREADABLE: {
    status: 400,
    message: 'cannot use the set `{set}`: row {row} has {why}',
    hint: 'training reads every row or none; name the fields with --text, --label and --source, or mend the row',
  },
  SET_TOO_LARGE: {
    status: 413,
    message: 'cannot hold the sets for training, they have more than {limit} {unit}',
    hint: 'train on fewer documents; a partition gains little beyond some ten thousand',
  },
  LABEL_MISSING: {
    status: 400,
    message:
      'there are {positives} documents with the label `{label}` and {negatives} without, both are needed',
    hint: 'say with --positive which label means suspicious',
  },
  PARTITIONS_INVALID: {
    status: 400,
    message: 'cannot partition by `{partitions}`: {why}',
    hint: 'use `source` for one partition per source, or a number of buckets from 2 to {limit}',
  },
  CALIBRATION_SMALL: {
    status: 400,
    message:
      'cannot train a monitor, none of {partitions} partitions can vote: it takes both kinds of text to learn and, for a vote rate of {rate}, {needed} held-back clean documents, of which the largest with both kinds has {heldBack}',
    hint: 'give more documents per source, use buckets of sources, hold back a larger share, or ask for a higher rate',
  },
  VOUCHED_SMALL: {
    status: 400,
    message:
      'cannot set thresholds on {vouched} vouched clean texts, a vote rate of {rate} takes {needed}',
    hint: 'vouch for more clean texts, of every kind that the monitor will see, or ask for a higher rate',
  },
  VOUCHED_SIGNER: {
    status: 409,
    message:
      'cannot take the vouched set `{set}`, its signer `{signer}` is also a source that is trained on',
    hint: 'vouched texts set the thresholds of every source; take them from somebody whose other sets are not trained on',
  },
  MODEL_INVALID: {
    status: 400,
    message: 'cannot use the monitor file: {why}',
    hint: 'a monitor is the file that `sallyport monitor train` wrote, byte for byte',
  },
  DIGEST_DIFFERENT: {
    status: 409,
    message: 'the monitor file has the digest {found}, not the pinned {pinned}',
    hint: 'use the file that was pinned; a changed monitor is another monitor',
  },
  TEXT_TOO_LONG: {
    status: 413,
    message: 'cannot score a text of {length} characters, the limit is {limit}',
    hint: 'score the parts and take the strictest verdict; an unscored text is not a pass',
  },
});
