/** Style sheets in their canonical layout: one rule per line, `selector{name:value;name:value}`. */
import { hash2, hash3, hashText } from '../tokens/index.ts';
import type { TokenCoder } from '../tokens/index.ts';
import { tokenErrors } from '../tokens/index.ts';

const SELECTOR = hashText('css selector');
const DECLARATION = hashText('css declaration');
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
    rule = hashText(coded);
    const rules =
      coded.endsWith('{') && !coded.startsWith('@') ? codeBody(tokens, body, rule) : undefined;
    first = hashText(rules ?? '');
    out.push(rules === undefined ? coded : `${coded}${rules}}`);
  }
  return out.join('\n');
}

function codeBody(tokens: TokenCoder, body: readonly string[], rule: number): string {
  const out: string[] = [];
  let before = 0;
  let older = 0;
  for (let i = 0; ; i++) {
    const coded = tokens.measures(body[i] ?? '', DECLARATION, [
      hash3(before, older, i),
      hash3(before, rule, 3),
      hash2(before, 4),
      hash2(hashText((out[out.length - 1] ?? '').split(':')[0] ?? ''), 5),
    ]);
    if (coded === '') return out.join(';');
    if (out.length > LINES_MAX) throw tokenErrors.error('TOO_LARGE', { limit: LINES_MAX });
    out.push(coded);
    older = before;
    before = hashText(coded);
  }
}
