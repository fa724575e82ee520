/**
 * The laws of every codec: emit and parse agree, what is decoded is what was encoded, damage ends in a typed error, and the
 * charges of different values leave room for each other (Kraft).
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SallyportError } from '../../src/core/index.ts';
import { openEncoder } from '../../src/wire/engine/index.ts';
import { CODECS, CONTENT_TYPES, decodeBody, encodeBody } from '../../src/wire/index.ts';
import type { ContentType, History, Member } from '../../src/wire/index.ts';
import { CODEC_SAMPLES, makePng } from '../support/codec-samples.ts';
import type { CodecSample } from '../support/codec-samples.ts';

const NONE: History = { prefix: 0, files: [] };

function parseSample(sample: CodecSample): unknown {
  const parsed = CODECS[sample.type].parse(sample.bytes);
  assert.ok(parsed.ok, parsed.ok ? '' : `${sample.name}: ${parsed.message}`);
  return parsed.value;
}

/** Encodes one value alone and checks that it comes back; gives the body. */
function roundTrip(type: ContentType, value: unknown, history: History = NONE): Uint8Array {
  const emitted = CODECS[type].emit(value);
  const { body } = encodeBody([{ name: 'x', type, value }], history);
  const [decoded] = decodeBody(body, history);
  assert.deepEqual(Buffer.from(decoded?.bytes ?? []), Buffer.from(emitted));
  return body;
}

for (const type of CONTENT_TYPES) {
  const samples = CODEC_SAMPLES.filter((sample) => sample.type === type);

  test(`${type}: canonical files are fixed points and come back from the wire`, () => {
    for (const sample of samples) {
      const value = parseSample(sample);
      const emitted = CODECS[type].emit(value);
      const again = CODECS[type].parse(emitted);
      assert.ok(again.ok, sample.name);
      assert.deepEqual(
        Buffer.from(CODECS[type].emit(again.value)),
        Buffer.from(emitted),
        sample.name,
      );
      roundTrip(type, value);
    }
  });

  test(`${type}: a similar file in the history helps and changes nothing else`, () => {
    const [first, second] = samples.map(parseSample);
    const emitted = CODECS[type].emit(first);
    const history: History = { prefix: 1, files: [{ name: 'x', type, load: () => emitted }] };
    roundTrip(type, second, history);
    assert.ok(roundTrip(type, first, history).length <= 5, 'the same file costs next to nothing');
  });

  test(`${type}: damaged inputs are refused or become values that come back`, () => {
    const inputs = samples.filter((sample) => sample.bytes.length < 4000);
    const edit = fc.record({
      sample: fc.constantFrom(...inputs),
      edits: fc.array(
        fc.tuple(fc.nat(), fc.nat({ max: 255 }), fc.constantFrom('set', 'cut', 'add')),
        { minLength: 1, maxLength: 4 },
      ),
    });
    fc.assert(
      fc.property(edit, ({ sample, edits }) => {
        const bytes = [...sample.bytes];
        for (const [place, byte, kind] of edits) {
          const at = place % (bytes.length + 1);
          if (kind === 'set') bytes[Math.min(at, Math.max(0, bytes.length - 1))] = byte;
          else if (kind === 'cut') bytes.splice(at, 1);
          else bytes.splice(at, 0, byte);
        }
        const parsed = CODECS[type].parse(Uint8Array.from(bytes));
        if (parsed.ok) roundTrip(type, parsed.value);
      }),
      { numRuns: 25 },
    );
  });

  test(`${type}: damaged bodies end in a typed error or in other files, within the limits`, () => {
    const bodies = samples.map(
      (sample) => encodeBody([{ name: 'x', type, value: parseSample(sample) }], NONE).body,
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...bodies),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (body, place, flip) => {
          const damaged = Uint8Array.from(body);
          const at = place % damaged.length;
          damaged[at] = (damaged[at] ?? 0) ^ flip;
          try {
            decodeBody(damaged, NONE, { membersMax: 3, bytesMax: 100_000 });
          } catch (error) {
            assert.ok(error instanceof SallyportError, String(error));
          }
        },
      ),
      { numRuns: 25 },
    );
  });
}

/** The cost of one value alone on a fresh engine, in bits, before any rounding. */
function costOf(type: ContentType, bytes: Uint8Array): { key: string; bits: number } | undefined {
  const parsed = CODECS[type].parse(bytes);
  if (!parsed.ok) return undefined;
  const engine = openEncoder({ sizeBytes: 4096 });
  try {
    CODECS[type].open(engine).encode(parsed.value, []);
    return {
      key: Buffer.from(CODECS[type].emit(parsed.value)).toString('latin1'),
      bits: engine.costBits(),
    };
  } finally {
    engine.close();
  }
}

/** All strings over an alphabet up to a length. */
function enumerate(alphabet: readonly string[], length: number): string[] {
  let last = [''];
  const all = [''];
  for (let i = 0; i < length; i++) {
    last = last.flatMap((head) => alphabet.map((letter) => head + letter));
    all.push(...last);
  }
  return all;
}

const DOMAINS: Readonly<Record<ContentType, () => Uint8Array[]>> = {
  text: () => enumerate(['a', 'b', ' ', '\n', '1', '\u00e9'], 3).map((text) => Buffer.from(text)),
  table: () => enumerate(['1', 'x', ',', '\n'], 3).map((text) => Buffer.from(`a,b\n${text}\n`)),
  json: () => enumerate(['1', '0', '[', ']', '-', '{', '}'], 3).map((text) => Buffer.from(text)),
  jsonl: () => enumerate(['1', '2', '\n', '[', ']'], 3).map((text) => Buffer.from(text)),
  xml: () =>
    enumerate(['<g/>', 'x', '1', ' '], 3).map((text) =>
      Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg"><text>${text}</text></svg>`),
    ),
  html: () =>
    enumerate(['<b>x</b>', 'y', '1'], 3).map((text) =>
      Buffer.from(
        `<!DOCTYPE html><html><head><title>t</title></head><body><p>${text}</p></body></html>`,
      ),
    ),
  raster: () =>
    Array.from({ length: 64 }, (_, n) =>
      makePng(3, 2, (x, y) => ((n >> (x + 3 * y)) & 1 ? [0, 0, 0] : [255, 255, 255])),
    ),
};

for (const type of CONTENT_TYPES) {
  test(`${type}: Kraft holds over an enumerated domain`, () => {
    const costs = new Map<string, number>();
    for (const bytes of DOMAINS[type]()) {
      const cost = costOf(type, bytes);
      if (cost === undefined) continue;
      const before = costs.get(cost.key);
      assert.ok(
        before === undefined || Math.abs(before - cost.bits) < 1e-6,
        'equal values cost the same',
      );
      costs.set(cost.key, cost.bits);
    }
    assert.ok(costs.size >= 3, `${String(costs.size)} values`);
    const total = [...costs.values()].reduce((sum, bits) => sum + 2 ** -bits, 0);
    assert.ok(total <= 1 + 1e-9, String(total));
  });
}

test('files of one release help each other', () => {
  const members: Member[] = CODEC_SAMPLES.map((sample) => ({
    name: sample.name,
    type: sample.type,
    value: parseSample(sample),
  }));
  const twins = members.flatMap((member) => [member, { ...member, name: `twin/${member.name}` }]);
  const { body, memberCostBits } = encodeBody(twins, NONE);
  const once = encodeBody(members, NONE).body.length;
  assert.ok(body.length < once * 1.35, `${String(body.length)} against ${String(once)}`);
  assert.equal(decodeBody(body, NONE).length, twins.length);
  assert.ok(Math.abs(memberCostBits.reduce((sum, bits) => sum + bits, 0) - body.length * 8) < 16);
});
