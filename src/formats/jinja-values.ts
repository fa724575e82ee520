/** What is known of a value in a chat template without rendering it: where its letters come from, and how long it can be. */

/** It may hold a text with an underscore that the template wrote or made: no such text is a key. */
export const MADE = 1;
/** It may have been read by a key that is not spelled out: no second such key is used on it. */
export const KEYED = 2;
/** It may hold a text of the template. */
export const OWN = 4;
/** It may hold digits of the template in a text. */
export const DIGITS = 8;
/** It may be a text whose methods are written in Python (markup): through those, keys reach the renderer's modules. */
export const MARKUP = 16;

/** A part of a parameter of the macro that is read: 0 is all of it, 1 an item of it, 2 something under a name of it. */
export interface JinjaPart {
  readonly parameter: number;
  readonly level: 0 | 1 | 2;
  /** It is such a part with a name before it, or a text instead of one. */
  readonly kind?: 'wrap' | 'text';
}

/** One value. */
export interface JinjaValue {
  readonly flags: number;
  readonly isNumber: boolean;
  /** The most letters it can have, or the largest number, beside what `uses` adds; data counts as `DATA_WEIGHT`. */
  readonly weight: number;
  /** How many times it holds what an attribute of a namespace holds. */
  readonly uses: ReadonlyMap<string, number>;
  readonly part?: JinjaPart | undefined;
}

/** What one value of the data counts as: letters, items, numbers. */
export const DATA_WEIGHT = 4;

const NO_USES: ReadonlyMap<string, number> = new Map();

export const DATA: JinjaValue = {
  flags: 0,
  isNumber: false,
  weight: DATA_WEIGHT,
  uses: NO_USES,
};

/** A number of at most so much; truth values too. */
export function numberOf(weight: number, uses = NO_USES): JinjaValue {
  return { flags: 0, isNumber: true, weight, uses };
}

/** A text that is spelled out. */
export function literalOf(text: string): JinjaValue {
  const flags = OWN | (text.includes('_') ? MADE : 0) | (/\p{N}/u.test(text) ? DIGITS : 0);
  return { flags, isNumber: false, weight: text.length, uses: NO_USES };
}

/** Numbers that become part of a text are digits in it. */
const asText = (value: JinjaValue): number => value.flags | (value.isNumber ? DIGITS | OWN : 0);

function merge(
  a: ReadonlyMap<string, number>,
  b: ReadonlyMap<string, number>,
  join: (x: number, y: number) => number,
): ReadonlyMap<string, number> {
  if (b.size === 0) return a;
  const merged = new Map(a);
  for (const [name, times] of b) merged.set(name, join(merged.get(name) ?? 0, times));
  return merged;
}

/** Something that holds both: a text of two, a list, a sum. */
export function joined(a: JinjaValue, b: JinjaValue): JinjaValue {
  return {
    flags: a.flags | b.flags,
    isNumber: a.isNumber && b.isNumber,
    weight: a.weight + b.weight,
    uses: merge(a.uses, b.uses, (x, y) => x + y),
  };
}

/** A text of two. */
export function concatenated(a: JinjaValue, b: JinjaValue): JinjaValue {
  return { ...joined(a, b), flags: asText(a) | asText(b), isNumber: false };
}

/** One of two, nobody knows which. */
export function either(a: JinjaValue, b: JinjaValue): JinjaValue {
  return {
    flags: a.flags | b.flags,
    isNumber: a.isNumber && b.isNumber,
    weight: Math.max(a.weight, b.weight),
    uses: merge(a.uses, b.uses, Math.max),
    part: commonPart(a, b),
  };
}

function commonPart(a: JinjaValue, b: JinjaValue): JinjaPart | undefined {
  if (a.part === undefined || b.part === undefined) return undefined;
  if (a.part.parameter !== b.part.parameter) return undefined;
  if (a.part.kind !== undefined || b.part.kind !== undefined) return undefined;
  return a.part.level < b.part.level ? a.part : b.part;
}

/** As many times as long. */
export function scaled(value: JinjaValue, times: number): JinjaValue {
  const uses = new Map([...value.uses].map(([name, count]) => [name, count * times]));
  return { ...value, weight: value.weight * times, uses, part: undefined };
}

/** With other letters than before. */
export function flagged(value: JinjaValue, flags: number): JinjaValue {
  return { ...value, flags: value.flags | flags, part: undefined };
}

/** Something inside a value. */
export function inside(value: JinjaValue, level: 1 | 2, flags = 0): JinjaValue {
  const { part } = value;
  return {
    ...value,
    flags: value.flags | flags,
    isNumber: false,
    part:
      part && part.kind === undefined
        ? { parameter: part.parameter, level: part.level > level ? part.level : level }
        : undefined,
  };
}
