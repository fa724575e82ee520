import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { readEscapes } from './escapes.ts';
import { findMark } from './marks.ts';
import { PhraseScreen } from './phrases.ts';
import { readPunycode } from './punycode.ts';
import { ALL_SIGNS, SIGNS, TokenReader } from './tokens.ts';

/** What marks, escapes and labels are made of, and what may stand between. */
const PARTS = [
  ...['<|im_start|>', '<!-- ', 'note to ', 'the ', 'ai', 'AIs', 'LLMs', 'Agents', 'chatbot', ': '],
  ...[
    'alt="',
    'language model',
    'GPT',
    'Claude',
    'gemini',
    'copilot',
    'system prompt',
    ', please ',
  ],
  ...['[INST]', '[system note]', '### Instruction:\n', '### Response:\n', '\nHuman: ', 'say '],
  ...['\nAssistant: ', 'BEGIN ', 'SYSTEM ', 'PROMPT', 'OVERRIDE', '![a](http://b.c/?q=', '{data}'],
  ...[
    ')',
    '<img src="',
    'style="display:none">',
    'assistant',
    '\\x41',
    '%41',
    '=41=',
    '&#65;',
    'U+41',
  ],
  ...['xn--pple-43d', '-', '_', ' ', '\n', 'é', '\u2028', '\u00a0', '\u0000', '1', 'a', 'K', 'ı'],
];
const texts = fc.array(fc.constantFrom(...PARTS), { maxLength: 12 }).map((parts) => parts.join(''));

describe('signs and hints', () => {
  const tokens = new TokenReader();
  const phrases = new PhraseScreen();

  it('hide no mark, no escape and no label', () => {
    fc.assert(
      fc.property(texts, (text) => {
        tokens.read(text);
        const mark = findMark(text);
        if (mark !== undefined) assert.deepEqual(phrases.find(text, tokens).model, mark);
        assert.deepEqual(readEscapes(text, tokens.signs), readEscapes(text));
        assert.deepEqual(readPunycode(text, tokens.signs), readPunycode(text));
        assert.equal((tokens.signs & SIGNS.beyond) !== 0, /[^\t\n\r\u0020-\u007e]/.test(text));
      }),
      { numRuns: 20_000 },
    );
  });

  it('are all there in a text that was not read to its end', () => {
    tokens.read('a '.repeat(1 << 20));
    assert.equal(tokens.signs, ALL_SIGNS);
  });
});
