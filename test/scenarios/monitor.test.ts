/** The monitor commands with the real program: train, pin, score, measure, and the refusal of unadmitted sets. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { before, describe, it, after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { openSeeded, shuffle } from '../support/poison.ts';
import { readSmsTexts } from '../support/sms-texts.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

describe('sallyport monitor', () => {
  let dir: string;
  const run = (...args: string[]): { status: number | null; out: string; err: string } => {
    const done = spawnSync(process.execPath, [MAIN, 'monitor', ...args], {
      cwd: dir,
      encoding: 'utf8',
    });
    return { status: done.status, out: done.stdout, err: done.stderr };
  };
  const parse = (text: string): Record<string, unknown> =>
    JSON.parse(text) as Record<string, unknown>;

  before(() => {
    dir = mkdtempSync(path.join(tmpdir(), 'sallyport-monitor-'));
    const rows = shuffle(readSmsTexts(), openSeeded(3))
      .slice(0, 1800)
      .map(({ text, label }, i) => ({ text, label, source: `vendor-${String(i % 6)}` }));
    const lines = (chosen: readonly object[]): string =>
      chosen.map((row) => `${JSON.stringify(row)}\n`).join('');
    writeFileSync(path.join(dir, 'train.jsonl'), lines(rows.slice(0, 1500)));
    writeFileSync(
      path.join(dir, 'less.jsonl'),
      lines(rows.slice(0, 1500).filter((row) => row.source !== 'vendor-3')),
    );
    writeFileSync(path.join(dir, 'new.jsonl'), lines(rows.slice(1500)));
  });
  after(() => {
    rmSync(dir, { recursive: true, force: true });
  });

  it('trains on admitted sets only, and says so', () => {
    const refused = run('train', 'train.jsonl', '--positive', 'spam', '--out', 'm');
    assert.equal(refused.status, 2);
    assert.match(refused.err, /no admission statement/);
    writeFileSync(path.join(dir, 'statement'), '{}');
    const nobody = ['--url', 'http://[::1]:1'];
    const unverified = run(
      ...['train', 'train.jsonl', '--out', 'm', '--admission', 'statement', ...nobody],
    );
    assert.equal(unverified.status, 2, 'without an answer of the gate nothing is admitted');
    assert.match(unverified.err, /code: HTTP_GATE_UNREACHABLE/);
    assert.equal(existsSync(path.join(dir, 'm')), false);
  });

  it('marks a monitor of unadmitted sets, pins it by digest and certifies each verdict', () => {
    const trained = run(
      'train',
      'train.jsonl',
      '--positive',
      'spam',
      '--out',
      'm',
      '--unadmitted',
      '--fpr',
      '0.02',
      '--json',
    );
    assert.equal(trained.status, 0, trained.err);
    const report = parse(trained.out);
    assert.equal((report['lineage'] as { admission: string }).admission, 'unadmitted');
    const again = run(
      'train',
      'train.jsonl',
      '--positive',
      'spam',
      '--out',
      'm2',
      '--unadmitted',
      '--fpr',
      '0.02',
      '--json',
    );
    assert.equal(parse(again.out)['digest'], report['digest']);

    const scored = run('score', 'm', 'new.jsonl', '--pin', String(report['digest']), '--json');
    assert.equal(scored.status, 3, scored.err);
    const verdicts = scored.out.trim().split('\n').map(parse);
    assert.equal(verdicts.length, 300);
    for (const verdict of verdicts) {
      assert.equal(verdict['admission'], 'unadmitted');
      assert.equal(verdict['monitor'], report['digest']);
      const votes = Number(verdict['votes']);
      const quorum = Number(verdict['quorum']);
      assert.equal(verdict['verdict'], votes >= quorum ? 'flag' : 'pass');
      assert.equal(verdict['badSourcesMax'], votes >= quorum ? votes - quorum : quorum - 1 - votes);
    }
    const other = run('score', 'm', 'new.jsonl', '--pin', '0'.repeat(64));
    assert.equal(other.status, 2);
    assert.match(other.err, /not the pinned/);
  });

  it('leaves the partitions of other sources bit-equal when a source is removed', () => {
    run(
      'train',
      'less.jsonl',
      '--positive',
      'spam',
      '--out',
      'less',
      '--unadmitted',
      '--fpr',
      '0.02',
    );
    type Entry = { readonly name: string; readonly sha256: string };
    const partitions = (file: string): Entry[] => {
      const bytes = readFileSync(path.join(dir, file));
      return parse(bytes.subarray(0, bytes.indexOf(10)).toString())['partitions'] as Entry[];
    };
    const before = partitions('m').filter(({ name }) => name !== 'vendor-3');
    assert.equal(before.length, 5);
    assert.deepEqual(
      partitions('less').map(({ name, sha256 }) => [name, sha256]),
      before.map(({ name, sha256 }) => [name, sha256]),
    );
  });

  it('measures the method and the monitor, and draws the curve', () => {
    const measured = run(
      'evaluate',
      'train.jsonl',
      '--positive',
      'spam',
      '--repeats',
      '1',
      '--fpr',
      '0.02',
      '--plot',
      'curve.svg',
      '--json',
    );
    assert.equal(measured.status, 0, measured.err);
    const curve = parse(measured.out)['curve'] as {
      recall: { value: number; low: number; high: number };
    }[];
    assert.ok(curve[0]!.recall.value > 0.5);
    assert.ok(curve[0]!.recall.low < curve[0]!.recall.value);
    assert.match(readFileSync(path.join(dir, 'curve.svg'), 'utf8'), /^<svg .*polyline/s);
    const model = run('evaluate', 'new.jsonl', '--model', 'm', '--json');
    assert.equal(model.status, 0, model.err);
    assert.equal(parse(model.out)['documents'], 300);
    assert.match(String(parse(model.out)['monitor']), /^[0-9a-f]{64}$/);
    assert.equal(parse(measured.out)['monitor'], null);
    const seen = run('evaluate', 'train.jsonl', '--model', 'm', '--json');
    assert.match(seen.err, /code: MONITOR_SET_SEEN/);
  });

  it('takes every row or none, and never passes a text that it could not judge', () => {
    writeFileSync(
      path.join(dir, 'bad.jsonl'),
      '{"text":"a","label":"spam","source":"x"}\n{"text":"b"}\n',
    );
    const refused = run('train', 'bad.jsonl', '--positive', 'spam', '--out', 'n', '--unadmitted');
    assert.equal(refused.status, 2);
    assert.match(refused.err, /row 2/);
    writeFileSync(path.join(dir, 'odd.jsonl'), '{"other":"a"}\nnot json\n');
    const scored = run('score', 'm', 'odd.jsonl', '--json');
    assert.equal(scored.status, 3);
    assert.deepEqual(
      scored.out
        .trim()
        .split('\n')
        .map((line) => parse(line)['verdict']),
      ['inconclusive', 'inconclusive'],
    );
  });
});
