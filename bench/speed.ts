/** Speed of the codecs on one core: parse, emit and encode (a quote), and decode with emit (the outer door). */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { openInput } from '../src/egress/canonical.ts';
import { decodeBody, encodeBody } from '../src/wire/index.ts';
import type { BenchTable } from './table.ts';

const EMPTY = { prefix: 0, files: [] };
/** Each sample is coded for at least this long. */
const MEASURED_MS = 2000;

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

/** Prose as people write it: this project's own documentation, as one file. */
function readProse(): Sample {
  const names = globSync(['*.md', 'docs/**/*.md'], { exclude: ['docs/reference/**'] }).sort();
  const bytes = Buffer.concat(names.map((name) => readFileSync(name)));
  return { kind: 'prose (these docs)', files: [{ name: 'prose.txt', bytes }] };
}

/** Processor time of this process: others on the machine stretch it too, but less than time on the wall. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function pixelCount(png: Uint8Array): number {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  return view.getUint32(16) * view.getUint32(20);
}

/** What coding one file took, in milliseconds of processor time. */
interface Spent {
  quoteMs: number;
  decodeMs: number;
  brotliMs: number;
}

function codeFile(name: string, bytes: Uint8Array, spent: Spent): void {
  const started = cpuMs();
  const members = [];
  for (const opened of openInput(name, bytes, {})) {
    if (opened.result.ok) {
      const { type, value } = opened.result;
      members.push({ name: opened.result.name, type, value });
    }
  }
  const { body } = encodeBody(members, EMPTY);
  const quoted = cpuMs();
  const decoded = decodeBody(body, EMPTY);
  const done = cpuMs();
  for (const member of decoded) {
    brotliCompressSync(member.bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
  }
  spent.brotliMs += cpuMs() - done;
  spent.quoteMs += quoted - started;
  spent.decodeMs += done - quoted;
}

/** Codes the sample again and again until enough time has passed to tell anything. */
function measure(sample: Sample): string[] {
  const raster = sample.kind.startsWith('plots');
  const spent: Spent = { quoteMs: 0, decodeMs: 0, brotliMs: 0 };
  let size = 0;
  do {
    for (const file of sample.files) {
      size += raster ? pixelCount(file.bytes) : file.bytes.length;
      codeFile(file.name, file.bytes, spent);
    }
  } while (spent.quoteMs < MEASURED_MS);
  const unit = raster ? 'megapixel/s' : 'MB/s';
  const rate = (ms: number): string => `${(size / 1000 / ms).toFixed(2)} ${unit}`;
  return [
    sample.kind,
    String(sample.files.length),
    rate(spent.quoteMs),
    rate(spent.decodeMs),
    rate(spent.brotliMs),
    (spent.brotliMs / spent.quoteMs).toFixed(2),
  ];
}

/** Rates per content type; the peer is brotli at quality 11 on the emitted file, in the same run. */
export function benchSpeed(): BenchTable {
  const samples = [
    readSample('text', '**/*.txt', 12),
    readProse(),
    readSample('tables', '**/*.csv', 16),
    readSample('figures (SVG)', '**/*.svg', 16),
    readSample('reports (HTML)', '**/*.html', 7),
    readSample('plots (PNG)', '**/*.png', 6),
  ].filter((sample) => sample.files.length > 0);
  // The first pass compiles and primes; the second is measured, as in a warm inspection process.
  for (const sample of samples) measure(sample);
  return {
    title: 'Speed of the codecs, one core',
    note: 'Quote = parse, emit, inspect and encode; decode = what the outer door does. Peer: brotli -11 of the emitted file. Processor time.',
    columns: ['type', 'files', 'quote', 'decode', 'brotli -11', 'quote speed ÷ brotli'],
    rows: samples.map(measure),
  };
}
