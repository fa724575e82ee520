/**
 * The engine in WebAssembly. Instances are kept and reused, since a new one costs more than coding a small file; the state
 * of primed models is kept too, so that priming runs once per process.
 */
import { wireErrors } from '../errors.ts';
import type {
  Decoder,
  Encoder,
  Engine,
  EngineMode,
  EngineOptions,
  Mix,
  MixSpec,
} from './engine.ts';
import { ENGINE_WASM_BASE64 } from './module.ts';

/** The functions of `assembly/index.ts`. */
interface Exports {
  reset(mode: number): void;
  setMode(mode: number): void;
  setFrozen(frozen: number): void;
  addModel(
    contexts: number,
    guesses: number,
    selectors: number,
    bits: number,
    log2: number,
  ): number;
  code(model: number, symbol: number): number;
  rawBits(value: number, count: number): number;
  uint(value: number, context: number): number;
  finish(): void;
  measureEnd(): number;
  costBits(): number;
  costProduct(): number;
  contextsAt(model: number): number;
  guessesAt(model: number): number;
  confidencesAt(model: number): number;
  selectorsAt(model: number): number;
  stateAt(model: number): number;
  endAt(model: number): number;
  inputAt(): number;
  outputAt(): number;
  sizesAt(): number;
}

const MODES: readonly EngineMode[] = ['encode', 'decode', 'train'];
const POOLED_MAX = 4;
const POOLED_BYTES_MAX = 96 * 1024 * 1024;
/** Bytes past the end of a body that a decoder looks at: the width of the interval. */
const LOOKAHEAD_BYTES = 8;

/** One instance of the module with its memory and the buffers that it calls for. */
class Instance {
  readonly memory: WebAssembly.Memory;
  readonly exports: Exports;
  input: Uint8Array = new Uint8Array(0);
  inputAt = 0;
  pastEnd = 0;
  output: Uint8Array[] = [];

  constructor(module: WebAssembly.Module) {
    this.memory = new WebAssembly.Memory({ initial: 64, maximum: 49152, shared: true });
    const host = {
      flush: (length: number): void => {
        const at = this.exports.outputAt();
        this.output.push(Uint8Array.from(new Uint8Array(this.memory.buffer, at, length)));
      },
      refill: (): number => {
        const chunk = this.input.subarray(this.inputAt, this.inputAt + 65536);
        // Past the end zeros are read, but never more than an encoder can have left out.
        if (chunk.length === 0 && ++this.pastEnd > LOOKAHEAD_BYTES) {
          throw wireErrors.error('BODY_INVALID', { why: 'it ends too early' });
        }
        new Uint8Array(this.memory.buffer, this.exports.inputAt(), chunk.length).set(chunk);
        this.inputAt += chunk.length;
        return chunk.length;
      },
    };
    const instance = new WebAssembly.Instance(module, { host, env: { memory: this.memory } });
    this.exports = instance.exports as unknown as Exports;
  }
}

let compiled: WebAssembly.Module | undefined;
const pool: Instance[] = [];

function takeInstance(): Instance {
  const held = pool.pop();
  if (held !== undefined) return held;
  compiled ??= new WebAssembly.Module(Buffer.from(ENGINE_WASM_BASE64, 'base64'));
  return new Instance(compiled);
}

/** Snapshots of primed models, by key and shape; see {@link Engine.primed}. */
const snapshots = new Map<string, Uint8Array[]>();
const SNAPSHOTS_MAX = 48;

class WasmMix implements Mix {
  readonly contexts: Uint32Array;
  readonly guesses: Int32Array;
  readonly confidences: Uint32Array;
  readonly selectors: Uint32Array;
  readonly model: number;
  readonly shape: string;
  readonly #exports: Exports;

  constructor(instance: Instance, spec: MixSpec, tableBytesLog2: number) {
    const { exports, memory } = instance;
    this.#exports = exports;
    const sizes = spec.selectors;
    new Uint32Array(memory.buffer, exports.sizesAt(), sizes.length).set(sizes);
    const { contexts, guesses, symbolBits } = spec;
    this.model = exports.addModel(contexts, guesses, sizes.length, symbolBits, tableBytesLog2);
    this.shape = JSON.stringify([contexts, guesses, sizes, symbolBits, tableBytesLog2]);
    const { buffer } = memory;
    this.contexts = new Uint32Array(buffer, exports.contextsAt(this.model), contexts);
    this.guesses = new Int32Array(buffer, exports.guessesAt(this.model), guesses);
    this.confidences = new Uint32Array(buffer, exports.confidencesAt(this.model), guesses);
    this.selectors = new Uint32Array(buffer, exports.selectorsAt(this.model), sizes.length);
  }

  code(symbol: number): number {
    return this.#exports.code(this.model, symbol);
  }
}

class WasmEngine implements Engine {
  readonly valueBytesMax: number;
  readonly #sizeBytes: number;
  readonly #inputLength: number;
  #instance: Instance | undefined;
  #mode: EngineMode;

  constructor(mode: EngineMode, input: Uint8Array, options: EngineOptions) {
    this.#mode = mode;
    this.#sizeBytes = options.sizeBytes ?? 1 << 20;
    this.valueBytesMax = options.valueBytesMax ?? 512 * 1024 * 1024;
    this.#inputLength = input.length;
    const instance = takeInstance();
    instance.input = input;
    instance.inputAt = 0;
    instance.pastEnd = 0;
    instance.output = [];
    instance.exports.reset(MODES.indexOf(mode));
    this.#instance = instance;
  }

  get #live(): Instance {
    if (this.#instance === undefined) {
      throw wireErrors.error('ENGINE_MISUSED', { why: 'it was used after it was closed' });
    }
    return this.#instance;
  }

  get mode(): EngineMode {
    return this.#mode;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  mix(spec: MixSpec): Mix {
    checkSpec(spec);
    const wanted = (this.#sizeBytes + 8192) * Math.max(1, spec.contexts) * 3 * spec.symbolBits;
    const log2 = Math.max(14, Math.min(spec.tableBits + 1, Math.ceil(Math.log2(wanted))));
    return new WasmMix(this.#live, spec, log2);
  }

  rawBit(bit: number): number {
    return this.rawBits(bit, 1);
  }

  rawBits(value: number, count: number): number {
    return this.#live.exports.rawBits(value, count) >>> 0;
  }

  uint(value: number, context: number): number {
    if (this.#mode !== 'decode' && !(value >= 0 && value < 2 ** 48 && Number.isInteger(value))) {
      throw wireErrors.error('ENGINE_MISUSED', {
        why: `the integer ${String(value)} is out of range`,
      });
    }
    const { exports } = this.#live;
    return exports.uint(value, context);
  }

  train(work: () => void): void {
    const before = this.#mode;
    const { exports } = this.#live;
    this.#mode = 'train';
    exports.setMode(MODES.indexOf('train'));
    try {
      work();
    } finally {
      this.#mode = before;
      exports.setMode(MODES.indexOf(before));
    }
  }

  primed(key: string, mixes: readonly Mix[], work: () => void): boolean {
    const instance = this.#live;
    const models = mixes.filter((mix) => mix instanceof WasmMix);
    const full = key + models.map((mix) => mix.shape).join();
    const held = snapshots.get(full);
    if (held === undefined) {
      instance.exports.setFrozen(1);
      this.train(work);
      instance.exports.setFrozen(0);
      const images = models.map((mix) => Uint8Array.from(this.#image(mix)));
      if (snapshots.size >= SNAPSHOTS_MAX) snapshots.clear();
      snapshots.set(full, images);
      return true;
    }
    models.forEach((mix, i) => {
      this.#image(mix).set(held[i] ?? new Uint8Array(0));
    });
    return false;
  }

  #image(mix: WasmMix): Uint8Array {
    const { exports, memory } = this.#live;
    const start = exports.stateAt(mix.model);
    return new Uint8Array(memory.buffer, start, exports.endAt(mix.model) - start);
  }

  costBits(): number {
    const { exports } = this.#live;
    return exports.costBits() - Math.log2(exports.costProduct());
  }

  finish(): Uint8Array {
    const instance = this.#live;
    instance.exports.finish();
    const bytes = Buffer.concat(instance.output);
    this.close();
    return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  checkEnd(): void {
    if (this.#live.exports.measureEnd() !== this.#inputLength) {
      throw wireErrors.error('BODY_INVALID', { why: 'it does not end where its content ends' });
    }
  }

  close(): void {
    const instance = this.#instance;
    this.#instance = undefined;
    if (instance === undefined) return;
    instance.input = new Uint8Array(0);
    instance.output = [];
    if (pool.length < POOLED_MAX && instance.memory.buffer.byteLength <= POOLED_BYTES_MAX)
      pool.push(instance);
  }
}

function checkSpec(spec: MixSpec): void {
  const { contexts, guesses, selectors, symbolBits, tableBits } = spec;
  const small = [contexts, guesses, ...selectors].every((n) => Number.isInteger(n) && n >= 0);
  const sane =
    small &&
    contexts <= 48 &&
    guesses <= 12 &&
    selectors.length <= 12 &&
    selectors.every((n) => n >= 1 && n <= 65536);
  if (!sane || !(symbolBits >= 1 && symbolBits <= 8) || !(tableBits >= 1 && tableBits <= 27)) {
    throw wireErrors.error('ENGINE_MISUSED', { why: 'a model has a shape out of range' });
  }
}

/** An engine that encodes; `finish` gives the coded bytes and ends it. */
export function openEncoder(options: EngineOptions = {}): Encoder {
  return new WasmEngine('encode', new Uint8Array(0), options);
}

/** An engine that decodes the given bytes; `close` gives its memory back. */
export function openDecoder(bytes: Uint8Array, options: EngineOptions = {}): Decoder {
  return new WasmEngine('decode', bytes, options);
}
