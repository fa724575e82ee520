/**
 * A strict reader of JSON (RFC 8259) to canonical values. Numbers are exact decimals with one spelling, keys are sorted by
 * code unit, strings are in normal form C with what cannot be seen written as an escape. Time is linear in the input.
 */
import type { Refusal } from '../core/index.ts';
import { findForbiddenCharacter, unifyCharacters } from './characters.ts';
import { jsonErrors } from './json-errors.ts';
import {
  NUMBER_LENGTH_MAX,
  parseDecimal,
  RespelledCount,
  roundDigits,
  spellDecimal,
} from './number-spelling.ts';

/** The note about a name whose values differ: readers take the first or the last, and the file says both. */
export const KEYS_DIFFER_NOTE = 'keys given twice: the last value kept';

/** Deepest nesting of arrays and objects. */
export const JSON_DEPTH_MAX = 256;
const NUMBERS_SHARED_MAX = 10_000;

/** A number by its canonical spelling. */
export class JsonNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** An object with its keys in canonical order. Keys are escaped text, like strings. */
export class JsonObject {
  readonly keys: readonly string[];
  readonly values: readonly JsonValue[];

  constructor(keys: readonly string[], values: readonly JsonValue[]) {
    this.keys = keys;
    this.values = values;
  }
}

/** A canonical value. A string is the escaped text that stands between the quotes. */
export type JsonValue = null | boolean | string | JsonNumber | readonly JsonValue[] | JsonObject;

class Refused extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

/** Reads values from texts; one reader shares key lists between the objects of a file. */
export class JsonReader {
  readonly notes = new Set<string>();
  readonly respelled = new RespelledCount();
  readonly #digits: number | undefined;
  readonly #shapes = new Map<string, readonly string[]>();
  readonly #numbers = new Map<string, JsonNumber>();
  #text = '';
  #at = 0;
  #depth = 0;

  /** With `digits`, every number that is not an integer is rounded to so many significant digits. */
  constructor(digits?: number) {
    this.#digits = digits;
  }

  /** Reads a text that holds exactly one value. */
  read(text: string): { readonly ok: true; readonly value: JsonValue } | Refusal {
    this.#text = text;
    this.#at = 0;
    this.#depth = 0;
    try {
      this.#space();
      const value = this.#value();
      this.#space();
      if (this.#at < text.length) this.#fail('something follows the value');
      return { ok: true, value };
    } catch (error) {
      if (error instanceof Refused) return error.refusal;
      throw error;
    }
  }

  #value(): JsonValue {
    switch (this.#text.charCodeAt(this.#at)) {
      case 123:
        return this.#object();
      case 91:
        return this.#array();
      case 34:
        return this.#canonicalString(this.#string());
      case 116:
        return this.#word('true', true);
      case 102:
        return this.#word('false', false);
      case 110:
        return this.#word('null', null);
      default:
        return this.#number();
    }
  }

  #word<T>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) this.#fail('a value is expected');
    this.#at += word.length;
    return value;
  }

  #number(): JsonNumber {
    const text = this.#text;
    let end = this.#at;
    while (end < text.length && '+-.0123456789eE'.includes(text.charAt(end))) end++;
    if (end === this.#at)
      this.#fail(this.#at >= text.length ? 'it ends in the middle' : 'a value is expected');
    const raw = text.slice(this.#at, end);
    if (raw.length > NUMBER_LENGTH_MAX)
      this.#refuse('NUMBER_UNSUPPORTED', { limit: NUMBER_LENGTH_MAX });
    if (!/^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(raw))
      this.#fail('a number is misspelled');
    const decimal = parseDecimal(raw);
    if (decimal === undefined) this.#refuse('NUMBER_UNSUPPORTED', { limit: NUMBER_LENGTH_MAX });
    this.#at = end;
    const whole = decimal.exponent >= 0;
    const kept =
      this.#digits === undefined || whole
        ? decimal
        : roundDigits(decimal.digits, decimal.exponent, this.#digits);
    const zero = kept.digits === '0';
    const spelled = spellDecimal(decimal.negative && !zero, kept.digits, zero ? 0 : kept.exponent);
    this.respelled.note(raw, spelled);
    return this.#shared(spelled);
  }

  /** One object for equal numbers, up to a limit: files repeat few numbers often. */
  #shared(text: string): JsonNumber {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    const made = new JsonNumber(text);
    if (this.#numbers.size < NUMBERS_SHARED_MAX) this.#numbers.set(text, made);
    return made;
  }

  #array(): JsonValue {
    this.#enter();
    const values: JsonValue[] = [];
    if (!this.#closes(93)) {
      for (;;) {
        this.#space();
        values.push(this.#value());
        this.#space();
        if (this.#separates(93)) break;
      }
    }
    this.#depth--;
    return values;
  }

  #object(): JsonValue {
    this.#enter();
    const members = new Map<string, { raw: string; value: JsonValue }>();
    if (!this.#closes(125)) {
      for (;;) {
        this.#space();
        if (this.#text.charCodeAt(this.#at) !== 34) this.#fail('a key is expected');
        const raw = this.#string();
        const key = isPlain(raw) ? raw : unifyCharacters(raw);
        this.#space();
        if (this.#text.charCodeAt(this.#at) !== 58) this.#fail('a colon is expected');
        this.#at++;
        this.#space();
        const value = this.#value();
        const known = members.get(key);
        if (known !== undefined) {
          if (known.raw !== raw) this.#refuse('KEYS_ALIKE', {});
          this.#noteTwice(known.value, value);
        }
        members.set(key, { raw, value });
        this.#space();
        if (this.#separates(125)) break;
      }
    }
    this.#depth--;
    const keys = [...members.keys()];
    let sorted = true;
    for (let i = 1; i < keys.length; i++) if ((keys[i - 1] ?? '') > (keys[i] ?? '')) sorted = false;
    if (!sorted) keys.sort((a, b) => (a < b ? -1 : 1));
    const values = keys.map((key) => members.get(key)?.value ?? null);
    return new JsonObject(this.#shape(keys), values);
  }

  /** Values are compared only as long as none differ. */
  #noteTwice(known: JsonValue, value: JsonValue): void {
    if (this.notes.has(KEYS_DIFFER_NOTE)) return;
    const isSame = known === value || isSameValue(known, value);
    this.notes.add(isSame ? 'keys given twice with the same value: kept once' : KEYS_DIFFER_NOTE);
  }

  /** The canonical key list, one array for all objects with the same keys. */
  #shape(keys: readonly string[]): readonly string[] {
    // Keys are well-formed, so that half of a surrogate pair stands in none of them.
    const name = keys.join('\ud800');
    const known = this.#shapes.get(name);
    if (known !== undefined && known.length === keys.length) return known;
    const made = keys.map((key) => this.#canonicalString(key));
    if (this.#shapes.size < 4096 && name.length < 4096) this.#shapes.set(name, made);
    return made;
  }

  #enter(): void {
    this.#at++;
    if (++this.#depth > JSON_DEPTH_MAX) this.#refuse('TOO_DEEP', { limit: JSON_DEPTH_MAX });
    this.#space();
  }

  #closes(mark: number): boolean {
    if (this.#text.charCodeAt(this.#at) !== mark) return false;
    this.#at++;
    return true;
  }

  /** True when the container ends here, false when another element follows. */
  #separates(mark: number): boolean {
    const code = this.#text.charCodeAt(this.#at);
    if (code !== 44 && code !== mark) {
      this.#fail(this.#at >= this.#text.length ? 'it ends in the middle' : 'a comma is expected');
    }
    this.#at++;
    return code === mark;
  }

  #space(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 32 && code !== 10 && code !== 13 && code !== 9) return;
      this.#at++;
    }
  }

  /** The characters that a string stands for. */
  #string(): string {
    const text = this.#text;
    let start = this.#at + 1;
    const parts: string[] = [];
    for (let i = start; ; i++) {
      const code = text.charCodeAt(i);
      if (code === 34) {
        parts.push(text.slice(start, i));
        this.#at = i + 1;
        const out = parts.length === 1 ? (parts[0] ?? '') : parts.join('');
        if (!isPlain(out) && !out.isWellFormed()) this.#refuse('SURROGATE_LONE', {});
        return out;
      }
      if (code === 92) {
        parts.push(text.slice(start, i));
        i++;
        if (text.charAt(i) === 'u') {
          const hex = text.slice(i + 1, i + 5);
          if (!/^[0-9a-fA-F]{4}$/.test(hex)) this.#fail('an escape is misspelled');
          parts.push(String.fromCharCode(parseInt(hex, 16)));
          i += 4;
        } else {
          const letter = ESCAPES[text.charAt(i)];
          if (letter === undefined) this.#fail('an escape is misspelled');
          parts.push(letter);
        }
        start = i + 1;
      } else if (Number.isNaN(code)) this.#fail('a string does not end');
      else if (code < 32) this.#fail('a string holds a control character');
    }
  }

  #canonicalString(raw: string): string {
    if (isPlain(raw))
      return raw.includes('"') || raw.includes('\\') ? raw.replace(/["\\]/g, '\\$&') : raw;
    const out: string[] = [];
    for (const character of unifyCharacters(raw)) out.push(this.#spell(character));
    const text = out.join('');
    const found = findForbiddenCharacter(text);
    if (found !== undefined) this.#refuse('CHARACTER_DISGUISED', { character: found.name });
    return text;
  }

  /** A character as it is written between quotes: itself, or an escape when it does not show. */
  #spell(character: string): string {
    const short = SHORT[character];
    if (short !== undefined) return short;
    const code = character.charCodeAt(0);
    if (code >= 32 && code < 127) return character;
    if (findForbiddenCharacter(character) === undefined) return character;
    this.notes.add('characters that do not show written as escapes');
    let out = '';
    for (let i = 0; i < character.length; i++) {
      out += `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`;
    }
    return out;
  }

  #refuse(
    name: Parameters<typeof jsonErrors.refuse>[0],
    details: Parameters<typeof jsonErrors.refuse>[1],
  ): never {
    throw new Refused(jsonErrors.refuse(name, details, this.#place()));
  }

  #fail(reason: string): never {
    this.#refuse('SYNTAX_INVALID', { reason });
  }

  #place(): string {
    const before = this.#text.slice(0, this.#at);
    return `line ${String(before.split('\n').length)}, column ${String(this.#at - before.lastIndexOf('\n'))}`;
  }
}

/** Whether two canonical values are one; time is linear, and deeper values are half as long. */
function isSameValue(a: JsonValue, b: JsonValue): boolean {
  if (a === b) return true;
  if (a instanceof JsonNumber) return b instanceof JsonNumber && a.text === b.text;
  if (a instanceof JsonObject) {
    return b instanceof JsonObject && areSame(a.keys, b.keys) && areSame(a.values, b.values);
  }
  return Array.isArray(a) && Array.isArray(b) && areSame(a as JsonValue[], b as JsonValue[]);
}

function areSame(a: readonly JsonValue[], b: readonly JsonValue[]): boolean {
  return a.length === b.length && a.every((each, i) => isSameValue(each, b[i] ?? null));
}

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};
const SHORT: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

/** True for text of printable ASCII only. */
function isPlain(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 126 || code < 32) return false;
  }
  return true;
}
