/**
 * What a process coded before makes no difference to a body: encoder and decoder have different pasts. Each case asks
 * a fresh process for the body, and one that has coded samples of other sizes first.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const WIRE = fileURLToPath(new URL('../../src/wire/index.ts', import.meta.url));
const SCRIPT = `
import { createHash } from 'node:crypto';
const { CODECS, encodeBody } = await import(${JSON.stringify(WIRE)});
const line = (i) => 'run ' + i + ' score ' + ((i * 7919) % 1000) / 1000 + ' done\\n';
const SAMPLES = {
  text: (rows) => Array.from({ length: rows }, (_, i) => line(i)).join(''),
  table: (rows) => 'id,score,share\\n' + Array.from({ length: rows }, (_, i) => i + ',' + ((i * 7919) % 1000) + ',' + (i / 8) + '\\n').join(''),
  json: (rows) => JSON.stringify(Array.from({ length: rows }, (_, i) => ({ id: i, note: line(i).trim() }))),
  jsonl: (rows) => Array.from({ length: rows }, (_, i) => JSON.stringify({ id: i, note: line(i).trim() }) + '\\n').join(''),
  xml: (rows) => '<svg xmlns="http://www.w3.org/2000/svg">' + Array.from({ length: rows }, (_, i) => '<path d="M' + i + ' 0L' + (i * 3) + ' 4.5"/>').join('') + '</svg>',
  html: (rows) => '<!DOCTYPE html><html><head><title>a</title></head><body>' + Array.from({ length: rows }, (_, i) => '<p>' + line(i).trim() + '</p>').join('') + '</body></html>',
};
const encode = (type, rows) => {
  const parsed = CODECS[type].parse(new TextEncoder().encode(SAMPLES[type](rows)));
  if (!parsed.ok) throw new Error(type + ': ' + parsed.message);
  const { body } = encodeBody([{ name: 'sample', type, value: parsed.value }], { prefix: 0, files: [] });
  return createHash('sha256').update(body).digest('hex');
};
for (const type of Object.keys(SAMPLES)) {
  for (const rows of process.argv[1] === 'fresh' ? [] : [8, 900]) encode(type, rows);
  console.log(type, encode(type, 3000));
}
`;

function bodies(past: 'fresh' | 'used'): string[] {
  const output = execFileSync(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', SCRIPT, '--', past],
    { encoding: 'utf8' },
  );
  return output.trim().split('\n');
}

test('a body does not depend on what its process coded before', () => {
  assert.deepEqual(bodies('used'), bodies('fresh'));
});
