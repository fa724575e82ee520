/** Data on their way in: quarantined, decoded, signed for, approved, admitted; with the real program. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { utf8 } from '../../src/core/index.ts';
import { SCAN_RULES_VERSION, SOURCE_NAMESPACE } from '../../src/ingress/index.ts';
import { signSshsig } from '../../src/people/index.ts';
import { makePerson } from '../support/people.ts';
import { pickleOf } from '../support/import-files.ts';
import { foundGate, startPreparedGate } from '../support/running-gate.ts';
import type { FoundedGate, RunningGate } from '../support/running-gate.ts';

interface Answer {
  readonly import: string;
  readonly request: string;
  readonly state: string;
  readonly verdict: string;
  readonly reason: string;
}

interface Shown {
  readonly id: string;
  readonly state: string;
  readonly statementSha256: string | null;
  readonly files: readonly {
    readonly name: string;
    readonly verdict: string;
    readonly forms: readonly { readonly name: string; readonly sha256: string }[];
  }[];
}

const sha = (bytes: string | Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex');

describe('an import is decoded, signed for and admitted by people', () => {
  let gate: RunningGate;
  let founded: FoundedGate;
  const sender = makePerson('sender');
  const write = async (name: string, content: string | Uint8Array): Promise<void> => {
    await mkdir(path.dirname(path.join(gate.workDir, name)), { recursive: true });
    await writeFile(path.join(gate.workDir, name), content);
  };
  const send = (status: number, source: string, ...args: string[]): Promise<Answer> =>
    founded.as<Answer>(
      ...(['cyd', status, 'import', ...args] as const),
      ...['--project', 'study', '--source', source, '--why', 'to train on'],
    );
  const sign = async (...names: string[]): Promise<string[]> => {
    let text = '';
    for (const name of names)
      text += `${sha(await readFile(path.join(gate.workDir, name)))}  ${name}\n`;
    await write('SHA256SUMS', text);
    const armoured = await signSshsig(sender.signer, {
      message: utf8(text),
      namespace: SOURCE_NAMESPACE,
    });
    await write('SHA256SUMS.sig', armoured);
    return ['--sums', 'SHA256SUMS', '--signature', 'SHA256SUMS.sig'];
  };

  before(async () => {
    ({ gate } = await startPreparedGate(['alpha']));
    founded = await foundGate(gate, ['ann', 'bob', 'cyd:staff']);
    const change = { op: 'role.give', project: 'study', principal: 'cyd', role: 'member' };
    const asked = await founded.as<Answer & { id: string }>(
      ...(['ann', 4, 'change', JSON.stringify(change), '--why', 'works here'] as const),
    );
    await founded.approve('bob', asked.id);
    await write('sender.pub', sender.publicText);
    await write(
      'croissant.json',
      JSON.stringify({
        '@type': 'sc:Dataset',
        name: 'notes',
        license: 'CC-BY-4.0',
        creator: { name: 'the lab' },
        'rai:dataCollection': 'typed in by hand',
      }),
    );
    await founded.as(
      ...(['cyd', 0, 'source', 'add', 'lab', '--project', 'study'] as const),
      ...['--ssh-key', 'sender.pub', '--card', 'croissant.json', '--consent', 'yes'],
    );
    await founded.as(
      ...(['cyd', 0, 'source', 'add', 'own', '--project', 'study', '--person', 'cyd'] as const),
      ...['--origin', 'our bench', '--licence', 'none', '--collection', 'measured'],
    );
  });
  after(() => gate.close());

  it('says what neither the card nor an option of a source says', async () => {
    const add = (...more: string[]): Promise<{ status: number | null; stderr: string }> =>
      gate.sallyport(
        ...['source', 'add', 'other', '--project', 'study', '--ssh-key', 'sender.pub', ...more],
        ...['--token', founded.token('cyd')],
      );
    await write('bare.json', JSON.stringify({ '@type': 'sc:Dataset', license: 'MIT', name: 'n' }));
    const carded = await add('--card', 'bare.json', '--origin', 'the lab');
    assert.equal(carded.status, 2);
    assert.match(carded.stderr, /there is no `--collection`: `bare\.json` does not say it/);
    const bare = await add('--licence', 'MIT');
    assert.match(
      bare.stderr,
      /there is no `--origin and --collection`: there is no --card that says it/,
    );
  });

  it('admits the safe forms of clean files by one reviewer, with a statement that verifies', async () => {
    await write('set/rows.jsonl', '{"text":"hello","label":"clean","source":"a"}\n');
    await write('set/table.csv', 'a,b\n1,2\n');
    const proof = await sign('set/rows.jsonl', 'set/table.csv');
    const asked = await send(4, 'lab', 'set', ...proof);
    assert.equal(asked.verdict, 'hold', asked.reason);
    const early = await gate.sallyport(
      ...['imports', 'fetch', asked.import, '--out', 'early', '--token', founded.token('cyd')],
    );
    assert.equal(early.status, 2);
    assert.match(early.stderr, /only safe forms of an admitted import/);
    const done = await founded.approve<Answer>('bob', asked.request);
    assert.equal(done.state, 'done');
    const shown = await founded.as<Shown>('cyd', 0, 'imports', 'show', asked.import);
    assert.equal(shown.state, 'admitted');
    await founded.as('cyd', 0, 'imports', 'fetch', asked.import, '--out', 'admitted');
    for (const { forms } of shown.files)
      for (const form of forms)
        assert.equal(
          sha(await readFile(path.join(gate.workDir, 'admitted', form.name))),
          form.sha256,
        );
    await founded.as('cyd', 0, 'imports', 'statement', asked.import, '--out', 'st.json');
    const text = await readFile(path.join(gate.workDir, 'st.json'), 'utf8');
    assert.equal(sha(text), shown.statementSha256);
    const { payload } = JSON.parse(text) as { payload: string };
    const statement = JSON.parse(Buffer.from(payload, 'base64').toString()) as {
      subject: { name: string }[];
      predicate: { verificationResult: string; sallyport: { scanRules: number } };
    };
    assert.equal(statement.predicate.verificationResult, 'PASSED');
    assert.equal(statement.predicate.sallyport.scanRules, SCAN_RULES_VERSION);
    // Each safe form is bound to the original that it was made from, by digest, and to the rules that passed that.
    const originals = await Promise.all(
      shown.files.map(async ({ name, forms }) => {
        const original = sha(await readFile(path.join(gate.workDir, name)));
        return forms.map((form) => ({
          name: form.name,
          digest: { sha256: form.sha256 },
          annotations: {
            original: { name, digest: { sha256: original } },
            type: form.name.endsWith('.csv') ? 'table' : 'jsonl',
            verdict: 'clean',
            rules: SCAN_RULES_VERSION,
          },
        }));
      }),
    );
    assert.equal(originals.flat().length, 2);
    assert.deepEqual(
      [...statement.subject].sort((one, other) => (one.name < other.name ? -1 : 1)),
      originals.flat().sort((one, other) => (one.name < other.name ? -1 : 1)),
    );
  });

  it('takes no file that its source did not sign for', async () => {
    await write('loose/other.csv', 'a,b\n3,4\n');
    const proof = await sign('set/table.csv');
    const refused = await gate.sallyport(
      ...['import', 'loose', '--project', 'study', '--source', 'lab', '--why', 'x', ...proof],
      ...['--token', founded.token('cyd')],
    );
    assert.equal(refused.status, 2);
    assert.match(refused.stderr, /loose\/other\.csv.* is not in the signed list/);
    const unsigned = await gate.sallyport(
      ...['import', 'loose', '--project', 'study', '--source', 'lab', '--why', 'y'],
      ...['--key', 'another', '--token', founded.token('cyd')],
    );
    assert.match(unsigned.stderr, /nobody signed for these files/);
  });

  it('denies a set with a malicious file, and admits the rest when asked to leave it out', async () => {
    await write('mixed/rows.csv', 'a\n1\n');
    await write('mixed/evil.pkl', pickleOf('system'));
    const denied = await send(3, 'own', 'mixed');
    assert.match(denied.reason, /1 of 2 files are malicious, the first is `mixed\/evil\.pkl`/);
    const held = await send(4, 'own', 'mixed', '--skip-refused');
    assert.match(held.reason, /1 of 2 stay out/);
    const done = await founded.approve<Answer>('bob', held.request);
    assert.equal(done.state, 'done');
    const shown = await founded.as<Shown>('cyd', 0, 'imports', 'show', held.import);
    assert.deepEqual(
      shown.files.map((file) => [file.name, file.verdict, file.forms.length]),
      [
        ['mixed/evil.pkl', 'malicious', 0],
        ['mixed/rows.csv', 'clean', 1],
      ],
    );
  });

  it('asks more people about what could not be judged', async () => {
    await write('odd/model.7z', Buffer.from('377abcaf271c0004', 'hex'));
    await write('odd/rows.csv', 'a\n2\n');
    const held = await send(4, 'own', 'odd');
    assert.match(held.reason, /1 of 2 files could not be judged: people have to look/);
    const once = await founded.approve<Answer>('bob', held.request);
    assert.equal(once.state, 'held');
    // Votes are blind: whoever has not voted sees neither how many there are nor whose, in no list and on no page.
    interface Seen {
      readonly id: string;
      readonly waitsFor: string | null;
      readonly votes: { readonly approved: number };
    }
    const listed = async (person: string): Promise<Seen | undefined> =>
      (await founded.as<Seen[]>(person, 0, 'request', 'list')).find(
        (each) => each.id === held.request,
      );
    for (const seen of [
      await listed('ann'),
      await founded.as<Seen>('ann', 0, 'request', 'show', held.request),
    ]) {
      assert.equal(seen?.votes.approved, 0);
      assert.match(seen.waitsFor ?? '', /bob/);
    }
    const voter = await listed('bob');
    assert.equal(voter?.votes.approved, 1);
    assert.doesNotMatch(voter.waitsFor ?? '', /bob/);
    const twice = await founded.approve<Answer>('ann', held.request);
    assert.equal(twice.state, 'done');
  });

  it('shows nothing to whoever is not read in', async () => {
    const listed = await founded.as<{ imports: unknown[] }>('ann', 0, 'imports', 'list');
    assert.ok(listed.imports.length > 0);
  });

  it('holds its tables to the ledger', async () => {
    const checked = await gate.sallyport('ledger', 'verify');
    assert.equal(checked.status, 0, checked.stdout + checked.stderr);
  });
});
