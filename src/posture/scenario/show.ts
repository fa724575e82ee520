/** How numbers of a scenario are written: a number never without its interval. */
import type { Seen } from './seen.ts';
import type { Estimate, Quantiles } from './stats.ts';

/** The month of a scenario as a date, like `Mar 2028`. */
export function showMonth(start: string, month: number): string {
  const [year, first] = start.split('-').map(Number) as [number, number];
  const index = year * 12 + (first - 1) + month;
  return `${MONTHS[index % 12] ?? ''} ${Math.floor(index / 12)}`;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** A share of 1 in per cent. What is small, or nearly all, is never rounded to none or all. */
export function showShare(share: number): string {
  const cent = share * 100;
  if (cent === 0) return '0';
  if (cent === 100) return '100';
  if (cent < 0.1) return '<0.1';
  if (cent > 99.9) return '>99.9';
  return cent < 1 || cent > 99 ? cent.toFixed(1) : cent.toFixed(0);
}

/** A chance with its interval: `37 % (12–68)`. */
export function showChance({ mean, low, high }: Estimate): string {
  return `${showShare(mean)} % (${showShare(low)}–${showShare(high)})`;
}

/** A mean, or a dash where no run says anything. */
export function showSeenMean(mean: Estimate | null): string {
  return mean === null ? '–' : showMean(mean);
}

/** What is said instead of a claim that too few runs carry. */
export function sayTooFew({ runs }: Seen): string {
  return `not enough runs (${String(runs)})`;
}

/** A number with few digits. */
export function showNumber(value: number): string {
  const size = Math.abs(value);
  if (size < 1e-9) return '0';
  if (size >= 99_500) return value.toExponential(1);
  if (size >= 99.5) return value.toFixed(0);
  if (size >= 9.95) return value.toFixed(1).replace(/\.0$/, '');
  if (size >= 0.095) return value.toFixed(2).replace(/\.?0+$/, '');
  return size < 0.0001 ? value.toExponential(0) : String(Number(value.toPrecision(2)));
}

/** A mean with its interval: `4.2 (2.1–9)`. */
export function showMean({ mean, low, high }: Estimate): string {
  return `${showNumber(mean)} (${showNumber(low)}–${showNumber(high)})`;
}

/** A difference with its interval, in per cent points or as a number; bounds carry their sign. */
export function showDifference({ mean, low, high }: Estimate, share: boolean): string {
  const one = (value: number): string => {
    const scaled = share ? value * 100 : value;
    const text = share ? scaled.toFixed(Math.abs(scaled) < 1 ? 1 : 0) : showNumber(scaled);
    return scaled > 0 ? `+${text}` : text.replace('-', '−').replace(/^−(0(\.0)?)$/, '$1');
  };
  return `${one(mean)}${share ? ' points' : ''} (${one(low)} to ${one(high)})`;
}

/** Three quantiles: `2.1 (0.4–9)`; what lies beyond the time, or is endless, is `never`. */
export function showQuantile(quantiles: Quantiles): string {
  const one = (value: number | null): string => (value === null ? 'never' : showNumber(value));
  return `${one(quantiles.p50)} (${one(quantiles.p10)}–${one(quantiles.p90)})`;
}

/** Three dates. */
export function showDates(start: string, { p10, p50, p90 }: Quantiles): string {
  const one = (month: number | null): string =>
    month === null ? 'later' : showMonth(start, month);
  return `${one(p50)} (${one(p10)}–${one(p90)})`;
}

/** A span of years in the unit that fits. */
export function showSpan(years: number | null): string {
  if (years === null) return 'never';
  if (years === 0) return '0';
  if (years >= 1.95) return `${showNumber(years)} years`;
  const days = years * 365;
  if (days >= 60) return `${(days / 30.4).toFixed(0)} months`;
  if (days >= 1.5) return `${days.toFixed(0)} days`;
  const hours = days * 24;
  return hours >= 1 ? `${hours.toFixed(0)} h` : `${(hours * 60).toFixed(0)} min`;
}

/** Three spans. */
export function showSpans({ p10, p50, p90 }: Quantiles): string {
  const [low, middle, high] = [showSpan(p10), showSpan(p50), showSpan(p90)];
  return low === high ? middle : `${middle} (${low}–${high})`;
}

/** Whole years of a scenario, and its end, as months. */
export function datesShown(months: number): number[] {
  const years = Array.from({ length: Math.floor(months / 12) }, (_, i) => (i + 1) * 12);
  return years.at(-1) === months ? years : [...years, months];
}

/** What is said of the inputs whose effect cannot be told from luck; empty when there are none. */
export function sayUntold(untold: number, named: number): string {
  if (untold === 0) return '';
  return named === 0
    ? `None of ${String(untold)} inputs moves it by more than the luck of these runs.`
    : `Of ${String(untold)} more inputs, none moves it by more than the luck of these runs.`;
}
