/** Numbers, times and names as the console shows them. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { readPlace, link } from '../../console/src/shell/place.ts';
import {
  sayBits,
  sayBitsShort,
  sayBytes,
  sayDuration,
  sayForm,
  sayRelative,
  sayShare,
  showSafely,
  showTextSafely,
} from '../../console/src/words/format.ts';

describe('numbers', () => {
  it('carry their unit and no more digits than mean something', () => {
    assert.equal(sayBits(1), '1 bit');
    assert.equal(sayBits(34_512), '34,512 bits');
    assert.equal(sayBitsShort(34_512), '34.5 kbit');
    assert.equal(sayBytes(999), '999 B');
    assert.equal(sayBytes(4_314), '4.31 kB');
    assert.equal(sayBytes(999_600), '1 MB');
    assert.equal(sayShare(0.873), '87.3 %');
    assert.equal(sayShare(0), '0 %');
    assert.equal(sayShare(0.0002), '< 0.1 %');
    assert.equal(sayShare(0.9999), '> 99.9 %');
  });

  it('of bytes never grow past their unit', () => {
    fc.assert(
      fc.property(fc.nat(), (bytes) => {
        const [number = ''] = sayBytes(bytes).split(' ');
        assert.ok(Number(number.replaceAll(',', '')) < 1000);
      }),
    );
  });
});

describe('times', () => {
  it('are said in their two largest units', () => {
    assert.equal(sayDuration(400), 'under 1 s');
    assert.equal(sayDuration(41_000), '41 s');
    assert.equal(sayDuration(90_000), '1 min 30 s');
    assert.equal(sayDuration(26 * 3_600_000), '1 d 2 h');
    assert.equal(sayDuration(94 * 86_400_000), '94 d');
    const now = Date.UTC(2026, 10, 26);
    assert.equal(sayRelative(new Date(now - 180_000).toISOString(), now), '3 min ago');
    assert.equal(sayRelative(new Date(now + 7_200_000).toISOString(), now), 'in 2 h');
    assert.equal(sayRelative(new Date(now).toISOString(), now), 'just now');
  });
});

describe('words of others', () => {
  it('show what is hidden in them', () => {
    assert.equal(showSafely('report\u202efdp.csv'), 'report\\u{202e}fdp.csv');
    assert.equal(showSafely('a\u200bb\u0007'), 'a\\u{200b}b\\u{7}');
    assert.equal(showSafely('naïve – 数据 👩‍🔬').includes('naïve – 数据'), true);
    assert.equal(showTextSafely('a\n\tb\u0000'), 'a\n\tb\\u{0}');
  });

  it('never keep a character that changes direction', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        // eslint-disable-next-line no-control-regex -- exactly these characters must be gone.
        const hidden = /[\u0000-\u001f\u202a-\u202e\u2066-\u2069\u200b-\u200f\ufeff]/;
        assert.ok(!hidden.test(showSafely(text)));
      }),
    );
  });

  it('of forms are said plainly', () => {
    assert.equal(sayForm('digits:4'), '4 significant digits');
    assert.equal(sayForm('palette:16,scale:0.5'), '16 colours, 50 % of its size');
    assert.equal(sayForm('svg'), 'the vector figure instead');
  });
});

describe('addresses', () => {
  it('are read back as they were written', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' }), { maxLength: 3 }),
        fc.string({ minLength: 1, unit: 'grapheme' }),
        (path, value) => {
          const place = readPlace(link(path, { text: value, none: null }));
          assert.deepEqual(place.path, path);
          assert.equal(place.query.get('text'), value);
        },
      ),
    );
    assert.deepEqual(readPlace('').path, []);
    assert.deepEqual(readPlace('#token=x').path, []);
  });
});
