/**
 * Strict parsers and canonical emitters, one per format: bytes in, a canonical value or a refusal out. Nothing here
 * touches a file, and hostile input is a refusal, never an exception.
 */
export { memorySource, partOf, readPieces } from './byte-source.ts';
export type { ByteSource } from './byte-source.ts';
export {
  DELIMITERS,
  TABLE_BYTES_MAX,
  TABLE_COLUMNS_MAX,
  ByteWriter,
  parseTable,
  readCanonicalTable,
  spellRecord,
} from './csv.ts';
export type { Table, TableForm } from './csv.ts';
export { readRecords } from './csv-records.ts';
export { findForbiddenCharacter, unifyCharacters } from './characters.ts';
export type { ForbiddenCharacter } from './characters.ts';
export { parseDecimal, roundDigits, spellDecimal, spellFixed } from './number-spelling.ts';
export type { Decimal, Respelled } from './number-spelling.ts';
export { recognise, refuseArchive } from './recognise.ts';
export type { Candidate, FileType, Recognition } from './recognise.ts';
export { XML_BYTES_MAX, emitMarkup, parseMarkup } from './xml.ts';
export type { Markup, MarkupElement, MarkupNode } from './markup-tree.ts';
export { PATH_ARITY } from './svg-values.ts';
export { SVG_NUMBERS, SVG_TRANSFORMS } from './svg-names.ts';
export { looksLikeRaster, noteRaster, parseRaster } from './raster-file.ts';
export { listLeftOut } from './raster-left-out.ts';
export type { RasterForm } from './raster-file.ts';
export { emitPng } from './png-emit.ts';
export {
  RASTER_PIXELS_MAX,
  RASTER_SIDE_MAX,
  RasterBuilder,
  checkRasterSize,
  readRow,
} from './raster.ts';
export type { ColourRaster, PaletteRaster, Raster } from './raster.ts';
export { ARCHIVE_DEPTH_MAX, listMembers, sniffArchive } from './archive.ts';
export { listTar, looksLikeTar } from './tar.ts';
export { looksLikeGzip, readGzip } from './gzip.ts';
export type { ArchiveKind } from './archive.ts';
export { ARCHIVE_BYTES_MAX, looksLikeZip, walkZip } from './zip.ts';
export type { ArchiveMember, ZipLimits, ZipMember } from './zip.ts';
export { MEMBERS_MAX } from './zip-directory.ts';
export { findNameClash } from './member-names.ts';
export {
  JSON_BYTES_MAX,
  JSON_LINE_BYTES_MAX,
  JSONL_BYTES_MAX,
  LineWriter,
  emitJson,
  parseJson,
  parseJsonLines,
  readLines,
  spellLine,
} from './json.ts';
export type { JsonFile, JsonLines } from './json.ts';
export {
  JSON_DEPTH_MAX,
  KEYS_DIFFER_NOTE,
  JsonNumber,
  JsonObject,
  JsonReader,
} from './json-parse.ts';
export type { JsonValue } from './json-parse.ts';
export { emitPage, parsePage } from './html.ts';
export { parseText, TEXT_BYTES_MAX } from './text.ts';
export type { ParsedText } from './text.ts';
export { TEXT_ROW_LENGTH_MAX, readTextRowBatches, readTextRows } from './text-rows.ts';
export type { TextRow, TextRowsKind } from './text-rows.ts';
export { broken } from './understood.ts';
export type { Understood } from './understood.ts';
export { readSafetensors, writeSafetensors } from './safetensors.ts';
export type { SafeTensor, SafeTensors, TensorToWrite } from './safetensors.ts';
export { findNpyData, readNpyHeader } from './npy.ts';
export type { NpyHeader } from './npy.ts';
export { readTemplate } from './jinja.ts';
export { DroppedBytes } from './dropped-bytes.ts';
export { TEMPLATE_LENGTH_MAX } from './jinja-tokens.ts';
export type { TemplateReading } from './jinja.ts';
export { readGguf } from './gguf.ts';
export type { GgufFile, GgufTensor } from './gguf.ts';
