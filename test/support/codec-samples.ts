/** Small synthetic inputs of every content type: for round trips, golden frames and enumerations. Nothing is from a corpus. */
import type { ContentType } from '../../src/wire/index.ts';
import { PNG_END, packPng, pngData, pngHeader } from './png-files.ts';

/** One input. */
export interface CodecSample {
  readonly name: string;
  readonly type: ContentType;
  readonly bytes: Uint8Array;
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A PNG of 8-bit RGB pixels. Input only, so that the processor-dependent compressor does no harm. */
export function makePng(
  width: number,
  height: number,
  pixel: (x: number, y: number) => readonly [number, number, number],
): Uint8Array {
  const raw = Buffer.alloc(height * (1 + width * 3));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) raw.set(pixel(x, y), y * (1 + width * 3) + 1 + x * 3);
  }
  return packPng([pngHeader(width, height, 8, 2), pngData(raw), PNG_END]);
}

function makeTable(rows: number): string {
  const lines = ['id,group,estimate,std.error,conf.low,conf.high'];
  for (let i = 0; i < rows; i++) {
    const estimate = Math.round(Math.sqrt(i + 2) * 1e6) / 1e6;
    const error = Math.round(Math.sqrt(i + 1) * 1e4) / 1e6;
    lines.push(
      [
        i,
        i % 3 === 0 ? 'a' : 'b, c',
        estimate,
        error,
        estimate - 1.96 * error,
        estimate + 1.96 * error,
      ]
        .map((cell) =>
          typeof cell === 'string' && cell.includes(',') ? `"${cell}"` : String(cell),
        )
        .join(','),
    );
  }
  return `${lines.join('\n')}\n`;
}

/** The samples, at least two per type. */
export const CODEC_SAMPLES: readonly CodecSample[] = [
  { name: 'empty.txt', type: 'text', bytes: utf8('') },
  {
    name: 'log.txt',
    type: 'text',
    bytes: utf8(
      Array.from(
        { length: 60 },
        (_, i) => `step ${String(i)} loss ${String(1 / (i + 1))} ok\r\n`,
      ).join(''),
    ),
  },
  {
    name: 'prose.txt',
    type: 'text',
    bytes: utf8(
      'The wall has one gate.\nEverything that leaves is counted: caf\u00e9, \u03b2, \u4e2d\u6587.\n',
    ),
  },
  { name: 'two.csv', type: 'table', bytes: utf8('a,b\n1,2\n') },
  { name: 'results.csv', type: 'table', bytes: utf8(makeTable(25)) },
  { name: 'words.tsv', type: 'table', bytes: utf8('name\tvalue\nalpha\tNA\nbeta\t-3e-5\n') },
  { name: 'small.json', type: 'json', bytes: utf8('{"b":[1,2.50,null,true],"a":"x\\u00e9"}') },
  {
    name: 'metrics.json',
    type: 'json',
    bytes: utf8(
      JSON.stringify({
        runs: Array.from({ length: 12 }, (_, i) => ({
          seed: i,
          loss: 1 / (i + 3),
          tags: ['t', String(i)],
        })),
      }),
    ),
  },
  {
    name: 'metrics.jsonl',
    type: 'jsonl',
    bytes: utf8(
      Array.from({ length: 20 }, (_, i) =>
        JSON.stringify({ step: i * 10, loss: 2 / (i + 1), note: i % 4 === 0 ? 'eval' : null }),
      ).join('\n'),
    ),
  },
  { name: 'one.jsonl', type: 'jsonl', bytes: utf8('{"a":1}\n') },
  {
    name: 'plot.svg',
    type: 'xml',
    bytes: utf8(
      `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="100" height="50" viewBox="0 0 100 50">${Array.from({ length: 15 }, (_, i) => `<circle cx="${String(i * 6)}" cy="${String((i * i) % 50)}" r="1.5" fill="#336699"/>`).join('')}<text x="5" y="10">loss &amp; step</text></svg>`,
    ),
  },
  {
    name: 'line.svg',
    type: 'xml',
    bytes: utf8(
      '<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0 L10 10.50 C1 2 3 4 5 6Z"/></svg>',
    ),
  },
  {
    name: 'report.html',
    type: 'html',
    bytes: utf8(
      '<!DOCTYPE html><html><head><meta charset="utf-8"><title>Report</title></head><body><h1>Results</h1><table><tr><td>1</td><td>0.5</td></tr></table><p>Done &mdash; fine.</p></body></html>',
    ),
  },
  {
    name: 'list.html',
    type: 'html',
    bytes: utf8(
      '<!DOCTYPE html><html><head><title>x</title></head><body><ul><li>a</li><li>b</li></ul></body></html>',
    ),
  },
  {
    name: 'bars.png',
    type: 'raster',
    bytes: makePng(40, 30, (x, y) => (y > 29 - (x >> 3) * 5 ? [30, 90, 200] : [255, 255, 255])),
  },
  {
    name: 'ramp.png',
    type: 'raster',
    bytes: makePng(17, 9, (x, y) => [(x * 15) & 255, (y * 28) & 255, ((x ^ y) * 9) & 255]),
  },
];
