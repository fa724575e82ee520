/**
 * Prices: what each file of a corpus is charged as its own release, beside brotli and xz of the emitted canonical file (and
 * the original image); then all files as one release, and with the suggested cheaper forms. Run alone as
 * `node bench/price.ts [FOLDER] [--type table] [--every 5] [--peers] [--files]`.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative } from 'node:path';
import type { ContentType, FormOptions } from '../src/wire/index.ts';
import { chargeBits, CODECS, encodeBody, sealFrame } from '../src/wire/index.ts';
import type { Member } from '../src/wire/index.ts';
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
export function benchPrice(options: PriceOptions): PriceResult {
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

/** The result as lines of text. */
export function describePrices(result: PriceResult): string[] {
  const lines = [
    'type      files    emitted     charge     brotli    ratio   of xz  of webp   of jxl    MB/s',
  ];
  const kinds = [...new Set(result.rows.map((row) => row.type))].map(
    (type) => [type, result.rows.filter((row) => row.type === type)] as const,
  );
  for (const [type, rows] of [...kinds, ['all', result.rows] as const]) {
    const charge = sum(rows, (row) => row.chargeBytes);
    const emitted = sum(rows, (row) => row.emittedBytes);
    const seconds = sum(rows, (row) => row.milliseconds) / 1000;
    lines.push(
      type.padEnd(8) +
        [
          String(rows.length).padStart(7),
          ...[emitted, charge, sum(rows, (row) => row.brotli)].map((n) => String(n).padStart(10)),
        ].join(' ') +
        [
          ratio(
            charge,
            sum(rows, (row) => row.brotli),
          ),
          ratio(
            charge,
            sum(rows, (row) => row.xz),
          ),
          ratio(
            charge,
            sum(rows, (row) => row.webp),
          ),
          ratio(
            charge,
            sum(rows, (row) => row.jxl),
          ),
          (emitted / 1e6 / seconds).toFixed(3),
        ]
          .map((text) => text.padStart(9))
          .join(''),
    );
  }
  const charge = sum(result.rows, (row) => row.chargeBytes);
  const brotli = sum(result.rows, (row) => row.brotli);
  if (result.togetherBytes !== undefined) {
    lines.push(
      `one release: ${String(result.togetherBytes)} bytes, ${ratio(result.togetherBytes, charge)} of separate`,
    );
  }
  if (result.rows.some((row) => row.cheaperBytes !== undefined)) {
    const cheaper = sum(result.rows, (row) =>
      Math.min(row.cheaperBytes ?? row.chargeBytes, row.chargeBytes),
    );
    lines.push(
      `loss-free: ${String(charge)} bytes, ${ratio(brotli, charge)} times less than brotli`,
    );
    lines.push(
      `cheaper forms: ${String(cheaper)} bytes, ${ratio(brotli, cheaper)} times less than brotli`,
    );
  }
  for (const { name, reason } of result.refused) lines.push(`refused: ${name}: ${reason}`);
  return lines;
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
  const result = benchPrice({
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
  for (const line of describePrices(result)) console.log(line);
}
