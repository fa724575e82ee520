/** Speed of the codecs on one core: parse, emit and encode (a quote), and decode with emit (the outer door). */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { openInput } from '../src/egress/canonical.ts';
import { decodeBody, encodeBody } from '../src/wire/index.ts';
import type { BenchTable } from './table.ts';

const EMPTY = { prefix: 0, files: [] };

interface Sample {
  readonly kind: string;
  readonly files: readonly { readonly name: string; readonly bytes: Uint8Array }[];
}

function readSample(kind: string, pattern: string, count: number): Sample {
  const corpus = process.env['SALLYPORT_CORPUS'] ?? '../shared/corpus';
  const root = existsSync(join(corpus, 'study')) ? join(corpus, 'study') : 'examples';
  const all = globSync(pattern, { cwd: root }).sort();
  const step = Math.max(1, Math.floor(all.length / count));
  const files = all
    .filter((_, i) => i % step === 0)
    .slice(0, count)
    .map((name) => ({ name: basename(name), bytes: readFileSync(join(root, name)) }));
  return { kind, files };
}

function pixelCount(png: Uint8Array): number {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  return view.getUint32(16) * view.getUint32(20);
}

function measure(sample: Sample): string[] {
  let size = 0;
  let quoteMs = 0;
  let decodeMs = 0;
  let brotliMs = 0;
  const raster = sample.kind.startsWith('plots');
  for (const file of sample.files) {
    size += raster ? pixelCount(file.bytes) : file.bytes.length;
    const started = performance.now();
    const members = [];
    for (const opened of openInput(file.name, file.bytes, {})) {
      if (opened.result.ok) {
        const { name, type, value } = opened.result;
        members.push({ name, type, value });
      }
    }
    const { body } = encodeBody(members, EMPTY);
    const quoted = performance.now();
    const decoded = decodeBody(body, EMPTY);
    const done = performance.now();
    for (const member of decoded) {
      brotliCompressSync(member.bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
    }
    brotliMs += performance.now() - done;
    quoteMs += quoted - started;
    decodeMs += done - quoted;
  }
  const unit = raster ? 'megapixel/s' : 'MB/s';
  const rate = (ms: number): string => `${(size / 1000 / ms).toFixed(2)} ${unit}`;
  return [
    sample.kind,
    String(sample.files.length),
    rate(quoteMs),
    rate(decodeMs),
    rate(brotliMs),
    (brotliMs / quoteMs).toFixed(2),
  ];
}

/** Rates per content type; the peer is brotli at quality 11 on the emitted file, in the same run. */
export function benchSpeed(): BenchTable {
  const samples = [
    readSample('text', '**/*.txt', 12),
    readSample('tables', '**/*.csv', 16),
    readSample('figures (SVG)', '**/*.svg', 16),
    readSample('reports (HTML)', '**/*.html', 7),
    readSample('plots (PNG)', '**/*.png', 6),
  ].filter((sample) => sample.files.length > 0);
  // The first pass compiles and primes; the second is measured, as in a warm inspection process.
  for (const sample of samples) measure({ ...sample, files: sample.files.slice(0, 2) });
  return {
    title: 'Speed of the codecs, one core',
    note: 'Quote = parse, emit, inspect and encode; decode = what the outer door does. Peer: brotli -11 of the emitted file.',
    columns: ['type', 'files', 'quote', 'decode', 'brotli -11', 'quote speed ÷ brotli'],
    rows: samples.map(measure),
  };
}
