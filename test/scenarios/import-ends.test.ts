/** Imports that end otherwise than by admission, names that meet, and findings for other tools; with the real program. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pickleOf } from '../support/import-files.ts';
import { foundGate, startPreparedGate } from '../support/running-gate.ts';
import type { FoundedGate, RunningGate } from '../support/running-gate.ts';

interface Answer {
  readonly import: string;
  readonly request: string;
}

interface Shown {
  readonly state: string;
  readonly files: readonly {
    readonly name: string;
    readonly sha256: string;
    readonly forms: readonly { readonly name: string; readonly sha256: string }[];
  }[];
}

const DAY_MS = 86_400_000;
const sha = (bytes: string | Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex');

describe('an import that is not admitted', () => {
  let gate: RunningGate;
  let founded: FoundedGate;
  const cyd = <T>(status: number, ...args: string[]): Promise<T> =>
    founded.as<T>('cyd', status, ...args);
  const write = async (name: string, content: string | Uint8Array): Promise<void> => {
    await mkdir(path.dirname(path.join(gate.workDir, name)), { recursive: true });
    await writeFile(path.join(gate.workDir, name), content);
  };
  const send = (status: number, ...args: string[]): Promise<Answer> =>
    cyd<Answer>(
      ...([status, 'import', ...args] as const),
      ...['--project', 'study', '--source', 'own', '--why', 'x'],
    );
  /** Whether the quarantine holds these bytes, however it lays them out. */
  const isKept = async (digest: string): Promise<boolean> => {
    const names = await readdir(gate.dataDir, { recursive: true });
    return names.some((name) => name.replaceAll(path.sep, '').includes(digest));
  };
  const restart = async (laterMs: number): Promise<void> => {
    gate = await gate.restart(laterMs);
  };

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
      ...['--origin', 'our bench', '--licence', 'none', '--collection', 'measured'],
    );
  });
  after(() => gate.close());

  it('leaves neither originals nor safe forms, unless another import needs them', async () => {
    await write('first/only.csv', 'a,b\n1,2\n');
    await write('first/shared.csv', 'a,b\n3,4\n');
    await write('second/shared.csv', 'a,b\n3,4\n');
    const first = await send(4, 'first');
    await send(4, 'second');
    const shown = await cyd<Shown>(0, 'imports', 'show', first.import);
    const digests = (name: string): readonly string[] =>
      shown.files
        .filter((file) => file.name === name)
        .flatMap((file) => [file.sha256, ...file.forms.map((form) => form.sha256)]);
    const all = [...digests('first/only.csv'), ...digests('first/shared.csv')];
    assert.ok(all.length >= 2);
    for (const digest of all) assert.ok(await isKept(digest));
    await founded.as('bob', 0, 'deny', first.request, '--reason', 'not now');
    const closed = await cyd<Shown>(0, 'imports', 'show', first.import);
    assert.equal(closed.state, 'closed');
    for (const digest of digests('first/only.csv')) assert.ok(!(await isKept(digest)), digest);
    for (const digest of digests('first/shared.csv')) assert.ok(await isKept(digest), digest);
  });

  it('says what was found as SARIF', async () => {
    await write('evil/m.pkl', pickleOf('system'));
    const denied = await send(3, 'evil');
    await cyd(0, 'imports', 'sarif', denied.import, '--out', 'found.sarif');
    const log = JSON.parse(await readFile(path.join(gate.workDir, 'found.sarif'), 'utf8')) as {
      version: string;
      runs: { results: { level: string; ruleId: string }[] }[];
    };
    assert.equal(log.version, '2.1.0');
    assert.ok(log.runs[0]?.results.some((each) => each.level === 'error'));
  });

  it('files that give forms of one name are fetched apart', async () => {
    // The pickle of a number becomes JSON under the name that the other file has already.
    await write('same/m.pkl', Buffer.from([0x80, 2, 0x4b, 7, 0x2e]));
    await write('same/m.pkl.json', '{"a":1}\n');
    const held = await send(4, 'same');
    await founded.approve('bob', held.request);
    const shown = await cyd<Shown>(0, 'imports', 'show', held.import);
    const forms = shown.files.flatMap((file) => file.forms);
    assert.ok(new Set(forms.map((form) => form.name)).size < forms.length);
    const { files } = await cyd<{ files: string[] }>(
      ...([0, 'imports', 'fetch', held.import, '--out', 'admitted'] as const),
    );
    assert.equal(new Set(files).size, forms.length);
    const got: string[] = [];
    for (const name of files)
      got.push(sha(await readFile(path.join(gate.workDir, 'admitted', name))));
    assert.deepEqual(got.sort(), forms.map((form) => form.sha256).sort());
  });

  it('is closed when nothing arrives any more', async () => {
    const call = async (method: string, url: string, body: string | Uint8Array, type: string) => {
      const answer = await fetch(gate.innerUrl + url, {
        method,
        headers: { authorization: `Bearer ${founded.token('cyd')}`, 'content-type': type },
        body: typeof body === 'string' ? body : Buffer.from(body),
      });
      assert.ok(answer.ok, await answer.clone().text());
      return (await answer.json()) as { id: string };
    };
    const content = 'a,b\n5,6\n';
    const json = 'application/json';
    const wish = JSON.stringify({ project: 'study', source: 'own', why: 'half' });
    const { id } = await call('POST', '/v1/imports', wish, json);
    const files = [{ name: 'half.csv', sha256: sha(content), bytes: content.length }];
    await call('POST', `/v1/imports/${id}/files`, JSON.stringify({ files }), json);
    const octets = 'application/octet-stream';
    await call('PUT', `/v1/imports/${id}/files/0?offset=0`, content.slice(0, 3), octets);
    const state = async (): Promise<string> => {
      const { token } = await gate.json<{ token: string }>(0, 'login', '--key', 'cyd.key');
      const shown = await gate.json<Shown>(0, 'imports', 'show', id, '--token', token);
      return shown.state;
    };
    await restart(13 * DAY_MS);
    assert.equal(await state(), 'receiving');
    await restart(15 * DAY_MS);
    for (let tries = 0; (await state()) !== 'closed'; tries++) assert.ok(tries < 30);
    const checked = await gate.sallyport('ledger', 'verify');
    assert.equal(checked.status, 0, checked.stdout + checked.stderr);
  });
});
