/** Draws curves as a plain SVG figure with axes, ticks, grid and a legend. */

export interface Curve {
  readonly name: string;
  readonly colour: string;
  readonly points: readonly (readonly [number, number])[];
}

export interface Axes {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly xTicks: readonly number[];
  readonly yTicks: readonly number[];
}

export function drawFigure(axes: Axes, curves: readonly Curve[]): string {
  const [width, height, left, top, right, bottom] = [720, 420, 64, 40, 700, 366];
  const xs = axes.xTicks;
  const ys = axes.yTicks;
  const x = (value: number): string =>
    (left + ((value - xs[0]!) / (xs.at(-1)! - xs[0]!)) * (right - left)).toFixed(2);
  const y = (value: number): string =>
    (bottom - ((value - ys[0]!) / (ys.at(-1)! - ys[0]!)) * (bottom - top)).toFixed(2);
  const text = (at: string, down: string, anchor: string, label: string): string =>
    `<text x="${at}" y="${down}" text-anchor="${anchor}">${label}</text>`;
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    text('360', '24', 'middle', axes.title),
  ];
  for (const tick of xs) {
    lines.push(
      `<line x1="${x(tick)}" y1="${top}" x2="${x(tick)}" y2="${bottom}" stroke="#e5e5e5"/>`,
      text(x(tick), '384', 'middle', String(tick)),
    );
  }
  for (const tick of ys) {
    lines.push(
      `<line x1="${left}" y1="${y(tick)}" x2="${right}" y2="${y(tick)}" stroke="#e5e5e5"/>`,
      text('56', (Number(y(tick)) + 4).toFixed(2), 'end', String(tick)),
    );
  }
  lines.push(text('382', '408', 'middle', axes.x), text('14', '30', 'start', axes.y));
  curves.forEach((curve, index) => {
    const points = curve.points.map(([px, py]) => `${x(px)},${y(py)}`).join(' ');
    const down = 60 + index * 18;
    lines.push(
      `<polyline points="${points}" fill="none" stroke="${curve.colour}" stroke-width="1.5"/>`,
      `<line x1="560" y1="${down}" x2="584" y2="${down}" stroke="${curve.colour}" stroke-width="1.5"/>`,
      text('590', String(down + 4), 'start', curve.name),
    );
  });
  return `${lines.join('\n')}\n</svg>\n`;
}
