/** A strict reader of JSON for our own records: what it accepts has one meaning, whoever reads it. */
import type { Json } from './canonical-json.ts';
import { coreErrors } from './core-errors.ts';
import type { Refusal } from './errors.ts';

const DEPTH_MAX = 64;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
// eslint-disable-next-line no-control-regex -- JSON forbids exactly these characters inside strings.
const PLAIN = /[^"\\\u0000-\u001f]*/y;
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

class Invalid {
  readonly why: string;
  constructor(why: string) {
    this.why = why;
  }
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  whole(): Json {
    const value = this.#value(0);
    this.#space();
    if (this.#at < this.#text.length) this.#fail('text after the value');
    return value;
  }

  #fail(why: string): never {
    // A private marker, so that the parser needs no result type on every level; it never leaves parseJsonStrict.
    // eslint-disable-next-line @typescript-eslint/only-throw-error
    throw new Invalid(`${why} at character ${String(this.#at)}`);
  }

  #space(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.#at++;
    }
  }

  #take(character: string): boolean {
    this.#space();
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #value(depth: number): Json {
    if (depth > DEPTH_MAX) this.#fail(`nested deeper than ${String(DEPTH_MAX)}`);
    this.#space();
    const first = this.#text[this.#at];
    if (first === '{') return this.#object(depth);
    if (first === '[') return this.#array(depth);
    if (first === '"') return this.#string();
    if (first === '-' || (first !== undefined && first >= '0' && first <= '9')) {
      return this.#number();
    }
    for (const [word, value] of [
      ['true', true],
      ['false', false],
      ['null', null],
    ] as const) {
      if (this.#text.startsWith(word, this.#at)) {
        this.#at += word.length;
        return value;
      }
    }
    return this.#fail('no value');
  }

  #object(depth: number): Json {
    this.#at++;
    const out: Record<string, Json> = {};
    if (this.#take('}')) return out;
    do {
      this.#space();
      if (this.#text[this.#at] !== '"') this.#fail('no key');
      const key = this.#string();
      if (Object.hasOwn(out, key)) this.#fail('a key that was there before');
      if (!this.#take(':')) this.#fail('no colon');
      // A plain assignment to `__proto__` would set the prototype instead of a member.
      Object.defineProperty(out, key, {
        value: this.#value(depth + 1),
        writable: true,
        enumerable: true,
        configurable: true,
      });
    } while (this.#take(','));
    if (!this.#take('}')) this.#fail('no comma or closing brace');
    return out;
  }

  #array(depth: number): Json {
    this.#at++;
    const out: Json[] = [];
    if (this.#take(']')) return out;
    do out.push(this.#value(depth + 1));
    while (this.#take(','));
    if (!this.#take(']')) this.#fail('no comma or closing bracket');
    return out;
  }

  #string(): string {
    this.#at++;
    const parts: string[] = [];
    for (;;) {
      PLAIN.lastIndex = this.#at;
      const plain = PLAIN.exec(this.#text)?.[0] ?? '';
      parts.push(plain);
      this.#at += plain.length;
      const next = this.#text[this.#at];
      if (next === '"') break;
      if (next !== '\\') this.#fail('a string without end or with a control character');
      parts.push(this.#escape());
    }
    this.#at++;
    const value = parts.join('');
    if (!value.isWellFormed()) this.#fail('a lone surrogate');
    return value;
  }

  #escape(): string {
    const letter = this.#text[this.#at + 1] ?? '';
    if (letter === 'u') {
      const digits = this.#text.slice(this.#at + 2, this.#at + 6);
      if (!/^[0-9a-fA-F]{4}$/.test(digits)) this.#fail('a bad escape');
      this.#at += 6;
      return String.fromCharCode(parseInt(digits, 16));
    }
    const plain = Object.hasOwn(ESCAPES, letter) ? ESCAPES[letter] : undefined;
    if (plain === undefined) this.#fail('a bad escape');
    this.#at += 2;
    return plain;
  }

  #number(): number {
    NUMBER.lastIndex = this.#at;
    const text = NUMBER.exec(this.#text)?.[0];
    if (text === undefined) return this.#fail('a bad number');
    const value = Number(text);
    if (!Number.isFinite(value)) this.#fail('a number too large');
    if (/^-?[0-9]+$/.test(text) && !Number.isSafeInteger(value)) {
      this.#fail('an integer beyond 2^53');
    }
    this.#at += text.length;
    return value;
  }
}

/** Reads strict JSON: no duplicate keys, lone surrogates, integers beyond 2^53, or nesting deeper than 64. */
export function parseJsonStrict(text: string): { ok: true; value: Json } | Refusal {
  try {
    return { ok: true, value: new Reader(text).whole() };
  } catch (cause) {
    if (cause instanceof Invalid) return coreErrors.refuse('JSON_TEXT_INVALID', { why: cause.why });
    throw cause;
  }
}
