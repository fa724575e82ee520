/** Codes JSON values by their path: kinds, key lists, numbers and strings of one path learn from each other. */
import { JsonNumber, JsonObject, JsonReader } from '../../../formats/index.ts';
import type { JsonValue } from '../../../formats/index.ts';
import { contextOf, hash2, hash3, hashText, tokenErrors } from '../tokens/index.ts';
import type { Axis, NumberHints, TokenCoder } from '../tokens/index.ts';
import { JSON_PRIMING } from './priming.ts';

const NULL = 0;
const TRUE = 1;
const FALSE = 2;
const NUMBER = 3;
const STRING = 4;
const ARRAY = 5;
const OBJECT = 6;
/** Arrays up to this length are tuples: each place has a history of its own. */
const TUPLE_MAX = 8;
/** Objects with more keys are maps: all their values share one history. */
const RECORD_MAX = 64;
const DEPTH_MAX = 257;
const VALUES_MAX = 50_000_000;

/** Where a value stands and what is known around it. */
interface Place {
  /** Hash of the path. */
  readonly slot: number;
  /** Hash of the last key, so that numbers of one name share an axis wherever they are. */
  readonly name: number;
  readonly depth: number;
  /** Hash of what stood before in the same container. */
  readonly beside: number;
  /** Numbers before it in the same array, newest last. */
  readonly row: readonly number[];
}

/** A coder that has seen the priming: the first file of a session is not the first it sees. */
export function openValues(tokens: TokenCoder): ValueCoder {
  tokens.prime('json', () => {
    const values = new ValueCoder(tokens);
    const reader = new JsonReader();
    for (const text of JSON_PRIMING) {
      const read = reader.read(text);
      if (!read.ok) throw new TypeError(`priming is refused: ${read.message}`);
      tokens.begin('json');
      values.root(read.value);
    }
  });
  return new ValueCoder(tokens);
}

/** Codes one value after another. */
export class ValueCoder {
  readonly #tokens: TokenCoder;
  readonly #kinds = new Map<number, number>();
  #label = 0;
  #count = 0;

  constructor(tokens: TokenCoder) {
    this.#tokens = tokens;
  }

  /** Codes a whole value, the root of a file or a line. */
  root(value: JsonValue): JsonValue {
    this.#label = 0;
    return this.#value(value, { slot: 0x7007, name: 0, depth: 0, beside: 0, row: [] });
  }

  #value(value: JsonValue, place: Place): JsonValue {
    this.#tokens.spend(2);
    if (++this.#count > VALUES_MAX) throw tokenErrors.error('TOO_LARGE', { limit: VALUES_MAX });
    if (place.depth > DEPTH_MAX) throw tokenErrors.error('TOO_LARGE', { limit: VALUES_MAX });
    const before = this.#kinds.get(place.slot) ?? 7;
    const kind = this.#tokens.symbol(kindOf(value), hash2(place.slot, 1), [
      before,
      place.beside,
      this.#label,
    ]);
    if (this.#kinds.size > 65536) this.#kinds.clear();
    this.#kinds.set(place.slot, ((before << 3) | kind) & 0x1ff);
    switch (kind) {
      case NULL:
        return null;
      case TRUE:
        return true;
      case FALSE:
        return false;
      case NUMBER:
        return this.#number(value instanceof JsonNumber ? value.text : '0', place);
      case STRING:
        return this.#string(typeof value === 'string' ? value : '', place);
      case ARRAY:
        return this.#array(Array.isArray(value) ? (value as readonly JsonValue[]) : [], place);
      case OBJECT:
        return this.#object(value instanceof JsonObject ? value : new JsonObject([], []), place);
      default:
        throw tokenErrors.error('VALUE_INVALID', {
          type: 'json',
          reason: 'it has an unknown kind of value',
        });
    }
  }

  #number(text: string, place: Place): JsonNumber {
    const { row } = place;
    const hints = (axis: Axis): NumberHints => {
      const factor = 10 ** axis.scale;
      const p1 = (row[row.length - 1] ?? NaN) * factor;
      const p2 = (row[row.length - 2] ?? NaN) * factor;
      const p3 = (row[row.length - 3] ?? NaN) * factor;
      return {
        guesses: [round(2 * p1 - p2), round(p1), round(3 * p1 - 3 * p2 + p3)],
        context: contextOf(this.#label, place.beside),
      };
    };
    const axis = this.#tokens.integers.axis(hash2(place.name, 2));
    return new JsonNumber(this.#tokens.decimal(text, hash2(place.slot, 3), axis, hints));
  }

  #string(text: string, place: Place): string {
    const coded = this.#tokens.text(text, hash2(place.slot, 4), [
      hash2(this.#label, 1),
      hash2(place.beside, 2),
      hash2(place.name, 3),
    ]);
    this.#label = hashText(coded);
    this.#tokens.spend(coded.length);
    return coded;
  }

  #array(items: readonly JsonValue[], place: Place): JsonValue[] {
    const count = this.#tokens.count(items.length, hash2(place.slot, 5), place.beside);
    if (count > VALUES_MAX) throw tokenErrors.error('TOO_LARGE', { limit: VALUES_MAX });
    const out: JsonValue[] = [];
    const row: number[] = [];
    let beside = 0;
    for (let i = 0; i < count; i++) {
      const slot = hash3(place.slot, count <= TUPLE_MAX ? i : 99, 6);
      const item = this.#value(items[i] ?? null, {
        slot,
        name: place.name,
        depth: place.depth + 1,
        beside,
        row,
      });
      if (item instanceof JsonNumber) {
        row.push(Number(item.text));
        if (row.length > 8) row.shift();
      }
      beside = hashScalar(item);
      out.push(item);
    }
    return out;
  }

  #object(object: JsonObject, place: Place): JsonObject {
    const shape = this.#tokens.atom(
      object.keys.map((key) => `${key}\n`).join(''),
      hash2(place.slot, 7),
      [hash2(place.beside, 1), hash2(this.#label, 2), hash2(place.name, 3)],
    );
    this.#tokens.spend(shape.length);
    const keys = this.#tokens.decoding ? shape.split('\n').slice(0, -1) : object.keys;
    const values: JsonValue[] = [];
    const map = keys.length > RECORD_MAX;
    let beside = 0;
    for (const [i, key] of keys.entries()) {
      const name = hashText(key);
      const slot = map ? hash2(place.slot, 8) : hash3(place.slot, name, 9);
      const axis = map ? place.name : name;
      const value = this.#value(object.values[i] ?? null, {
        slot,
        name: axis,
        depth: place.depth + 1,
        beside,
        row: [],
      });
      beside = hashScalar(value);
      values.push(value);
    }
    return new JsonObject(keys, values);
  }
}

function kindOf(value: JsonValue): number {
  if (value === null) return NULL;
  if (value === true) return TRUE;
  if (value === false) return FALSE;
  if (typeof value === 'string') return STRING;
  if (value instanceof JsonNumber) return NUMBER;
  return value instanceof JsonObject ? OBJECT : ARRAY;
}

function hashScalar(value: JsonValue): number {
  if (value instanceof JsonNumber) return hashText(value.text);
  return typeof value === 'string' ? hashText(value) : kindOf(value);
}

/** To the nearest integer, or nothing where that is not exact. */
function round(value: number): number {
  return Number.isNaN(value) || Math.abs(value) > 2 ** 51 ? NaN : Math.round(value) + 0;
}
