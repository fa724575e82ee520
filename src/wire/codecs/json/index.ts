/**
 * JSON. Guaranteed: the value is what `src/formats/json.ts` accepts, and what is decoded is checked by the same grammar
 * again. See docs/spec/json.md.
 */
import { emitJson, parseJson } from '../../../formats/index.ts';
import type { JsonFile } from '../../../formats/index.ts';
import type { Codec, CodecSession } from '../../codec.ts';
import type { Engine } from '../../engine/index.ts';
import { TokenCoder, tokenErrors } from '../tokens/index.ts';
import { openValues } from './values.ts';
import type { ValueCoder } from './values.ts';

/** The codec of JSON files. */
export const jsonCodec: Codec<JsonFile> = {
  type: 'json',
  parse: (bytes, form) => parseJson(bytes, form?.digits),
  emit: (value) => emitJson(value.root),
  open: (engine) => new JsonSession(engine),
};

class JsonSession implements CodecSession<JsonFile> {
  readonly #engine: Engine;
  readonly #tokens: TokenCoder;
  readonly #values: ValueCoder;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#tokens = new TokenCoder(engine);
    this.#values = openValues(this.#tokens);
  }

  encode(value: JsonFile, references: readonly JsonFile[]): void {
    this.#learn(references);
    this.#tokens.begin('json');
    this.#values.root(value.root);
  }

  decode(references: readonly JsonFile[]): JsonFile {
    this.#learn(references);
    this.#tokens.begin('json');
    const root = this.#values.root(null);
    const bytes = emitJson(root);
    const parsed = parseJson(bytes);
    if (!parsed.ok)
      throw tokenErrors.error('VALUE_INVALID', { type: 'json', reason: parsed.message });
    if (Buffer.compare(bytes, emitJson(parsed.value.root)) !== 0) {
      throw tokenErrors.error('VALUE_INVALID', {
        type: 'json',
        reason: 'it has another canonical form',
      });
    }
    return { root, notes: [] };
  }

  #learn(references: readonly JsonFile[]): void {
    this.#engine.train(() => {
      for (const reference of [...references].reverse()) {
        this.#tokens.begin('json');
        this.#values.root(reference.root);
      }
    });
  }
}
