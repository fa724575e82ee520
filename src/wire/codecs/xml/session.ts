/** One session of coding trees, for XML and HTML alike. */
import type { Markup, MarkupElement } from '../../../formats/index.ts';
import type { CodecSession, ContentType, Parsed } from '../../codec.ts';
import type { Engine } from '../../engine/index.ts';
import { TokenCoder, tokenErrors } from '../tokens/index.ts';
import { TreeCoder } from './tree.ts';

/** What differs between the formats. */
export interface MarkupFormat {
  readonly type: ContentType;
  /** Canonical documents that teach the models before the first file. */
  readonly priming: readonly string[];
  readonly parse: (bytes: Uint8Array) => Parsed<Markup>;
  readonly emit: (root: MarkupElement) => Uint8Array;
}

/** Codes one tree after another; what is decoded passes the grammar again. */
export class MarkupSession implements CodecSession<Markup> {
  readonly #engine: Engine;
  readonly #format: MarkupFormat;
  readonly #tokens: TokenCoder;
  readonly #trees: TreeCoder;

  constructor(engine: Engine, format: MarkupFormat) {
    this.#engine = engine;
    this.#format = format;
    this.#tokens = new TokenCoder(engine);
    this.#tokens.prime(format.type, () => {
      const trees = new TreeCoder(this.#tokens);
      for (const text of format.priming) {
        const parsed = format.parse(new TextEncoder().encode(text));
        if (!parsed.ok) throw new TypeError(`priming is refused: ${parsed.message}`);
        this.#tokens.begin(format.type);
        trees.root(parsed.value.root);
      }
    });
    this.#trees = new TreeCoder(this.#tokens);
  }

  encode(value: Markup, references: readonly Markup[]): void {
    this.#learn(references);
    this.#code(value.root);
  }

  decode(references: readonly Markup[]): Markup {
    this.#learn(references);
    const { type, emit, parse } = this.#format;
    const root = this.#code({ name: '', attributes: [], children: [] });
    const bytes = emit(root);
    const parsed = parse(bytes);
    if (!parsed.ok) throw tokenErrors.error('VALUE_INVALID', { type, reason: parsed.message });
    if (Buffer.compare(bytes, emit(parsed.value.root)) !== 0) {
      throw tokenErrors.error('VALUE_INVALID', { type, reason: 'it has another canonical form' });
    }
    return { root, notes: [] };
  }

  #code(root: MarkupElement): MarkupElement {
    this.#tokens.begin(this.#format.type);
    return this.#trees.root(root);
  }

  #learn(references: readonly Markup[]): void {
    this.#engine.train(() => {
      for (const reference of [...references].reverse()) this.#code(reference.root);
    });
  }
}
