/**
 * Files made to hurt: each must end in the refusal that names its fault, or pass as what it is, and twice the bytes may
 * not take much more than twice the time. The inspection process has limits of its own; this is the line before them.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32, deflateRawSync, gzipSync } from 'node:zlib';
import { PNG_END, packPng, pngData, pngHeader } from '../../test/support/png-files.ts';
import { openInput } from './canonical.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** `OK type` or the code of the refusal, for each file of an input, in order and without repetitions. */
function outcome(name: string, bytes: Uint8Array): string {
  const seen = new Set<string>();
  for (const { result } of openInput(name, bytes, { widths: [] })) {
    seen.add(result.ok ? `OK ${result.type}` : result.code);
  }
  return [...seen].join(' ');
}

interface Entry {
  readonly name: string;
  readonly data: Uint8Array;
}

/** A ZIP file as any tool writes it; with `overlap`, every entry of its directory names the first member's bytes. */
function zip(entries: readonly Entry[], overlap = false): Uint8Array {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let at = 0;
  for (const [i, { name, data }] of entries.entries()) {
    const packed = deflateRawSync(data, { level: 9 });
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(20, 4);
    local.writeUInt16LE(8, 8);
    local.writeUInt32LE(crc32(data), 14);
    local.writeUInt32LE(packed.length, 18);
    local.writeUInt32LE(data.length, 22);
    local.writeUInt16LE(Buffer.byteLength(name), 26);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(20, 4);
    local.copy(central, 6, 4, 30);
    central.writeUInt32LE(overlap ? 0 : at, 42);
    directory.push(central, utf8(name));
    if (overlap && i > 0) continue;
    parts.push(local, utf8(name), packed);
    at += 30 + Buffer.byteLength(name) + packed.length;
  }
  const list = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(list.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, list, end]);
}

const png = (width: number, height: number, lines: Uint8Array): Uint8Array =>
  packPng([pngHeader(width, height, 8, 2), pngData(lines), PNG_END]);

const MILLION = 1_000_000;
const ZEROS = new Uint8Array(20 * MILLION);
const SVG = '<svg xmlns="http://www.w3.org/2000/svg"';
const HTML = '<!DOCTYPE html><html><head><title>a</title></head><body>';
const MARKS = 'e' + '\u0301\u0327'.repeat(100_000);
const INNER = zip([{ name: 'a.txt', data: utf8('0'.repeat(20 * MILLION)) }]);

const CASES: Record<string, [name: string, make: () => Uint8Array, expected: string]> = {
  'a ZIP of a thousandfold ratio': [
    'a.zip',
    () => zip([{ name: 'z', data: ZEROS }]),
    'TYPE_UNKNOWN',
  ],
  'ZIPs in a ZIP, together too large': [
    'a.zip',
    () => zip(Array.from({ length: 40 }, (_, i) => ({ name: `${String(i)}.zip`, data: INNER }))),
    'ARCHIVE_BYTES_EXCESS',
  ],
  'ZIPs nested three deep': [
    'a.zip',
    () => zip([{ name: 'b.zip', data: zip([{ name: 'c.zip', data: INNER }]) }]),
    'ARCHIVE_DEPTH_EXCESS',
  ],
  'a ZIP whose members overlap': [
    'a.zip',
    () =>
      zip(
        Array.from({ length: 50 }, (_, i) => ({ name: `f${String(i)}`, data: utf8('0') })),
        true,
      ),
    'ARCHIVE_BROKEN',
  ],
  'a gzip file of zeros': ['a.txt.gz', () => gzipSync(ZEROS), 'TYPE_UNKNOWN'],
  'a PNG of 3,600 megapixels': ['a.png', () => png(60_000, 60_000, ZEROS), 'RASTER_PIXELS_EXCESS'],
  'a PNG of 2^31 by 2^31': [
    'a.png',
    () => png(0x7fffffff, 0x7fffffff, ZEROS),
    'RASTER_SIDE_EXCESS',
  ],
  'a PNG with more data than pixels': ['a.png', () => png(10, 10, ZEROS), 'RASTER_PNG_BROKEN'],
  'a PNG with fewer data than pixels': [
    'a.png',
    () => png(9000, 5000, utf8('a')),
    'RASTER_PNG_BROKEN',
  ],
  'JSON nested a million deep': [
    'a.json',
    () => utf8('['.repeat(MILLION) + ']'.repeat(MILLION)),
    'JSON_TOO_DEEP',
  ],
  'ten million open brackets': ['a.json', () => utf8('['.repeat(10 * MILLION)), 'JSON_TOO_DEEP'],
  'objects nested a million deep': ['a.json', () => utf8('{"a":'.repeat(MILLION)), 'JSON_TOO_DEEP'],
  'a JSON number of a million digits': [
    'a.json',
    () => utf8(`{"a":${'1'.repeat(MILLION)}}`),
    'JSON_NUMBER_UNSUPPORTED',
  ],
  'a JSON number of a vast exponent': [
    'a.json',
    () => utf8('{"a":1e999999999}'),
    'JSON_NUMBER_UNSUPPORTED',
  ],
  'a JSON text under a stack of marks': [
    'a.json',
    () => utf8(`{"a":"${MARKS}"}`),
    'JSON_CHARACTER_DISGUISED',
  ],
  'a CSV number of a million digits': [
    'a.csv',
    () => utf8(`a,b\n1,${'1'.repeat(MILLION)}\n2,3\n`),
    'OK table',
  ],
  'a CSV number of a vast exponent': ['a.csv', () => utf8('a,b\n1,1e999999999\n'), 'OK table'],
  'a CSV of 200,000 columns': [
    'a.csv',
    () => utf8('a,'.repeat(200_000) + 'a\n' + '1,'.repeat(200_000) + '1\n'),
    'OK text',
  ],
  'a CSV of one line of 40 MB': [
    'a.csv',
    () => utf8('abc,def '.repeat(5 * MILLION)),
    'TEXT_LINE_TOO_LONG',
  ],
  'a quoted cell of 40 MB': [
    'a.csv',
    () => utf8(`a,b\n1,"${'x'.repeat(40 * MILLION)}"\n2,3\n`),
    'TEXT_LINE_TOO_LONG',
  ],
  'a quoted cell that never ends': [
    'a.csv',
    () => utf8(`a,b\n1,"${'x'.repeat(40 * MILLION)}`),
    'TEXT_LINE_TOO_LONG',
  ],
  'a CSV cell under a stack of marks': [
    'a.csv',
    () => utf8(`a,b\n1,${MARKS}\n`),
    'TEXT_MARKS_STACKED',
  ],
  'an SVG of 100,000 attributes': [
    'a.svg',
    () =>
      utf8(`${SVG} ${Array.from({ length: 100_000 }, (_, i) => `a${String(i)}="1"`).join(' ')}/>`),
    'MARKUP_TOO_MANY',
  ],
  'an SVG nested a million deep': [
    'a.svg',
    () => utf8(`${SVG}>${'<g>'.repeat(MILLION)}`),
    'MARKUP_TOO_DEEP',
  ],
  'a path of 2 MB': [
    'a.svg',
    () => utf8(`${SVG}><path d="M0 0${'L10 20.5'.repeat(250_000)}"/></svg>`),
    'OK xml',
  ],
  'a billion laughs': [
    'a.svg',
    () =>
      utf8(`<!DOCTYPE svg [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>${SVG}><text>&b;</text></svg>`),
    'MARKUP_DOCTYPE_ACTIVE',
  ],
  'a coordinate of a million digits': [
    'a.svg',
    () => utf8(`${SVG}><path d="M${'1'.repeat(MILLION)} 0"/></svg>`),
    'MARKUP_VALUE_INVALID',
  ],
  'an attribute that never ends': [
    'a.svg',
    () => utf8(`${SVG} a="${'x'.repeat(10 * MILLION)}`),
    'MARKUP_SYNTAX_INVALID',
  ],
  'comments that never end': [
    'a.svg',
    () => utf8(`${SVG}>${'<!--'.repeat(2 * MILLION)}`),
    'MARKUP_SYNTAX_INVALID',
  ],
  'a million open tags': ['a.html', () => utf8(HTML + '<div>'.repeat(MILLION)), 'MARKUP_TOO_DEEP'],
  'markup under a stack of marks': ['a.html', () => utf8(HTML + MARKS), 'MARKUP_CHARACTER_HIDDEN'],
  'a text under a stack of marks': ['a.txt', () => utf8(MARKS), 'TEXT_MARKS_STACKED'],
  'UTF-16': ['a.csv', () => Buffer.from('\ufeffa,b\n1,2\n', 'utf16le'), 'TEXT_ENCODING_INVALID'],
  'NUL bytes': ['a.txt', () => utf8('a\0b\n'), 'TYPE_UNKNOWN'],
  'nothing but NUL bytes': ['a.txt', () => ZEROS, 'TYPE_UNKNOWN'],
  'an empty file': ['a.csv', () => utf8(''), 'OK text'],
  'one byte': ['a.csv', () => utf8('a'), 'OK text'],
  'a byte order mark alone': ['a.csv', () => utf8('\ufeff'), 'OK text'],
  'a line end alone': ['a.csv', () => utf8('\n'), 'OK text'],
  'a control character in the name': ['a\u0007.csv', () => utf8('a\n'), 'WIRE_NAME_UNSAFE'],
  'a line end in the name': ['a\nb.csv', () => utf8('a\n'), 'WIRE_NAME_UNSAFE'],
  'a very long name': [`${'n'.repeat(5000)}.csv`, () => utf8('a\n'), 'WIRE_NAME_UNSAFE'],
  'a name that leads out': ['../../a.csv', () => utf8('a\n'), 'WIRE_NAME_UNSAFE'],
};

for (const [what, [name, make, expected]] of Object.entries(CASES)) {
  test(`${what}: ${expected}`, () => {
    assert.equal(outcome(name, make()), expected);
  });
}

const GROWING: Record<string, [name: string, make: (size: number) => string]> = {
  'stacked marks in a text': ['a.txt', (n) => 'e' + '\u0301\u0327'.repeat(n >> 1)],
  'doubled quotes in a cell': ['a.csv', (n) => `a,b\n1,"${'""'.repeat(n)}"\n`],
  'lines in a cell': ['a.csv', (n) => `a,b\n1,"${'x\n'.repeat(n)}"\n`],
  'quotes alone': ['a.csv', (n) => '"'.repeat(n)],
  'keys of one object': [
    'a.json',
    (n) => `{${Array.from({ length: n >> 3 }, (_, i) => `"k${String(i)}":1`).join()}}`,
  ],
  'escapes in a string': ['a.json', (n) => `{"a":"${'\\u0041'.repeat(n >> 2)}"}`],
  'lines of JSON': ['a.jsonl', (n) => '[1]\n'.repeat(n >> 2)],
  'siblings in HTML': ['a.html', (n) => HTML + '<p>a'.repeat(n >> 3) + '</body></html>'],
  'ampersands in HTML': ['a.html', (n) => HTML + '&'.repeat(n)],
  'angle brackets in HTML': ['a.html', (n) => HTML + '<'.repeat(n)],
  'coordinates of a path': [
    'a.svg',
    (n) => `${SVG}><path d="M0 0${'L1 2.5'.repeat(n >> 2)}"/></svg>`,
  ],
  'braces of a style sheet': ['a.svg', (n) => `${SVG}><style>${'a{'.repeat(n)}</style></svg>`],
};

const SIZE = 200_000;
/** A quadratic input would take 16 times as long; noise of a loaded machine stays below this. */
const GROWTH_MAX = 9;
const NOISE_MS = 150;

function cpuMs(name: string, bytes: Uint8Array): number {
  const before = process.cpuUsage();
  outcome(name, bytes);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

for (const [what, [name, make]] of Object.entries(GROWING)) {
  test(`${what}: time grows with the bytes`, () => {
    const small = utf8(make(SIZE));
    const large = utf8(make(SIZE * 4));
    cpuMs(name, small);
    const before = cpuMs(name, small);
    const after = cpuMs(name, large);
    assert.ok(
      after <= before * GROWTH_MAX + NOISE_MS,
      `${before.toFixed(0)} ms, and ${after.toFixed(0)} ms for four times the bytes`,
    );
  });
}
