/** One spelling for the values of SVG attributes: numbers, point lists, paths, transforms. */
import { spellNumber } from './css.ts';

const NUMBER = /[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const GAP = /[\s,]*/y;
const LENGTH =
  /^([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(px|pt|em|ex|in|cm|mm|pc|rem|%|deg|rad|turn)?$/;
/** Numbers that each path command takes. */
export const PATH_ARITY: Readonly<Record<string, number>> = {
  m: 2,
  l: 2,
  h: 1,
  v: 1,
  c: 6,
  s: 4,
  q: 4,
  t: 2,
  a: 7,
  z: 0,
};

/** A list of lengths, numbers and keywords, separated by one blank. */
export function spellLengths(value: string): string | undefined {
  const parts = value.split(/[\s,]+/).filter((part) => part !== '');
  const out: string[] = [];
  for (const part of parts) {
    const match = LENGTH.exec(part);
    if (match === null) {
      if (!/^[a-z-]{1,40}$/i.test(part)) return undefined;
      out.push(part);
      continue;
    }
    const number = spellNumber(match[1] ?? '');
    if (number === undefined) return undefined;
    const unit = (match[2] ?? '').toLowerCase();
    out.push(number + (unit === 'px' ? '' : unit));
  }
  return out.length === 0 ? undefined : out.join(' ');
}

/** Points as `x,y x,y`; an odd last number is dropped, as renderers do. */
export function spellPoints(value: string): string | undefined {
  const numbers = readNumbers(value);
  if (numbers === undefined) return undefined;
  const points: string[] = [];
  for (let i = 0; i + 1 < numbers.length; i += 2)
    points.push(`${numbers[i] ?? ''},${numbers[i + 1] ?? ''}`);
  return points.join(' ');
}

function readNumbers(value: string): string[] | undefined {
  const out: string[] = [];
  let at = 0;
  for (;;) {
    GAP.lastIndex = at;
    at += GAP.exec(value)?.[0].length ?? 0;
    if (at >= value.length) return out;
    NUMBER.lastIndex = at;
    const match = NUMBER.exec(value);
    const spelled = match === null ? undefined : spellNumber(match[0]);
    if (match === null || spelled === undefined) return undefined;
    out.push(spelled);
    at += match[0].length;
  }
}

/** Path data: every segment with its command letter, numbers separated by blanks. */
export function spellPath(value: string): string | undefined {
  const out: string[] = [];
  let at = 0;
  let command = '';
  for (;;) {
    GAP.lastIndex = at;
    at += GAP.exec(value)?.[0].length ?? 0;
    if (at >= value.length) return out.length > 0 ? out.join('') : undefined;
    const letter = value.charAt(at);
    if (/[a-zA-Z]/.test(letter)) {
      if (PATH_ARITY[letter.toLowerCase()] === undefined) return undefined;
      command = letter;
      at++;
      if (letter === 'z' || letter === 'Z') {
        out.push('Z');
        continue;
      }
    }
    if (command === '' || command === 'z' || command === 'Z') return undefined;
    const numbers: string[] = [];
    const arity = PATH_ARITY[command.toLowerCase()] ?? 0;
    for (let i = 0; i < arity; i++) {
      GAP.lastIndex = at;
      at += GAP.exec(value)?.[0].length ?? 0;
      const flag = arity === 7 && (i === 3 || i === 4);
      NUMBER.lastIndex = at;
      const found = flag
        ? (/^[01]/.exec(value.charAt(at))?.[0] ?? '')
        : (NUMBER.exec(value)?.[0] ?? '');
      const spelled = spellNumber(found);
      if (spelled === undefined) return undefined;
      numbers.push(spelled);
      at += found.length;
    }
    out.push(command + numbers.join(' '));
    if (command === 'M') command = 'L';
    if (command === 'm') command = 'l';
  }
}

/** Transforms: function names, numbers separated by one comma. */
export function spellTransform(value: string): string | undefined {
  const out: string[] = [];
  const rest = value.replace(
    /\s*,?\s*([a-zA-Z]+)\s*\(([^()]*)\)\s*/g,
    (_, name: string, inside: string) => {
      const numbers = readNumbers(inside.replace(/(deg|px)\b/g, ''));
      out.push(numbers === undefined || numbers.length > 6 ? '?' : `${name}(${numbers.join(',')})`);
      return '';
    },
  );
  if (rest.trim() !== '' || out.includes('?') || out.length > 64) return undefined;
  return out.join(' ');
}
