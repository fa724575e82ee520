import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeZip } from '../../test/support/zip-files.ts';
import { memorySource } from '../formats/index.ts';
import { judgeScan } from './decoded.ts';
import { scanSource } from './scan.ts';

function scan(name: string, content: string | Uint8Array) {
  const { findings, forms } = scanSource(name, memorySource(Buffer.from(content)));
  return { verdict: judgeScan(findings), findings, forms: forms.length };
}

const layers = (...each: object[]): string =>
  JSON.stringify({ module: 'keras', class_name: 'Functional', config: { layers: each } });
const lambda = { class_name: '__lambda__', config: { code: 'YwAAAAAAAAAA' } };
const DENSE = { class_name: 'Dense', config: { units: 3, activation: 'relu' } };

const RUNNING: Readonly<Record<string, string>> = {
  'a Lambda of Keras 3': layers(DENSE, { class_name: 'Lambda', config: { function: lambda } }),
  'a Lambda of Keras 2': layers({
    class_name: 'Lambda',
    config: { function: ['4wEAAAAA', null, null], function_type: 'lambda' },
  }),
  'code in another layer': layers({ ...DENSE, config: { activation: lambda } }),
  auto_map: '{"auto_map": {"AutoModel": "modeling_x.X"}, "model_type": "x"}',
  'auto_map, spelled otherwise': '{"a": [{"\\u0061uto_map": {"AutoModel": "m.X"}}]}',
  trust_remote_code: '{"tokenizer": {"trust_remote_code": true}}',
};

test('a description of a model that has its loader run code is for a person, and stays data', () => {
  for (const [what, content] of Object.entries(RUNNING)) {
    const { verdict, findings, forms } = scan('config.json', content);
    assert.deepEqual([verdict, forms], ['inconclusive', 1], what);
    assert.ok(
      findings.every(({ code }) => code === 'SCAN_MODEL_CODE'),
      what,
    );
    assert.equal(
      scan('a.zip', makeZip([['m/x.txt', Buffer.from(content)]])).verdict,
      verdict,
      what,
    );
  }
  assert.match(scan('a.json', RUNNING['auto_map']!).findings[0]!.sentence, /auto_map.*safetensors/);
});

test('a network that names a library is for a person', () => {
  for (const head of ['', '<?xml version="1.0"?>\n', '<?xml version="1.0"?><!-- a -->'])
    for (const name of ['ov.xml', 'ov.txt']) {
      const net = (own: string): string =>
        `${head}<net name="n"><layers><layer type="Custom" ${own}/></layers></net>`;
      assert.equal(scan(name, net('library="x.so"')).verdict, 'inconclusive', head);
      assert.equal(scan(name, net('version="x"')).verdict, 'clean', head);
    }
});

test('models of known classes, source code and other texts about these are data', () => {
  for (const [name, content] of Object.entries({
    'model.json': layers(DENSE),
    'config.json': '{"model_type": "x", "trust_remote_code": false, "auto_map": {}}',
    'words.json': '["auto_map", "Lambda", {"class_name": "Lambda"}, {"name": "__lambda__"}]',
    'rows.jsonl': `${RUNNING['auto_map']!}\n{"a": 1}\n`,
    'handler.py': 'import os\n\nf = Lambda(lambda x: x)\nauto_map = {"a": 1}\n',
    'page.html': '<html><p>library="a"</p></html>',
    'other.xml': '<?xml version="1.0"?><shelf><book library="town"/></shelf>',
  }))
    assert.equal(scan(name, content).verdict, 'clean', name);
});
