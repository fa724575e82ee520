/**
 * Checks of a parquet file before anything is decoded: both marks, a footer that fits, column chunks that lie inside the
 * file and beside one another, pages that fill their chunk and keep their stated sizes, and counts that agree. What a
 * page may unpack to is limited by what it says and by a ratio.
 */
import { crc32 } from 'node:zlib';
import { parquetMetadata } from 'hyparquet';
import type { ColumnChunk, ColumnMetaData, FileMetaData, RowGroup } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';
import { deserializeTCompactProtocol } from 'hyparquet/src/thrift.js';
import { DroppedBytes } from '../formats/index.ts';
import type { ByteSource } from '../formats/index.ts';

/** Thrown and caught inside the way in: the file breaks a rule, or uses what is not read here. */
export class ParquetRefused extends Error {
  readonly isUnsupported: boolean;
  readonly place: string;
  constructor(why: string, place = 'whole file', isUnsupported = false) {
    super(why);
    this.isUnsupported = isUnsupported;
    this.place = place;
  }
}

/** One column chunk that was checked: its metadata and where its pages lie. */
export interface CheckedChunk {
  readonly meta: ColumnMetaData;
  readonly from: number;
  readonly to: number;
}

/** A row group that was checked. */
export interface CheckedGroup {
  readonly rows: number;
  readonly chunks: readonly CheckedChunk[];
}

/** A file that was checked. */
export interface CheckedParquet {
  readonly metadata: FileMetaData;
  readonly groups: readonly CheckedGroup[];
  /** Bytes that belong to no column, index or filter. */
  readonly dropped: DroppedBytes;
  /** What readers use to find rows, and what writers note: rows do not need it, and it is looked at all the same. */
  readonly beside: readonly { readonly where: string; readonly bytes: Uint8Array }[];
}

const FOOTER_BYTES_MAX = 64 << 20;
const CHUNK_BYTES_MAX = 1 << 30;
const ROWS_MAX = 50_000_000;
const VALUES_MAX = 50_000_000;
const PAGE_BYTES_MAX = 1 << 28;
const PAGE_RATIO_MAX = 2048;
const SCHEMA_MAX = 20_000;
const PIECE_BYTES = 1 << 20;
const STRUCT_BYTES_MAX = 1 << 20;
const CODECS = new Set(['UNCOMPRESSED', 'SNAPPY', 'GZIP', 'ZSTD', 'BROTLI']);

/** A count; 64-bit numbers arrive as bigints. */
function count(value: unknown, what: string, place?: string): number {
  const number = typeof value === 'bigint' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isSafeInteger(number) || number < 0) {
    throw new ParquetRefused(`${what} is no whole number`, place);
  }
  return number;
}

function readMark(source: ByteSource, at: number): string {
  return Buffer.from(source.read(at, at + 4)).toString('latin1');
}

/** Checks a file from end to end. Throws {@link ParquetRefused}, or whatever the reader of the footer throws. */
export function checkParquet(source: ByteSource): CheckedParquet {
  if (source.size < 12) throw new ParquetRefused('it is too short');
  const marks = [readMark(source, 0), readMark(source, source.size - 4)];
  if (marks.includes('PARE')) throw new ParquetRefused('encryption', 'whole file', true);
  if (marks.some((mark) => mark !== 'PAR1'))
    throw new ParquetRefused('a mark is missing at one end');
  const tail = source.read(source.size - 8, source.size);
  const length = new DataView(tail.buffer, tail.byteOffset, 4).getUint32(0, true);
  const footerAt = source.size - 8 - length;
  if (length > FOOTER_BYTES_MAX || footerAt < 4)
    throw new ParquetRefused('its footer does not fit');
  const footer = Uint8Array.from(source.read(footerAt, source.size));
  const metadata = parquetMetadata(footer, { geoparquet: false });
  const footerEnd = endOfStruct(footer);
  if (metadata.schema.length > SCHEMA_MAX || metadata.schema.length < 1) {
    throw new ParquetRefused('its schema has too many columns or none');
  }
  const leaves = metadata.schema.filter((element) => element.type !== undefined).length;
  const places: [from: number, to: number][] = [];
  const groups = metadata.row_groups.map((group, i) =>
    checkGroup(source, group, `row group ${String(i)}`, leaves, footerAt, places),
  );
  const besides = [
    ...findIndexes(metadata, footerAt),
    ...findRepeated(source, metadata, places, footerAt),
  ];
  places.sort(([a], [b]) => a - b);
  for (const [i, [from]] of places.entries()) {
    if (i > 0 && from < (places[i - 1]?.[1] ?? 0))
      throw new ParquetRefused('column chunks overlap');
  }
  const rows = groups.reduce((sum, group) => sum + group.rows, 0);
  if (rows !== count(metadata.num_rows, 'its number of rows')) {
    throw new ParquetRefused('its row groups have another number of rows than it says');
  }
  const dropped = new DroppedBytes();
  for (const [from, to] of gapsOf([...places, ...besides], 4, footerAt))
    addAll(dropped, 'between its columns', source, from, to);
  addAll(dropped, 'behind its footer', source, footerAt + footerEnd, source.size - 8);
  const beside = besides.map(([from, to]) => ({
    where: `byte ${String(from)}`,
    bytes: source.read(from, to),
  }));
  for (const { key, value } of metadata.key_value_metadata ?? [])
    beside.push({ where: `\`${key.slice(0, 64)}\``, bytes: Buffer.from(value ?? '', 'utf8') });
  return { metadata, groups, dropped, beside };
}

/** Where the structure that the footer holds ends. */
function endOfStruct(footer: Uint8Array): number {
  const view = new DataView(footer.buffer, footer.byteOffset, footer.byteLength - 8);
  const reader = { view, offset: 0 };
  deserializeTCompactProtocol(reader);
  return reader.offset;
}

/** Places of indexes and filters, which lie outside the columns. */
function findIndexes(metadata: FileMetaData, footerAt: number): [number, number][] {
  const found: [number, number][] = [];
  for (const column of metadata.row_groups.flatMap((group) => group.columns)) {
    const { meta_data: meta } = column;
    for (const [at, length] of [
      [column.offset_index_offset, column.offset_index_length],
      [column.column_index_offset, column.column_index_length],
      [meta?.bloom_filter_offset, meta?.bloom_filter_length],
    ]) {
      if (at === undefined || length === undefined) continue;
      const from = count(at, 'an offset');
      const to = from + count(length, 'a size');
      if (from < 4 || to > footerAt) throw new ParquetRefused('an index reaches outside its place');
      if (to - from > CHUNK_BYTES_MAX)
        throw new ParquetRefused('an index above 1 GiB', 'whole file', true);
      found.push([from, to]);
    }
  }
  return found;
}

/**
 * Earlier writers repeat what the footer says of a column behind it, and do not say how long a filter is: both begin with a
 * structure, from which their end follows.
 */
function findRepeated(
  source: ByteSource,
  metadata: FileMetaData,
  columns: readonly (readonly [number, number])[],
  footerAt: number,
): [number, number][] {
  const found: [number, number][] = [];
  for (const column of metadata.row_groups.flatMap((group) => group.columns)) {
    const own = Number(column.file_offset);
    if (own >= 4 && own < footerAt && !columns.some(([from, to]) => own >= from && own < to))
      found.push([own, structAt(source, own, footerAt).end]);
    const { bloom_filter_offset: filter, bloom_filter_length: length } = column.meta_data ?? {};
    if (filter === undefined || length !== undefined) continue;
    const from = count(filter, 'an offset');
    if (from < 4 || from >= footerAt)
      throw new ParquetRefused('an index reaches outside its place');
    const { value, end } = structAt(source, from, footerAt);
    const bits = count(value['field_1'] ?? 0, 'the size of a filter');
    found.push([from, Math.min(footerAt, end + bits)]);
  }
  return found;
}

/** A structure and where it ends; where it is none it ends where it begins. */
function structAt(
  source: ByteSource,
  from: number,
  footerAt: number,
): { readonly value: Record<string, unknown>; readonly end: number } {
  const bytes = source.read(from, Math.min(footerAt, from + STRUCT_BYTES_MAX));
  const reader = {
    view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    offset: 0,
  };
  try {
    const value = deserializeTCompactProtocol(reader);
    return { value, end: from + reader.offset };
  } catch {
    return { value: {}, end: from };
  }
}

/** What of a range no place covers. */
function gapsOf(
  places: readonly (readonly [number, number])[],
  from: number,
  to: number,
): [number, number][] {
  const gaps: [number, number][] = [];
  let at = from;
  for (const [begin, end] of [...places].sort(([a], [b]) => a - b)) {
    if (begin > at) gaps.push([at, begin]);
    at = Math.max(at, end);
  }
  if (to > at) gaps.push([at, to]);
  return gaps;
}

function addAll(
  dropped: DroppedBytes,
  where: string,
  source: ByteSource,
  from: number,
  to: number,
): void {
  for (let at = from; at < to; at += PIECE_BYTES)
    dropped.addPadding(where, source.read(at, Math.min(to, at + PIECE_BYTES)));
}

function checkGroup(
  source: ByteSource,
  group: RowGroup,
  place: string,
  leaves: number,
  footerAt: number,
  places: [number, number][],
): CheckedGroup {
  const rows = count(group.num_rows, 'a number of rows', place);
  if (rows > ROWS_MAX) throw new ParquetRefused('a row group has too many rows', place, true);
  if (group.columns.length !== leaves) throw new ParquetRefused('a column is missing', place);
  const chunks = group.columns.map((column, i) => {
    const spot = `${place}, column ${String(i)}`;
    const chunk = checkChunk(column, spot, footerAt);
    // What lies behind its last page belongs to nothing.
    const pageBytes = checkPages(source, chunk, spot);
    if (pageBytes > 0) places.push([chunk.from, chunk.from + pageBytes]);
    return chunk;
  });
  return { rows, chunks };
}

function checkChunk(column: ColumnChunk, place: string, footerAt: number): CheckedChunk {
  const meta = column.meta_data;
  if (column.crypto_metadata !== undefined) throw new ParquetRefused('encryption', place, true);
  if (column.file_path !== undefined && column.file_path !== '') {
    throw new ParquetRefused('a column lies in another file', place);
  }
  if (meta === undefined) throw new ParquetRefused('a column has no metadata', place);
  if (!CODECS.has(meta.codec)) {
    throw new ParquetRefused(`compression ${meta.codec}`, place, true);
  }
  const data = count(meta.data_page_offset, 'an offset', place);
  const dictionary = count(meta.dictionary_page_offset ?? 0, 'an offset', place);
  const size = count(meta.total_compressed_size, 'a size', place);
  // Writers give a column without rows no place, or that of its empty dictionary.
  const isEmpty = data === 0 && count(meta.num_values, 'a number of values', place) === 0;
  if (isEmpty && dictionary === 0 && size === 0) return { meta, from: 4, to: 4 };
  const from = dictionary > 0 && (dictionary < data || isEmpty) ? dictionary : data;
  const to = from + size;
  if (from < 4 || to > footerAt)
    throw new ParquetRefused('a column reaches outside its place', place);
  if (to - from > CHUNK_BYTES_MAX)
    throw new ParquetRefused('a column chunk above 1 GiB', place, true);
  return { meta, from, to };
}

/** Walks the pages of a chunk by their headers, and says how many bytes they are. */
function checkPages(source: ByteSource, chunk: CheckedChunk, place: string): number {
  const bytes = source.read(chunk.from, chunk.to);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const expected = count(chunk.meta.num_values, 'a number of values', place);
  if (expected > VALUES_MAX) throw new ParquetRefused('a column has too many values', place, true);
  let values = 0;
  let at = 0;
  while (at < bytes.length && (values < expected || expected === 0)) {
    const reader = { view, offset: at };
    const header = parquetHeader(reader);
    const packed = count(header.compressed_page_size, 'the size of a page', place);
    const unpacked = count(header.uncompressed_page_size, 'the size of a page', place);
    const end = reader.offset + packed;
    if (end > bytes.length) throw new ParquetRefused('a page reaches outside its column', place);
    if (unpacked > PAGE_BYTES_MAX || unpacked > packed * PAGE_RATIO_MAX + 1024) {
      throw new ParquetRefused('a page unpacks to more than is read at once', place);
    }
    const page = bytes.subarray(reader.offset, end);
    if (header.crc !== undefined && crc32(page) !== header.crc >>> 0) {
      throw new ParquetRefused('the check value of a page is wrong', place);
    }
    const {
      type,
      data_page_header: v1,
      data_page_header_v2: v2,
      dictionary_page_header: own,
    } = header;
    const stated =
      type === 'DATA_PAGE' ? v1?.num_values : type === 'DATA_PAGE_V2' ? v2?.num_values : 0;
    const inPage = count(stated, 'the number of values of a page', place);
    const inDictionary = count(own?.num_values ?? 0, 'the size of a dictionary', place);
    // A value takes at least a bit before it is packed; only runs of nulls and of one value take less.
    if (inDictionary > unpacked * 8 + 8)
      throw new ParquetRefused('a dictionary is larger than its page', place);
    values += inPage;
    at = end;
  }
  if (values !== expected) {
    throw new ParquetRefused('its pages have another number of values than it says', place);
  }
  return at;
}
