/**
 * Every reason why an export is held or denied, with the way forward: written once, shown by API, CLI and outbox alike.
 */

/** One reason, as shown. */
export interface Reason {
  readonly code: string;
  readonly severity: 'hold' | 'deny';
  /** Lower case, no full stop. */
  readonly sentence: string;
  readonly wayForward: string;
  /** The file it is about. */
  readonly place?: string;
}

type Details = Readonly<Record<string, string | number | bigint>>;

const SENTENCES = {
  FILE_REFUSED: {
    severity: 'deny',
    sentence: '{why}',
    wayForward: 'send the export again without the file, or with --skip-refused',
  },
  NOTHING_LEFT: {
    severity: 'deny',
    sentence: 'no file of the export can be released',
    wayForward: 'see the reason of each file',
  },
  FINDING: {
    severity: 'hold',
    sentence: '{sentence}',
    wayForward: 'a reviewer can look at the emitted file and approve it',
  },
  FINDING_DENIES: {
    severity: 'deny',
    sentence: '{sentence}',
    wayForward: 'remove what was found and send the export again',
  },
  TYPE_NOT_PLAIN: {
    severity: 'hold',
    sentence: 'files of type {type} are not released without a person',
    wayForward: 'wait for approval, or send the data behind it as a table or an SVG',
  },
  RELEASE_LARGE: {
    severity: 'hold',
    sentence: 'its {bits} bits are above the {limit} bits that may leave without a person',
    wayForward: 'wait for approval, or take a cheaper form (see `sallyport quote`)',
  },
  AUTOMATIC_OFF: {
    severity: 'hold',
    sentence: 'automatic release is switched off',
    wayForward: 'wait for approval',
  },
  AUTOMATIC_USED_UP: {
    severity: 'hold',
    sentence:
      'what may leave without a person is used up for now ({left} left, {bits} bits needed)',
    wayForward: 'wait for approval, or send it again {when}',
  },
  BUDGET_LATER: {
    severity: 'deny',
    sentence: 'the budget {bucket} has {left} left and {bits} bits are needed',
    wayForward: 'send it again after {when}, or take a cheaper form (see `sallyport quote`)',
  },
  BUDGET_NEVER: {
    severity: 'deny',
    sentence: 'the budget {bucket} never holds {bits} bits at once',
    wayForward: 'take a cheaper form, release fewer files, or ask for a larger budget',
  },
  BUDGET_SPENT: {
    severity: 'deny',
    sentence: 'the lifetime of the budget {bucket} has {left} left and {bits} bits are needed',
    wayForward: 'ask for a larger budget',
  },
  BUDGET_MISSING: {
    severity: 'deny',
    sentence: 'the budget {bucket} is not declared, so nothing may leave',
    wayForward: 'an administrator declares it with `sallyport budget set {bucket} --rate RATE`',
  },
  MODEL_LOCKED: {
    severity: 'hold',
    sentence: 'the model {model}, which the project may touch, is {state}',
    wayForward: 'wait for approval',
  },
  LOCKED: {
    severity: 'deny',
    sentence: 'the {what} {id} is locked: {reason}',
    wayForward: 'ask for the end of the lock with `sallyport unlock {lock} --why TEXT`',
  },
  SENDER_REFUSES: {
    severity: 'hold',
    sentence: '{why}',
    wayForward: 'wait for approval',
  },
  VECTORS_REACHED: {
    severity: 'deny',
    sentence:
      'with it {counted} distinct vectors of {width} numbers would have left, as many as give a layer of {model} away',
    wayForward: 'send summaries instead of vectors',
  },
  MODELS_CHANGED: {
    severity: 'deny',
    sentence:
      'a model was declared or changed since it was quoted, and its vectors were not looked for',
    wayForward: 'send it again',
  },
  CHARGE_GREW: {
    severity: 'deny',
    sentence: 'its charge became {bits} bits, more than the {limit} bits that were decided on',
    wayForward: 'send it again',
  },
} as const satisfies Record<string, Omit<Reason, 'code' | 'place'>>;

/** A reason's code without its prefix. */
export type ReasonName = keyof typeof SENTENCES;

function fill(text: string, details: Details): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) =>
    name in details ? String(details[name]) : whole,
  );
}

/** Builds a reason. */
export function sayReason(name: ReasonName, details: Details = {}, place?: string): Reason {
  const { severity, sentence, wayForward } = SENTENCES[name];
  return {
    code: `EXPORT_${name}`,
    severity,
    sentence: fill(sentence, details),
    wayForward: fill(wayForward, details),
    ...(place === undefined ? {} : { place }),
  };
}

/** Every reason with its unfilled sentence, for the documentation. */
export function listReasons(): readonly Reason[] {
  return (Object.keys(SENTENCES) as ReasonName[]).map((name) => sayReason(name));
}

/** Several reasons as one line: the first in full, the others counted. */
export function sayReasons(reasons: readonly Reason[]): string {
  const [first, ...others] = reasons;
  if (first === undefined) return 'released by the automatic tier';
  const place = first.place === undefined ? '' : `${first.place}: `;
  const more = others.length === 0 ? '' : ` (and ${String(others.length)} more reasons)`;
  return `${place}${first.sentence}; ${first.wayForward}${more}`;
}
