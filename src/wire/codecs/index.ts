/**
 * The codec of each content type. Guaranteed: every type of the wire has exactly one codec, and one that is not built
 * yet refuses. Which files a codec understands is stated in its own folder.
 */
import type { Codec, ContentType } from '../codec.ts';
import { rasterCodec } from './raster/index.ts';
import { tableCodec } from './table/index.ts';
import { htmlCodec } from './html/index.ts';
import { jsonCodec } from './json/index.ts';
import { jsonlCodec } from './jsonl/index.ts';
import { textCodec } from './text/index.ts';
import { xmlCodec } from './xml/index.ts';

/** One codec per content type, under its name. */
export const CODECS: Readonly<Record<ContentType, Codec<unknown>>> = {
  text: textCodec,
  table: tableCodec,
  json: jsonCodec,
  jsonl: jsonlCodec,
  xml: xmlCodec,
  html: htmlCodec,
  raster: rasterCodec,
};
