/**
 * What Python takes for one item of a set and one key of a dictionary: a text per value, the same for values that are
 * equal there (`1`, `1.0` and `True` are). What has no such text is outside the grammar.
 */
import {
  asText,
  outside,
  PyArray,
  PyBytes,
  PyDtype,
  PyFloat,
  PyList,
  PyName,
  PyTagged,
  unwrap,
} from './values.ts';
import type { PyValue } from './values.ts';

const DEPTH_MAX = 200;

function spellFloat(value: number): string {
  return Number.isInteger(value) ? `#${String(BigInt(value))}` : `#${String(value)}`;
}

/** A number of any precision without zeros that say nothing. */
function spellDecimal(text: string): string {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d{1,9}))?$/i.exec(text);
  if (match === null) return `decimal${text.toLowerCase()}`;
  const [, sign = '', whole = '', part = '', power = '0'] = match;
  const digits = (whole + part).replace(/^0+/, '');
  const short = digits.replace(/0+$/, '');
  if (short === '') return '#0';
  const exponent = Number(power) - part.length + digits.length - short.length;
  const minus = sign === '-' ? '-' : '';
  return exponent >= 0 && exponent <= 400
    ? `#${minus}${short}${'0'.repeat(exponent)}`
    : `decimal${minus}${short}e${String(exponent)}`;
}

function spellTagged(value: PyTagged, depth: number): string {
  const inner = unwrap(value.value);
  if (value.tag === 'decimal' && typeof inner === 'string') return spellDecimal(inner);
  const parts = inner instanceof PyList ? inner.items : [inner];
  return `${value.tag}(${parts.map((part) => spell(part, depth + 1)).join()})`;
}

function spell(value: PyValue, depth: number): string {
  const plain = unwrap(value);
  if (depth > DEPTH_MAX) return outside('values nested too deeply');
  if (plain === null) return 'null';
  if (typeof plain === 'string') return JSON.stringify(plain);
  if (typeof plain === 'boolean') return plain ? '#1' : '#0';
  if (typeof plain === 'number' || typeof plain === 'bigint') return `#${String(BigInt(plain))}`;
  if (plain instanceof PyFloat) return spellFloat(plain.value);
  if (plain instanceof PyBytes) return spellBytes(plain);
  if (plain instanceof PyName) return `n${JSON.stringify([plain.module, plain.name])}`;
  if (plain instanceof PyTagged) return spellTagged(plain, depth);
  if (plain instanceof PyDtype) return `dtype${plain.bigEndian ? '>' : '<'}${plain.code}`;
  if (plain instanceof PyList && plain.kind !== 'list') {
    const items = plain.items.map((item) => spell(item, depth + 1));
    return plain.kind === 'set' ? `{${items.sort().join()}}` : `(${items.join()})`;
  }
  return outside('an item of a set, or a key, that can be neither');
}

function spellBytes(value: PyBytes): string {
  if (value.isText) {
    const text = asText(value) ?? outside('a text of Python 2 that is too long to be a key');
    return JSON.stringify(text);
  }
  if (value.source.size > 4096) return outside('bytes that are too long to be a key');
  return `b${Buffer.from(value.source.read(0, value.source.size)).toString('base64')}`;
}

/** Whether Python would keep fewer items of a set, or fewer keys of a dictionary. Throws `OutsideGrammar`. */
export function hasTwice(items: readonly PyValue[]): boolean {
  // One item alone is what it is.
  if (items.length < 2) return false;
  const seen = new Set<PyValue>();
  // A tensor is equal to nothing but itself.
  for (const item of items) seen.add(item instanceof PyArray ? item : spell(item, 0));
  return seen.size < items.length;
}
