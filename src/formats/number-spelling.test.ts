import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseDecimal, roundDigits, spellDecimal, spellFixed } from './number-spelling.ts';

const spell = (text: string): string | undefined => {
  const decimal = parseDecimal(text);
  if (decimal === undefined) return undefined;
  return spellDecimal(decimal.negative, decimal.digits, decimal.exponent);
};

void test('spellings of one value meet', () => {
  const groups = [
    ['0.00001', '1e-05', '1.0E-5', '+.00001', '10e-6', '0.000010'],
    ['1', '+1', '1.', '1.0', '1e0', '10e-1', '0.1e1'],
    ['0', '0.0', '.0', '0e5', '0.'],
    ['-1250', '-1.25e3', '-1250.00', '-12500e-1'],
    ['1e+21', '1000000000000000000000', '1E21'],
    ['1e-8', '0.00000001', '10.0e-9'],
  ];
  for (const [canonical, ...others] of groups) {
    for (const other of others) assert.equal(spell(other), spell(canonical as string), other);
  }
});

void test('what is no number stays text', () => {
  const texts = [
    '007',
    '01',
    '1,000',
    '1_000',
    '0x10',
    'NaN',
    'Inf',
    '',
    '.',
    '-',
    '+',
    'e5',
    '1e',
    '1e99999',
    '--1',
    '1.2.3',
    '12a',
    '٣',
  ];
  for (const text of texts) assert.equal(parseDecimal(text), undefined, text);
  assert.equal(parseDecimal('1'.repeat(2000)), undefined);
});

void test('what is a number is one in its canonical spelling too', () => {
  const digit = fc.constantFrom('0', '1', '5', '9');
  const digits = (most: number): fc.Arbitrary<string> =>
    fc.oneof(
      fc.array(digit, { maxLength: 6 }).map((all) => all.join('')),
      fc.tuple(digit, fc.integer({ min: most - 12, max: most })).map(([d, n]) => d.repeat(n)),
    );
  const power = fc.oneof(
    fc.constant(''),
    fc.integer({ min: -10_001, max: 10_001 }).map((n) => `e${String(n)}`),
    fc.constantFrom('e9999', 'e-9999', 'e9998', 'e-9990'),
  );
  const cell = fc
    .tuple(
      fc.constantFrom('', '-', '+'),
      digits(1024),
      fc.constantFrom('', '.'),
      digits(1024),
      power,
    )
    .map((parts) => parts.join(''));
  let numbers = 0;
  fc.assert(
    fc.property(cell, (text) => {
      const decimal = parseDecimal(text);
      if (decimal === undefined) return;
      numbers++;
      const { negative, exponent, decimals } = decimal;
      const canonical = spellDecimal(negative, decimal.digits, exponent);
      assert.ok(parseDecimal(canonical) !== undefined, canonical);
      assert.equal(spell(canonical), canonical);
      if (decimals < 0) return;
      assert.ok(parseDecimal(spellFixed(negative, decimal.digits, exponent, decimals)), text);
    }),
    { numRuns: 2000 },
  );
  assert.ok(numbers > 200, String(numbers));
  for (const text of ['12e9999', '0.12e-9999', '9'.repeat(1024), `.${'1'.repeat(1023)}`])
    assert.equal(parseDecimal(text), undefined, text.slice(0, 20));
  assert.ok(parseDecimal('1e9999') !== undefined && parseDecimal('9'.repeat(1016)) !== undefined);
});

void test('doubles are spelled as the language spells them', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      if (Object.is(value, -0)) return;
      assert.equal(spell(String(value)), String(value));
    }),
  );
});

void test('integers of any length stay exact', () => {
  fc.assert(
    fc.property(fc.bigInt(), (value) => {
      const text = spell(String(value)) as string;
      const back = parseDecimal(text);
      assert.ok(back !== undefined);
      assert.equal(
        BigInt(back.digits) * 10n ** BigInt(back.exponent) * (back.negative ? -1n : 1n),
        value,
      );
    }),
  );
});

void test('rounding is half to even on the digits', () => {
  const round = (text: string, count: number): string => {
    const { negative, digits, exponent } = parseDecimal(text) as {
      negative: boolean;
      digits: string;
      exponent: number;
    };
    const rounded = roundDigits(digits, exponent, count);
    return spellDecimal(negative, rounded.digits, rounded.exponent);
  };
  assert.equal(round('0.12345', 4), '0.1234');
  assert.equal(round('0.12355', 4), '0.1236');
  assert.equal(round('0.123450001', 4), '0.1235');
  assert.equal(round('99999', 4), '100000');
  assert.equal(round('1234567', 4), '1235000');
  assert.equal(round('-2.5', 1), '-2');
});

void test('fixed spelling keeps its digits after the point', () => {
  assert.equal(spellFixed(false, '15', -1, 2), '1.50');
  assert.equal(spellFixed(true, '5', -3, 3), '-0.005');
  assert.equal(spellFixed(false, '0', 0, 2), '0.00');
  assert.equal(spellFixed(false, '3', 2, 0), '300');
});
