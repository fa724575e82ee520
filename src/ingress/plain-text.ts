/**
 * Which short texts are plain data: words, numbers, names, JSON of such. Code is not: the grammar has no call (a name or
 * bracket right before a parenthesis), no markup, no template, no shell substitution, no encoded block. It judges the
 * form of a text, not its words.
 */
import { parseJsonStrict } from '../core/index.ts';
import type { Json } from '../core/index.ts';

const LENGTH_MAX = 1 << 20;
const LEAVES_MAX = 100_000;

const CALL = /[\p{L}\p{N}_\])"']\(/u;
const MARKUP = /<[!/?A-Za-z]/;
const TEMPLATE = /\{[{%#]|\$[({]|`|%[%{]/;
const SCHEME = /\b(?:javascript|data|vbscript|file)\s*:/i;
const DUNDER = /__\w+__/;
const HIDDEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/u;
const BLOCK = /[A-Za-z0-9+/_-]{256,}/;

function isPlainLeaf(text: string): boolean {
  const visible = text.replace(/[\t\r\n]/g, ' ');
  return ![CALL, MARKUP, TEMPLATE, SCHEME, DUNDER, HIDDEN, BLOCK].some((form) =>
    form.test(visible),
  );
}

function isPlainJson(value: Json, budget: { leaves: number }): boolean {
  if (--budget.leaves < 0) return false;
  if (typeof value === 'string') return isPlainLeaf(value);
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return (value as Json[]).every((each) => isPlainJson(each, budget));
  return Object.entries(value).every(
    ([key, each]) => isPlainLeaf(key) && isPlainJson(each, budget),
  );
}

/** Whether a text is plain data. */
export function isPlainText(text: string): boolean {
  if (text.length > LENGTH_MAX) return false;
  if (/^\s*[[{]/.test(text)) {
    const parsed = parseJsonStrict(text);
    if (parsed.ok) return isPlainJson(parsed.value, { leaves: LEAVES_MAX });
  }
  return isPlainLeaf(text);
}
