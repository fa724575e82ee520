/** Style sheets in their canonical layout: one rule per line, `selector{name:value;name:value}`. */
import { hash2, hash3, hashText } from '../tokens/index.ts';
import type { TokenCoder } from '../tokens/index.ts';
import { tokenErrors } from '../tokens/index.ts';

const SELECTOR = hashText('css selector');
const LINES_MAX = 100_000;

/** Codes a style sheet rule by rule, declaration by declaration. */
export function codeSheet(tokens: TokenCoder, sheet: string): string {
  const lines = tokens.decoding ? [] : sheet.split('\n');
  const out: string[] = [];
  let rule = 0;
  let first = 0;
  for (let i = 0; ; i++) {
    const line = lines[i];
    const open = line?.indexOf('{') ?? -1;
    const braced = line !== undefined && open >= 0 && line.endsWith('}');
    const body = braced ? line.slice(open + 1, -1).split(';') : [];
    // A line that is no rule (`@media print{`, `}`) is one selector with nothing behind; the end is an empty one.
    const head = line === undefined ? '' : braced ? `${line.slice(0, open)}{` : line;
    const coded = tokens.text(head, SELECTOR, [hash2(rule, 1), hash2(first, 2)]);
    if (coded === '') break;
    if (out.length > LINES_MAX) throw tokenErrors.error('TOO_LARGE', { limit: LINES_MAX });
    tokens.spend(coded.length);
    rule = hashText(coded);
    const rules =
      coded.endsWith('{') && !coded.startsWith('@') ? codeBody(tokens, body, rule) : undefined;
    first = hashText(rules ?? '');
    out.push(rules === undefined ? coded : `${coded}${rules}}`);
  }
  return out.join('\n');
}

const NAME = hashText('css name');
const VALUE = hashText('css value');
const PAINT =
  /^(?:fill|stroke|color|background|background-color|stop-color|border(?:-[a-z]+)?-color)$/;

/** Codes declarations, each as a name and a value; the value of a name is guessed from its last ones. */
function codeBody(tokens: TokenCoder, body: readonly string[], rule: number): string {
  const out: string[] = [];
  let before = rule;
  let older = 0;
  let last = 0;
  for (let i = 0; ; i++) {
    const given = body[i] ?? '';
    const colon = given.indexOf(':');
    const name = tokens.atom(given.slice(0, Math.max(0, colon)), NAME, [
      hash3(before, older, i),
      hash2(before, 4),
      hash2(last, 5),
    ]);
    if (name === '') return out.join(';');
    if (out.length > LINES_MAX) throw tokenErrors.error('TOO_LARGE', { limit: LINES_MAX });
    last = hashText(name);
    const slot = hash2(VALUE, PAINT.test(name) ? 1 : last);
    const value = tokens.measures(given.slice(colon + 1), slot, [
      hash3(before, older, last),
      hash3(before, rule, last),
      hash3(last, rule, 6),
    ]);
    tokens.spend(name.length + value.length);
    out.push(`${name}:${value}`);
    older = before;
    before = hash2(last, hashText(value));
  }
}

const STYLE = hashText('style attribute');

/** Codes a style attribute: known as a whole, or declaration by declaration. */
export function codeStyle(
  tokens: TokenCoder,
  style: string,
  slot: number,
  contexts: readonly number[],
): string {
  return tokens.whole(style, slot, contexts, (text) => codeBody(tokens, text.split(';'), STYLE));
}
