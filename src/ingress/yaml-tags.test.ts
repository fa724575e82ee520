/** YAML that calls something, however the tag is spelled; and YAML that does not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { leastThreadMs } from '../../test/support/thread-time.ts';
import { makeZip } from '../../test/support/zip-files.ts';
import { memorySource } from '../formats/index.ts';
import { judgeScan } from './decoded.ts';
import { scanSource } from './scan.ts';

function scan(name: string, bytes: string | Uint8Array): string {
  const { findings } = scanSource(name, memorySource(Buffer.from(bytes)));
  const codes = findings.map(({ code }) => code.replace(/^SCAN_/, ''));
  return [judgeScan(findings), ...new Set(codes)].join(' ');
}

test('a tag that calls something is malicious, however it is spelled', () => {
  for (const text of [
    '!!python/object/apply:os.system ["id"]\n',
    'a: !!python/object/apply:os.system ["id"]\n',
    'a:\n  - !!python/object/new:os.system ["id"]\n',
    '{"a": !!python/object/apply:os.system ["id"]}\n',
    '[1,!!python/object/apply:os.system ["id"]]\n',
    'a: &x !!python/object/apply:os.system ["id"]\n',
    'a: !<tag:yaml.org,2002:python/object/apply:os.system> ["id"]\n',
    'a: !!pyth%6fn/object/%61pply:os.system ["id"]\n',
    '%TAG !p! tag:yaml.org,2002:pyth\n---\na: !p!on/object/apply:os.system ["id"]\n',
    '%TAG ! tag:yaml.org,2002:\n---\na: !python/object/apply:os.system ["id"]\n',
    '? !!python/object/apply:os.system ["id"]\n: 1\n',
    'a: !!str x\nb: !!python/object/apply:os.system\n  args: ["id"]\n',
    'name,value\n1,!!python/object/apply:os.system ["id"]\n',
  ]) {
    assert.equal(scan('config.yaml', text), 'malicious YAML_CALL', text);
    assert.match(scan('config.yml.gz', gzipSync(text)), /^malicious/, text);
    assert.match(scan('a.zip', makeZip([['x/config.yml', Buffer.from(text)]])), /^malicious/, text);
  }
});

test('a tag that asks for an object is for a person', () => {
  for (const text of [
    'a: !!python/tuple [1, 2]\n',
    'a: !!python/name:os.system ""\n',
    'a: !!python/object:argparse.Namespace {}\n',
    'a: !new:torch.nn.Linear [1]\n',
    'a: !!javax.script.ScriptEngineManager [1]\n',
    'a: !ruby/object:Gem::Installer {}\n',
    'a: !ENV x\n',
  ])
    assert.equal(scan('config.yaml', text), 'inconclusive YAML_TAG', text);
  // Where nothing says that it is YAML, a text may be about it.
  assert.equal(
    scan('notes.txt', 'a: !!python/object/apply:os.system ["id"]\n'),
    'inconclusive YAML_TAG',
  );
});

test('plain YAML and texts that mention tags are text', () => {
  for (const [name, text] of [
    ['a.yaml', 'a: 1\nb:\n  - c\n  - "d !e"\n'],
    ['a.yaml', 'a: !!str 1\nb: !!binary aGk=\nc: ! d\n'],
    ['a.yaml', 'a: hello !world\nb: wow!!\n# !!python/object/apply:os.system\n'],
    ['a.yaml', "say: 'use !!python/object/apply:os.system never'\n"],
    ['a.md', 'Loading `!!python/object/apply` runs code.\n'],
    ['a.md', 'Never load !!python/object/apply:os.system from others.\n'],
    ['a.txt', '- !x\n- !important\n'],
    ['a.json', '{"a": "!!python/object/apply:os.system"}'],
  ] as const)
    assert.equal(scan(name, text), 'clean', text);
});

test('time grows only as much as the text', () => {
  for (const part of ['!', '!a ', '[!', '- !!x\n', '%TAG ! a\n', '&a ', '!<', ', ']) {
    const time = (length: number): number => {
      const text = Buffer.from(`a: b\n${part.repeat(length / part.length)}\nc: d\n`);
      return leastThreadMs(() => scan('a.yaml', text));
    };
    const [short, long] = [time(1 << 16), time(1 << 19)];
    assert.ok(long < 8 * 4 * short, `${part}: ${String(short)} ms, ${String(long)} ms`);
  }
});
