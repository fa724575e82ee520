/** Drawings of a scenario as inline SVG: plain text out, colours by class, so that light and dark need no second picture. */
import type { Curve, Fan, Sensitivity } from './answer-types.ts';
import { escapeText } from './markup.ts';
import { showMonth, showNumber, showShare } from './show.ts';

interface Frame {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

interface Axes {
  readonly frame: Frame;
  readonly start: string;
  readonly months: number;
  readonly most: number;
  readonly unit: string;
}

const round = (value: number): string => String(Math.round(value * 10) / 10);
const WIDE: Frame = { width: 920, height: 300, left: 44, right: 130, top: 14, bottom: 30 };
const SMALL: Frame = { width: 300, height: 170, left: 44, right: 10, top: 12, bottom: 26 };

const xOf = ({ frame, months }: Axes, month: number): number =>
  frame.left + ((frame.width - frame.left - frame.right) * month) / months;
const yOf = ({ frame, most }: Axes, value: number): number =>
  frame.height - frame.bottom - ((frame.height - frame.top - frame.bottom) * value) / most;

/** Round steps for an axis up to a number: 1, 2 or 5 times a power of ten, four to seven of them. */
function stepsTo(most: number): number[] {
  const rough = most / 5;
  const power = 10 ** Math.floor(Math.log10(Math.max(rough, 1e-9)));
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= rough) ?? power;
  const steps: number[] = [];
  for (let at = 0; at <= most * 1.0001; at += step) steps.push(at);
  return steps;
}

function drawAxes(axes: Axes): string {
  const { frame, start, months, most, unit } = axes;
  const lines = stepsTo(most).map((value) => {
    const y = round(yOf(axes, value));
    return `<line class="grid" x1="${frame.left}" x2="${frame.width - frame.right}" y1="${y}" y2="${y}"/><text class="tick" x="${frame.left - 6}" y="${y}" dy="3.5" text-anchor="end">${showNumber(value)}${unit}</text>`;
  });
  const small = frame.width < 500;
  const every = months > 96 ? 24 : 12;
  const years: string[] = [];
  for (let month = 0; month <= months; month++) {
    const label = showMonth(start, month);
    if (!label.startsWith('Jan') || (every === 24 && Number(label.slice(4)) % 2 === 1)) continue;
    const x = round(xOf(axes, month));
    const y = frame.height - frame.bottom;
    years.push(
      `<line class="axis" x1="${x}" x2="${x}" y1="${y}" y2="${y + 4}"/><text class="tick" x="${x}" y="${y + 16}" text-anchor="middle">${small ? `’${label.slice(6)}` : label.slice(4)}</text>`,
    );
  }
  const base = frame.height - frame.bottom;
  return `${lines.join('')}<line class="axis" x1="${frame.left}" x2="${frame.width - frame.right}" y1="${base}" y2="${base}"/>${years.join('')}`;
}

function linePath(axes: Axes, values: readonly number[]): string {
  return values
    .map((v, m) => `${m === 0 ? 'M' : 'L'}${round(xOf(axes, m))} ${round(yOf(axes, v))}`)
    .join('');
}

/** Counts stand still inside a month, so their line has steps. */
function stepPath(axes: Axes, values: readonly number[]): string {
  return values
    .map((v, m) => {
      const y = round(yOf(axes, v));
      return m === 0 ? `M${round(xOf(axes, 0))} ${y}` : `H${round(xOf(axes, m))}V${y}`;
    })
    .join('');
}

function bandPath(
  axes: Axes,
  low: readonly number[],
  high: readonly number[],
  steps: boolean,
): string {
  const up = (steps ? stepPath : linePath)(axes, high);
  const back = low.map((v, m) => ({ v, m })).reverse();
  const points: string[] = [];
  for (const [i, { v, m }] of back.entries()) {
    const x = round(xOf(axes, m));
    const y = round(yOf(axes, v));
    if (steps && i > 0) points.push(`L${x} ${round(yOf(axes, low[m + 1]!))}`);
    points.push(`L${x} ${y}`);
  }
  return `${up}${points.join('')}Z`;
}

function svg(frame: Frame, title: string, body: string): string {
  return `<svg viewBox="0 0 ${frame.width} ${frame.height}" role="img" aria-label="${escapeText(title)}">${body}</svg>`;
}

/** A fan of a number of holders: the middle line is the median, the band holds P10 to P90. */
export function drawFan(fan: Fan, start: string, wide: boolean, most?: number): string {
  const frame = wide ? WIDE : SMALL;
  const top = most ?? Math.max(1, ...fan.p90);
  const axes = { frame, start, months: fan.p50.length - 1, most: top, unit: '' };
  const end = fan.p50.length - 1;
  const labels = wide
    ? [
        { text: `P90: ${fan.p90[end]!}`, value: fan.p90[end]! },
        { text: `median: ${fan.p50[end]!}`, value: fan.p50[end]! },
        { text: `P10: ${fan.p10[end]!}`, value: fan.p10[end]! },
      ]
    : [];
  const spaced = spread(
    labels.map((label) => yOf(axes, label.value)),
    15,
  );
  return svg(
    frame,
    `${fan.title}: median and P10 to P90 over time`,
    `${drawAxes(axes)}<path class="band" d="${bandPath(axes, fan.p10, fan.p90, true)}"/><path class="line" d="${stepPath(axes, fan.p50)}"/>${labels
      .map(
        (label, i) =>
          `<text class="label" x="${frame.width - frame.right + 8}" y="${round(spaced[i]!)}" dy="4">${label.text}</text>`,
      )
      .join('')}`,
  );
}

/** Moves labels apart downwards until none is closer than `gap` to the one above. */
function spread(ys: readonly number[], gap: number): number[] {
  const placed: number[] = [];
  for (const y of ys) placed.push(Math.max(y, (placed.at(-1) ?? -Infinity) + gap));
  return placed;
}

/** A chance over time; the band holds P10 to P90 over what is not known. */
export function drawCurve(curve: Curve, start: string): string {
  const axes = { frame: SMALL, start, months: curve.chance.length - 1, most: 100, unit: ' %' };
  const read = (key: 'mean' | 'low' | 'high'): number[] =>
    curve.chance.map((each) => each[key] * 100);
  return svg(
    SMALL,
    `${curve.title}: chance over time with P10 to P90`,
    `${drawAxes(axes)}<path class="band" d="${bandPath(axes, read('low'), read('high'), false)}"/><path class="line" d="${linePath(axes, read('mean'))}"/>`,
  );
}

const ROW = 26;
const NAME = 330;
const BAR = 400;

/** Bars from the answer in an input's lowest fifth to that in its highest, with sampling errors as whiskers. */
export function drawSwings({ title, share, mean, swings }: Sensitivity): string {
  const scale = share ? 100 : 1;
  const ends = swings.flatMap(({ atLow, atHigh }) => [
    atLow.low,
    atLow.high,
    atHigh.low,
    atHigh.high,
  ]);
  const least = Math.max(share ? 0 : -Infinity, Math.min(mean.mean, ...ends)) * scale;
  const most = Math.min(share ? 1 : Infinity, Math.max(mean.mean, ...ends)) * scale;
  const span = most - least || 1;
  const x = (value: number): number =>
    NAME + (BAR * (Math.min(most, Math.max(least, value * scale)) - least)) / span;
  const height = swings.length * ROW + 34;
  const show = (value: number): string =>
    share ? `${showShare(Math.min(1, Math.max(0, value)))} %` : showNumber(value);
  const rows = swings.map(({ place, atLow, atHigh, rank, input, unit }, i) => {
    const y = 8 + i * ROW;
    const [from, to] = [x(atLow.mean), x(atHigh.mean)];
    const whisker = (low: number, high: number): string =>
      `<line class="whisker" x1="${round(x(low))}" x2="${round(x(high))}" y1="${y + 11}" y2="${y + 11}"/>`;
    return `<text class="label" x="${NAME - 10}" y="${y + 9}" text-anchor="end">${escapeText(place)}</text><text class="tick" x="${NAME - 10}" y="${y + 20}" text-anchor="end">${showNumber(input.p10)} to ${showNumber(input.p90)} ${escapeText(unit)}</text><rect class="bar" x="${round(Math.min(from, to))}" y="${y + 4}" width="${round(Math.max(1, Math.abs(to - from)))}" height="14" rx="2"/>${whisker(atLow.low, atLow.high)}${whisker(atHigh.low, atHigh.high)}<circle class="dot" cx="${round(to)}" cy="${y + 11}" r="3.5"/><text class="tick" x="${NAME + BAR + 14}" y="${y + 15}">${show(atLow.mean)} → ${show(atHigh.mean)}, rank ${rank.toFixed(2).replace('-', '−')}</text>`;
  });
  const zero = round(x(mean.mean));
  const bottom = height - 22;
  return `<svg viewBox="0 0 920 ${height}" role="img" aria-label="${escapeText(`inputs that move: ${title}`)}"><line class="axis" x1="${zero}" x2="${zero}" y1="4" y2="${bottom}"/><text class="tick" x="${zero}" y="${bottom + 14}" text-anchor="middle">all runs: ${show(mean.mean)}</text>${rows.join('')}</svg>`;
}
