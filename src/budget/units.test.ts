import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { applyCaps, judgeCaps } from './caps.ts';
import { mostInWindow } from './bucket.ts';
import {
  MONTH_MS,
  readAmount,
  readRate,
  showBytes,
  showFraction,
  showRate,
  YEAR_MS,
} from './units.ts';

// 70 billion parameters at 0.16 bit.
const SIZE = 11_200_000_000n;

describe('units of a budget', () => {
  it('reads amounts exactly and rounds down', () => {
    assert.equal(readAmount('5000', null), 5000n);
    assert.equal(readAmount('40 kB', null), 320_000n);
    assert.equal(readAmount('1.5MiB', null), 12_582_912n);
    assert.equal(readAmount('0.5%', SIZE), 56_000_000n);
    assert.equal(readAmount('1e6 bits', null), 1_000_000n);
    assert.equal(readAmount('1,500,000', null), 1_500_000n);
    // A comma as a decimal point must not make a budget ten times what was meant.
    for (const bad of ['', 'x', '-5', '5 parsecs', '1e999', '%', '1,5 MB', '0,16%', '1,50,000']) {
      assert.throws(() => readAmount(bad, SIZE), { code: 'BUDGET_AMOUNT_UNREADABLE' });
    }
    assert.throws(() => readAmount('5 EB', null), { code: 'BUDGET_AMOUNT_UNREADABLE' });
    assert.throws(() => readAmount('1%', null), { code: 'BUDGET_SIZE_UNKNOWN' });
    assert.throws(() => readAmount('900000 TB', null), { code: 'BUDGET_AMOUNT_TOO_LARGE' });
  });

  it('reads a rate in every unit', () => {
    assert.deepEqual(readRate('1%/year', SIZE), { rateBits: 112_000_000n, ratePeriodMs: YEAR_MS });
    assert.deepEqual(readRate('100 years', SIZE), {
      rateBits: 112_000_000n,
      ratePeriodMs: YEAR_MS,
    });
    assert.deepEqual(
      readRate('1 % of the effective size per year', SIZE),
      readRate('1%/year', SIZE),
    );
    assert.deepEqual(readRate('50 GB/month', null), {
      rateBits: 400_000_000_000n,
      ratePeriodMs: MONTH_MS,
    });
    assert.throws(() => readRate('5 kB', null), { code: 'BUDGET_RATE_UNREADABLE' });
    assert.throws(() => readRate('0 years', SIZE), { code: 'BUDGET_RATE_UNREADABLE' });
  });

  it('shows a rate in every unit', () => {
    assert.deepEqual(showRate(readRate('1%/year', SIZE), SIZE), {
      bitsPerYear: '112,000,000 bits/year',
      bytesPerDay: '38.4 kB/day',
      percentPerYear: '1 %/year',
      yearsToExfiltrate: '100 years',
    });
    assert.equal(showRate({ rateBits: 0n, ratePeriodMs: 1n }, SIZE).yearsToExfiltrate, '∞ years');
    assert.equal(showBytes(12n), '1.5 B');
    assert.equal(showFraction(2n, 3n), '0.667');
    assert.equal(showFraction(123_456n, 1n), '123,456');
  });
});

describe('published caps', () => {
  it('judge the most of any window, and unknown is no pass', () => {
    const rule = { ...readRate('1%/year', SIZE), burstBits: 1n, lifetimeBits: null };
    assert.deepEqual(
      judgeCaps(rule, SIZE).map((each) => each.verdict),
      ['above', 'within', 'within'],
    );
    assert.deepEqual(
      judgeCaps(rule, null).map((each) => each.verdict),
      ['unknown', 'unknown', 'within'],
    );
  });

  it('cut every rule until all of them are met', () => {
    const amount = fc.bigInt({ min: 0n, max: 10n ** 14n });
    fc.assert(
      fc.property(
        fc.record({
          rateBits: amount,
          ratePeriodMs: fc.constantFrom(1000n, MONTH_MS, YEAR_MS),
          burstBits: amount,
          lifetimeBits: fc.option(amount),
        }),
        fc.option(fc.bigInt({ min: 100n, max: 10n ** 13n })),
        (rule, size) => {
          const { rule: cut, cutBy } = applyCaps(rule, size);
          for (const verdict of judgeCaps(cut, size)) assert.notEqual(verdict.verdict, 'above');
          assert.ok(mostInWindow(cut, YEAR_MS) <= mostInWindow(rule, YEAR_MS));
          if (cutBy.length === 0) assert.deepEqual(cut, rule);
        },
      ),
    );
  });
});
