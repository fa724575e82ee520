/** Tokens of a Jinja template: text, and inside `{{ }}` and `{% %}` names, numbers, strings and signs. */
import { broken } from './understood.ts';
import type { Understood } from './understood.ts';

/** One token of code. */
export interface JinjaToken {
  readonly kind: 'name' | 'number' | 'string' | 'sign';
  /** A string's text after its escapes were read. */
  readonly text: string;
  /** A string has escapes whose meaning is not known exactly. */
  readonly isOdd?: boolean;
  readonly at: number;
}

/** One block of code between its delimiters. */
export interface JinjaBlock {
  readonly kind: 'output' | 'statement';
  readonly tokens: readonly JinjaToken[];
  readonly at: number;
  /** Where it ends. */
  readonly end: number;
}

/** The largest template. */
export const TEMPLATE_LENGTH_MAX = 1 << 20;

const SIGN = /\*\*|\/\/|==|!=|<=|>=|[-+*/%~<>=()[\]{},:.|]/y;
const NAME = /[\p{L}_][\p{L}\p{N}_]*/uy;
const NUMBER = /\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const SPACE = /\s+/y;
const END: Readonly<Record<JinjaBlock['kind'], RegExp>> = {
  output: /[-+]?\}\}/y,
  statement: /[-+]?%\}/y,
};

function take(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

const ESCAPES: Readonly<Record<string, string>> = {
  ...{ n: '\n', t: '\t', r: '\r', '\\': '\\', "'": "'", '"': '"', '\n': '' },
  ...{ a: '\x07', b: '\b', f: '\f', v: '\v' },
};
const CODE = /x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{1,3})/y;
/** Letters behind a backslash that begin an escape of another kind: a named character, or one of the above cut short. */
const OPENS_ESCAPE = /[xuUN]|[^\p{ASCII}]/u;

/** What stands behind a backslash, as Python reads it, and how many letters it takes. */
function readEscape(text: string, at: number): { text: string; taken: number; isOdd: boolean } {
  CODE.lastIndex = at;
  const code = CODE.exec(text);
  if (code !== null) {
    const [all, two, four, eight, octal = '0'] = code;
    const hex = two ?? four ?? eight;
    const point = hex === undefined ? Number.parseInt(octal, 8) : Number.parseInt(hex, 16);
    const isOdd = point > 0x10ffff;
    return { text: isOdd ? '' : String.fromCodePoint(point), taken: all.length, isOdd };
  }
  const letter = text.charAt(at);
  const plain = ESCAPES[letter];
  if (plain !== undefined) return { text: plain, taken: 1, isOdd: false };
  // Python keeps a backslash before a letter that needs none.
  return { text: `\\${letter}`, taken: 1, isOdd: OPENS_ESCAPE.test(letter) };
}

interface StringLiteral {
  readonly text: string;
  readonly end: number;
  readonly isOdd: boolean;
}

/** A string literal that begins at `at`; its text and where it ends, or undefined when it does not end. */
function readString(text: string, at: number): StringLiteral | undefined {
  const quote = text[at];
  let out = '';
  let isOdd = false;
  for (let i = at + 1; i < text.length; i++) {
    const letter = text.charAt(i);
    if (letter === quote) return { text: out, end: i + 1, isOdd };
    if (letter !== '\\') {
      out += letter;
      continue;
    }
    const escape = readEscape(text, i + 1);
    out += escape.text;
    isOdd ||= escape.isOdd;
    i += escape.taken;
  }
  return undefined;
}

function readCode(
  text: string,
  start: number,
  kind: JinjaBlock['kind'],
): Understood<{ tokens: JinjaToken[]; end: number }> {
  const tokens: JinjaToken[] = [];
  let at = start;
  let depth = 0;
  for (;;) {
    at += take(SPACE, text, at)?.length ?? 0;
    if (at >= text.length) return broken('a block has no end', `character ${String(start)}`);
    const end = depth === 0 ? take(END[kind], text, at) : undefined;
    if (end !== undefined) return { ok: true, value: { tokens, end: at + end.length } };
    const letter = text.charAt(at);
    if (letter === '"' || letter === "'") {
      const string = readString(text, at);
      if (string === undefined) return broken('a text has no end', `character ${String(at)}`);
      tokens.push({ kind: 'string', text: string.text, at, isOdd: string.isOdd });
      at = string.end;
      continue;
    }
    const name = take(NAME, text, at);
    const number = name === undefined ? take(NUMBER, text, at) : undefined;
    const sign = (name ?? number) === undefined ? take(SIGN, text, at) : undefined;
    const found = name ?? number ?? sign;
    if (found === undefined)
      return broken('a sign that no template has', `character ${String(at)}`);
    if (found === '{' || found === '[' || found === '(') depth++;
    else if (found === '}' || found === ']' || found === ')') depth--;
    const type = name !== undefined ? 'name' : number !== undefined ? 'number' : 'sign';
    tokens.push({ kind: type, text: found, at });
    at += found.length;
  }
}

/** The blocks of code of a template, in order. */
export function readJinjaBlocks(text: string): Understood<JinjaBlock[]> {
  if (text.length > TEMPLATE_LENGTH_MAX) return broken('it is too long');
  const blocks: JinjaBlock[] = [];
  let at = 0;
  for (;;) {
    const open = /\{[{%#][-+]?/g;
    open.lastIndex = at;
    const match = open.exec(text);
    if (match === null) return { ok: true, value: blocks };
    const start = match.index + match[0].length;
    if (match[0].startsWith('{#')) {
      const end = text.indexOf('#}', start);
      if (end < 0) return broken('a comment has no end', `character ${String(match.index)}`);
      at = end + 2;
      continue;
    }
    const kind = match[0].startsWith('{{') ? 'output' : 'statement';
    const code = readCode(text, start, kind);
    if (!code.ok) return code;
    at = code.value.end;
    blocks.push({ kind, tokens: code.value.tokens, at: match.index, end: at });
  }
}
