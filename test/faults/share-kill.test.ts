/**
 * The gate is killed with SIGKILL around the signature that lets a share begin, around readings and around its end: what was
 * signed by everybody takes effect without anybody's help, each of these happened whole or not at all, and the ledger holds.
 */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, it } from 'node:test';
import { approve } from '../support/people.ts';
import { foundGate, startPreparedGate } from '../support/running-gate.ts';

interface Shown {
  readonly id: string;
  readonly state: string;
  readonly subject: { readonly text: string };
}

interface Lists {
  readonly withUs: readonly { readonly id: string; readonly from: string | null }[];
  readonly byUs: readonly { readonly id: string; readonly reads: number }[];
}

const KILLS_MS = [2, 14];
const ENDED_TRIES_MAX = 200;

it('a share survives kills, whole', async () => {
  const prepared = await startPreparedGate(['alpha']);
  let { gate } = prepared;
  after(() => gate.close());
  let founded = await foundGate(gate, ['ann', 'bob', 'cyd:staff', 'dan:staff', 'pat:staff']);
  const give = (project: string, principal: string, role: string): object => {
    return { op: 'role.give', project, principal, role };
  };
  const steps = [
    { op: 'project.add', id: 'probe', title: 'Probe' },
    give('study', 'cyd', 'member'),
    give('study', 'bob', 'owner'),
    give('probe', 'dan', 'owner'),
    give('probe', 'pat', 'member'),
  ];
  const change = await founded.as<Shown>(
    ...(['ann', 4, 'change', JSON.stringify(steps), '--why', 'set up'] as const),
  );
  await founded.approve('bob', change.id);
  await writeFile(path.join(gate.workDir, 'rows.csv'), 'a,b\n1,2\n');
  const to = ['--project', 'study', '--to', 'alpha', '--why', 'w'];
  const result = await founded.as<Shown>('cyd', 0, 'export', 'rows.csv', ...to);
  const post = (person: string, url: string, body: unknown): Promise<unknown> =>
    fetch(gate.innerUrl + url, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${founded.token(person)}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify(body),
    }).catch(() => undefined);
  const killed = async (ms: number, running: Promise<unknown>): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, ms));
    await gate.stop('SIGKILL');
    await running;
    gate = await gate.restart();
    founded = founded.on(gate);
  };
  const read = async <T>(person: string, url: string): Promise<T> => {
    const headers = { authorization: `Bearer ${founded.token(person)}` };
    return (await (await fetch(gate.innerUrl + url, { headers })).json()) as T;
  };
  const stateOf = async (id: string): Promise<string> =>
    (await read<Shown>('cyd', `/v1/requests/${id}`)).state;
  let signed = 0;
  for (const ms of KILLS_MS) {
    const asked = await founded.as<Shown>(
      ...([
        'cyd',
        4,
        'share',
        result.id,
        '--from',
        'study',
        '--to',
        'probe',
        '--why',
        'w',
      ] as const),
    );
    await founded.approve('bob', asked.id, 0);
    const signature = await approve(founded.person('dan'), asked.subject.text);
    await killed(ms, post('dan', `/v1/requests/${asked.id}/approvals`, { signature }));
    const votes = await read<{ approvals: readonly unknown[] }>(
      ...(['ann', `/v1/requests/${asked.id}/approvals`] as const),
    );
    if (votes.approvals.length === 2) signed += 1;
    else await founded.approve('dan', asked.id);
    // Signed by both: nobody does anything more for it.
    for (let tries = 0; (await stateOf(asked.id)) !== 'granted'; tries++)
      assert.ok(tries < ENDED_TRIES_MAX, 'everybody signed it, and it is not granted');
    const out = path.join(gate.workDir, `got-${String(ms)}`);
    const { withUs } = await read<Lists>('pat', '/v1/shares');
    assert.deepEqual(
      withUs.map(({ id, from }) => [id, from]),
      [[asked.id, null]],
    );
    await founded.as('pat', 0, 'share', 'get', asked.id, '--out', out);
    assert.equal(await readFile(path.join(out, 'rows.csv'), 'utf8'), 'a,b\n1,2\n');
    await killed(ms, post('bob', `/v1/shares/${asked.id}/revoke`, { reason: 'over' }));
    if ((await stateOf(asked.id)) === 'granted')
      await founded.as('bob', 0, 'share', 'revoke', asked.id, '--reason', 'over');
    assert.equal(await stateOf(asked.id), 'ended');
    const over = await gate.sallyport(
      ...['share', 'get', asked.id, '--out', out, '--token', founded.token('pat')],
    );
    assert.match(over.stderr, /code: REQUEST_SHARE_UNKNOWN/);
    const { byUs } = await founded.as<Lists>('cyd', 0, 'share', 'list', '--project', 'study');
    assert.equal(byUs.find((each) => each.id === asked.id)?.reads, 1);
  }
  const checked = await gate.sallyport('ledger', 'verify');
  assert.equal(checked.status, 0, checked.stdout + checked.stderr);
  process.stdout.write(
    `# ${String(signed)} of ${String(KILLS_MS.length)} were signed at the kill\n`,
  );
});
