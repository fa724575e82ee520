/**
 * Style sheets and style attributes by a small closed grammar: plain rules, `@media`, declarations. What loads, escapes
 * or runs is dropped and reported; spaces, comments, colours and numbers get one spelling.
 */
import { spellColour } from './colours.ts';
import { parseDecimal, spellDecimal } from './number-spelling.ts';
import { cleanText } from './markup-tree.ts';
import { refuseMarkup } from './xml-parse.ts';

const RULES_MAX = 20_000;
const CSS_NUMBER = /(?<![\w.#-])[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+(?![\d.]))?/gi;
const QUOTED = /"[^"\n]*"|'[^'\n]*'/g;
const PROPERTY = /^(?:--[a-z0-9_-]+|(?:-webkit-|-moz-|-ms-)?[a-z][a-z0-9-]*)$/;
const LOCAL_URL = /url\(\s*(?:"#([^"'()\s]+)"|'#([^"'()\s]+)'|#([^"'()\s]+))\s*\)/gi;

/** Gives the canonical name of an id that is referred to. */
export type RenameId = (id: string) => string;

/** One spelling of a number of CSS or SVG: exact decimal, no sign before zero. */
export function spellNumber(text: string): string | undefined {
  const plain = text.replace(/^([+-]?)0+(?=\d)/, '$1').toLowerCase();
  const decimal = parseDecimal(plain);
  if (decimal === undefined) return undefined;
  return spellDecimal(decimal.negative && decimal.digits !== '0', decimal.digits, decimal.exponent);
}

/** One spelling of a value: spaces, numbers, colours, local references. Undefined when it may not cross. */
export function spellStyleValue(
  raw: string,
  rename: RenameId,
  coloured = true,
): string | undefined {
  const value = raw.replace(/url\(\s*(["'])#([^"'()\s]+)\1\s*\)/gi, 'url(#$2)');
  const parts: string[] = [];
  let at = 0;
  let safe = true;
  const plain = (text: string): string => {
    if (/[\\<{}@;]/.test(text)) safe = false;
    let out = text
      .replace(/\s+/g, ' ')
      .replace(LOCAL_URL, (_, a?: string, b?: string, c?: string) => {
        return `url(#${rename(a ?? b ?? c ?? '')})`;
      });
    if (/url\s*\((?!#)|expression|javascript|image-set|\bsrc\s*\(/i.test(out)) safe = false;
    out = out.replace(CSS_NUMBER, (number) => spellNumber(number) ?? number);
    const colours = !coloured
      ? out
      : out.replace(
          /#[0-9a-f]{3,8}\b|\b[a-z]+\b(?![-(#:\w])|\brgb\([^)]*\)/gi,
          (word, offset: number) =>
            /[-#\w]/.test(out.charAt(offset - 1)) ||
            out.slice(Math.max(0, offset - 5), offset) === 'url(#'
              ? word
              : (spellColour(word) ?? word),
        );
    return colours.replace(/ ?, ?/g, ',').replace(/\( | \)/g, (gap) => gap.trim());
  };
  for (const quoted of value.matchAll(QUOTED)) {
    parts.push(plain(value.slice(at, quoted.index)));
    const inner = quoted[0].slice(1, -1);
    if (/[\\<{};"]/.test(inner)) safe = false;
    parts.push(inner.includes("'") ? `"${inner}"` : `'${inner}'`);
    at = quoted.index + quoted[0].length;
  }
  parts.push(plain(value.slice(at)));
  const out = parts.join('').trim();
  if (/["'].*["']/.test(out) ? false : /["']/.test(out)) safe = false;
  return safe && out !== '' ? out : undefined;
}

/** Declarations in canonical order, the last of one property winning. */
export function spellDeclarations(text: string, rename: RenameId, notes: Set<string>): string {
  const found = new Map<string, string>();
  for (const declaration of splitOutside(text, ';')) {
    const colon = declaration.indexOf(':');
    if (colon < 0) continue;
    const name = declaration.slice(0, colon).trim().toLowerCase();
    const important = /!\s*important\s*$/i.test(declaration);
    const raw = declaration
      .slice(colon + 1)
      .replace(/!\s*important\s*$/i, '')
      .trim();
    const value =
      PROPERTY.test(name) && !BANNED.has(name)
        ? spellStyleValue(raw, rename, !/^(?:font|content|animation|grid|--)/.test(name))
        : undefined;
    if (value === undefined) {
      notes.add(`style \`${cleanText(name).slice(0, 40)}\` dropped`);
      continue;
    }
    found.delete(name);
    found.set(name, important ? `${value} !important` : value);
  }
  return sortDeclarations([...found.entries()])
    .map(([name, value]) => `${name}:${value}`)
    .join(';');
}

const BANNED = new Set(['behavior', '-moz-binding', 'src', 'd']);

/** Properties that set others too: their order against those has a meaning. */
const SHORTHANDS =
  /^(?:font|margin|padding|border(?:-(?:top|right|bottom|left|style|width|color|radius|image|block|inline))?|background|outline|list-style|text-decoration|marker|flex|grid|transition|animation|overflow|columns|inset|all)$/;

/** Sorts by name; where a shorthand meets one of its own parts the order is kept. */
function sortDeclarations(entries: [string, string][]): [string, string][] {
  const groups = new Map<string, { count: number; shorthand: boolean }>();
  for (const [name] of entries) {
    const key = name.split('-')[0] ?? name;
    const group = groups.get(key) ?? { count: 0, shorthand: false };
    groups.set(key, {
      count: group.count + 1,
      shorthand: group.shorthand || SHORTHANDS.test(name),
    });
  }
  const meaningful = [...groups.values()].some((group) => group.count > 1 && group.shorthand);
  return meaningful ? entries : entries.sort(([a], [b]) => (a < b ? -1 : 1));
}

/** A style sheet, one rule per line. */
export function spellStylesheet(text: string, rename: RenameId, notes: Set<string>): string {
  const clean = cleanText(
    text.replace(/\/\*[^*]*\*+(?:[^/*][^*]*\*+)*\//g, ' ').replace(/<!--|-->/g, ' '),
  );
  if (clean.includes('/*')) refuseMarkup('STYLE_INVALID', { reason: 'a comment does not end' });
  const out: string[] = [];
  readRules(clean, 0, clean.length, rename, notes, out, 0);
  return out.join('\n');
}

function readRules(
  text: string,
  start: number,
  end: number,
  rename: RenameId,
  notes: Set<string>,
  out: string[],
  depth: number,
): void {
  let at = start;
  while (at < end) {
    const open = findOutside(text, at, end, '{;');
    if (open < 0) {
      if (text.slice(at, end).trim() !== '') notes.add('an incomplete style rule dropped');
      return;
    }
    const head = text.slice(at, open).trim();
    if (text[open] === ';') {
      notes.add(`style rule \`${head.slice(0, 20)}\` dropped`);
      at = open + 1;
      continue;
    }
    const close = findClose(text, open, end);
    if (close < 0) refuseMarkup('STYLE_INVALID', { reason: 'a block is not closed' });
    at = close + 1;
    if (out.length > RULES_MAX)
      refuseMarkup('TOO_MANY', { limit: RULES_MAX, thing: 'style rules' });
    if (head.startsWith('@')) {
      const media = /^@media\s+([a-z0-9\s:,().-]+)$/i.exec(head);
      if (media === null || depth > 0) {
        notes.add(`style rule \`${head.slice(0, 20).split(/\s/)[0] ?? ''}\` dropped`);
        continue;
      }
      const inner: string[] = [];
      readRules(text, open + 1, close, rename, notes, inner, depth + 1);
      if (inner.length > 0) {
        out.push(
          `@media ${(media[1] ?? '').trim().replace(/\s+/g, ' ').toLowerCase()}{`,
          ...inner,
          '}',
        );
      }
      continue;
    }
    const selector = spellSelector(head, rename);
    const body = spellDeclarations(text.slice(open + 1, close), rename, notes);
    if (selector === undefined) notes.add('a style rule with an unusual selector dropped');
    else if (body !== '') out.push(`${selector}{${body}}`);
  }
}

/** One spelling of a selector list; undefined when it uses what the grammar does not know. */
function spellSelector(head: string, rename: RenameId): string | undefined {
  if (!/^[\w\s#.:,>+~*()[\]="'-]+$/u.test(head)) return undefined;
  const clean = head
    .replace(/\s+/g, ' ')
    .replace(/ ?([,>+~]) ?/g, '$1')
    .replace(/'/g, '"')
    .trim();
  return clean.replace(/#([A-Za-z_][\w-]*)/g, (_, id: string) => `#${rename(id)}`);
}

function splitOutside(text: string, mark: string): string[] {
  const parts: string[] = [];
  let at = 0;
  for (;;) {
    const next = findOutside(text, at, text.length, mark);
    if (next < 0) break;
    parts.push(text.slice(at, next));
    at = next + 1;
  }
  parts.push(text.slice(at));
  return parts;
}

/** The next of `marks` that stands outside of quotes and round brackets. */
function findOutside(text: string, start: number, end: number, marks: string): number {
  let depth = 0;
  let quote = '';
  for (let i = start; i < end; i++) {
    const c = text.charAt(i);
    if (quote !== '') {
      if (c === quote || c === '\n') quote = '';
    } else if (c === '"' || c === "'") quote = c;
    else if (c === '(') depth++;
    else if (c === ')') depth = Math.max(0, depth - 1);
    else if (depth === 0 && marks.includes(c)) return i;
  }
  return -1;
}

function findClose(text: string, open: number, end: number): number {
  let depth = 0;
  let quote = '';
  for (let i = open; i < end; i++) {
    const c = text.charAt(i);
    if (quote !== '') {
      if (c === quote || c === '\n') quote = '';
    } else if (c === '"' || c === "'") quote = c;
    else if (c === '{') depth++;
    else if (c === '}' && --depth === 0) return i;
  }
  return -1;
}
