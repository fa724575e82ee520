/**
 * The contract of a codec: one content type, four functions.
 *
 * Laws, each proven by a property test for every codec:
 * - `parse(emit(v))` gives a value equal to `v`, and `emit(parse(bytes))` is the canonical file;
 * - a value decoded from what was encoded emits the same bytes: `emit(decode(encode(v))) = emit(v)`;
 * - decoding arbitrary bytes ends in a typed error or a valid value, in time linear in the declared limits;
 * - nothing outside the arithmetic coder is written, so that the charge is the length of what `decode` consumed.
 */
import type { Refusal } from '../core/index.ts';
import type { Respelled } from '../formats/index.ts';
import type { Engine } from './engine/index.ts';

/** Content types in wire order: the index of a name is its number in a frame and is fixed for ever. */
export const CONTENT_TYPES = ['text', 'table', 'json', 'jsonl', 'xml', 'html', 'raster'] as const;

/** The type of one canonical file. `svg` is `xml`; archives are flattened into members before coding. */
export type ContentType = (typeof CONTENT_TYPES)[number];

/** A lossy form that a person may choose to make a file cheaper; always stated beside the file. */
export interface FormOptions {
  /** Significant digits kept in every number of a table (`digits:4`). */
  readonly digits?: number;
  /** Colours kept in a raster (`palette:16`). */
  readonly palette?: number;
  /** Factor on both sides of a raster, 0 < scale ≤ 1 (`scale:0.5`). */
  readonly scale?: number;
}

/** A parsed file, with the numbers that it spelled otherwise; or the reason why it is refused and what to send instead. */
export type Parsed<V> =
  { readonly ok: true; readonly value: V; readonly respelled?: Respelled } | Refusal;

/** Adaptive state of one codec within one frame: later members are cheaper because of earlier ones. */
export interface CodecSession<V> {
  /**
   * Writes one value to the engine. `references` are values that the decoder has too (history, earlier members),
   * most similar first; the codec may use or ignore them, and decoder and encoder are given the same ones.
   */
  encode(value: V, references: readonly V[]): void;
  /** Reads what `encode` wrote. Throws a `SallyportError` on anything that no encoder writes. */
  decode(references: readonly V[]): V;
}

/** One content type. `V` is its canonical value; two files with equal canonical values are the same file. */
export interface Codec<V> {
  readonly type: ContentType;
  /** Reads the whole input by a closed grammar; the only place where hostile bytes are looked at. */
  parse(bytes: Uint8Array, form?: FormOptions): Parsed<V>;
  /** The canonical file: the same bytes on every machine and in every version of the runtime. */
  emit(value: V): Uint8Array;
  /** Starts a session on an engine that is encoding, decoding or measuring. */
  open(engine: Engine): CodecSession<V>;
}
