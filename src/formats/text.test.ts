/** Canonical text: one file for everything that looks the same, and refusals of what does not show. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseText } from './text.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
function canonical(input: string | Uint8Array): string {
  const parsed = parseText(typeof input === 'string' ? utf8(input) : input);
  assert.ok(parsed.ok, parsed.ok ? '' : parsed.message);
  return new TextDecoder().decode(parsed.bytes);
}
function refusal(input: string | Uint8Array): string {
  const parsed = parseText(typeof input === 'string' ? utf8(input) : input);
  return parsed.ok ? 'none' : parsed.code;
}

test('spellings that look the same become the same bytes', () => {
  assert.equal(canonical('a\r\nb\rc  \t\n\n\n'), 'a\nb\nc\n');
  assert.equal(canonical('\ufeffx'), 'x\n');
  assert.equal(canonical('e\u0301\u00a0\u2009y'), '\u00e9  y\n');
  assert.equal(canonical('5 \u00b5g'), '5 \u03bcg\n');
  assert.equal(canonical('\u2714\ufe0f'), '\u2714\n');
  assert.equal(canonical('  \n \n'), '');
});

test('what does not show is refused', () => {
  for (const c of [
    '\u0000',
    '\u001b',
    '\u200b',
    '\u200d',
    '\u202e',
    '\u2066',
    '\u00ad',
    '\ue000',
    '\u{e0041}',
    '\u3164',
    '\u2028',
    '\u0378',
  ]) {
    assert.equal(refusal(`a${c}b`), 'TEXT_CHARACTER_HIDDEN', JSON.stringify(c));
  }
  assert.equal(refusal(Uint8Array.of(0xc0, 0x80)), 'TEXT_ENCODING_INVALID');
  assert.equal(refusal(Uint8Array.of(0xed, 0xa0, 0x80)), 'TEXT_ENCODING_INVALID');
  assert.equal(refusal(`a${'\u0302'.repeat(6)}`), 'TEXT_MARKS_STACKED');
});

test('words that mix look-alikes are refused, units and other languages are not', () => {
  assert.equal(refusal('p\u0430ypal'), 'TEXT_WORD_MIXED');
  assert.equal(refusal('\u0391lpha'), 'TEXT_WORD_MIXED');
  assert.equal(refusal('\u03b21 = 0.3, 5 \u03bcm, \u0394x'), 'none');
  assert.equal(refusal('\u041f\u0440\u0438\u0432\u0435\u0442 world'), 'none');
});

test('the canonical file is a fixed point', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
      const parsed = parseText(utf8(text));
      if (!parsed.ok) return;
      const again = parseText(parsed.bytes);
      assert.ok(again.ok);
      assert.deepEqual(again.bytes, parsed.bytes);
    }),
  );
});

test('blocks do not show: a long text is read as a short one', () => {
  const line = 'caf\u0065\u0301 \u03b1\u03b2\u03b3 0123456789\r\n';
  assert.equal(
    canonical(line.repeat(9000)),
    'caf\u00e9 \u03b1\u03b2\u03b3 0123456789\n'.repeat(9000),
  );
});
