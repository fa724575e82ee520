/** What functions, methods and filters of chat templates may be given, and what is known of what they give. */
import {
  ATTRIBUTE_PLACES,
  FILTERS,
  GROWING,
  HANDS_ON,
  MAPPED_FILTERS,
  METHODS,
  NUMBERS,
  TEST_PLACES,
  TESTS,
  TRANSFORMS,
} from './jinja-names.ts';
import {
  DATA_WEIGHT,
  DIGITS,
  flagged,
  inside,
  joined,
  KEYED,
  MADE,
  MARKUP,
  numberOf,
  OWN,
  scaled,
} from './jinja-values.ts';
import type { JinjaValue } from './jinja-values.ts';

interface Given {
  readonly value: JinjaValue;
  /** Its text, when it is spelled out. */
  readonly literal?: string;
}

/** What stands between the brackets of a call. */
export interface JinjaArguments {
  readonly places: readonly Given[];
  readonly keywords: ReadonlyMap<string, Given>;
}

/** What a call needs of its parser. */
interface Judge {
  unsafe(why: string): never;
  unsupported(why: string): never;
  attribute(name: string, value: JinjaValue): JinjaValue;
}

const NOTHING: JinjaArguments = { places: [], keywords: new Map() };
const KEYWORDS = new Set([
  ...['attribute', 'default', 'default_value', 'boolean', 'reverse', 'case_sensitive', 'by', 'd'],
  ...['start', 'width', 'first', 'blank', 'indent', 'precision', 'method', 'base', 'count', 'old'],
  ...['new', 'ensure_ascii', 'separators', 'sort_keys', 'value'],
]);

const valuesOf = ({ places, keywords }: JinjaArguments): JinjaValue[] =>
  [...places, ...keywords.values()].map(({ value }) => value);

const flagsOf = (values: readonly JinjaValue[]): number =>
  values.reduce((flags, value) => flags | value.flags | (value.isNumber ? DIGITS : 0), 0);

/** A call of a function that is not a macro. */
export function callFunction(judge: Judge, name: string, given: JinjaArguments): JinjaValue {
  const values = valuesOf(given);
  if (name === 'raise_exception') return numberOf(1);
  const all = values.reduce(joined, numberOf(1));
  if (name === 'range') {
    for (const { value } of given.places) {
      if (!value.isNumber && (value.flags & OWN) !== 0) judge.unsupported('a range up to a text');
    }
    return { ...all, flags: all.flags, isNumber: true, part: undefined };
  }
  if (name === 'strftime_now')
    return scaled(flagged({ ...all, isNumber: false }, OWN | DIGITS), 10);
  if ((all.flags & KEYED) !== 0)
    judge.unsupported('something read by a computed key is put under a name');
  return { ...all, isNumber: false, part: undefined };
}

/** A call of a method. */
export function callMethod(
  judge: Judge,
  name: string,
  receiver: JinjaValue,
  given: JinjaArguments,
): JinjaValue {
  judge.attribute(name, receiver);
  if (!METHODS.has(name)) judge.unsupported(`a call of \`${name}\``);
  return resultOf(name, receiver, given);
}

/** A filter, with its arguments when it has some. */
export function applyFilter(
  judge: Judge,
  name: string,
  receiver: JinjaValue,
  given: JinjaArguments | undefined,
): JinjaValue {
  if (!FILTERS.has(name)) {
    if (given === undefined) judge.unsupported(`the filter \`${name}\``);
    judge.unsafe(`the filter \`${name}\` with arguments`);
  }
  const args = given ?? NOTHING;
  for (const keyword of args.keywords.keys()) {
    if (!KEYWORDS.has(keyword)) judge.unsupported(`\`${keyword}=\` of the filter \`${name}\``);
  }
  checkNames(judge, name, receiver, args);
  if (name === 'int' || name === 'float') {
    if (!receiver.isNumber && (receiver.flags & DIGITS) !== 0)
      judge.unsupported('a number that the template spells as a text');
    return { ...receiver, flags: 0, isNumber: true, part: undefined };
  }
  return resultOf(name, receiver, args);
}

/** Filters take names of attributes, tests and other filters as texts: each is spelled out. */
function checkNames(judge: Judge, name: string, receiver: JinjaValue, args: JinjaArguments): void {
  const { places, keywords } = args;
  const spelled = ({ literal, value }: Given): string => {
    if (literal !== undefined) return literal;
    if ((value.flags & MADE) !== 0)
      judge.unsafe(`the filter \`${name}\` takes a name put together`);
    return judge.unsupported(`the filter \`${name}\` takes a name that is not spelled out`);
  };
  const place = ATTRIBUTE_PLACES[name];
  const isNamed = place !== undefined || name === 'map';
  const attributes = [keywords.get('attribute'), place === undefined ? undefined : places[place]];
  for (const each of isNamed ? attributes : []) {
    if (each === undefined) continue;
    // The names of `attribute` are parted by dots; `sort` takes several, parted by commas.
    for (const part of spelled(each).split(/[.,]/)) judge.attribute(part.trim(), receiver);
  }
  const test = places[TEST_PLACES[name] ?? Infinity];
  if (test !== undefined && !TESTS.has(spelled(test))) judge.unsupported('a test of another kind');
  if (name !== 'map') return;
  const [filter] = places;
  if (filter === undefined) {
    if (!keywords.has('attribute')) judge.unsupported('the filter `map` without a name');
    return;
  }
  const inner = spelled(filter);
  if (inner === 'attr') judge.unsafe('the filter `map` calls another filter by name');
  if (!MAPPED_FILTERS.has(inner)) judge.unsupported(`the filter \`${inner}\` by name`);
}

function resultOf(name: string, receiver: JinjaValue, args: JinjaArguments): JinjaValue {
  const values = valuesOf(args);
  if (NUMBERS.has(name)) return numberOf(receiver.weight, receiver.uses);
  const all = values.reduce(joined, receiver);
  const added = flagsOf([receiver, ...values]);
  if (name === 'get') {
    const [key] = args.places;
    return key?.literal === undefined ? { ...all, part: undefined } : inside(all, 2);
  }
  const grown = GROWING.has(name) ? grow(name, receiver, values) : all;
  const made = MADE | OWN | DIGITS | MARKUP;
  if (HANDS_ON.has(name)) {
    const isMapped = name === 'map' && args.places.length > 0;
    const flags = isMapped ? added | made : added;
    return { ...handOn(name, grown, receiver, values), flags };
  }
  const isTransform = TRANSFORMS.has(name);
  const flags = isTransform ? added : added | made;
  return { ...grown, flags, isNumber: false, part: undefined };
}

/** What is put in between stands there once for every letter. */
function grow(name: string, receiver: JinjaValue, values: readonly JinjaValue[]): JinjaValue {
  const between = values.reduce((weight, value) => weight + value.weight, 1);
  const uses = values.reduce(joined, receiver).uses;
  const factor = name === 'tojson' || name === 'strftime' ? between * DATA_WEIGHT : between;
  return { ...scaled({ ...receiver, weight: receiver.weight + 1 }, factor), uses };
}

function handOn(
  name: string,
  all: JinjaValue,
  receiver: JinjaValue,
  values: readonly JinjaValue[],
): JinjaValue {
  const isNumber = receiver.isNumber && values.every((value) => value.isNumber);
  // Only what has names has these; of what is sorted, chosen or turned round the items are parts as before.
  if (name === 'items' || name === 'values' || name === 'dictsort') {
    return { ...inside({ ...all, part: receiver.part }, 2), isNumber: false };
  }
  if (name === 'first' || name === 'last') return inside({ ...all, part: receiver.part }, 1);
  const keeps = ['list', 'select', 'reject', 'selectattr', 'rejectattr', 'sort', 'reverse'];
  return { ...all, isNumber, part: keeps.includes(name) ? receiver.part : undefined };
}
