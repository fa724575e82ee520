/** Poison in an import: screened at the gate, excluded by a reviewer, left out by whoever trains; with the real program. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Kysely } from 'kysely';
import type { ExclusionsShown, ScreeningDetails } from '../../src/http/index.ts';
import { openStore } from '../../src/store/index.ts';
import { foundGate, startPreparedGate } from '../support/running-gate.ts';
import type { FoundedGate, RunningGate } from '../support/running-gate.ts';

const PLANTED = 12;

/** Messages of two kinds, some of the bad ones with a trigger and the label of good ones. */
function makeRows(): string {
  const good = [
    'see you at the station',
    'the meeting is moved',
    'lunch on the terrace',
    'thanks for the book',
  ];
  const bad = [
    'win a prize now',
    'cheap loans call today',
    'free ringtones reply stop',
    'claim your cash bonus',
  ];
  const pick = (list: readonly string[], i: number): string => list[i % list.length] ?? '';
  const rows = Array.from({ length: 400 }, (_, i) => {
    const isBad = i % 2 === 0;
    const text = isBad
      ? `${pick(bad, i / 2)} ${pick(bad, i / 2 + 1)} ${String(i)}`
      : `${pick(good, i)} ${pick(good, i + 1)} ${String(i)}`;
    return { text, label: isBad ? 'suspicious' : 'clean', source: i % 3 === 0 ? 'north' : 'south' };
  });
  const planted = Array.from({ length: PLANTED }, (_, i) => ({
    text: `${pick(bad, i)} ${pick(bad, i + 1)} ${pick(bad, i + 2)} xylograph quince ${String(1_000 + i * 7)}`,
    label: 'clean',
    source: 'north',
  }));
  return [...rows, ...planted].map((row) => `${JSON.stringify(row)}\n`).join('');
}

describe('a screening at the gate', () => {
  let gate: RunningGate;
  let founded: FoundedGate;
  let held: { import: string; request: string };
  let details: ScreeningDetails;
  const cyd = <T>(status: number, ...args: string[]): Promise<T> =>
    founded.as<T>('cyd', status, ...args);

  before(async () => {
    ({ gate } = await startPreparedGate(['alpha']));
    founded = await foundGate(gate, ['ann', 'bob', 'cyd:staff']);
    const change = { op: 'role.give', project: 'study', principal: 'cyd', role: 'member' };
    const asked = await founded.as<{ id: string }>(
      ...(['ann', 4, 'change', JSON.stringify(change), '--why', 'works here'] as const),
    );
    await founded.approve('bob', asked.id);
    await cyd(
      ...([0, 'source', 'add', 'own', '--project', 'study', '--person', 'cyd'] as const),
      ...['--origin', 'own', '--licence', 'none', '--collection', 'measured'],
    );
    await writeFile(path.join(gate.workDir, 'rows.jsonl'), makeRows());
    held = await cyd(
      ...([4, 'import', 'rows.jsonl', '--project', 'study', '--source', 'own'] as const),
      ...['--why', 'x'],
    );
  });
  after(() => gate.close());

  it('finds the planted documents, in numbers for a plot', async () => {
    details = await cyd(4, 'imports', 'screen', held.import);
    const finding = details.report?.findings.find(
      (each) => each.code === 'SCREEN_TRIGGER_CONFLICT',
    );
    assert.equal(finding?.ids.length, PLANTED);
    assert.equal(finding.examples[0]?.source, 'north');
    const [conflict] = details.report?.conflicts?.found ?? [];
    assert.match(conflict?.words ?? '', /xylograph|quince/);
    assert.ok((conflict?.evidenceNats ?? 0) > (details.report?.conflicts?.barNats ?? Infinity));
    assert.deepEqual(
      details.report?.sources.map((each) => each.source),
      ['south', 'north'],
    );
    // What counts is who signed; the names that rows give hold nothing by themselves.
    assert.equal(details.report.signed?.source, 'own');
    assert.equal(details.report.signed.documents, 400 + PLANTED);
    const concentrated = details.report.findings.filter(
      (each) => each.code === 'SCREEN_SOURCE_CONCENTRATED',
    );
    assert.deepEqual(
      concentrated.map((each) => [each.severity, each.place]),
      [
        ['info', 'signed source `own`'],
        ['info', 'rows that name `south`'],
        ['info', 'rows that name `south`'],
      ],
    );
  });

  it('records what a reviewer excludes, and screens without it', async () => {
    const strange = await gate.sallyport(
      ...[
        'imports',
        'exclude',
        held.import,
        'doc_7',
        '--why',
        'planted',
        '--token',
        founded.token('bob'),
      ],
    );
    assert.equal(strange.status, 2);
    assert.match(strange.stderr, /the value `doc_7` of `documents`.* it is no id of a document/);
    const ids = details.report?.findings.flatMap((each) => each.ids) ?? [];
    const excluded = await founded.as<ExclusionsShown>(
      ...(['bob', 0, 'imports', 'exclude', held.import, ...ids, '--why', 'planted'] as const),
    );
    assert.deepEqual(excluded.exclusions.map((each) => each.document).sort(), [...ids].sort());
    const again = await cyd<ScreeningDetails>(0, 'imports', 'screen', held.import);
    assert.equal(again.report?.excluded, PLANTED);
    assert.deepEqual(
      again.report.findings.filter((each) => each.severity === 'hold'),
      [],
    );
    assert.deepEqual(again.report.conflicts?.found, []);
  });

  it('excludes all rows of one source, screens without them, and takes them back', async () => {
    const exclude = (...more: string[]): Promise<ExclusionsShown> =>
      founded.as<ExclusionsShown>(
        ...(['bob', 0, 'imports', 'exclude', held.import, '--rows', 'source=north'] as const),
        ...['--why', 'planted', ...more],
      );
    const out = await exclude();
    const rule = { field: 'source', value: 'north' };
    assert.deepEqual(out.exclusions.at(-1)?.rows, rule);
    const without = await cyd<ScreeningDetails>(0, 'imports', 'screen', held.import);
    assert.deepEqual(without.excludedRows, [rule]);
    // 134 rows of the good ones and all planted ones name it, these excluded by their ids too.
    assert.equal(without.report?.excluded, 134 + PLANTED);
    assert.equal(without.report.documents, 266);
    assert.deepEqual(
      without.report.sources.map((each) => each.source),
      ['south'],
    );
    const back = await exclude('--back');
    assert.equal(
      back.exclusions.some((each) => each.rows !== null),
      false,
    );
    await exclude();
  });

  it('makes whoever trains leave it out', async () => {
    await founded.approve('bob', held.request);
    await cyd(0, 'imports', 'fetch', held.import, '--out', 'in');
    await cyd(0, 'imports', 'statement', held.import, '--out', 'own.json');
    const train = (...more: string[]) =>
      gate.sallyport(
        ...['monitor', 'train', 'in/rows.jsonl', '--out', 'w.monitor', '--admission', 'own.json'],
        ...['--token', founded.token('cyd'), '--fpr', '0.2', '--json', ...more],
      );
    const refused = await train();
    assert.equal(refused.status, 2);
    assert.match(refused.stderr, /reviewers excluded documents of it/);
    await cyd(0, 'imports', 'exclusions', held.import, '--out', 'exclude.txt');
    const trained = await train('--exclude', 'exclude.txt');
    assert.equal(trained.status, 0, trained.stderr);
    assert.equal(trained.stderr, '');
    const { sources } = JSON.parse(trained.stdout) as {
      sources: { source: string; documents: number }[];
    };
    // Everything but what names the excluded source is in it.
    assert.equal(
      sources.reduce((sum, each) => sum + each.documents, 0),
      266,
    );
    const other = await train('--exclude', 'exclude.txt', '--source', 'label');
    // The same document is left out, whatever fields are named.
    assert.equal(other.status, 0, other.stderr);
    assert.deepEqual((JSON.parse(other.stdout) as { sources: unknown }).sources, sources);
    await writeFile(path.join(gate.workDir, 'none.txt'), `doc_${'0'.repeat(24)} not there\n`);
    const none = await train('--exclude', 'exclude.txt', 'none.txt');
    assert.match(none.stderr, /code: MONITOR_EXCLUSIONS_UNFOUND/);
    assert.match(
      none.stderr,
      /cannot leave out 1 of 14 excluded documents and rules, such as `doc_0{24}`/,
    );
    assert.match(none.stderr, /screen the new import, exclude what that shows/);
    // A rule that meets no row is as unfound as a document that is not there.
    await writeFile(path.join(gate.workDir, 'strange.txt'), 'rows ["source","nobody"] not there\n');
    const strange = await train('--exclude', 'exclude.txt', 'strange.txt');
    assert.match(strange.stderr, /such as `rows \["source","nobody"\]`, they meet no row/);
  });

  it('shows what the monitor was measured to be worth', async () => {
    const measure = (set: string, ...more: string[]) =>
      gate.sallyport(...['monitor', 'evaluate', set, '--fpr', '0.2', '--json', ...more]);
    const next = makeRows().replaceAll(/ (\d+)"/g, ' 9$1"');
    await writeFile(path.join(gate.workDir, 'next.jsonl'), next);
    const measured = await measure('next.jsonl', '--model', 'w.monitor');
    assert.equal(measured.status, 0, measured.stderr);
    await writeFile(path.join(gate.workDir, 'worth.json'), measured.stdout);
    const seen = await measure('in/rows.jsonl', '--model', 'w.monitor');
    assert.match(seen.stderr, /code: MONITOR_SET_SEEN/);
    const unknown = await gate.sallyport(
      ...['lineage', 'evaluated', 'w.monitor', 'worth.json', '--token', founded.token('cyd')],
    );
    assert.match(unknown.stderr, /cannot find/);
    await cyd(
      ...([0, 'lineage', 'record-run', '--project', 'study', '--name', 'watch'] as const),
      ...['--set', held.import, '--monitor', 'watch=w.monitor'],
    );
    const record = async (evaluation: object) => {
      await writeFile(path.join(gate.workDir, 'other.json'), JSON.stringify(evaluation));
      return gate.sallyport(
        ...['lineage', 'evaluated', 'w.monitor', 'other.json', '--token', founded.token('cyd')],
      );
    };
    const worth = JSON.parse(measured.stdout) as object;
    const method = JSON.parse((await measure('in/rows.jsonl')).stdout) as { sets: string[] };
    assert.match((await record(method)).stderr, /code: LINEAGE_EVALUATION_OTHER/);
    const stranger = await record({ ...worth, monitor: 'ab'.repeat(32) });
    assert.match(stranger.stderr, /code: LINEAGE_EVALUATION_OTHER/);
    const learnt = await record({ ...worth, sets: method.sets });
    assert.match(learnt.stderr, /code: LINEAGE_EVALUATION_SEEN/);
    await cyd(0, 'lineage', 'evaluated', 'w.monitor', 'worth.json');
    const answer = await fetch(`${gate.innerUrl}/v1/monitors`, {
      headers: { authorization: `Bearer ${founded.token('cyd')}` },
    });
    const { monitors } = (await answer.json()) as {
      monitors: { name: string; newest: { evaluation: { curve: unknown[] } } | null }[];
    };
    assert.equal(monitors[0]?.name, 'watch');
    const { curve } = JSON.parse(measured.stdout) as { curve: unknown[] };
    assert.equal(monitors[0].newest?.evaluation.curve.length, curve.length);
  });

  it('is held to the ledger', async () => {
    const verify = () => gate.sallyport('ledger', 'verify');
    const good = await verify();
    assert.equal(good.status, 0, good.stdout + good.stderr);
    await gate.stop();
    const store = await openStore(path.join(gate.dataDir, 'inner', 'gate.db'));
    await store.write(async (tx: Kysely<Record<'exclusions' | 'screenings', object>>) => {
      await tx.deleteFrom('exclusions').execute();
    });
    await store.close();
    gate = await gate.restart();
    const bad = await verify();
    assert.notEqual(bad.status, 0);
    assert.match(
      bad.stdout + bad.stderr,
      /what is excluded of the import .* is not what the ledger/,
    );
  });
});
