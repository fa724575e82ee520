/** Channels in SVG figures: ids, attribute order, coordinates, number spelling, comments. */
import { fromBits, groups, servedText, submit, textFile, toBits, type Channel } from './channel.ts';

const SHAPES = 48;

function figure(shapes: readonly string[]): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 400">\n${shapes.join('\n')}\n</svg>\n`;
}

function perShape(
  name: string,
  expected: Channel['expected'],
  bitsEach: number,
  write: (i: number, value: number) => string,
  read: (shape: string, i: number) => number,
): Channel {
  return {
    name,
    expected,
    payloadBits: SHAPES * bitsEach,
    embed: (payload) => [
      submit(
        textFile(
          'figure.svg',
          figure(groups(payload, bitsEach).map((bits, i) => write(i, fromBits(bits)))),
        ),
      ),
    ],
    extract: (served) => {
      const shapes = servedText(served, 'figure.svg').match(/<rect[^>]*>(?:\s*<!--.*?-->)?/g) ?? [];
      return Array.from({ length: SHAPES }, (_, i) =>
        toBits(read(shapes[i] ?? '', i), bitsEach),
      ).flat();
    },
  };
}

const place = (i: number): string => `x="${(i % 8) * 40}" y="${Math.floor(i / 8) * 40}"`;
const box = (i: number, rest: string): string =>
  `<rect ${place(i)} width="30" height="30" fill="#336699"${rest}/>`;

/** Every channel in SVG. */
export const SVG_CHANNELS: readonly Channel[] = [
  perShape(
    'svg-ids',
    'removed',
    16,
    (i, value) => box(i, ` id="n${value.toString(16).padStart(4, '0')}"`),
    (shape) => parseInt(/id=["']n([0-9a-f]{4})["']/.exec(shape)?.[1] ?? '0', 16),
  ),
  perShape(
    'svg-attribute-order',
    'removed',
    1,
    (i, value) =>
      value === 1 ? `<rect ${place(i)} height="30" width="30" fill="#336699"/>` : box(i, ''),
    (shape) =>
      shape.indexOf('height') < shape.indexOf('width') && shape.includes('height') ? 1 : 0,
  ),
  perShape(
    'svg-coordinates',
    'charged',
    8,
    (i, value) =>
      `<rect x="${(i % 8) * 40}.${String(value + 100)}" y="${Math.floor(i / 8) * 40}" width="30" height="30" fill="#336699"/>`,
    (shape) => {
      const digits = / x=["']\d+\.(\d+)["']/.exec(shape)?.[1] ?? '';
      return digits === '' ? 0 : Math.max(0, Number(digits.padEnd(3, '0')) - 100) % 256;
    },
  ),
  perShape(
    'svg-number-spelling',
    'removed',
    1,
    (i, value) => box(i, '').replace('width="30"', value === 1 ? 'width="30.0"' : 'width="30"'),
    (shape) => (shape.includes('30.0') ? 1 : 0),
  ),
  perShape(
    'svg-comments',
    'removed',
    1,
    (i, value) => box(i, '') + (value === 1 ? '<!-- note -->' : ''),
    (shape) => (shape.includes('<!--') ? 1 : 0),
  ),
  perShape(
    'svg-quote-style',
    'removed',
    1,
    (i, value) => (value === 1 ? box(i, '').replaceAll('"', "'") : box(i, '')),
    (shape) => (shape.includes("'") ? 1 : 0),
  ),
];
