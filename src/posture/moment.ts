/** Dates as people write them in an assessment: a day, or an instant with its zone. */
import { z } from 'zod';

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** Milliseconds since 1970 of a day (its first moment, UTC) or an instant; undefined if it is neither. */
export function readMoment(text: string): number | undefined {
  const full = DAY.test(text) ? `${text}T00:00:00Z` : text;
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/.test(full)) {
    return undefined;
  }
  const value = Date.parse(full);
  // Date.parse accepts 2026-02-31 as 3 March; a date that is none must not become another one.
  const day = full.slice(0, 10);
  const back = Number.isNaN(value) ? '' : new Date(Date.parse(`${day}T00:00:00Z`)).toISOString();
  return back.startsWith(day) ? value : undefined;
}

/** The moment of a text that a schema has accepted. */
export function momentMs(text: string): number {
  const value = readMoment(text);
  if (value === undefined) throw new TypeError(`not a moment: ${text}`);
  return value;
}

/** What OSCAL can write: years of four digits from 1900 on. Nothing that is believed for ever needs more. */
const EARLIEST_MS = Date.parse('1900-01-02T00:00:00Z');
const LATEST_MS = Date.parse('2999-12-31T00:00:00Z');

function isInRange(text: string): boolean {
  const value = readMoment(text);
  return value === undefined || (value >= EARLIEST_MS && value < LATEST_MS);
}

/** A day or an instant from 1900 to 2999, kept as written. */
export const momentSchema = z
  .string()
  .max(40)
  .refine((text) => readMoment(text) !== undefined, 'not a date such as 2026-12-31')
  .refine(isInRange, 'not a date from 1900 to 2999; a claim ends some day');

/** The day of a moment, as people read it. */
export function showDay(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
