/** The plot of certified recall against the number of bad sources, as SVG that stands alone. */
import type { Evaluation } from './evaluate.ts';

/** One curve of the plot. */
export interface DrawnCurve {
  readonly name: string;
  readonly evaluation: Evaluation;
}

const WIDTH = 640;
const HEIGHT = 360;
const LEFT = 56;
const RIGHT = 16;
const TOP = 40;
const BOTTOM = 48;
const COLOURS = ['#0b6e4f', '#b3541e', '#3a4e8c', '#7a3b69'];

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Draws the curves with their 95 % intervals; both axes start at 0. */
export function drawCurve(title: string, curves: readonly DrawnCurve[]): string {
  const last = Math.max(1, ...curves.map((each) => each.evaluation.curve.at(-1)?.badSources ?? 1));
  const x = (bad: number): string => (LEFT + ((WIDTH - LEFT - RIGHT) * bad) / last).toFixed(1);
  const y = (share: number): string =>
    (HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share).toFixed(1);
  const step = Math.max(1, Math.ceil(last / 10));
  const lines: string[] = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="system-ui, sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    `<text x="${LEFT}" y="22" font-size="14" fill="#1a1a1a">${escape(title)}</text>`,
  ];
  for (let share = 0; share <= 1.0001; share += 0.2) {
    lines.push(
      `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(share)}" y2="${y(share)}" stroke="#e2e2e2"/>`,
      `<text x="${LEFT - 8}" y="${y(share)}" dy="4" text-anchor="end" fill="#555555">${share.toFixed(1)}</text>`,
    );
  }
  for (let bad = 0; bad <= last; bad += step) {
    lines.push(
      `<text x="${x(bad)}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle" fill="#555555">${bad}</text>`,
    );
  }
  lines.push(
    `<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 10}" text-anchor="middle" fill="#1a1a1a">bad sources</text>`,
  );
  curves.forEach(({ name, evaluation }, i) => {
    const colour = COLOURS[i % COLOURS.length]!;
    const { curve } = evaluation;
    const upper = curve.map((p) => `${x(p.badSources)},${y(p.recall.high)}`);
    const lower = curve.map((p) => `${x(p.badSources)},${y(p.recall.low)}`).reverse();
    const points = curve.map((p) => `${x(p.badSources)},${y(p.recall.value)}`);
    lines.push(
      `<polygon points="${[...upper, ...lower].join(' ')}" fill="${colour}" fill-opacity="0.15"/>`,
      `<polyline points="${points.join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>`,
      ...curve.map(
        (p) => `<circle cx="${x(p.badSources)}" cy="${y(p.recall.value)}" r="3" fill="${colour}"/>`,
      ),
      `<text x="${WIDTH - RIGHT - 8}" y="${TOP + 14 + 18 * i}" text-anchor="end" fill="${colour}">${escape(name)}</text>`,
    );
  });
  return `${[...lines, '</svg>'].join('\n')}\n`;
}
