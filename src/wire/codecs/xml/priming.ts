/**
 * Drawings written by us in the manner of common plotting libraries; the models see them before the first file. Frozen: a
 * change here changes every charge and needs a new table version.
 */

import { LABELS } from '../tokens/priming-words.ts';

const SVG = '<svg xmlns="http://www.w3.org/2000/svg"';
const LINKED = `${SVG} xmlns:xlink="http://www.w3.org/1999/xlink"`;
const RULE =
  'fill:none;stroke:#000000;stroke-linecap:round;stroke-linejoin:round;stroke-miterlimit:10';

/** Lines of a grid, drawn across or down a panel. */
function grid(
  across: boolean,
  at: readonly number[],
  from: number,
  to: number,
  clip: string,
  style: string,
): string {
  return at
    .map((v) => {
      const points = across
        ? `${String(from)},${String(v)} ${String(to)},${String(v)}`
        : `${String(v)},${String(from)} ${String(v)},${String(to)}`;
      return `<polyline points="${points}"${clip} style="${style}"/>`;
    })
    .join('');
}

const TEXT = 'lengthAdjust="spacingAndGlyphs"';

function label(
  x: number,
  y: number,
  length: number,
  style: string,
  text: string,
  clip = ' clip-path="url(#whole)"',
): string {
  return `<g${clip}><text x="${String(x)}" y="${String(y)}" ${TEXT} style="${style}" textLength="${String(length)}">${text}</text></g>`;
}

/** A panel with grid, shapes, axes and legend, as grammar-of-graphics packages draw it through svglite. */
function panel(font: string, width: number, height: number, line: number, modern = false): string {
  const shapes = ['line', 'polyline', 'polygon', 'path', 'rect', 'circle'];
  const style = modern
    ? `<defs><style>${shapes.map((shape) => `.svglite ${shape}`).join(',')}{${RULE}}.svglite text{white-space:pre}.svglite g.glyphgroup path{fill:inherit;stroke:none}</style></defs>`
    : `<defs><style>${shapes.join(',')}{${RULE}}</style></defs>`;
  const size = modern
    ? ` class="svglite" width="${String(width)}pt" height="${String(height)}pt"`
    : '';
  const small = `fill:#4d4d4d;font-family:${font};font-size:8.8px`;
  const dark = `fill:#1a1a1a;font-family:${font};font-size:8.8px`;
  const title = `font-family:${font};font-size:11px`;
  const thin = `stroke:#ebebeb;stroke-linecap:butt;stroke-width:${String(line / 2)}`;
  const thick = `stroke:#ebebeb;stroke-linecap:butt;stroke-width:${String(line)}`;
  const mark = `stroke:#333333;stroke-linecap:butt;stroke-width:${String(line)}`;
  const inside = ' clip-path="url(#panel)"';
  const w = width - 60;
  const h = height - 50;
  return (
    `${LINKED} viewBox="0 0 ${String(width)} ${String(height)}"${size}>${style}` +
    '<rect width="100%" height="100%" style="fill:#ffffff;stroke:none"/>' +
    `<rect x="0" y="0" width="${String(width)}" height="${String(height)}" style="fill:#ffffff;stroke:#ffffff;stroke-width:${String(line)}"/>` +
    `<defs><clipPath id="panel"><rect x="38.5" y="5.48" width="${String(w)}" height="${String(h)}"/></clipPath></defs>` +
    `<rect x="38.5" y="5.48" width="${String(w)}" height="${String(h)}"${inside} style="fill:#ffffff;stroke:none;stroke-width:${String(line)}"/>` +
    grid(true, [300.1, 220.3, 140.5, 60.7], 38.5, 38.5 + w, inside, thin) +
    grid(false, [70.2, 150.4, 230.6], 5.48 + h, 5.48, inside, thin) +
    grid(true, [340, 260.2, 180.4, 100.6, 20.8], 38.5, 38.5 + w, inside, thick) +
    grid(false, [110.3, 190.5, 270.7], 5.48 + h, 5.48, inside, thick) +
    `<circle cx="60.1" cy="301.7" r="1.95"${inside} style="fill:#f8766d;stroke:#f8766d;stroke-width:0.71"/>` +
    `<circle cx="71.9" cy="290.3" r="1.95"${inside} style="fill:#00bfc4;stroke:#00bfc4;stroke-width:0.71"/>` +
    `<circle cx="83.7" cy="283.1" r="1.95"${inside} style="fill:#000000;stroke-width:0.71"/>` +
    `<line x1="60.1" y1="310.2" x2="60.1" y2="293.2"${inside} style="stroke:#f8766d;stroke-linecap:butt;stroke-width:${String(line)}"/>` +
    `<line x1="71.9" y1="299.2" x2="71.9" y2="281.4"${inside} style="stroke:#00bfc4;stroke-linecap:butt;stroke-width:${String(line)}"/>` +
    `<line x1="38.5" y1="20.8" x2="${String(38.5 + w)}" y2="20.8"${inside} style="stroke:#bebebe;stroke-linecap:butt;stroke-width:${String(line)}"/>` +
    `<rect x="90.1" y="300.5" width="12.4" height="39.5"${inside} style="fill:#595959;stroke:none;stroke-linecap:square;stroke-linejoin:miter;stroke-width:${String(line)}"/>` +
    `<rect x="102.5" y="280.1" width="12.4" height="59.9"${inside} style="fill:#595959;stroke:none;stroke-linecap:square;stroke-linejoin:miter;stroke-width:${String(line)}"/>` +
    `<polygon points="60,300 80,290 100,270 100,340 80,340 60,340"${inside} style="fill:#333333;fill-opacity:0.2;stroke:none;stroke-width:${String(line)}"/>` +
    `<polyline points="60,300 70,296 80,291 90,285.5 100,279 110,272"${inside} style="stroke:#00ba38;stroke-linecap:butt;stroke-width:${String(line)}"/>` +
    `<polyline points="60,310 70,305 80,299.5 90,293 100,286 110,278.5"${inside} style="stroke-linecap:butt;stroke-width:${String(line)}"/>` +
    `<rect x="38.5" y="5.48" width="${String(w)}" height="${String(h)}"${inside} style="stroke:#333333;stroke-width:${String(line)}"/>` +
    `<defs><clipPath id="whole"><rect x="0" y="0" width="${String(width)}" height="${String(height)}"/></clipPath></defs>` +
    label(20.3, 343.2, 12.2, small, '0.0') +
    label(20.3, 263.4, 12.2, small, '0.5') +
    label(20.3, 183.6, 12.2, small, '1.0') +
    grid(true, [340, 260.2, 180.4], 35.76, 38.5, ' clip-path="url(#whole)"', mark) +
    grid(false, [110.3, 190.5, 270.7], 8.22 + h, 5.48 + h, ' clip-path="url(#whole)"', mark) +
    label(107.85, 356.4, 4.9, small, '0') +
    label(185.6, 356.4, 9.8, small, '50') +
    label(263.35, 356.4, 14.7, small, '100') +
    label(170.2, 371.3, 28.1, title, 'value') +
    `<g clip-path="url(#whole)"><text transform="translate(13.1,190.2) rotate(-90)" ${TEXT} style="${title}" textLength="25.1">count</text></g>` +
    `<rect x="300.2" y="150.1" width="60.4" height="70.3" clip-path="url(#whole)" style="fill:#ffffff;stroke:none;stroke-width:${String(line)}"/>` +
    label(305.7, 163.2, 27.5, title, 'group') +
    `<rect x="305.7" y="170.4" width="17.28" height="17.28" clip-path="url(#whole)" style="fill:#ffffff;stroke:none;stroke-width:${String(line)}"/>` +
    `<line x1="307.4" y1="179" x2="321.3" y2="179" clip-path="url(#whole)" style="stroke:#f8766d;stroke-linecap:butt;stroke-width:${String(line)}"/>` +
    label(328.4, 182.1, 20.5, `font-family:${font};font-size:8.8px`, 'treated') +
    label(328.4, 199.4, 21.3, dark, 'control') +
    label(328.4, 216.7, 24.3, `fill:#4d4d4d;font-family:${font};font-size:9.6px`, '&lt; 10 %') +
    label(38.5, 14.6, 60.2, `font-family:${font};font-size:13.2px`, 'estimate by month') +
    '</svg>'
  );
}

const PALETTE =
  '#f8766d #00ba38 #619cff #7cae00 #00bfc4 #c77cff #b79f00 #f564e3 #a3a500 #e76bf3 #00b0f6 #d39200 #66c2a5 #fc8d62 #8da0cb #e78ac3 ' +
  '#a6d854 #ffd92f #e5c494 #b3b3b3 #e41a1c #377eb8 #4daf4a #984ea3 #ff7f00 #ffff33 #a65628 #f781bf #999999 #1b9e77 #d95f02 #7570b3 ' +
  '#e7298a #66a61e #e6ab02 #a6761d #666666 #a6cee3 #1f78b4 #b2df8a #33a02c #fb9a99 #e31a1c #fdbf6f #cab2d6 #6a3d9a #b15928 #440154 ' +
  '#31688e #35b779 #fde725 #21908c #3b528b #5dc863 #1f77b4 #ff7f0e #2ca02c #d62728 #9467bd #8c564b #e377c2 #7f7f7f #bcbd22 #17becf ' +
  '#4c72b0 #dd8452 #55a868 #c44e52 #8172b3 #937860 #da8bc3 #4e79a7 #f28e2b #59a14f #636efa #ef553b #00cc96 #ab63fa #0072b2 #d55e00 ' +
  '#009e73 #cc79a7 #56b4e9 #e69f00 #f0e442';

/** The palettes that plotting libraries share, as shapes. */
function palettes(): string {
  const shapes = PALETTE.split(' ').map(
    (colour, i) =>
      `<circle cx="${String(100 + i)}" cy="80" r="1.95" style="fill:${colour};stroke:${colour};stroke-width:0.71"/>`,
  );
  return `${LINKED} viewBox="0 0 432 288">${shapes.join('')}</svg>`;
}

/** A figure with glyphs drawn as paths, as matplotlib writes it. */
function figure(): string {
  const tick = (x: number, glyph: string): string =>
    `<g><g><use xlink:href="#tick" x="${String(x)}" y="307.584" style="stroke:#000000;stroke-width:0.8"/></g><g><g transform="translate(${String(x - 3.18)} 322.182437) scale(0.1 -0.1)">` +
    `<use xlink:href="#${glyph}"/><use xlink:href="#g2" transform="translate(63.623047 0)"/></g></g></g>`;
  return (
    `${LINKED} width="460.8pt" height="345.6pt" viewBox="0 0 460.8 345.6" version="1.1"><defs><style>*{stroke-linejoin:round;stroke-linecap:butt}</style></defs>` +
    '<g><g><path d="M 0 345.6 L 460.8 345.6 L 460.8 0 L 0 0 z" style="fill:#ffffff"/></g><g><g><path d="M 57.6 307.584 L 414.72 307.584 L 414.72 41.472 L 57.6 41.472 z" style="fill:#ffffff"/></g>' +
    '<g><g><g><defs><path id="tick" d="M 0 0 L 0 3.5" style="stroke:#000000;stroke-width:0.8"/></defs></g></g>' +
    `<defs><path id="g1" d="M 2034 4250 Q 1547 4250 1301 3770 Q 1056 3291 1056 2328 z" transform="scale(0.015625)"/><path id="g2" d="M 684 794 L 1344 794 L 1344 0 L 684 0 z" transform="scale(0.015625)"/></defs>${tick(73.8, 'g1')}${tick(138.7, 'g1')}${tick(203.6, 'g2')}</g>` +
    '<g><path d="M 73.832727 295.488 L 106.298182 270.1 L 138.763636 240.3" clip-path="url(#axes)" style="fill:none;stroke:#1f77b4;stroke-linecap:square;stroke-width:1.5"/></g>' +
    '<g><path d="M 57.6 307.584 L 57.6 41.472" style="fill:none;stroke:#000000;stroke-linejoin:miter;stroke-linecap:square;stroke-width:0.8"/></g>' +
    '</g></g><defs><clipPath id="axes"><rect x="57.6" y="41.472" width="357.12" height="266.112"/></clipPath></defs></svg>'
  );
}

/** A drawing of R's own svg device, with cairo's glyph symbols. */
function cairo(): string {
  return (
    `${LINKED} width="504pt" height="504pt" viewBox="0 0 504 504" version="1.1"><defs><g><symbol overflow="visible" id="s1"><path d="M 0.296875 0 L 0.296875 -6.75 L 5.65625 -6.75 L 5.65625 0 Z M 0.84375 -0.84375 " style="stroke:none"/></symbol></g>` +
    '<clipPath id="c1"><path d="M 59.039062 59.039062 L 473.757812 59.039062 L 473.757812 430.558594 L 59.039062 430.558594 Z "/></clipPath></defs><g id="surface">' +
    '<rect x="0" y="0" width="504" height="504" style="fill:rgb(100%,100%,100%);fill-opacity:1;stroke:none"/><g clip-path="url(#c1)" clip-rule="nonzero">' +
    '<path style="fill:none;stroke-width:0.75;stroke-linecap:round;stroke-linejoin:round;stroke:rgb(0%,0%,0%);stroke-opacity:1;stroke-miterlimit:10;" d="M 77.101562 416.800781 C 77.101562 420.398438 71.699219 420.398438 71.699219 416.800781 "/></g>' +
    '<g style="fill:rgb(0%,0%,0%);fill-opacity:1;"><use xlink:href="#s1" x="70.4" y="456.5"/><use xlink:href="#s1" x="77.1" y="456.5"/></g></g></svg>'
  );
}

/** A chart of marks in nested groups, as vega, d3 and plotly make them. */
function chart(): string {
  const tick = (y: number, text: string): string =>
    `<g transform="translate(0,${String(y)})" opacity="1"><line stroke="#888" x2="-5"/><text transform="translate(-7,3)" text-anchor="end" font-family="sans-serif" font-size="10px" fill="#000" opacity="1">${text}</text></g>`;
  return (
    `${LINKED} class="marks" width="460" height="345" viewBox="0 0 460 345" version="1.1"><rect width="460" height="345" fill="white"/><g fill="none" stroke-miterlimit="10" transform="translate(43,10)"><g><g transform="translate(0,0)"><path class="background" d="M0.5,0.5h200v200h-200Z" stroke="#ddd"/>` +
    '<g><path d="M0,200h200" transform="translate(0.5,0.5)" pointer-events="none" stroke="#ddd" stroke-width="1" opacity="1"/></g>' +
    `<g font-size="10" font-family="sans-serif" text-anchor="middle">${tick(200.5, '0')}${tick(160.5, '20')}${tick(120.5, '40')}</g>` +
    '<g><path aria-label="x" d="M10,100L20,90L30,95.5" stroke="#4c78a8" stroke-width="2" fill="none"/><path d="M1,180h18v20h-18Z" fill="#4c78a8"/><path d="M21,150h18v50h-18Z" fill="steelblue"/></g></g></g></g></svg>'
  );
}

/** The words of labels. */
function labels(): string {
  const texts = LABELS.map((text, i) => `<text x="10" y="${String(i)}">${text}</text>`);
  return `${SVG} viewBox="0 0 432 288">${texts.join('')}</svg>`;
}

/** In the order in which the models see them; the last is remembered best. */
export const SVG_PRIMING: readonly string[] = [
  labels(),
  figure(),
  cairo(),
  chart(),
  palettes(),
  panel('Arial', 432, 360, 1.42, true),
  panel('Liberation Sans', 720, 576, 1.16),
  panel('TeX Gyre Heros', 504, 380, 1.07),
];
