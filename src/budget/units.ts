/**
 * A budget in whichever unit a person thinks in: bits, bytes, a share of a model's effective size, years to
 * exfiltrate. Every reader is exact: decimals become fractions of integers, never floating-point numbers.
 */
import { errors } from './errors.ts';
import { BITS_MAX } from './bucket.ts';

/** A day in milliseconds. */
export const DAY_MS = 86_400_000n;
/** A year is 365 days and a month is 30: stated, so that two people compute the same numbers. */
export const YEAR_MS = 365n * DAY_MS;
/** A month of 30 days in milliseconds. */
export const MONTH_MS = 30n * DAY_MS;

const PERIODS: Readonly<Record<string, bigint>> = {
  s: 1000n,
  second: 1000n,
  minute: 60_000n,
  h: 3_600_000n,
  hour: 3_600_000n,
  d: DAY_MS,
  day: DAY_MS,
  week: 7n * DAY_MS,
  month: MONTH_MS,
  y: YEAR_MS,
  year: YEAR_MS,
};

const AMOUNTS: Readonly<Record<string, bigint>> = {
  bit: 1n,
  bits: 1n,
  kbit: 1000n,
  mbit: 1_000_000n,
  gbit: 1_000_000_000n,
  b: 8n,
  byte: 8n,
  bytes: 8n,
  kb: 8000n,
  mb: 8_000_000n,
  gb: 8_000_000_000n,
  tb: 8_000_000_000_000n,
  kib: 8n << 10n,
  mib: 8n << 20n,
  gib: 8n << 30n,
  tib: 8n << 40n,
};

/** An amount of bits per period. */
export interface Rate {
  readonly rateBits: bigint;
  readonly ratePeriodMs: bigint;
}

/** A non-negative decimal as an exact fraction: `0.16` is 16 / 100. */
export interface Fraction {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** Reads a decimal such as `12`, `0.16`, `1e6` or `2.5e9` exactly; undefined if it is none. */
export function readDecimal(text: string): Fraction | undefined {
  // `1,5` is somebody's one and a half and must not become fifteen: a comma only groups three digits.
  if (text.includes(',') && !/^\d{1,3}(?:,\d{3})+(?:[.e]|$)/i.test(text)) return undefined;
  const match = /^(\d{1,30})(?:\.(\d{1,30}))?(?:e(\d{1,2}))?$/i.exec(text.replaceAll(/[_,]/g, ''));
  if (match === null) return undefined;
  const decimals = match[2] ?? '';
  const digits = BigInt((match[1] ?? '0') + decimals);
  return {
    numerator: digits * 10n ** BigInt(match[3] ?? '0'),
    denominator: 10n ** BigInt(decimals.length),
  };
}

function checkBits(bits: bigint, text: string): bigint {
  if (bits > BITS_MAX) throw errors.error('AMOUNT_TOO_LARGE', { text });
  return bits;
}

function needSize(sizeBits: bigint | null, text: string): bigint {
  if (sizeBits === null) throw errors.error('SIZE_UNKNOWN', { text });
  return sizeBits;
}

/**
 * Reads an amount: `5000 bits`, `50 GB`, `0.5%` (of the effective size). A bare number counts bits. Rounded down,
 * since a budget may only err on the safe side.
 */
export function readAmount(text: string, sizeBits: bigint | null): bigint {
  const match =
    /^\s*([\d.,_]+(?:e\d+)?)\s*([a-z]*|%)\s*(?:of (?:the )?(?:effective )?size)?\s*$/i.exec(text);
  const value = readDecimal(match?.[1] ?? '');
  if (match === null || value === undefined) throw errors.error('AMOUNT_UNREADABLE', { text });
  const unit = (match[2] ?? '').toLowerCase();
  if (unit === '%') {
    const size = needSize(sizeBits, text);
    return checkBits((value.numerator * size) / (value.denominator * 100n), text);
  }
  const factor = unit === '' ? 1n : AMOUNTS[unit];
  if (factor === undefined) throw errors.error('AMOUNT_UNREADABLE', { text });
  return checkBits((value.numerator * factor) / value.denominator, text);
}

/** Reads a rate: `40 kB/day`, `300000 bits/day`, `1%/year`, `50 GB/month`, `100 years` (to exfiltrate). */
export function readRate(text: string, sizeBits: bigint | null): Rate {
  const years = /^\s*([\d.,_]+(?:e\d+)?)\s*years?(?: to exfiltrate)?\s*$/i.exec(text);
  if (years !== null) {
    const value = readDecimal(years[1] ?? '');
    if (value === undefined || value.numerator === 0n)
      throw errors.error('RATE_UNREADABLE', { text });
    const size = needSize(sizeBits, text);
    const perYear = (size * value.denominator) / value.numerator;
    return { rateBits: checkBits(perYear, text), ratePeriodMs: YEAR_MS };
  }
  const slash = text.search(/\/|\bper\b/i);
  if (slash < 0) throw errors.error('RATE_UNREADABLE', { text });
  const periodName = text
    .slice(slash)
    .replace(/^(?:\/|per\b)\s*/i, '')
    .trim()
    .toLowerCase();
  const ratePeriodMs = PERIODS[periodName];
  if (ratePeriodMs === undefined) throw errors.error('RATE_UNREADABLE', { text });
  return { rateBits: readAmount(text.slice(0, slash), sizeBits), ratePeriodMs };
}

/** `num / den` to three significant digits, as a plain decimal; exact integers all the way. */
export function showFraction(numerator: bigint, denominator: bigint): string {
  if (denominator === 0n) return '∞';
  if (numerator === 0n) return '0';
  let decimals = 0;
  let scaled = numerator;
  while (scaled / denominator < 100n && decimals < 12) {
    scaled *= 10n;
    decimals += 1;
  }
  const rounded = (scaled * 2n + denominator) / (denominator * 2n);
  if (decimals === 0) return groupDigits(rounded);
  const digits = String(rounded).padStart(decimals + 1, '0');
  const whole = digits.slice(0, -decimals);
  const rest = digits.slice(-decimals).replace(/0+$/, '');
  return rest === '' ? groupDigits(BigInt(whole)) : `${groupDigits(BigInt(whole))}.${rest}`;
}

/** `1234567` as `1,234,567`. */
export function groupDigits(value: bigint): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** A count of bits as bytes with a decimal unit: `1.16 MB`. */
export function showBytes(bits: bigint): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB'];
  let denominator = 8n;
  let unit = 0;
  while (bits >= denominator * 1000n && unit < units.length - 1) {
    denominator *= 1000n;
    unit += 1;
  }
  return `${showFraction(bits, denominator)} ${units[unit] ?? 'EB'}`;
}

/** One rate in every unit that a person may think in. */
export interface RateShown {
  readonly bitsPerYear: string;
  readonly bytesPerDay: string;
  /** Null without an effective size. */
  readonly percentPerYear: string | null;
  readonly yearsToExfiltrate: string | null;
}

/** Shows a rate in all units against an effective size. */
export function showRate(rate: Rate, sizeBits: bigint | null): RateShown {
  const perYear = (rate.rateBits * YEAR_MS) / rate.ratePeriodMs;
  const perDay = (rate.rateBits * DAY_MS) / rate.ratePeriodMs;
  return {
    bitsPerYear: `${groupDigits(perYear)} bits/year`,
    bytesPerDay: `${showBytes(perDay)}/day`,
    percentPerYear:
      sizeBits === null || sizeBits === 0n
        ? null
        : `${showFraction(perYear * 100n, sizeBits)} %/year`,
    yearsToExfiltrate: sizeBits === null ? null : `${showFraction(sizeBits, perYear)} years`,
  };
}
