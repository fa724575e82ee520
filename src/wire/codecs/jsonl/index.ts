/**
 * JSON lines, such as training logs. Guaranteed: as for JSON; lines are read, coded and written one by one, so that a file
 * of 200 MB needs memory for its bytes only. See docs/spec/json.md.
 */
import {
  JSONL_BYTES_MAX,
  JsonReader,
  LineWriter,
  parseJsonLines,
  readLines,
  spellLine,
} from '../../../formats/index.ts';
import type { JsonLines } from '../../../formats/index.ts';
import type { Codec, CodecSession } from '../../codec.ts';
import type { Engine } from '../../engine/index.ts';
import { openValues } from '../json/values.ts';
import type { ValueCoder } from '../json/values.ts';
import { TokenCoder, tokenErrors } from '../tokens/index.ts';

const COUNT_CONTEXT = 300;

/** The codec of JSON lines files. */
export const jsonlCodec: Codec<JsonLines> = {
  type: 'jsonl',
  parse: (bytes, form) => parseJsonLines(bytes, form?.digits),
  emit: (value) => value.bytes,
  open: (engine) => new LinesSession(engine),
};

class LinesSession implements CodecSession<JsonLines> {
  readonly #engine: Engine;
  readonly #tokens: TokenCoder;
  readonly #values: ValueCoder;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#tokens = new TokenCoder(engine);
    this.#values = openValues(this.#tokens);
  }

  encode(value: JsonLines, references: readonly JsonLines[]): void {
    this.#learn(references);
    this.#write(value);
  }

  decode(references: readonly JsonLines[]): JsonLines {
    this.#learn(references);
    this.#tokens.begin('jsonl');
    const count = this.#engine.uint(0, COUNT_CONTEXT);
    const writer = new LineWriter(4096);
    for (let i = 0; i < count; i++) {
      writer.line(spellLine(this.#values.root(null)));
      if (writer.size > JSONL_BYTES_MAX)
        throw tokenErrors.error('TOO_LARGE', { limit: JSONL_BYTES_MAX });
    }
    const bytes = writer.finish();
    const parsed = parseJsonLines(bytes);
    if (!parsed.ok)
      throw tokenErrors.error('VALUE_INVALID', { type: 'jsonl', reason: parsed.message });
    if (Buffer.compare(bytes, parsed.value.bytes) !== 0) {
      throw tokenErrors.error('VALUE_INVALID', {
        type: 'jsonl',
        reason: 'it has another canonical form',
      });
    }
    return { bytes, notes: [] };
  }

  #write(value: JsonLines): void {
    this.#tokens.begin('jsonl');
    let count = 0;
    for (const byte of value.bytes) if (byte === 10) count++;
    this.#engine.uint(count, COUNT_CONTEXT);
    const reader = new JsonReader();
    for (const { text } of readLines(value.bytes)) {
      const read = reader.read(text ?? '');
      if (!read.ok)
        throw tokenErrors.error('VALUE_INVALID', { type: 'jsonl', reason: read.message });
      this.#values.root(read.value);
    }
  }

  #learn(references: readonly JsonLines[]): void {
    this.#engine.train(() => {
      for (const reference of [...references].reverse()) this.#write(reference);
    });
  }
}
