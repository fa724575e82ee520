/** Arguments of protocol 0, which are written as lines. */
import type { PickleTape } from './tape.ts';
import { outside, PyFloat } from './values.ts';
import type { PyValue } from './values.ts';

const LINE_BYTES_MAX = 1 << 24;

/** A line as Latin-1 text. */
export function readLine(tape: PickleTape): string {
  const from = tape.at;
  const to = tape.line();
  if (to < 0 || to - from > LINE_BYTES_MAX) return outside('a line has no end');
  return Buffer.from(tape.source.read(from, to)).toString('latin1').replace(/\r$/, '');
}

/** The number of an INT (0x49), LONG or FLOAT (0x46) line. */
export function readNumberLine(op: number, line: string): PyValue {
  if (op === 0x46) {
    if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(line)) return new PyFloat(Number(line));
    const special = { inf: Infinity, '-inf': -Infinity, nan: Number.NaN }[line.toLowerCase()];
    return special === undefined ? outside('a number is misspelled') : new PyFloat(special);
  }
  if (op === 0x49 && (line === '01' || line === '00')) return line === '01';
  if (!/^[+-]?\d{1,4096}L?$/.test(line)) return outside('a number is misspelled');
  const value = BigInt(line.replace(/^\+/, '').replace(/L$/, ''));
  const plain = Number(value);
  return Number.isSafeInteger(plain) ? plain : value;
}

const ESCAPES: Readonly<Record<string, string>> = {
  ...{ '\\': '\\', "'": "'", '"': '"', n: '\n', r: '\r', t: '\t' },
  ...{ a: '\x07', b: '\b', f: '\f', v: '\v', '0': '\0' },
};

/** The text of a STRING line (in quotes, bytes) or of a UNICODE line. */
export function readTextLine(quoted: boolean, line: string): { text: string; bytes: Uint8Array } {
  if (!quoted) {
    const text = line.replace(/\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})/g, (_, short, long) => {
      const code = Number.parseInt((short ?? long) as string, 16);
      return code > 0x10ffff
        ? outside('a text has an impossible letter')
        : String.fromCodePoint(code);
    });
    return { text, bytes: Buffer.from(text, 'latin1') };
  }
  const match = /^(['"])([^]*)\1$/.exec(line);
  if (match === null) return outside('a text has no quotes');
  const text = (match[2] ?? '').replace(/\\(?:x([0-9a-fA-F]{2})|([^]))/g, (_, hex, letter) => {
    if (typeof hex === 'string') return String.fromCharCode(Number.parseInt(hex, 16));
    return ESCAPES[letter as string] ?? outside('a text has an odd escape');
  });
  return { text, bytes: Buffer.from(text, 'latin1') };
}
