/** Python's dates and times: packed bytes to ISO 8601 texts. */
import { asText, outside, PyBytes, PyFloat, PyTagged } from './values.ts';
import type { PyValue } from './values.ts';

const pad = (value: number, digits = 2): string => String(value).padStart(digits, '0');

function packed(value: PyValue | undefined, length: number): Uint8Array {
  if (typeof value === 'string') {
    return value.length === length ? Buffer.from(value, 'latin1') : outside('an odd date');
  }
  if (!(value instanceof PyBytes) || value.source.size !== length) return outside('an odd date');
  return value.source.read(0, length);
}

function spellDay(bytes: Uint8Array): string {
  const [high = 0, low = 0, month = 0, day = 0] = bytes;
  const year = high * 256 + low;
  // The top bit of the month tells apart the two readings of an hour that comes twice.
  const plain = month & 127;
  if (year < 1 || year > 9999 || plain < 1 || plain > 12 || day < 1 || day > 31)
    outside('an odd date');
  return `${pad(year, 4)}-${pad(plain)}-${pad(day)}`;
}

function spellTime(bytes: Uint8Array): string {
  const [hour = 0, minute = 0, second = 0, a = 0, b = 0, c = 0] = bytes;
  const micro = a * 65536 + b * 256 + c;
  const plain = hour & 127;
  if (plain > 23 || minute > 59 || second > 59 || micro > 999_999) outside('an odd time');
  const clock = `${pad(plain)}:${pad(minute)}:${pad(second)}`;
  return micro === 0 ? clock : `${clock}.${pad(micro, 6)}`;
}

function readNumber(value: PyValue | undefined): number {
  if (value === undefined) return 0;
  if (typeof value === 'number') return value;
  return value instanceof PyFloat ? value.value : outside('an odd span of time');
}

/** Seconds of a span as a decimal text. */
function spellSpan(args: readonly PyValue[]): string {
  const [days, seconds, micro] = [0, 1, 2].map((i) => readNumber(args[i]));
  if (args.length > 3) outside('an odd span of time');
  const total = (days ?? 0) * 86_400 + (seconds ?? 0);
  return micro === 0 || micro === undefined
    ? String(total)
    : `${String(total)}+${String(micro)}e-6`;
}

function spellZone(zone: PyValue | undefined): string {
  if (zone === undefined || zone === null) return '';
  if (!(zone instanceof PyTagged) || zone.tag !== 'timezone') return outside('an odd time zone');
  return asText(zone.value) ?? '';
}

function spellOffset(args: readonly PyValue[]): string {
  const [span] = args;
  const text = span instanceof PyTagged && span.tag === 'seconds' ? asText(span.value) : undefined;
  const seconds = Number(text ?? Number.NaN);
  if (!Number.isInteger(seconds) || Math.abs(seconds) >= 86_400) return outside('an odd time zone');
  const minutes = Math.floor(Math.abs(seconds) / 60);
  return `${seconds < 0 ? '-' : '+'}${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}`;
}

/** The value of a call of one of the types of `datetime`. Throws `OutsideGrammar`. */
export function spellDate(name: string, args: readonly PyValue[]): PyValue {
  if (name === 'timedelta') return new PyTagged('seconds', spellSpan(args));
  if (name === 'timezone') return new PyTagged('timezone', spellOffset(args));
  if (args.length > 2) return outside('an odd date');
  if (name === 'date') return new PyTagged('date', spellDay(packed(args[0], 4)));
  const zone = spellZone(args[1]);
  if (name === 'time') return new PyTagged('time', spellTime(packed(args[0], 6)) + zone);
  const bytes = packed(args[0], 10);
  return new PyTagged('datetime', `${spellDay(bytes)}T${spellTime(bytes.subarray(4))}${zone}`);
}
