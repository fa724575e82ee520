/** JSONTestSuite: what must be accepted is accepted, what must be refused is refused, and every free choice vanishes or is charged. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { emitJson, parseJson } from '../../src/formats/index.ts';
import { CODECS } from '../../src/wire/index.ts';
import { openDecoder, openEncoder } from '../../src/wire/engine/index.ts';

const vectors = join(process.env['SALLYPORT_VECTORS'] ?? '../shared/vectors', 'json');
const skip = existsSync(vectors) ? false : 'no JSONTestSuite here';

function list(folder: string, prefix: string): string[] {
  return readdirSync(join(vectors, folder)).filter((name) => name.startsWith(prefix));
}

/** Accepted files keep their meaning, have one form, and survive the codec. */
function checkAccepted(name: string, bytes: Uint8Array): void {
  const parsed = parseJson(bytes);
  assert.ok(parsed.ok, name);
  const emitted = emitJson(parsed.value.root);
  const again = parseJson(emitted);
  assert.ok(again.ok, name);
  assert.deepEqual(emitJson(again.value.root), emitted, name);
  JSON.parse(new TextDecoder().decode(emitted));
  const encoder = openEncoder();
  CODECS.json.open(encoder).encode(parsed.value, []);
  const coded = encoder.finish();
  const value = CODECS.json.open(openDecoder(coded)).decode([]);
  assert.deepEqual(CODECS.json.emit(value), emitted, name);
}

test('y_ files are accepted and survive the codec', { skip }, () => {
  const names = list('test_parsing', 'y_');
  assert.ok(names.length > 90);
  for (const name of names) checkAccepted(name, readFileSync(join(vectors, 'test_parsing', name)));
});

test('n_ files are refused with a reason', { skip }, () => {
  const names = list('test_parsing', 'n_');
  assert.ok(names.length > 180);
  for (const name of names) {
    const parsed = parseJson(readFileSync(join(vectors, 'test_parsing', name)));
    assert.equal(parsed.ok, false, name);
    assert.match(parsed.code, /^JSON_/, name);
  }
});

test('i_ files are refused, or accepted and charged', { skip }, () => {
  for (const name of list('test_parsing', 'i_')) {
    const bytes = readFileSync(join(vectors, 'test_parsing', name));
    if (parseJson(bytes).ok) checkAccepted(name, bytes);
  }
});

test('spellings of one value meet in one file, and values stay exact', { skip }, () => {
  const emit = (name: string): string => {
    const parsed = parseJson(readFileSync(join(vectors, 'test_transform', name)));
    return parsed.ok ? new TextDecoder().decode(emitJson(parsed.value.root)) : parsed.code;
  };
  assert.equal(emit('number_1.0.json'), '[1]\n');
  assert.equal(emit('number_1e6.json'), '[1000000]\n');
  assert.equal(emit('number_1.000000000000000005.json'), '[1.000000000000000005]\n');
  assert.equal(emit('number_10000000000000000999.json'), '[10000000000000000999]\n');
  assert.equal(emit('number_9223372036854775808.json'), '[9223372036854775808]\n');
  assert.equal(emit('object_same_key_different_values.json'), '{\n  "a": 2\n}\n');
  assert.equal(emit('object_key_nfc_nfd.json'), 'JSON_KEYS_ALIKE');
  assert.equal(emit('string_1_escaped_invalid_codepoint.json'), 'JSON_SURROGATE_LONE');
  assert.equal(emit('string_with_escaped_NULL.json'), '["A\\u0000B"]\n');
});
