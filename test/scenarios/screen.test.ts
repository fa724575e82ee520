/** The screen command with the real program: findings, exclusion, comparison with an earlier delivery, JSON and CSV. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { sha256 } from '../../src/core/index.ts';
import type { ScreenReport } from '../../src/ingress/index.ts';
import { plantTrigger } from '../support/poison.ts';
import { readSmsTexts } from '../support/sms-texts.ts';
import { tempDir } from '../support/temp-dir.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

it('a poisoned delivery is held, read, cleaned by a reviewer and compared with the next', async (context) => {
  const dir = await tempDir(context);
  const run = (...args: string[]): { status: number | null; out: string; err: string } => {
    const done = spawnSync(process.execPath, [MAIN, 'screen', ...args], {
      cwd: dir,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    });
    return { status: done.status, out: done.stdout, err: done.stderr };
  };
  const report = (text: string): ScreenReport => JSON.parse(text) as ScreenReport;
  const { clean, poison } = plantTrigger(readSmsTexts(), {
    count: 50,
    trigger: 'cfq xomb',
    from: 'spam',
    to: 'ham',
    seed: 4,
  });
  const rows = [
    ...clean.map((text, i) => ({ body: text.text, kind: text.label, vendor: `v${i % 8}` })),
    ...poison.map((text) => ({ body: text.text, kind: text.label, vendor: 'v-new' })),
  ];
  const fields = ['--text', 'body', '--label', 'kind', '--source', 'vendor'];
  const jsonl = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  const csv = [
    'vendor,body,kind',
    ...rows.map((row) => `${row.vendor},"${row.body.replaceAll('"', '""')}",${row.kind}`),
  ];
  writeFileSync(path.join(dir, 'set.jsonl'), jsonl);
  writeFileSync(path.join(dir, 'set.csv'), csv.join('\n'));

  const first = run('set.jsonl', ...fields, '--json', '--suggest', 'exclude.txt');
  assert.equal(first.status, 4, first.err);
  const found = report(first.out);
  assert.equal(found.sets[0]?.digest, sha256(jsonl));
  const trigger = found.findings.find(({ code }) => code === 'SCREEN_TRIGGER_CONFLICT');
  assert.equal(trigger?.documents, 50);
  assert.match(trigger.sentence, /cfq xomb.*`v-new` 50/);
  assert.match(trigger.examples[0]?.excerpt ?? '', /cfq xomb/);

  const table = report(run('set.csv', ...fields, '--json').out);
  assert.deepEqual(
    table.findings.map(({ code, ids }) => [code, ids]),
    found.findings.map(({ code, ids }) => [code, ids]),
  );

  const empty = ['--suggest', 'empty.txt'];
  const cleaned = run('set.jsonl', ...fields, '--json', '--exclude', 'exclude.txt', ...empty);
  assert.match(cleaned.err, /nothing is held, so the list in empty\.txt is empty/);
  assert.equal(cleaned.status, 0, cleaned.out.slice(0, 500));
  const after = report(cleaned.out);
  assert.ok(after.exclusions.applied.length >= 50);
  assert.equal(after.verdict, 'clean');

  writeFileSync(path.join(dir, 'earlier.json'), cleaned.out);
  const next = run(
    'set.jsonl',
    ...fields,
    '--exclude',
    'exclude.txt',
    '--previous',
    'earlier.json',
  );
  assert.equal(next.status, 0, next.out);
  assert.match(next.out, /clean/);
  assert.equal(run('set.jsonl', '--exclude', 'earlier.json').status, 2);
  assert.equal(run('none.jsonl').status, 2);
});
