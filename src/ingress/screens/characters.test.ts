import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { emojiTexts, localeTexts, SENTENCES } from '../../../test/support/languages.ts';
import { findDamage, findHidden } from './hidden.ts';
import { findLookalike } from './lookalikes.ts';

const show = (text: string): string => JSON.stringify(text);
const tag = (text: string): string =>
  Array.from(text)
    .map((letter) => String.fromCodePoint(0xe0000 + letter.charCodeAt(0)))
    .join('');

/** What draws nothing, each between two letters of a word. */
const UNSEEN: Readonly<Record<string, string>> = {
  'zero-width space': '\u200b',
  'zero-width joiner': '\u200d',
  'zero-width non-joiner': '\u200c',
  'word joiner': '\u2060',
  'byte-order mark': '\ufeff',
  'soft hyphen in a short word': '\u00ad',
  'grapheme joiner': '\u034f',
  'left-to-right mark': '\u200e',
  'Arabic letter mark': '\u061c',
  override: '\u202e',
  isolate: '\u2066',
  'Khmer vowel': '\u17b5',
  'Mongolian separator': '\u180e',
  'Mongolian selector': '\u180b',
  'Hangul filler': '\u3164',
  'narrow Hangul filler': '\uffa0',
  'Hangul initial filler': '\u115f',
  'Hangul vowel filler': '\u1160',
  'blank of Braille': '\u2800',
  'function application': '\u2061',
  'invisible times': '\u2062',
  'invisible plus': '\u2064',
  'annotation anchor': '\ufff9',
  'variation selector': '\ufe01',
  'emoji selector': '\ufe0f',
  'selector of the supplement': '\u{e0101}',
  'musical beam': '\u{1d173}',
  'musical null': '\u{1d159}',
  'shorthand overlap': '\u{1bca0}',
  'hieroglyph joiner': '\u{13430}',
  tag: '\u{e0061}',
  'language tag': '\u{e0001}',
  'private use': '\ue000',
  'no character': '\ufdd0',
  control: '\u0001',
  delete: '\u007f',
};

describe('characters that nobody sees', () => {
  for (const [what, character] of Object.entries(UNSEEN)) {
    it(`finds each ${what} where it stands in any text`, () => {
      const words = fc.array(fc.stringMatching(/^[a-z]{1,5}$/), { minLength: 1, maxLength: 12 });
      fc.assert(
        fc.property(words, fc.nat(), (list, seed) => {
          const plain = list.join(' ');
          const letters = [...plain.matchAll(/[a-z]/g)];
          const at = (letters[seed % letters.length]?.index ?? 0) + 1;
          const spot = findHidden(plain.slice(0, at) + character + plain.slice(at));
          assert.equal(spot?.start, at);
        }),
        { numRuns: 40 },
      );
    });
  }

  it('finds bytes in trains of selectors, tags behind any flag, and bits in joiners', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 2, maxLength: 40 }), (bytes) => {
        const train = [...bytes].map((byte) =>
          String.fromCodePoint(byte < 16 ? 0xfe00 + byte : 0xe0100 + byte - 16),
        );
        for (const base of ['a', '😀', '字', '✓']) {
          assert.ok(findHidden(`x ${base}${train.join('')} y`), base);
        }
        const letters = [...bytes].map((byte) => String.fromCharCode(97 + (byte % 26))).join('');
        assert.ok(findHidden(`🏴${tag(letters)}`), letters);
        assert.ok(findHidden(`🏴${tag(letters)}\u{e007f}`), letters);
        const bits = [...bytes].flatMap((byte) =>
          [1, 2, 4, 8].map((bit) => ((byte & bit) === 0 ? '\u200b' : '\u200c')),
        );
        assert.ok(findHidden(`a${bits.join('')}b`));
        // Where spelling has joiners, too: one after each letter is no spelling.
        assert.ok(findHidden(`می\u200c${bits.slice(0, 12).join('ب')}`));
      }),
      { numRuns: 60 },
    );
  });

  it('knows the three regions whose flags are spelled with tags, and no other', () => {
    for (const place of ['gbeng', 'gbsct', 'gbwls']) {
      assert.equal(findHidden(`go 🏴${tag(place)}\u{e007f}!`), undefined, place);
      assert.ok(findHidden(`go 🏴${tag(place)}!`), 'without its end');
      assert.ok(findHidden(`go 🏴${tag(`${place}x`)}\u{e007f}!`));
      assert.ok(findHidden(`go ${tag(place)}\u{e007f}!`), 'without its flag');
    }
    assert.ok(findHidden(`🏴${tag('ustx')}\u{e007f}`));
    assert.ok(findHidden(`🏴${tag('gbabc')}\u{e007f}`));
  });

  it('finds what spelling has when there is more of it than letters need', () => {
    const shy = (word: string): string => Array.from(word).join('\u00ad');
    assert.ok(findHidden(shy('hyphenation')));
    assert.ok(findHidden('in\u00adno\u00adcent')?.what.includes('hyphen') !== true);
    assert.ok(findHidden('\u2800'.repeat(30) + '⠓'));
    assert.ok(findHidden('م\u200cم\u200cم\u200cم\u200cم\u200cم\u200c'));
    assert.ok(findHidden('字\u{e0100}'.repeat(12)));
    assert.ok(findHidden('a\u2002b\u2003c\u2004d\u2005e'), 'blanks of several widths');
    assert.ok(findHidden('\u202eabc\u202c שלום'), 'overrides are never spelling');
  });

  it('leaves the spelling of real languages and emoji alone', () => {
    const held: string[] = [];
    let count = 0;
    for (const { locale, text } of localeTexts()) {
      count++;
      if ((findHidden(text) ?? findLookalike(text)) !== undefined)
        held.push(`${locale} ${show(text)}`);
    }
    for (const text of [...emojiTexts(), ...SENTENCES]) {
      count++;
      if ((findHidden(text) ?? findLookalike(text)) !== undefined) held.push(show(text));
    }
    assert.deepEqual(held, []);
    assert.ok(count > 8000, `${count} texts`);
  });

  it('finds characters that were decoded wrongly', () => {
    assert.ok(findDamage('it\u0092s'));
    assert.equal(findDamage('it’s'), undefined);
  });
});

/** Alphabets in which every letter of some English words has a lookalike. */
const ALPHABETS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Cyrillic: { a: 'а', c: 'с', e: 'е', o: 'о', p: 'р', s: 'ѕ', x: 'х', y: 'у', i: 'і' },
  Greek: { o: 'ο', p: 'ρ', t: 'τ', u: 'υ', v: 'ν', i: 'ι', k: 'κ', n: 'η', a: 'α', e: 'ε' },
  Armenian: { o: 'օ', n: 'ո', u: 'ս', h: 'հ', w: 'ա', g: 'ց', q: 'զ', t: 'ե' },
  Cherokee: { a: 'Ꭺ', c: 'Ꮯ', e: 'Ꭼ', t: 'Ꭲ', p: 'Ꮲ', s: 'Ꮪ', l: 'Ꮮ', d: 'Ꭰ', r: 'Ꭱ' },
};
const WORDS: Readonly<Record<string, readonly string[]>> = {
  Cyrillic: ['access', 'copy', 'space', 'pass'],
  Greek: ['option', 'token', 'input', 'output'],
  Armenian: ['who', 'now', 'how', 'not'],
  Cherokee: ['accept', 'added', 'released', 'tested', 'select'],
};

describe('letters that look like others', () => {
  for (const [name, letters] of Object.entries(ALPHABETS)) {
    it(`finds ${name} letters in a word, and whole words of them in English text`, () => {
      for (const word of WORDS[name] ?? []) {
        assert.ok(
          Array.from(word).every((letter) => letter in letters),
          word,
        );
        const whole = Array.from(word)
          .map((letter) => letters[letter] ?? '?')
          .join('');
        const text = `please press the button and ${whole} with it before you go`;
        const spot = findLookalike(text);
        assert.equal(spot?.start, text.indexOf(whole), whole);
        if (word.length < 4) continue;
        const mixed = `${word.slice(0, -1)}${whole.slice(-1)}`;
        assert.equal(findLookalike(`go ${mixed} it`)?.start, 3, mixed);
      }
    });
  }

  it('finds words of mathematical, full-width, circled and squared letters', () => {
    const style = (from: number): string =>
      Array.from('ignore')
        .map((each) => String.fromCodePoint(from + each.charCodeAt(0) - 97))
        .join('');
    for (const from of [0x1d41a, 0x1d5ba, 0x1d68a, 0xff41, 0x24d0, 0x1f150, 0x1f170]) {
      const text = `you may ${style(from)} this`;
      assert.equal(findLookalike(text)?.start, 8, style(from));
    }
  });

  it('leaves words of a language in its own text alone', () => {
    for (const text of [
      'это русский текст: а вот сорока',
      'раз, два, соре', // no English around
      'Ελληνικά και English',
      'µm and Ω',
      'the variable αx or βy',
      'naïve',
      'SMSки и IT-шник',
      '日本のＪＲ',
    ]) {
      assert.equal(findLookalike(text), undefined, text);
    }
  });
});
