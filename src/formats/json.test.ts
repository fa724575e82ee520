import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { leastThreadMs } from '../../test/support/thread-time.ts';
import { emitJson, parseJson, parseJsonLines } from './json.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const emit = (text: string, digits?: number): string => {
  const parsed = parseJson(bytes(text), digits);
  return parsed.ok ? new TextDecoder().decode(emitJson(parsed.value.root)) : parsed.code;
};

test('key order, blanks, escapes, number spelling and Unicode forms leave no trace', () => {
  const plain = emit('{"a":1,"b":"\u00e9","c":[0.5,100]}');
  assert.equal(emit('{ "c" : [5e-1, 1.00E2],\r\n"b":"e\\u0301", "\\u0061":1.0 }'), plain);
  assert.equal(emit('{"c":[0.500,1e+2],"b":"\\u00E9","a":10e-1}'), plain);
});

test('names of one object never become those of another', () => {
  const text = '[{"a\\u0000b":1,"c":2},{"a":3,"b\\u0000c":4},{},{"":5}]';
  assert.deepEqual(JSON.parse(emit(text)), JSON.parse(text));
});

test('a number whose canonical spelling passes the limits is refused', () => {
  for (const number of ['12e9999', '0.12e-9999', '9'.repeat(1024), '1e10000'])
    assert.equal(emit(`[${number}]`), 'JSON_NUMBER_UNSUPPORTED');
  for (const number of ['1e9999', '10e9998', '9'.repeat(1016)])
    assert.equal(emit(emit(`[${number}]`)), emit(`[${number}]`));
});

test('the values are those of the input', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
      const text = JSON.stringify(value);
      const parsed = parseJson(bytes(text));
      if (!parsed.ok) {
        assert.ok(
          ['JSON_SURROGATE_LONE', 'JSON_CHARACTER_DISGUISED', 'JSON_KEYS_ALIKE'].includes(
            parsed.code,
          ),
        );
        return;
      }
      const emitted = new TextDecoder().decode(emitJson(parsed.value.root));
      assert.equal(emit(emitted), emitted);
      if (/^[\x20-\x7e]*$/.test(text) && !text.includes('\\')) {
        // Serialising has already made 0 of every −0, so the input needs no change; a text of "-0" stays one.
        assert.deepEqual(JSON.parse(emitted), JSON.parse(text));
      }
    }),
    { numRuns: 300 },
  );
});

test('numbers are exact, not doubles', () => {
  assert.equal(
    emit('[123456789012345678901234567890123]'),
    '[1.23456789012345678901234567890123e+32]\n',
  );
  assert.equal(
    emit('[0.1000000000000000055511151231257827]'),
    '[0.1000000000000000055511151231257827]\n',
  );
  assert.equal(emit('[-0, -0.0, 0e9]'), '[0, 0, 0]\n');
  assert.equal(emit('[1.23456, 123456, -9.99996]', 4), '[1.235, 123456, -10]\n');
});

test('characters that do not show are written as escapes', () => {
  assert.equal(emit('["a\u200bb"]'), '["a\\u200bb"]\n');
  assert.equal(emit('["\u202e"]'), '["\\u202e"]\n');
  assert.equal(emit('["p\u0430ypal"]'), 'JSON_CHARACTER_DISGUISED');
});

test('hostile input is refused in linear time', () => {
  assert.equal(emit('['.repeat(1_000_000)), 'JSON_TOO_DEEP');
  assert.equal(emit('{"a":'.repeat(1_000_000)), 'JSON_TOO_DEEP');
  assert.equal(emit(`[${'9'.repeat(1_000_000)}]`), 'JSON_NUMBER_UNSUPPORTED');
  assert.equal(emit('[1e999999999]'), 'JSON_NUMBER_UNSUPPORTED');
  assert.equal(emit(`["${'a'.repeat(1_000_000)}`), 'JSON_SYNTAX_INVALID');
  const time = (n: number): number => {
    const text = bytes(
      `{${Array.from({ length: n }, (_, i) => `"k${String(i)}":"${'\u200b'.repeat(20)}"`).join(',')}}`,
    );
    return leastThreadMs(() => {
      assert.ok(parseJson(text).ok);
    });
  };
  assert.ok(time(32_000) < time(4000) * 8 * 4);
});

test('lines are values, one each', () => {
  const parsed = parseJsonLines(bytes('{"b":1.50,"a":2}\r\n\n[1 ,2]\n"x"'));
  assert.ok(parsed.ok);
  assert.equal(new TextDecoder().decode(parsed.value.bytes), '{"a":2,"b":1.5}\n[1,2]\n"x"\n');
  const refused = parseJsonLines(bytes('{"a":1}\n{"a":\n'));
  assert.equal(refused.ok, false);
  assert.equal(refused.place, 'line 2');
});
