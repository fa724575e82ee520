/** Labels of punycode (`xn--…`, RFC 3492), by which letters beyond ASCII are written in ASCII. */
import { ALL_SIGNS, SIGNS } from './tokens.ts';

const LABEL = /xn--([a-z0-9-]{1,256})(?![a-z0-9-])/gi;
const BASE = 36;
const LEAST = 1;
const MOST = 26;
const SKEW = 38;
const DAMP = 700;
const FIRST_BIAS = 72;
const FIRST_CODE = 128;
const CODE_MAX = 0x10ffff;

/** A text with its labels undone. */
export interface Unlabelled {
  readonly text: string;
  /** From the first label to behind the last. */
  readonly start: number;
  readonly end: number;
}

/** Undoes the labels of a text; undefined when it has none that stand for letters. `signs` are {@link SIGNS} of it. */
export function readPunycode(text: string, signs = ALL_SIGNS): Unlabelled | undefined {
  if ((signs & SIGNS.dashes) === 0 || !/xn--/i.test(text)) return undefined;
  const parts: string[] = [];
  let from = 0;
  let start = -1;
  for (const match of text.matchAll(LABEL)) {
    const letters = decodeLabel((match[1] ?? '').toLowerCase());
    if (letters === undefined) continue;
    if (start < 0) start = match.index;
    parts.push(text.slice(from, match.index), letters);
    from = match.index + match[0].length;
  }
  if (start < 0) return undefined;
  return { text: parts.join('') + text.slice(from), start, end: from };
}

function digitOf(code: number): number {
  return code >= 97 ? code - 97 : code - 22;
}

function adapt(delta: number, count: number, isFirst: boolean): number {
  let rest = isFirst ? Math.floor(delta / DAMP) : delta >> 1;
  rest += Math.floor(rest / count);
  let bias = 0;
  for (; rest > ((BASE - LEAST) * MOST) >> 1; bias += BASE)
    rest = Math.floor(rest / (BASE - LEAST));
  return bias + Math.floor(((BASE - LEAST + 1) * rest) / (rest + SKEW));
}

/** The letters of a label behind its mark, in small letters; undefined when it stands for none. */
function decodeLabel(label: string): string | undefined {
  const dash = label.lastIndexOf('-');
  const letters = dash > 0 ? Array.from(label.slice(0, dash)) : [];
  let code = FIRST_CODE;
  let bias = FIRST_BIAS;
  let place = 0;
  for (let at = dash + 1; at < label.length;) {
    const before = place;
    let weight = 1;
    for (let step = BASE; ; step += BASE) {
      if (at >= label.length) return undefined;
      const digit = digitOf(label.charCodeAt(at++));
      place += digit * weight;
      const threshold = Math.min(MOST, Math.max(LEAST, step - bias));
      if (digit < threshold) break;
      weight *= BASE - threshold;
      if (place > Number.MAX_SAFE_INTEGER / BASE) return undefined;
    }
    const count = letters.length + 1;
    bias = adapt(place - before, count, before === 0);
    code += Math.floor(place / count);
    place %= count;
    if (code > CODE_MAX || (code >= 0xd800 && code <= 0xdfff)) return undefined;
    letters.splice(place++, 0, String.fromCodePoint(code));
  }
  return dash + 1 === label.length && dash <= 0 ? undefined : letters.join('');
}
