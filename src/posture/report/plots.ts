/** Plots as inline SVG, written by hand: colours come from the style sheet, so that light and dark both work. */
import type { AttackCell, VectorState } from '../attack.ts';
import { layersAsked } from '../attack.ts';
import { capsFor } from '../caps-arithmetic.ts';
import type { Catalogue } from '../catalogue/catalogue.ts';
import { showDay } from '../moment.ts';
import { html, px } from './markup.ts';
import type { Content, Markup } from './markup.ts';

const FILL: Readonly<Record<VectorState, string>> = {
  'out-of-reach': 'var(--far)',
  closed: 'var(--shut)',
  narrowed: 'var(--narrow)',
  open: 'var(--open)',
};

const ROW = 20;
const NAME_WIDTH = 560;
const CELL = 88;

/** The heat map of vectors × classes of attacker: the state as colour, layers met of layers asked as text. */
export function drawAttack(catalogue: Catalogue, attack: readonly AttackCell[]): Markup {
  const cells = new Map(attack.map((cell) => [`${cell.vector} ${cell.capacity}`, cell]));
  const rows: Content[] = [];
  let y = 34;
  let category = '';
  for (const vector of catalogue.vectors) {
    if (vector.category !== category) {
      category = vector.category;
      y += 8;
      rows.push(html`<text x="0" y="${px(y + 12)}" class="s h">${category}</text>`);
      y += ROW;
    }
    const mark = vector.volatile ? ' *' : '';
    rows.push(
      html`<text x="10" y="${px(y + 14)}"
        ><tspan class="s">${vector.id}</tspan> ${vector.name}${mark}</text
      >`,
    );
    for (const [column, capacity] of catalogue.capacities.entries()) {
      const cell = cells.get(`${vector.id} ${capacity.id}`);
      if (cell !== undefined) rows.push(drawCell(cell, NAME_WIDTH + column * CELL, y, vector.name));
    }
    y += ROW;
  }
  const heads = catalogue.capacities.map(
    (capacity, column) =>
      html`<text
        x="${px(NAME_WIDTH + column * CELL + CELL / 2)}"
        y="18"
        text-anchor="middle"
        class="h"
        >${capacity.id}<title>${capacity.name}</title></text
      >`,
  );
  const width = NAME_WIDTH + catalogue.capacities.length * CELL;
  return html`<svg
    width="${width}"
    viewBox="0 0 ${width} ${y + 8}"
    role="img"
    aria-label="vectors by class of attacker"
  >
    ${heads}${rows}
  </svg>`;
}

function drawCell(cell: AttackCell, x: number, y: number, name: string): Markup {
  const asked = layersAsked(cell.capacity);
  const label = cell.state === 'out-of-reach' ? '·' : `${cell.layers} of ${asked}`;
  // An open vector that RAND holds more feasible is drawn stronger.
  const short = cell.state === 'closed' && cell.layers < asked;
  const strength = cell.state === 'open' ? 0.45 + 0.11 * cell.feasibility : short ? 0.78 : 1;
  const title = `${cell.vector} ${name}, ${cell.capacity}: ${cell.state}, feasibility ${cell.feasibility} of 5, layers ${cell.layers} of ${asked}; missing ${cell.missing.join(', ') || 'nothing'}`;
  return html`<g
    ><title>${title}</title
    ><rect
      x="${px(x + 2)}"
      y="${px(y + 1)}"
      width="${CELL - 4}"
      height="${ROW - 2}"
      rx="3"
      fill="${FILL[cell.state]}"
      fill-opacity="${px(strength * 100)}%"
    /><text
      x="${px(x + CELL / 2)}"
      y="${px(y + 14)}"
      text-anchor="middle"
      class="v ${cell.state === 'out-of-reach' ? 's' : 'inv'}"
      >${label}</text
    ></g
  >`;
}

/** A range on a time axis. */
export interface RangeRow {
  readonly name: string;
  readonly lowMs: number;
  readonly midMs: number;
  readonly highMs: number;
  /** Drawn as done instead of as a range. */
  readonly done: boolean;
}

const YEAR_MS = 365.25 * 86_400_000;

/** P10 to P90 as bars with the median as a mark, on a calendar. */
export function drawRanges(rows: readonly RangeRow[], startMs: number): Markup {
  const [left, width, top] = [64, 560, 26];
  const end = Math.max(startMs + YEAR_MS, ...rows.map((row) => row.highMs));
  const span = (end - startMs) * 1.04;
  const x = (ms: number): number => left + ((ms - startMs) / span) * width;
  const step = Math.max(1, Math.ceil(span / YEAR_MS / 8));
  const ticks: Content[] = [];
  const firstYear = new Date(startMs).getUTCFullYear() + 1;
  for (let year = firstYear; Date.UTC(year, 0) < startMs + span; year += step) {
    const at = px(x(Date.UTC(year, 0)));
    ticks.push(
      html`<line
          class="ax"
          x1="${at}"
          x2="${at}"
          y1="${top - 6}"
          y2="${top + rows.length * 30}"
        /><text class="s" x="${at}" y="12" text-anchor="middle">${year}</text>`,
    );
  }
  const bars = rows.map((row, index) => {
    const y = top + index * 30 + 8;
    const name = html`<text x="0" y="${y + 12}" class="h">${row.name}</text>`;
    if (row.done) return html`${name}<text x="${left}" y="${y + 12}" class="s">reached</text>`;
    const [low, mid, high] = [x(row.lowMs), x(row.midMs), x(row.highMs)];
    return html`<g
      ><title>
        ${row.name}: P10 ${showDay(row.lowMs)}, P50 ${showDay(row.midMs)}, P90
        ${showDay(row.highMs)}</title
      >${name}<rect
        x="${px(low)}"
        y="${y + 2}"
        width="${px(Math.max(2, high - low))}"
        height="12"
        rx="6"
        fill="var(--both)"
        fill-opacity="55%"
      /><rect x="${px(mid - 1.5)}" y="${y - 2}" width="3" height="20" fill="var(--machine)" /><text
        class="s"
        x="${px(high + 6)}"
        y="${y + 12}"
        >${showDay(row.midMs).slice(0, 7)}</text
      ></g
    >`;
  });
  return html`<svg
    width="720"
    viewBox="0 0 720 ${top + rows.length * 30 + 8}"
    role="img"
    aria-label="when each level is reached"
  >
    ${ticks}${bars}
  </svg>`;
}

/** A step line of ranks over time. */
export interface StepRow {
  readonly name: string;
  readonly steps: readonly { readonly atMs: number; readonly rank: number }[];
}

/** What becomes of the level if nothing is renewed: one strip for each environment. */
export function drawSteps(rows: readonly StepRow[], startMs: number, endMs: number): Markup {
  const [left, width, top] = [140, 540, 24];
  const x = (ms: number): number => left + ((ms - startMs) / (endMs - startMs)) * width;
  const months: Content[] = [];
  const first = new Date(startMs);
  for (let month = 1; month <= 14; month += 2) {
    const at = Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + month);
    if (at >= endMs) break;
    months.push(
      html`<line
          class="ax"
          x1="${px(x(at))}"
          x2="${px(x(at))}"
          y1="${top - 6}"
          y2="${top + rows.length * 28}"
        /><text class="s" x="${px(x(at))}" y="12" text-anchor="middle"
          >${showDay(at).slice(0, 7)}</text
        >`,
    );
  }
  const strips = rows.map((row, index) => {
    const y = top + index * 28 + 4;
    const parts = row.steps.map((step, place) => {
      const until = row.steps[place + 1]?.atMs ?? endMs;
      const fill = step.rank === 0 ? 'var(--none)' : 'var(--met)';
      const share = step.rank === 0 ? 100 : 30 + 14 * step.rank;
      const wide = x(until) - x(step.atMs);
      const label =
        wide > 32
          ? html`<text x="${px(x(step.atMs) + 6)}" y="${y + 14}" class="v">SL${step.rank}</text>`
          : null;
      return html`<g
        ><title>SL${step.rank} from ${showDay(step.atMs)}</title
        ><rect
          x="${px(x(step.atMs))}"
          y="${y}"
          width="${px(Math.max(1, wide - 1))}"
          height="20"
          rx="3"
          fill="${fill}"
          fill-opacity="${share}%"
        />${label}</g
      >`;
    });
    return html`<text x="0" y="${y + 14}">${row.name}</text>${parts}`;
  });
  return html`<svg
    width="720"
    viewBox="0 0 720 ${top + rows.length * 28 + 6}"
    role="img"
    aria-label="level over time without renewal"
  >
    ${months}${strips}
  </svg>`;
}

const CAP_LINES = [
  { cap: 'SL3', name: 'SL3: 1 % a year', colour: 'var(--s3)', shift: -3 },
  { cap: 'SL4', name: 'SL4: 5 % a year', colour: 'var(--s4)', shift: 4 },
  { cap: 'SL5', name: 'SL5: 50 GB a month', colour: 'var(--s5)', shift: 11 },
] as const;

/** Published caps by model size, both axes logarithmic, with the place where SL4 and SL5 cross. */
export function drawCaps(crossing: number): Markup {
  const [left, top, width, height] = [70, 16, 430, 230];
  const [x0, x1, y0, y1] = [11, 14, 9, 13];
  const x = (bytes: number): number => left + ((Math.log10(bytes) - x0) / (x1 - x0)) * width;
  const y = (bytes: number): number =>
    top + height - ((Math.log10(bytes) - y0) / (y1 - y0)) * height;
  const xTicks = ['100 GB', '1 TB', '10 TB', '100 TB'].map((name, index) => {
    const at = px(x(10 ** (x0 + index)));
    return html`<line class="ax" x1="${at}" x2="${at}" y1="${top}" y2="${top + height}" /><text
        class="s"
        x="${at}"
        y="${top + height + 16}"
        text-anchor="middle"
        >${name}</text
      >`;
  });
  const yTicks = ['1 GB', '10 GB', '100 GB', '1 TB', '10 TB'].map((name, index) => {
    const at = y(10 ** (y0 + index));
    return html`<line
        class="ax"
        x1="${left}"
        x2="${left + width}"
        y1="${px(at)}"
        y2="${px(at)}"
      /><text class="s" x="${left - 8}" y="${px(at + 4)}" text-anchor="end">${name}</text>`;
  });
  const lines = CAP_LINES.map(({ cap, name, colour, shift }) => {
    const at = (size: number): number =>
      capsFor(size).find((row) => row.cap === cap)?.bytesPerYear ?? 1;
    const [a, b] = [10 ** x0, 10 ** x1];
    return html`<line
        x1="${px(x(a))}"
        y1="${px(y(at(a)))}"
        x2="${px(x(b))}"
        y2="${px(y(at(b)))}"
        stroke="${colour}"
        stroke-width="2.5"
      /><text x="${px(x(b) + 8)}" y="${px(y(at(b)) + shift)}" style="fill:${colour}"
        >${name}</text
      >`;
  });
  const amount = capsFor(crossing).find((row) => row.cap === 'SL5')?.bytesPerYear ?? 1;
  const mark = html`<circle
      cx="${px(x(crossing))}"
      cy="${px(y(amount))}"
      r="5"
      fill="var(--card)"
      stroke="var(--ink)"
      stroke-width="2"
    /><text x="${px(x(crossing) - 8)}" y="${px(y(amount) - 10)}" text-anchor="end"
      >cross at ${px(crossing / 1e12)} TB</text
    >`;
  return html`<svg
    width="660"
    viewBox="0 0 660 ${top + height + 40}"
    role="img"
    aria-label="published caps by model size"
  >
    ${xTicks}${yTicks}${lines}${mark}
    <text class="s" x="${left}" y="${top + height + 34}">
      size of the model; bytes that may leave in a year
    </text>
  </svg>`;
}
