/** What is kept of each run: numbers for sensitivity and comparison, months of events for the curves over time. */
import { HOLDER_KINDS } from './kinds.ts';

/**
 * One number of each run. Flags are 1 or 0. Those of `year-` are about the twelve months after the first holder,
 * and mean nothing in runs without `year-seen`: there nobody has it, or the year runs past the end.
 */
export const COLUMNS = [
  'holders',
  'outside',
  'weights',
  'secrets',
  'monitor',
  'alignment',
  'self',
  'public',
  'misuse',
  'weights-oc1',
  'weights-oc2',
  'weights-oc3',
  'weights-oc4',
  'weights-oc5',
  'has-oc1',
  'has-oc2',
  'has-oc3',
  'has-oc4',
  'has-oc5',
  'gap-months',
  'outside-years',
  'broken-months',
  'first-month',
  'year-holders',
  'year-oc1',
  'year-oc2',
  'year-oc3',
  'year-oc4',
  'year-oc5',
  'year-monitor',
  'year-alignment',
  'year-self',
  'year-seen',
] as const;

/** The name of a column. */
export type Column = (typeof COLUMNS)[number];

/** The place of a column in a run's row. */
export function columnIndex(column: Column): number {
  return COLUMNS.indexOf(column);
}

/** Events whose first month is counted per world, besides the first holder of each kind. */
export const ROUTES = [
  { id: 'second', title: 'a second holder' },
  { id: 'weights', title: 'weights stolen' },
  { id: 'secrets', title: 'small secrets stolen' },
  { id: 'monitor', title: 'a monitor sabotaged' },
  { id: 'alignment', title: 'alignment sabotaged' },
  { id: 'misuse', title: 'catastrophic misuse' },
] as const;

/** Events in the order in which they are counted: first holders by kind, then routes. */
export const EVENT_COUNT = HOLDER_KINDS.length + ROUTES.length;
