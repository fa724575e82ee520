/**
 * The judge beside CPython: random streams are loaded by both of its readers with names that only count. Whatever either
 * of them calls outside the grammar is never clean here, under any name.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { memorySource } from '../../src/formats/index.ts';
import { judgeScan } from '../../src/ingress/decoded.ts';
import { scanSource } from '../../src/ingress/scan.ts';
import { seedRandom, writeStream } from '../support/pickle-streams.ts';
import type { Random } from '../support/pickle-streams.ts';

const STREAMS = Number(process.env.SALLYPORT_PICKLE_STREAMS ?? 4000);
const SEED = Number(process.env.SALLYPORT_PICKLE_SEED ?? 1);

const hasPython = spawnSync('python3', ['-c', 'import pickle, resource']).status === 0;
const skip = hasPython ? false : 'python3 is not on this machine';

function countCalls(streams: readonly Buffer[]): readonly (readonly number[])[] {
  const script = join(import.meta.dirname, '../support/pickle-calls.py');
  const { status, stdout, stderr } = spawnSync('python3', [script], {
    input: streams.map((stream) => `${stream.toString('base64')}\n`).join(''),
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    timeout: 120_000,
  });
  assert.equal(status, 0, stderr);
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split(' ').map(Number));
}

test('what CPython calls outside the grammar is never clean', { skip }, () => {
  const random = seedRandom(SEED);
  const streams = Array.from({ length: STREAMS }, () => writeStream(random));
  const counted = countCalls(streams);
  assert.equal(counted.length, streams.length);
  let calling = 0;
  let malicious = 0;
  for (const [i, stream] of streams.entries()) {
    if (Math.max(...counted[i]!) === 0) continue;
    calling++;
    const verdicts = ['x.pkl', 'notes.txt', 'table.csv'].map((name) =>
      judgeScan(scanSource(name, memorySource(stream)).findings),
    );
    const shown = `${JSON.stringify(stream.toString('latin1'))} of seed ${String(SEED)}`;
    for (const verdict of verdicts) assert.notEqual(verdict, 'clean', shown);
    if (verdicts.every((verdict) => verdict === 'malicious')) malicious++;
  }
  assert.ok(calling > STREAMS / 3, `only ${String(calling)} of ${String(STREAMS)} call anything`);
  assert.ok(
    malicious > calling * 0.99,
    `${String(calling - malicious)} of ${String(calling)} held`,
  );
});

/** Lines behind the opcodes of numbers and of quoted texts, mostly almost right. */
function writeLine(random: Random): string {
  const pick = (letters: string): string => letters.charAt(random(letters.length));
  const any = Array.from({ length: random(6) }, () => pick('0179+-._ \t\v\0xXoObBaefEFLlnij\'"'));
  const line = random(3) === 0 ? pick(' +-0') + any.join('') : any.join('');
  const quote = pick('\'"');
  return random(4) === 0
    ? `S${quote}${line}${pick(quote + quote + ' ')}`
    : `${pick('IFLS')}${line}`;
}

test('lines that CPython takes end no judgement', { skip }, () => {
  const random = seedRandom(SEED + 1);
  const lines = Array.from({ length: STREAMS }, () => writeLine(random));
  const streams = lines.map((line) => Buffer.from(`${line}\n0cos\nsystem\n(S'id'\ntR`, 'latin1'));
  let calling = 0;
  for (const [i, counts] of countCalls(streams).entries()) {
    if (Math.max(...counts) === 0) continue;
    calling++;
    const { findings } = scanSource('words.txt', memorySource(streams[i]!));
    assert.equal(judgeScan(findings), 'malicious', JSON.stringify(lines[i]));
  }
  assert.ok(calling > STREAMS / 20, `only ${String(calling)} of ${String(STREAMS)} are taken`);
});
