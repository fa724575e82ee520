/**
 * File names, types and forms inside a body. Names come in sorted order, each after the bytes that it shares with the
 * one before; the destination's earlier names are guesses, so that the usual set of files costs almost nothing.
 */
import type { Engine, Mix } from '../engine/index.ts';
import { wireErrors } from '../errors.ts';
import { compareNames } from './names.ts';

const END = 0;
/** Numbers of `Engine.uint` contexts 960..1023 belong to frames; codecs use those below. */
export const FRAME_CONTEXT = 960;
const hash = (a: number, b: number): number =>
  Math.imul(Math.imul(a, 0x2c1b3c6d) ^ b, 0x297a2d39) >>> 0;

const COMMON_NAMES =
  'results/table.csv\0results/table1.html\0figures/plot.svg\0figures/plot.png\0logs/train.log.txt\0metrics.jsonl\0' +
  'metrics.json\0summary.json\0report.html\0README.md\0estimates.csv\0output/data/summary_table.csv\0' +
  'output/models/model_1/coefficients.csv\0output/tables/table_2.csv\0output/figures/figure_1.png\0' +
  'eval/accuracy.csv\0eval/loss_curve.svg\0notes.txt\0archive.zip!/data.tsv\0';

/** Codes the names of one body in both directions. */
export class NameCoder {
  readonly #mix: Mix;
  readonly #known: readonly Uint8Array[];
  #previous: Uint8Array = new Uint8Array(0);
  #next = 0;

  /** `known` are the names of the destination's history; order does not matter. */
  constructor(engine: Engine, known: readonly string[]) {
    const utf8 = new TextEncoder();
    this.#known = [...new Set(known)].map((name) => utf8.encode(name)).sort(compareNames);
    this.#mix = engine.mix({
      contexts: 6,
      guesses: 1,
      selectors: [3],
      symbolBits: 8,
      tableBits: 18,
    });
    engine.primed('names', [this.#mix], () => {
      this.#run(utf8.encode(COMMON_NAMES), undefined, 0);
    });
  }

  /** Codes the next name; while decoding the argument is ignored. Throws unless names strictly increase. */
  code(name: Uint8Array, decoding: boolean): Uint8Array {
    while (compareNames(this.#known[this.#next] ?? this.#previous, this.#previous) < 0)
      this.#next++;
    const guess = this.#pickGuess();
    const bytes = this.#run(decoding ? undefined : name, guess, 1);
    if (compareNames(bytes, this.#previous) <= 0) {
      throw wireErrors.error('BODY_INVALID', { why: 'names are not in order' });
    }
    this.#previous = bytes;
    return bytes;
  }

  /** The first known name behind the previous one, or else the previous name itself. */
  #pickGuess(): Uint8Array {
    for (; this.#next < this.#known.length; this.#next++) {
      const known = this.#known[this.#next];
      if (known !== undefined && compareNames(known, this.#previous) > 0) return known;
    }
    return this.#previous;
  }

  /** One name behind its end mark, or (training) a whole list of names. */
  #run(bytes: Uint8Array | undefined, guess: Uint8Array | undefined, kind: 0 | 1): Uint8Array {
    const out: number[] = [];
    const { contexts, guesses, confidences, selectors } = this.#mix;
    let history = 0;
    let part = 0;
    let matching = guess !== undefined && guess.length > 0;
    for (let at = 0; kind === 1 || at < (bytes?.length ?? 0); at++) {
      if (out.length > 1024) throw wireErrors.error('BODY_INVALID', { why: 'a name is too long' });
      const expected = matching ? (guess?.[at] ?? END) : -1;
      guesses[0] = expected;
      confidences[0] = Math.min(at, 40) + (this.#next < this.#known.length ? 64 : 0);
      selectors[0] = matching ? 2 : kind;
      contexts[0] = 0;
      contexts[1] = hash(1, history & 0xff);
      contexts[2] = hash(2, history & 0xffff);
      contexts[3] = hash(3, history & 0xffffff);
      contexts[4] = hash(4, history);
      contexts[5] = hash(5, part);
      const symbol = this.#mix.code(bytes?.[at] ?? END);
      if (symbol !== expected) matching = false;
      if (kind === 1 && symbol === END) break;
      out.push(symbol);
      history = symbol === END ? 0 : ((history << 8) | symbol) >>> 0;
      part = symbol === END || symbol === 47 || symbol === 95 ? symbol : hash(part, symbol);
    }
    return Uint8Array.from(out);
  }
}

/** Codes a short ASCII string such as `digits:4`, empty for none. */
export function codeForm(engine: Engine, form: string, decoding: boolean): string {
  const length = engine.uint(form.length, FRAME_CONTEXT + 4);
  if (length > 80) throw wireErrors.error('BODY_INVALID', { why: 'a form is too long' });
  let out = '';
  for (let i = 0; i < length; i++) {
    out += String.fromCharCode(engine.rawBits(decoding ? 0 : form.charCodeAt(i), 7));
  }
  return out;
}
