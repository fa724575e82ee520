import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { tempDir } from '../support/temp-dir.ts';

const SHORT = 'examples/scenarios/short-timelines.yaml';
const LONG = 'examples/scenarios/longer-timelines-one-leader.yaml';

function sallyport(...args: string[]) {
  return spawnSync(process.execPath, ['bin/sallyport.js', ...args], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
}

test('run: text, JSON and page; the same numbers with one thread and with two', async (t) => {
  const page = join(await tempDir(t), 'page.html');
  const one = sallyport('scenario', 'run', SHORT, '--runs', '1000', '--threads', '1', '--json');
  assert.equal(one.status, 0, one.stderr);
  const two = sallyport(
    ...['scenario', 'run', SHORT, '--runs', '1000', '--threads', '2'],
    '--json',
  );
  assert.equal(two.stdout, one.stdout);
  const answers = JSON.parse(one.stdout) as { readonly form: string; readonly runs: number };
  assert.deepEqual([answers.form, answers.runs], ['scenario-answers/1', 1000]);
  const text = sallyport('scenario', 'run', SHORT, '--runs', '1000', '--html', page);
  assert.equal(text.status, 0, text.stderr);
  assert.match(text.stderr, /^[\d,]+ runs, .* in [\d.]+ s on \d+ threads? \(.*\)\n$/);
  for (const part of [
    'illustrative, inputs of',
    'What one security level is worth',
    'rank corr.',
  ]) {
    assert.ok(text.stdout.includes(part), part);
  }
  assert.ok(readFileSync(page, 'utf8').includes('illustrative, inputs of 2026-11-26'));
});

test('show lists inputs; compare puts two side by side', () => {
  const shown = sallyport('scenario', 'show', LONG);
  assert.equal(shown.status, 0, shown.stderr);
  assert.match(shown.stdout, /parties\.leader\.egress\.shareOfWeightsPerYear .*rand-levels/);
  const both = sallyport('scenario', 'compare', SHORT, LONG, '--runs', '1000');
  assert.equal(both.status, 0, both.stderr);
  assert.match(both.stdout, /holders at the end .*\d \(.*\) {2}.*\(.* to .*\)/);
});

test('a bad file names every bad field and ends with 2; so do bad options', async (t) => {
  const file = join(await tempDir(t), 'bad.yaml');
  writeFileSync(
    file,
    readFileSync(SHORT, 'utf8').replace('months: 48', 'months: 2').replace('seed: 1', 'sed: 1'),
  );
  const bad = sallyport('scenario', 'run', file);
  assert.equal(bad.status, 2);
  assert.match(bad.stderr, /months: .*; .*"sed"/);
  for (const args of [
    ['run', 'no-such-file.yaml'],
    ['run', SHORT, '--runs', '1500'],
    ['run', SHORT, '--threads', '0'],
    ['run', SHORT, '--seed', '-1'],
  ]) {
    const refused = sallyport('scenario', ...args);
    assert.equal(refused.status, 2, args.join(' '));
    assert.match(refused.stderr, /^sallyport: .*\n {2}hint: .*\n {2}code: [A-Z_]+\n$/);
  }
});

test('names from a file cannot steer the terminal', async (t) => {
  const file = join(await tempDir(t), 'names.yaml');
  const named = readFileSync(SHORT, 'utf8').replaceAll(
    /^(name|\s+title): .*/gm,
    '$1: "a\\u202Eb\\u001b[31m"',
  );
  writeFileSync(file, named);
  for (const args of [
    ['run', file, '--runs', '1000'],
    ['show', file],
  ]) {
    const { status, stdout } = sallyport('scenario', ...args);
    assert.equal(status, 0);
    assert.match(stdout, /a\\u\{202e\}b/);
    assert.equal(stdout.includes('\u202e') || stdout.includes('\u001b'), false);
  }
});
