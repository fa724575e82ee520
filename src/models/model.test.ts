import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { declareModel, effectiveBits, readParameters, thinnestBits } from './model.ts';

describe('a guarded model', () => {
  it('reads parameters in the usual spellings, exactly', () => {
    assert.equal(readParameters('70e9'), 70_000_000_000n);
    assert.equal(readParameters('1.5T'), 1_500_000_000_000n);
    assert.equal(readParameters('8b'), 8_000_000_000n);
    assert.equal(readParameters('405,000,000,000'), 405_000_000_000n);
    for (const bad of ['', '0', '-1', '1.5', '1e40', 'many', '1,5b', '7,0']) {
      assert.throws(() => readParameters(bad), { code: 'MODEL_NUMBER_UNUSABLE' });
    }
  });

  it('has an effective size of bf16 over 100 unless declared otherwise', () => {
    assert.equal(declareModel('atlas', { parameters: '70b' }).effectiveBits, 11_200_000_000n);
    assert.equal(effectiveBits(10n, '4'), 40n);
    assert.equal(effectiveBits(1n, '0.16'), 1n);
    assert.throws(() => effectiveBits(10n, '0'), { code: 'MODEL_NUMBER_UNUSABLE' });
    assert.throws(() => effectiveBits(10n, '1e3'), { code: 'MODEL_NUMBER_UNUSABLE' });
    assert.throws(() => declareModel('No Name', { parameters: '1b' }), {
      code: 'MODEL_NAME_UNUSABLE',
    });
  });

  it('is judged by the thinnest of all', () => {
    assert.equal(thinnestBits([]), null);
    const models = [
      declareModel('a', { parameters: '70b' }),
      declareModel('b', { parameters: '8b' }),
    ];
    assert.equal(thinnestBits(models), 1_280_000_000n);
  });
});
