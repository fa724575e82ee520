/**
 * Prices: what each file of a corpus is charged as its own release, beside brotli and xz of the emitted canonical file (and
 * the original image); then all files as one release, and with the suggested cheaper forms. Run alone as
 * `node bench/price.ts [FOLDER] [--type table] [--every 5] [--peers] [--files]`.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative } from 'node:path';
import type { ContentType, FormOptions } from '../src/wire/index.ts';
import { chargeBits, CODECS, encodeBody, sealFrame } from '../src/wire/index.ts';
import type { Member } from '../src/wire/index.ts';
import { formatTable } from './table.ts';
import type { BenchTable } from './table.ts';
import { brotliBytes, jxlBytes, webpBytes, xzBytes } from './price-peers.ts';

/** One file's prices, in bytes. */
export interface PriceRow {
  readonly name: string;
  readonly type: ContentType;
  readonly originalBytes: number;
  readonly emittedBytes: number;
  readonly chargeBytes: number;
  /** Brotli of the emitted file; for rasters of the original one. */
  readonly brotli: number;
  readonly xz?: number;
  readonly webp?: number;
  readonly jxl?: number;
  readonly cheaperBytes?: number;
  readonly milliseconds: number;
}

/** What to measure. */
export interface PriceOptions {
  readonly folder: string;
  readonly types?: readonly ContentType[];
  /** Takes every n-th file only. */
  readonly every?: number;
  /** Runs the slow peers too. */
  readonly peers?: boolean;
  /** Prices the cheaper forms too. */
  readonly cheaper?: boolean;
  readonly together?: boolean;
  readonly onRow?: (row: PriceRow) => void;
}

/** Rows, refusals and totals. */
export interface PriceResult {
  readonly rows: readonly PriceRow[];
  readonly refused: readonly { name: string; reason: string }[];
  /** Bytes of all files as one release, when asked for. */
  readonly togetherBytes?: number;
}

const TYPES: Readonly<Record<string, ContentType>> = {
  '.txt': 'text',
  '.md': 'text',
  '.log': 'text',
  '.csv': 'table',
  '.tsv': 'table',
  '.json': 'json',
  '.jsonl': 'jsonl',
  '.svg': 'xml',
  '.xml': 'xml',
  '.html': 'html',
  '.png': 'raster',
  '.jpg': 'raster',
  '.jpeg': 'raster',
};
const EMPTY = { prefix: 0, files: [] } as const;

/** Every file below a folder, in sorted order. */
export function listFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

/** The bytes of the frame that these members are charged for. */
export function frameBytes(members: readonly Member[]): number {
  const { body } = encodeBody(members, EMPTY);
  return Number(chargeBits(sealFrame({ slotGap: 0, destination: 0, historyPrefix: 0, body })) / 8n);
}

function cheaperForm(type: ContentType): { form: string; options: FormOptions } | undefined {
  if (type === 'table') return { form: 'digits:4', options: { digits: 4 } };
  if (type === 'raster')
    return { form: 'palette:16,scale:0.5', options: { palette: 16, scale: 0.5 } };
  return undefined;
}

function priceCheaper(name: string, type: ContentType, bytes: Uint8Array): number | undefined {
  const cheaper = cheaperForm(type);
  if (cheaper === undefined) return undefined;
  const parsed = CODECS[type].parse(bytes, cheaper.options);
  return parsed.ok
    ? frameBytes([{ name, type, form: cheaper.form, value: parsed.value }])
    : undefined;
}

function priceFile(
  name: string,
  type: ContentType,
  bytes: Uint8Array,
  options: PriceOptions,
): { row: PriceRow; member: Member } | string {
  const started = performance.now();
  const parsed = CODECS[type].parse(bytes);
  if (!parsed.ok) return parsed.message;
  const member: Member = { name, type, value: parsed.value };
  const chargeBytes = frameBytes([member]);
  const milliseconds = performance.now() - started;
  const emitted = CODECS[type].emit(parsed.value);
  const raster = type === 'raster';
  const slow = options.peers === true;
  const xz = slow ? xzBytes(emitted) : undefined;
  const webp = slow && raster ? webpBytes(bytes) : undefined;
  const jxl = slow && raster ? jxlBytes(bytes) : undefined;
  const cheaperBytes = options.cheaper === true ? priceCheaper(name, type, bytes) : undefined;
  const row: PriceRow = {
    name,
    type,
    originalBytes: bytes.length,
    emittedBytes: emitted.length,
    chargeBytes,
    brotli: brotliBytes(raster ? bytes : emitted),
    milliseconds,
    ...(xz === undefined ? {} : { xz }),
    ...(webp === undefined ? {} : { webp }),
    ...(jxl === undefined ? {} : { jxl }),
    ...(cheaperBytes === undefined ? {} : { cheaperBytes }),
  };
  return { row, member };
}

/** Prices the files of a folder. */
export function priceFolder(options: PriceOptions): PriceResult {
  const rows: PriceRow[] = [];
  const refused: { name: string; reason: string }[] = [];
  const members: Member[] = [];
  const wanted = listFiles(options.folder).filter((name) => {
    const type = TYPES[extname(name).toLowerCase()];
    return type !== undefined && (options.types?.includes(type) ?? true);
  });
  for (const [i, name] of wanted.entries()) {
    if (i % (options.every ?? 1) !== 0) continue;
    const type = TYPES[extname(name).toLowerCase()] ?? 'text';
    const priced = priceFile(name, type, readFileSync(join(options.folder, name)), options);
    if (typeof priced === 'string') {
      refused.push({ name, reason: priced });
      continue;
    }
    rows.push(priced.row);
    options.onRow?.(priced.row);
    if (options.together === true) members.push(priced.member);
  }
  return { rows, refused, ...(members.length > 0 ? { togetherBytes: frameBytes(members) } : {}) };
}

const sum = (rows: readonly PriceRow[], pick: (row: PriceRow) => number | undefined): number =>
  rows.reduce((total, row) => total + (pick(row) ?? 0), 0);
const ratio = (a: number, b: number): string => (b === 0 ? '-' : (a / b).toFixed(3));

/** One row per type and one for all. */
function tabulatePrices(result: PriceResult): BenchTable {
  const kinds = [...new Set(result.rows.map((row) => row.type))].toSorted();
  const groups = kinds.map(
    (type) => [type, result.rows.filter((row) => row.type === type)] as const,
  );
  const rows = [...groups, ['all', result.rows] as const].map(([type, group]) => {
    const charge = sum(group, (row) => row.chargeBytes);
    const emitted = sum(group, (row) => row.emittedBytes);
    const seconds = sum(group, (row) => row.milliseconds) / 1000;
    const peers = [
      sum(group, (row) => row.brotli),
      sum(group, (row) => row.xz),
      sum(group, (row) => row.webp),
      sum(group, (row) => row.jxl),
    ];
    return [
      type,
      String(group.length),
      String(emitted),
      String(charge),
      ...peers.map((peer) => ratio(charge, peer)),
      (emitted / 1e6 / seconds).toFixed(2),
    ];
  });
  return {
    title: 'Price: each file as its own release',
    note: 'Bytes charged beside brotli-11 and xz -9e of the emitted canonical file; rasters beside the original file, lossless WebP and JPEG XL. MB/s of parsing and encoding one after the other.',
    columns: [
      'type',
      'files',
      'emitted',
      'charged',
      'of brotli',
      'of xz',
      'of WebP',
      'of JPEG XL',
      'MB/s',
    ],
    rows,
  };
}

function tabulateTotals(result: PriceResult): BenchTable {
  const charge = sum(result.rows, (row) => row.chargeBytes);
  const brotli = sum(result.rows, (row) => row.brotli);
  const rows = [
    ['brotli-11 of each', String(brotli), '1.000', '1.0'],
    describeTotal('each its own release, loss-free', charge, brotli),
  ];
  if (result.togetherBytes !== undefined)
    rows.push(describeTotal('one release, loss-free', result.togetherBytes, brotli));
  if (result.rows.some((row) => row.cheaperBytes !== undefined)) {
    const cheaper = sum(result.rows, (row) =>
      Math.min(row.cheaperBytes ?? row.chargeBytes, row.chargeBytes),
    );
    rows.push(
      describeTotal(
        'each, cheaper forms (lossy: digits:4, palette:16 with scale:0.5)',
        cheaper,
        brotli,
      ),
    );
  }
  return {
    title: 'Price: all files',
    note: `${String(result.rows.length)} files; ${String(result.refused.length)} refused.`,
    columns: ['how', 'bytes', 'of brotli', 'times less'],
    rows,
  };
}

function describeTotal(how: string, bytes: number, brotli: number): string[] {
  return [how, String(bytes), ratio(bytes, brotli), (brotli / bytes).toFixed(1)];
}

/** Prices of the study corpus, for `npm run bench`. */
export function benchPrice(): BenchTable[] {
  const folder = join(process.env['SALLYPORT_CORPUS'] ?? '../shared/corpus', 'study');
  if (!existsSync(folder)) return [];
  const result = priceFolder({ folder, peers: true, cheaper: true, together: true });
  return [tabulatePrices(result), tabulateTotals(result)];
}

if (process.argv[1] === import.meta.filename) {
  const args = process.argv.slice(2);
  const option = (name: string): string | undefined =>
    args.includes(name) ? args[args.indexOf(name) + 1] : undefined;
  const folder =
    args[0]?.startsWith('--') === false
      ? args[0]
      : join(process.env['SALLYPORT_CORPUS'] ?? '../shared/corpus', 'study');
  const type = option('--type');
  const result = priceFolder({
    folder,
    every: Number(option('--every') ?? 1),
    ...(type === undefined ? {} : { types: type.split(',') as ContentType[] }),
    peers: args.includes('--peers'),
    cheaper: args.includes('--cheaper'),
    together: args.includes('--together'),
    onRow: (row) => {
      if (args.includes('--files'))
        console.log(
          `${ratio(row.chargeBytes, row.brotli)} ${String(row.chargeBytes).padStart(8)} ${row.type} ${row.name}`,
        );
    },
  });
  console.log([tabulatePrices(result), tabulateTotals(result)].map(formatTable).join('\n'));
  for (const { name, reason } of result.refused) console.log(`refused: ${name}: ${reason}`);
}
