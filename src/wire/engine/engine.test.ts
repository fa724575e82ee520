/** The engine: both directions agree, costs are the coder's own, the interval keeps Kraft, endings are unique. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SallyportError } from '../../core/index.ts';
import { openDecoder, openEncoder } from './index.ts';
import type { Engine, Mix } from './index.ts';

/** A small model of every symbol width, with contexts from the symbols before. */
function openModels(engine: Engine): Mix[] {
  return [1, 2, 3, 4, 5, 8].map((symbolBits) =>
    engine.mix({ contexts: 3, guesses: 1, selectors: [4, 2], symbolBits, tableBits: 16 }),
  );
}

/** Codes a mixed sequence: integers, raw bits and symbols of all widths. */
function codeAll(engine: Engine, values: readonly number[]): number[] {
  const mixes = openModels(engine);
  let last = 0;
  return values.map((value, i) => {
    if (i % 9 === 7) return engine.uint(value, i & 1023);
    if (i % 9 === 8) return engine.rawBits(value & 0xff, 8);
    const mix = mixes[i % mixes.length];
    assert.ok(mix);
    const width = [1, 2, 3, 4, 5, 8][i % 6] ?? 1;
    mix.contexts.set([0, last, last * 7919 + i]);
    mix.guesses[0] = last % (1 << width);
    mix.confidences[0] = last & 255;
    mix.selectors.set([last & 3, last & 1]);
    last = mix.code(value % (1 << width));
    return last;
  });
}

test('what is encoded is decoded, by any mixture of symbols', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 300 }), { maxLength: 300 }), (values) => {
      const encoder = openEncoder({ sizeBytes: 4096 });
      const sent = codeAll(encoder, values);
      const bits = encoder.costBits();
      const bytes = encoder.finish();
      assert.ok(
        bytes.length * 8 <= bits + 16 && bytes.length * 8 >= bits - 8,
        'the cost is the length',
      );
      const decoder = openDecoder(bytes, { sizeBytes: 4096 });
      assert.deepEqual(codeAll(decoder, values), sent);
      decoder.checkEnd();
      decoder.close();
    }),
    { numRuns: 60 },
  );
});

test('integers up to 2^48 - 1 come back', () => {
  const values = [0, 1, 2, 3, 15, 16, 255, 65535, 2 ** 31, 2 ** 32, 2 ** 47 + 12345, 2 ** 48 - 1];
  const encoder = openEncoder();
  for (const value of values) encoder.uint(value, 5);
  const decoder = openDecoder(encoder.finish());
  assert.deepEqual(
    values.map(() => decoder.uint(0, 5)),
    values,
  );
  decoder.checkEnd();
});

test('Kraft: over every sequence of a small domain the probabilities add up to at most one', () => {
  for (const [symbolBits, length] of [
    [1, 8],
    [2, 4],
    [3, 3],
    [8, 1],
  ] as const) {
    const size = 1 << symbolBits;
    let total = 0;
    for (let n = 0; n < size ** length; n++) {
      const engine = openEncoder({ sizeBytes: 4096 });
      const mix = engine.mix({
        contexts: 2,
        guesses: 1,
        selectors: [2],
        symbolBits,
        tableBits: 14,
      });
      let last = 0;
      for (let i = 0, rest = n; i < length; i++, rest = Math.floor(rest / size)) {
        mix.contexts.set([0, last]);
        mix.guesses[0] = last;
        last = mix.code(rest % size);
      }
      total += 2 ** -engine.costBits();
      engine.close();
    }
    assert.ok(total <= 1 + 1e-9 && total > 0.99, `${String(symbolBits)} bits: ${String(total)}`);
  }
});

test('very predictable symbols cost next to nothing', () => {
  const engine = openEncoder();
  const mix = engine.mix({ contexts: 1, guesses: 0, selectors: [], symbolBits: 1, tableBits: 14 });
  for (let i = 0; i < 100_000; i++) mix.code(0);
  const before = engine.costBits();
  for (let i = 0; i < 100_000; i++) mix.code(0);
  assert.ok(engine.costBits() - before < 20, String(engine.costBits() - before));
  engine.close();
});

test('an ending that no encoder writes is refused', () => {
  const encoder = openEncoder();
  for (let i = 0; i < 50; i++) encoder.rawBits(i * 37, 8);
  const bytes = encoder.finish();
  const read = (input: Uint8Array): void => {
    const decoder = openDecoder(input);
    try {
      for (let i = 0; i < 50; i++) decoder.rawBits(0, 8);
      decoder.checkEnd();
    } finally {
      decoder.close();
    }
  };
  read(bytes);
  assert.throws(() => {
    read(bytes.subarray(0, 40));
  }, SallyportError);
  assert.throws(() => {
    read(Uint8Array.of(...bytes, 0));
  }, SallyportError);
  assert.throws(() => {
    read(Uint8Array.of(...bytes, 1));
  }, SallyportError);
});

test('priming from the cache leaves the same state as priming that ran', () => {
  const code = (key: string): Uint8Array => {
    const engine = openEncoder({ sizeBytes: 8192 });
    const mix = engine.mix({
      contexts: 2,
      guesses: 1,
      selectors: [2],
      symbolBits: 8,
      tableBits: 18,
    });
    const run = (text: string): void => {
      let last = 0;
      for (const byte of Buffer.from(text)) {
        mix.contexts.set([0, last]);
        mix.guesses[0] = last;
        last = mix.code(byte);
      }
    };
    engine.primed(key, [mix], () => {
      run('the quick brown fox jumps over the lazy dog');
    });
    run('the lazy dog and the quick fox');
    return engine.finish();
  };
  const ran = code('first');
  assert.deepEqual(code('first'), ran);
  assert.deepEqual(code('second'), ran);
});

test('shapes and integers out of range are refused before they reach the memory', () => {
  const engine = openEncoder();
  const shape = { contexts: 1, guesses: 0, selectors: [], symbolBits: 8, tableBits: 16 };
  assert.throws(() => engine.mix({ ...shape, symbolBits: 9 }), SallyportError);
  assert.throws(() => engine.mix({ ...shape, contexts: 1000 }), SallyportError);
  assert.throws(() => engine.mix({ ...shape, selectors: [0] }), SallyportError);
  assert.throws(() => engine.uint(-1, 0), SallyportError);
  assert.throws(() => engine.uint(2 ** 48, 0), SallyportError);
  engine.close();
  assert.throws(() => engine.uint(1, 0), SallyportError);
});
