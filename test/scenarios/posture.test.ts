/** Posture with the real program: a newcomer's first assessment, evidence from a live gate, what others verify. */
import assert from 'node:assert/strict';
import { appendFile, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startGate } from '../support/running-gate.ts';
import type { RunningGate } from '../support/running-gate.ts';

interface Shown {
  readonly catalogue: Readonly<Record<string, number>>;
  readonly profiles: readonly {
    readonly name: string;
    readonly environments: readonly {
      readonly name: string;
      readonly level: string;
      readonly heldBackBy: readonly string[];
    }[];
  }[];
}

interface Ahead {
  readonly attack: readonly {
    readonly vectors: readonly {
      readonly attackers: Readonly<
        Record<string, { state: string; layers: number; missing: readonly string[] }>
      >;
    }[];
  }[];
  readonly roadmap: readonly {
    readonly engineers: number;
    readonly levels: readonly { level: string; p10: string; p50: string; p90: string }[];
    readonly whatIfs: readonly { change: string }[];
  }[];
  readonly caps: { readonly crossingBytes: { readonly sl4AndSl5: number } };
}

describe('posture', () => {
  let gate: RunningGate;
  const inside = (...names: string[]): string => path.join(gate.workDir, ...names);

  before(async () => {
    gate = await startGate();
  });
  after(() => gate.close());

  it('shows that everything is unknown where there is no assessment', async () => {
    const shown = await gate.json<Shown>(0, 'posture', 'show');
    assert.deepEqual(shown.catalogue, {
      capacities: 5,
      levels: 5,
      vectors: 38,
      measures: 165,
      sl5Controls: 43,
    });
    for (const { environments } of shown.profiles) {
      assert.equal(environments.length, 5);
      for (const each of environments) assert.equal(each.level, 'SL0');
    }
    const named = await gate.sallyport('posture', 'show', 'nowhere');
    assert.equal(named.status, 2);
    assert.match(named.stderr, /there is no assessment in `nowhere`/);
  });

  it('starts an assessment from answers, once', async () => {
    const asked = await gate.sallyport('posture', 'init');
    assert.equal(asked.status, 2);
    assert.match(asked.stderr, /no terminal to ask on/);
    const list = await gate.sallyport('posture', 'init', '--list');
    assert.equal([...list.stdout.matchAll(/^ {2}Q\d\d:/gm)].length, 30);
    const answers = list.stdout.replaceAll(/: unknown #/g, ': yes #');
    await writeFile(inside('answers.yaml'), `${answers}gate: [training]\n`);
    const made = await gate.sallyport('posture', 'init', 'lab', '--answers', 'answers.yaml');
    assert.equal(made.status, 0, made.stderr);
    const started = await gate.json<Shown & { written: string[] }>(
      ...([0, 'posture', 'init', 'other', '--yes'] as const),
    );
    assert.ok(started.written.includes('other/assessment.yaml'));
    assert.equal(started.profiles[0]?.environments[0]?.level, 'SL0');
    const questions = await gate.json<{ questions: { id: string }[] }>(
      0,
      'posture',
      'init',
      '--list',
    );
    assert.equal(questions.questions.length, 30);
    const again = await gate.sallyport('posture', 'init', 'lab', '--yes');
    assert.equal(again.status, 2);
    const shown = await gate.json<Shown>(0, 'posture', 'show', 'lab');
    for (const each of shown.profiles[0]?.environments ?? []) assert.equal(each.level, 'SL3');
  });

  it('shows which vectors stay open, when levels are reached, and what a change of the plan saves', async () => {
    const options = ['--attack', '--roadmap', '--engineers', '3', '--drop', 'R-SL4-26', '--caps'];
    const shown = await gate.json<Shown & Ahead>(0, 'posture', 'show', 'lab', ...options);
    const [first] = shown.attack;
    assert.equal(first?.vectors.length, 38);
    for (const { attackers } of first.vectors) {
      assert.deepEqual(Object.keys(attackers), ['OC1', 'OC2', 'OC3', 'OC4', 'OC5']);
      for (const cell of Object.values(attackers)) {
        if (cell.state === 'closed') assert.deepEqual(cell.missing, []);
        if (cell.state === 'open') assert.equal(cell.layers, 0);
      }
    }
    const [plan] = shown.roadmap;
    assert.equal(plan?.engineers, 3);
    for (const level of plan.levels) {
      assert.ok(level.p10 <= level.p50 && level.p50 <= level.p90, level.level);
    }
    const changes = plan.whatIfs.map((each) => each.change);
    assert.ok(changes.includes('2 more engineers') && changes.includes('without R-SL4-26'));
    assert.equal(shown.caps.crossingBytes.sl4AndSl5, 12e12);
    const text = await gate.sallyport('posture', 'show', 'lab', ...options);
    assert.match(text.stdout, /AV-38/);
    assert.match(text.stdout, /weeks saved, P50/);
    const bad = await gate.sallyport('posture', 'show', 'lab', '--drop', 'R-SL9-01');
    assert.equal(bad.status, 2);
    assert.match(bad.stderr, /there is no such measure/);
  });

  it('reads the live gate, and says which measures it shows', async () => {
    // With something of every kind that collectors read.
    await gate.json(0, 'model', 'add', 'large', '--parameters', '70e9');
    const { status, stdout, stderr } = await gate.sallyport('posture', 'assess', 'lab');
    assert.equal(status, 0, stderr);
    assert.match(stdout, /caps +EU-A4-11 +shows/);
    assert.match(stdout, /ledger +R-SL2-07 +part/);
    assert.match(stdout, /two-person +R-SL3-10 +unknown/);
    const [file = ''] = await readdir(inside('lab', 'collected'));
    const reading = JSON.parse(await readFile(inside('lab', 'collected', file), 'utf8'));
    const silent = (reading.observations as { sentence: string }[]).filter((each) =>
      each.sentence.startsWith('the gate did not say'),
    );
    assert.deepEqual(silent, []);
  });

  it('needs a token to read a gate, and writes nothing without one', async () => {
    const refused = await gate.sallyport('posture', 'assess', 'lab', '--token', 'wrong');
    assert.notEqual(refused.status, 0);
    assert.equal((await readdir(inside('lab', 'collected'))).length, 1);
  });

  it('writes a report, and a package that others verify offline, until a byte of it changes', async () => {
    await mkdir(inside('lab', 'evidence'));
    await writeFile(inside('lab', 'evidence', 'audit.txt'), 'seen');
    const report = await gate.sallyport(
      ...['posture', 'report', 'lab', '--html', 'lab.html', '--csv', 'lab.csv'],
      ...['--oscal', 'oscal', '--package', 'ready', '--ledger'],
    );
    assert.equal(report.status, 0, report.stderr);
    assert.match(await readFile(inside('lab.html'), 'utf8'), /^<!doctype html>/);
    const key = gate.ledgerKey;
    const good = await gate.sallyport('posture', 'verify', 'ready', '--key', key);
    assert.equal(good.status, 0, good.stdout + good.stderr);
    assert.match(good.stdout, /\d+ ledger receipts hold, under the key that you gave/);
    assert.match(good.stdout, /this very assessment was recorded at \d{4}-/);
    // Whoever holds the evidence may give the assessment or its evidence folder.
    for (const folder of ['lab', 'lab/evidence']) {
      const held = await gate.sallyport('posture', 'verify', 'ready', '--evidence', folder);
      assert.equal(held.status, 0, held.stdout + held.stderr);
      assert.match(held.stdout, /1 evidence file has the digests that went along/);
    }
    await writeFile(inside('lab', 'evidence', 'audit.txt'), 'another');
    const other = await gate.sallyport('posture', 'verify', 'ready', '--evidence', 'lab/evidence');
    assert.equal(other.status, 3);
    assert.match(other.stdout, /missing or changed: evidence\/audit\.txt/);
    await appendFile(inside('ready', 'measures.csv'), 'x');
    const bad = await gate.sallyport('posture', 'verify', 'ready', '--key', key);
    assert.equal(bad.status, 3);
    assert.match(bad.stdout, /measures.csv was changed/);
  });

  it('says what will have expired', async () => {
    const later = new Date(Date.now() + 100 * 86_400_000).toISOString().slice(0, 10);
    const { stdout } = await gate.sallyport('posture', 'diff', 'lab', '--to', later);
    assert.match(stdout, /level +RAND as written +training +SL3 → SL0/);
    assert.match(stdout, /R-SL1-01 .* met → unknown/);
  });

  it('serves the assessment that the configuration names, to administrators', async () => {
    const ask = (token: string): Promise<Response> =>
      fetch(`${gate.innerUrl}/v1/posture`, { headers: { authorization: `Bearer ${token}` } });
    const none = await ask(gate.token);
    assert.equal(none.status, 404);
    assert.equal(((await none.json()) as { code: string }).code, 'POSTURE_ASSESSMENT_MISSING');
    await writeFile(inside('sallyport.json'), JSON.stringify({ posture: { folder: 'lab' } }));
    await gate.stop();
    gate = await gate.restart();
    assert.equal((await ask('wrong')).status, 401);
    const answer = await ask(gate.token);
    const own = await gate.json<Shown>(0, 'posture', 'show', 'lab');
    assert.deepEqual(await answer.json(), own);
  });
});
