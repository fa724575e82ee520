import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as code from '../../test/support/pickle-code.ts';
import { leastThreadMs } from '../../test/support/thread-time.ts';
import { memorySource, TEMPLATE_LENGTH_MAX } from '../formats/index.ts';
import { judgeScan } from './decoded.ts';
import { scanSource } from './scan.ts';

const { call, pickle, text } = code;
const RUNS = pickle(call('os', 'system', 'id')).toString('base64');
const DATA = pickle(text('plain'), text('x'), '\x86').toString('base64');

function verdict(name: string, content: string): string {
  return judgeScan(scanSource(name, memorySource(Buffer.from(content))).findings);
}

test('a pickle that is a whole text of JSON is found, however it is spelled', () => {
  for (const value of [
    RUNS,
    RUNS.replace(/.{16}/g, '$&\n'),
    Buffer.from(RUNS, 'base64').toString('hex'),
    Buffer.from(RUNS).toString('base64'),
  ]) {
    assert.equal(verdict('a.json', JSON.stringify({ a: [1, { p: value }] })), 'malicious', value);
    assert.equal(verdict('a.json', JSON.stringify({ [value]: 1 })), 'malicious', 'a key');
    const lines = `${JSON.stringify({ p: 'b' })}\n${JSON.stringify({ p: value })}\n`;
    assert.equal(verdict('a.jsonl', lines), 'malicious', value);
  }
  assert.deepEqual(scanSource('a.json', memorySource(Buffer.from(`["${RUNS}"]`))).forms, []);
  assert.equal(verdict('a.json', JSON.stringify([DATA])), 'inconclusive', 'plain data in a pickle');
});

test('a pickle that is a whole cell of a table is found, with its place', () => {
  const lines = "cos\nsystem\n(S'id'\ntR.";
  for (const part of [',', '\t', ';', '|'])
    for (const cell of [RUNS, `"${lines}"`, `"${lines.replace('id', 'echo ""x""')}"`]) {
      const content = Buffer.from(['a', 'b\n1', `${cell}\n2`, 'x\n'].join(part));
      const { findings, forms } = scanSource('a.csv', memorySource(content));
      assert.equal(judgeScan(findings), 'malicious', content.toString());
      assert.equal(findings[0]?.place, 'row 2, column 2');
      assert.deepEqual(forms, []);
    }
  assert.equal(verdict('a.csv', `${RUNS},b\n1,2\n`), 'malicious', 'the header');
  assert.equal(verdict('a.csv', `a,b\n"x ""y"" z\n,",${RUNS}`), 'malicious', 'the last cell');
});

test('a pickle that stands in a longer text is for a person', () => {
  assert.equal(
    verdict('a.json', JSON.stringify({ p: `take "${RUNS}", they said` })),
    'inconclusive',
  );
  assert.equal(verdict('a.csv', `a,b\n1,see ${RUNS}\n2,x\n`), 'inconclusive');
  const wrapped = RUNS.replace(/.{30}/g, '$&\n');
  assert.equal(verdict('a.txt', `see here\n\n${wrapped}\n\nand so on\n`), 'inconclusive');
  assert.equal(verdict('a.html', `<p>see</p><pre>${RUNS}</pre>`), 'inconclusive');
});

test('pictures, digests, names and addresses in texts are data', () => {
  const picture = Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    Buffer.from(Array.from({ length: 3000 }, (_, i) => (i * i * 7 + (i >> 3)) & 255)),
  ]);
  const value = {
    picture: picture.toString('base64'),
    digest: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    address: 'https://a.example/some/long_path-of/words/abcdefghijklmnop?q=1',
    'quoted "key" \\': 'say "hello\\" to internationalization and counterrevolutionaries',
  };
  assert.equal(verdict('a.json', JSON.stringify(value)), 'clean');
  assert.equal(verdict('a.txt', `${Object.values(value).join('\n')}\n`), 'clean');
});

test('time grows only as much as the text', () => {
  const time = (unit: string, length: number): number => {
    const content = JSON.stringify(unit.repeat(Math.ceil(length / unit.length)));
    return leastThreadMs(() => scanSource('a.json', memorySource(Buffer.from(content))));
  };
  for (const unit of ['\\"', 'A', 'gASV', `${RUNS}\n`, 'c\n', '\\\\', '{{ {% ']) {
    const [small, large] = [time(unit, 50_000), time(unit, 400_000)];
    assert.ok(large < small * 8 * 4, `${JSON.stringify(unit)}: ${small} and ${large} ms`);
  }
});

test('a long text with blocks of templates is only text, unless a block reaches behind its data', () => {
  const long = 'word '.repeat(TEMPLATE_LENGTH_MAX / 4);
  for (const times of [1, 4]) {
    const filler = long.repeat(times);
    const plain = `${filler}{{ name }}, {% if x %}y{% endif %}, {{ open, {% open`;
    assert.equal(verdict('notes.txt', plain), 'clean', `${times}`);
    assert.equal(verdict('notes.json', JSON.stringify({ text: plain })), 'clean', `${times}`);
    const reaches = `{{ a }}{% b %}${filler}{{ ''.__class__ }}`;
    assert.equal(verdict('notes.txt', reaches), 'inconclusive', `${times}`);
    assert.equal(verdict('notes.json', JSON.stringify({ text: reaches })), 'inconclusive');
    // What says that it is a template has to be one.
    assert.equal(verdict('chat_template.jinja', plain), 'inconclusive');
    assert.equal(verdict('a.json', JSON.stringify({ chat_template: plain })), 'inconclusive');
  }
});
