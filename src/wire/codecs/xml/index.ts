/**
 * XML and SVG. Guaranteed: the value is a canonical tree (`src/formats/xml.ts`), and whatever is decoded is checked by the
 * same grammar again, so that no frame makes an active drawing. See docs/spec/xml.md.
 */
import { emitMarkup, parseMarkup } from '../../../formats/index.ts';
import type { Markup } from '../../../formats/index.ts';
import type { Codec, CodecSession } from '../../codec.ts';
import type { Engine } from '../../engine/index.ts';
import { TokenCoder, hashText, tokenErrors } from '../tokens/index.ts';
import { TreeCoder } from './tree.ts';

/** The codec of XML and SVG. */
export const xmlCodec: Codec<Markup> = {
  type: 'xml',
  parse: (bytes) => parseMarkup(bytes),
  emit: (value) => emitMarkup(value.root),
  open: (engine) => new XmlSession(engine),
};

class XmlSession implements CodecSession<Markup> {
  readonly #engine: Engine;
  readonly #tokens: TokenCoder;
  readonly #trees: TreeCoder;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#tokens = new TokenCoder(engine);
    this.#trees = new TreeCoder(this.#tokens);
  }

  encode(value: Markup, references: readonly Markup[]): void {
    this.#learn(references);
    this.#tokens.history.begin(hashText('xml'));
    this.#trees.root(value.root);
  }

  decode(references: readonly Markup[]): Markup {
    this.#learn(references);
    this.#tokens.history.begin(hashText('xml'));
    const root = this.#trees.root({ name: '', attributes: [], children: [] });
    const bytes = emitMarkup(root);
    const parsed = parseMarkup(bytes);
    if (!parsed.ok)
      throw tokenErrors.error('VALUE_INVALID', { type: 'xml', reason: parsed.message });
    if (!equalBytes(bytes, emitMarkup(parsed.value.root))) {
      throw tokenErrors.error('VALUE_INVALID', {
        type: 'xml',
        reason: 'it has another canonical form',
      });
    }
    return { root, notes: [] };
  }

  #learn(references: readonly Markup[]): void {
    this.#engine.train(() => {
      for (const reference of [...references].reverse()) {
        this.#tokens.history.begin(hashText('xml'));
        this.#trees.root(reference.root);
      }
    });
  }
}

/** True when two byte strings are equal. */
function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
