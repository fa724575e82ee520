/** Rows of a checked parquet file, one JSON text each: exact integers and decimals, ISO 8601 times. */
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { parquetSchema, snappyUncompress } from 'hyparquet';
import type { Compressors, DecodedArray, ParquetParsers, SchemaTree } from 'hyparquet';
import { assembleNested } from 'hyparquet/src/assemble.js';
import { readColumn } from 'hyparquet/src/column.js';
import { getTreePath } from 'hyparquet/src/schema.js';
import type { ByteSource } from '../formats/index.ts';
import type { ParquetCells } from './parquet-cells.ts';
import { ParquetRefused } from './parquet-check.ts';
import type { CheckedChunk, CheckedGroup, CheckedParquet } from './parquet-check.ts';

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const DEPTH_MAX = 64;
const VALUES_MAX = 100_000_000;

/** Unpacks to exactly the stated size. */
function exactly(unpack: (input: Uint8Array, size: number) => Uint8Array) {
  return (input: Uint8Array, size: number): Uint8Array => {
    const output = unpack(input, Math.max(1, size));
    if (output.length !== size)
      throw new ParquetRefused('a page unpacks to another size than it says');
    return output;
  };
}

const COMPRESSORS: Compressors = {
  GZIP: exactly((input, size) => gunzipSync(input, { maxOutputLength: size })),
  ZSTD: exactly((input, size) => zstdDecompressSync(input, { maxOutputLength: size })),
  BROTLI: exactly((input, size) => brotliDecompressSync(input, { maxOutputLength: size })),
  SNAPPY: (input, size) => {
    const output = new Uint8Array(size);
    snappyUncompress(input, output);
    return output;
  },
};

/** ISO 8601 from a count of fractions of a second since 1970. */
function spellTime(value: bigint, digits: number): string {
  const unit = 10n ** BigInt(digits);
  const seconds = value >= 0n ? value / unit : -((-value + unit - 1n) / unit);
  const rest = value - seconds * unit;
  const date = new Date(Number(seconds) * 1000);
  if (Number.isNaN(date.getTime())) throw new ParquetRefused('a time is out of range');
  return `${date.toISOString().slice(0, -5)}.${String(rest).padStart(digits, '0')}Z`;
}

function readText(bytes: Uint8Array): unknown {
  try {
    return UTF8.decode(bytes);
  } catch {
    return bytes;
  }
}

/** Replaces the reader's conversions, which round; what it hands on are bytes and whole numbers. */
const CONVERSIONS = {
  timestampFromMilliseconds: (value: bigint | number) => spellTime(BigInt(value), 3),
  timestampFromMicroseconds: (value: bigint) => spellTime(value, 6),
  timestampFromNanoseconds: (value: bigint) => spellTime(value, 9),
  dateFromDays: (days: number) => spellTime(BigInt(days) * 86_400n, 0).slice(0, 10),
  stringFromBytes: (bytes: Uint8Array | undefined) => bytes && readText(bytes),
  jsonFromBytes: (bytes: Uint8Array | undefined) => bytes && readText(bytes),
  geometryFromBytes: (bytes: Uint8Array | undefined) => bytes,
  geographyFromBytes: (bytes: Uint8Array | undefined) => bytes,
  uuidFromBytes: (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString('hex'),
};
const PARSERS = CONVERSIONS as unknown as ParquetParsers;

/** The conversions with a look at every text before it is one; a dictionary's once, however many rows have it. */
function lookingParsers(cells: ParquetCells | undefined): ParquetParsers {
  if (cells === undefined) return PARSERS;
  const readLooked = (bytes: Uint8Array | undefined): unknown => {
    const text = bytes && readText(bytes);
    if (bytes !== undefined && typeof text === 'string') cells.lookAtText(bytes, text);
    return text;
  };
  return {
    ...CONVERSIONS,
    stringFromBytes: readLooked,
    jsonFromBytes: readLooked,
  };
}

/** A decimal as its exact text: a whole number and how many of its digits are fractions. */
function spellDecimal(value: unknown, scale: number): unknown {
  let whole: bigint;
  if (value instanceof Uint8Array) {
    whole = 0n;
    for (const byte of value) whole = (whole << 8n) | BigInt(byte);
    if ((value[0] ?? 0) >= 128) whole -= 1n << BigInt(value.length * 8);
  } else if (typeof value === 'bigint' || Number.isInteger(value)) whole = BigInt(value as number);
  else return value;
  const digits = String(whole < 0n ? -whole : whole).padStart(scale + 1, '0');
  const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  return { $decimal: `${whole < 0n ? '-' : ''}${text}` };
}

function mapLeaves(values: unknown, change: (value: unknown) => unknown): unknown {
  if (Array.isArray(values)) return values.map((each) => mapLeaves(each, change));
  return values === undefined || values === null ? values : change(values);
}

function decodeChunk(
  source: ByteSource,
  chunk: CheckedChunk,
  rows: number,
  tree: SchemaTree,
  cells: ParquetCells | undefined,
): unknown[] {
  const bytes = Uint8Array.from(source.read(chunk.from, chunk.to));
  const { path_in_schema: pathInSchema } = chunk.meta;
  const schemaPath = getTreePath(tree, pathInSchema);
  const leaf = schemaPath.at(-1)?.element;
  if (leaf === undefined) throw new ParquetRefused('a column is not in the schema');
  const logical = leaf.logical_type;
  const isDecimal = leaf.converted_type === 'DECIMAL' || logical?.type === 'DECIMAL';
  const scale = leaf.scale ?? 0;
  // The reader would round decimals to floating-point numbers; without the mark it hands on what is stored.
  const element = { ...leaf };
  if (isDecimal) {
    delete element.converted_type;
    delete element.logical_type;
  }
  const { data } = readColumn(
    { view: new DataView(bytes.buffer), offset: 0 },
    { groupStart: 0, groupRows: rows, selectStart: 0, selectEnd: rows },
    {
      ...chunk.meta,
      pathInSchema,
      element,
      schemaPath,
      parsers: lookingParsers(cells),
      compressors: COMPRESSORS,
      utf8: !isDecimal,
    },
  );
  const values: unknown[] = [];
  for (const page of data)
    for (const value of page as ArrayLike<unknown> & Iterable<unknown>) values.push(value);
  cells?.placeFound(values, pathInSchema.join('.'));
  if (!isDecimal) return values;
  if (scale < 0 || scale > 1000) throw new ParquetRefused('a decimal has an odd scale');
  return mapLeaves(values, (value) => spellDecimal(value, scale)) as unknown[];
}

function spell(value: unknown, depth: number): string {
  if (depth > DEPTH_MAX) throw new ParquetRefused('values are nested too deeply');
  if (value === undefined || value === null) return 'null';
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value.isWellFormed() ? value : value.toWellFormed());
    case 'boolean':
      return String(value);
    case 'bigint':
      return Number.isSafeInteger(Number(value)) ? String(value) : `{"$int":"${String(value)}"}`;
    case 'number':
      if (Number.isFinite(value)) return Object.is(value, -0) ? '-0.0' : String(value);
      return `{"$float":"${String(value).replace('Infinity', 'inf').replace('NaN', 'nan')}"}`;
    case 'object':
      break;
    case 'function':
    case 'symbol':
    case 'undefined':
      throw new ParquetRefused('a value of an odd type');
  }
  if (value instanceof Uint8Array) {
    return `{"$bytes":"${Buffer.from(value).toString('base64')}"}`;
  }
  if (Array.isArray(value) || ArrayBuffer.isView(value)) {
    return `[${Array.from(value as ArrayLike<unknown>, (each) => spell(each, depth + 1)).join(',')}]`;
  }
  if (value instanceof Map) return spell([...(value as Map<unknown, unknown>)], depth);
  if (value instanceof Date) return JSON.stringify(value.toISOString());
  const members = Object.entries(value).map(
    ([key, each]) => `${JSON.stringify(key)}:${spell(each, depth + 1)}`,
  );
  return `{${members.join(',')}}`;
}

function* readGroup(
  source: ByteSource,
  group: CheckedGroup,
  tree: SchemaTree,
  cells: ParquetCells | undefined,
): Generator<string, void, undefined> {
  const columns = new Map<string, DecodedArray>();
  for (const chunk of group.chunks) {
    const values = decodeChunk(source, chunk, group.rows, tree, cells);
    if (values.length > VALUES_MAX) throw new ParquetRefused('a row group has too many values');
    columns.set(chunk.meta.path_in_schema.join('.'), values as DecodedArray);
  }
  const tops = tree.children.map((child) => {
    assembleNested(columns, child, PARSERS);
    const values = columns.get(child.path.join('.'));
    if (values?.length !== group.rows) {
      throw new ParquetRefused('a column has another number of rows than its group');
    }
    return [child.element.name, values] as const;
  });
  if (new Set(tops.map(([name]) => name)).size !== tops.length) {
    throw new ParquetRefused('two columns have the same name');
  }
  for (let row = 0; row < group.rows; row++) {
    yield `{${tops.map(([name, values]) => `${JSON.stringify(name)}:${spell(values[row], 1)}`).join(',')}}`;
  }
}

/**
 * The rows, group by group; one group is in memory. `cells` looks at every text and all bytes on the way. Throws
 * {@link ParquetRefused}, or whatever the reader throws.
 */
export function* readParquetRows(
  source: ByteSource,
  { metadata, groups }: CheckedParquet,
  cells?: ParquetCells,
): Generator<string, void, undefined> {
  const tree = parquetSchema(metadata);
  for (const group of groups) {
    yield* readGroup(source, group, tree, cells);
    cells?.passRows(group.rows);
  }
}
