/**
 * Canonical JSON (RFC 8785) on a restricted set of types, and a strict reader for our own records.
 *
 * Allowed: null, booleans, finite numbers, well-formed strings, arrays, plain objects without undefined members.
 * A bigint is refused on purpose, also by the type: write it as a decimal string, so that no reader can round it.
 */
import { coreErrors } from './core-errors.ts';

/** A value that has a canonical JSON form. */
export type Json =
  null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A JSON object. */
export type JsonObject = Readonly<Record<string, Json>>;

const DEPTH_MAX = 64;

function unsupported(place: string, why: string): never {
  throw coreErrors.error('JSON_VALUE_UNSUPPORTED', { place, why });
}

function writeString(text: string, place: string): string {
  if (!text.isWellFormed()) unsupported(place, 'the string holds a lone surrogate');
  return JSON.stringify(text);
}

function writeObject(value: object, place: string, depth: number): string {
  const proto: unknown = Object.getPrototypeOf(value);
  if (proto !== Object.prototype && proto !== null) unsupported(place, 'not a plain object');
  const record = value as Record<string, unknown>;
  // The default order of sort() is by UTF-16 code units, which is what RFC 8785 asks for.
  const members = Object.keys(record)
    .sort()
    .map((key) => {
      const inside = `${place}.${key}`;
      return `${writeString(key, inside)}:${write(record[key], inside, depth + 1)}`;
    });
  return `{${members.join(',')}}`;
}

function write(value: unknown, place: string, depth: number): string {
  if (depth > DEPTH_MAX) unsupported(place, `nested deeper than ${String(DEPTH_MAX)}`);
  switch (typeof value) {
    case 'string':
      return writeString(value, place);
    case 'number':
      if (!Number.isFinite(value)) unsupported(place, 'the number is not finite');
      // Such an integer is written in digits that a strict reader refuses, because they may have been rounded.
      if (Number.isInteger(value) && !Number.isSafeInteger(value) && Math.abs(value) < 1e21) {
        unsupported(place, 'the integer is beyond 2^53');
      }
      return JSON.stringify(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      if (!Array.isArray(value)) return writeObject(value, place, depth);
      return `[${Array.from(value as unknown[], (item, i) =>
        write(item, `${place}[${String(i)}]`, depth + 1),
      ).join(',')}]`;
    case 'bigint':
    case 'function':
    case 'symbol':
    case 'undefined':
      return unsupported(place, `a value of type ${typeof value} is not JSON`);
  }
}

/** Writes a value in its one canonical spelling (RFC 8785); throws if it has none. */
export function canonicalJson(value: Json): string {
  return write(value, '$', 0);
}
