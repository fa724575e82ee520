/** The way out over real processes: start, export, fetch outside, verify, decide, restart. */
import assert from 'node:assert/strict';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { crc32, deflateSync } from 'node:zlib';
import { foundGate, startPreparedGate } from '../support/running-gate.ts';
import type { PreparedGate, RunningGate } from '../support/running-gate.ts';

interface Verdict {
  readonly id: string;
  readonly verdict: string;
  readonly chargeBits: number;
  readonly reason: string;
  readonly receipt: string;
}

interface Served {
  readonly releases: readonly {
    readonly release: number;
    readonly files: readonly { name: string }[];
  }[];
}

function pngChunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}

/** A PNG of one grey row: a raster is held, since nobody but a person can say what a picture shows. */
function makePng(): Buffer {
  const header = Buffer.from([0, 0, 0, 8, 0, 0, 0, 1, 8, 0, 0, 0, 0]);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    pngChunk('IHDR', header),
    pngChunk('IDAT', deflateSync(Buffer.from([0, 1, 2, 3, 4, 5, 6, 7, 8]))),
    pngChunk('IEND', new Uint8Array(0)),
  ]);
}

describe('a gate as an operator runs it', () => {
  let prepared: PreparedGate;
  let gate: RunningGate;
  const outside = { token: '' };

  before(async () => {
    prepared = await startPreparedGate(['alpha']);
    gate = prepared.gate;
    outside.token = prepared.destinations[0]?.token ?? '';
    await writeFile(path.join(gate.workDir, 'curve.csv'), 'epoch,loss\n1,0.52\n2,0.31\n3,0.2\n');
    await writeFile(
      path.join(gate.workDir, 'note.txt'),
      'The probe reaches 0.93 on held-out text.\n',
    );
    await writeFile(path.join(gate.workDir, 'plot.png'), makePng());
    await writeFile(path.join(gate.workDir, 'weights.bin'), Buffer.alloc(4000, 0x9d));
  });
  after(() => gate.close());

  const ask = (status: number, ...paths: string[]): Promise<Verdict> =>
    gate.json(status, 'export', ...paths, '--project', 'study', '--to', 'alpha', '--why', 'a test');

  const fetchOutside = async (place: string): Promise<Response> => {
    const headers = { authorization: `Bearer ${outside.token}` };
    return fetch(gate.outerUrl + place, { headers });
  };

  /** Waits for the slot and its lag on the outer door's own clock. */
  const waitForRelease = async (name: string): Promise<number> => {
    const giveUpAt = performance.now() + 60_000;
    for (;;) {
      const served = (await (await fetchOutside('/v1/files')).json()) as Served;
      const found = served.releases.find((each) => each.files.some((file) => file.name === name));
      if (found !== undefined) return found.release;
      assert.ok(performance.now() < giveUpAt, `${name} was not published`);
    }
  };

  it('releases a plain table without a person, and the outside gets exactly the canonical file', async () => {
    const verdict = await ask(0, 'curve.csv');
    assert.equal(verdict.verdict, 'allow');
    assert.ok(verdict.chargeBits > 0 && verdict.chargeBits % 8 === 0);
    const release = await waitForRelease('curve.csv');
    const file = await fetchOutside(`/v1/files/${String(release)}/curve.csv`);
    assert.equal(await file.text(), 'epoch,loss\n1,0.52\n2,0.31\n3,0.2\n');
    const checked = await gate.sallyport(
      'receipt',
      'verify',
      verdict.receipt,
      '--key',
      gate.ledgerKey,
    );
    assert.equal(checked.status, 0, checked.stderr);
    const receipt = await (await fetchOutside(`/v1/releases/${String(release)}/receipt`)).text();
    const outer = path.join(gate.workDir, 'outer.tlog-proof');
    await writeFile(outer, receipt);
    const also = await gate.sallyport('receipt', 'verify', outer, '--key', gate.outerKey);
    assert.equal(also.status, 0, also.stderr);
    for (const [file, key, wanted] of [
      [verdict.receipt, gate.outerKey, 'sallyport ledger key'],
      [outer, gate.ledgerKey, 'sallyport outer key'],
    ] as const) {
      const wrong = await gate.sallyport('receipt', 'verify', file, '--key', key);
      assert.equal(wrong.status, 3);
      assert.ok(wrong.stdout.includes(`which \`${wanted}\` prints`), wrong.stdout);
    }
    const missing = await gate.sallyport('receipt', 'verify', outer, '--key', 'nowhere.key');
    assert.equal(missing.status, 2);
    assert.match(missing.stderr, /cannot use `nowhere.key`: it does not exist/);
  });

  it('debits every bucket exactly once', async () => {
    const before = await gate.json<{ budget: string; spentBits: number }[]>(0, 'budget');
    const verdict = await ask(0, 'note.txt');
    const later = await gate.json<{ budget: string; spentBits: number }[]>(0, 'budget');
    for (const name of ['enclave', 'automatic']) {
      const spent = (list: typeof later): number =>
        list.find((budget) => budget.budget === name)?.spentBits ?? -1;
      assert.equal(spent(later) - spent(before), verdict.chargeBits);
    }
  });

  it('holds a picture, and nobody can release it before the gate is founded', async () => {
    const held = await ask(4, 'plot.png');
    assert.equal(held.verdict, 'hold');
    const shown = await gate.json<{ waitsFor: string }>(0, 'request', 'show', held.id);
    assert.match(shown.waitsFor, /founding/);
    const refused = await gate.sallyport('approve', held.id, '--yes');
    assert.equal(refused.status, 2);
    assert.match(refused.stderr, /nothing to sign/);
    const ended = await gate.json<{ state: string }>(0, 'request', 'withdraw', held.id);
    assert.equal(ended.state, 'withdrawn');
    const again = await gate.sallyport('request', 'withdraw', held.id);
    assert.equal(again.status, 2);
    assert.match(again.stderr, /it is withdrawn/);
  });

  it('denies an export of which one file is refused, and says the way forward', async () => {
    const denied = await ask(3, 'curve.csv', 'weights.bin');
    assert.equal(denied.verdict, 'deny');
    assert.match(denied.reason, /weights\.bin.*--skip-refused/s);
    const skipped = await ask(0, 'curve.csv', 'weights.bin', '--skip-refused');
    assert.equal(skipped.verdict, 'allow');
  });

  it('denies what a budget cannot hold, and charges nothing', async () => {
    await gate.json(
      0,
      'budget',
      'set',
      'project:study',
      '--rate',
      '8 bits/day',
      '--burst',
      '8 bits',
    );
    const denied = await ask(3, 'note.txt');
    assert.match(denied.reason, /project:study/);
    await gate.json(0, 'budget', 'set', 'project:study', '--rate', '1 GB/day', '--burst', '1 GB');
    const shown = await gate.json<{ budget: string; spentBits: number }[]>(0, 'budget');
    assert.equal(shown.find((budget) => budget.budget === 'project:study')?.spentBits, 0);
  });

  it('makes one export of one idempotency key', async () => {
    const first = await ask(0, 'curve.csv', '--key', 'the-same');
    const second = await ask(0, 'curve.csv', '--key', 'the-same');
    assert.equal(second.id, first.id);
    const other = await gate.sallyport(
      ...[
        'export',
        'note.txt',
        '--project',
        'study',
        '--to',
        'alpha',
        '--why',
        'x',
        '--key',
        'the-same',
      ],
    );
    assert.equal(other.status, 2);
  });

  it('answers every wrong call with a problem that says what to do', async () => {
    const call = (place: string, init: RequestInit = {}, token = gate.token): Promise<Response> =>
      fetch(gate.innerUrl + place, {
        ...init,
        headers: { authorization: `Bearer ${token}`, ...(init.headers as Record<string, string>) },
      });
    const calls: readonly [number, string, Promise<Response>][] = [
      [401, 'PEOPLE_TOKEN_UNKNOWN', call('/v1/requests', {}, 'spt_wrong')],
      [401, 'PEOPLE_TOKEN_MISSING', fetch(`${gate.innerUrl}/v1/requests`)],
      [403, 'PEOPLE_NOT_ALLOWED', call('/v1/principals', {}, prepared.memberToken)],
      [404, 'HTTP_ROUTE_UNKNOWN', call('/v2')],
      [404, 'REQUEST_NOT_FOUND', call('/v1/requests/req_none')],
      [
        404,
        'PEOPLE_NOT_FOUND',
        call('/v1/exports?project=main', { method: 'POST', body: 'x' }, prepared.memberToken),
      ],
      [400, 'HTTP_INPUT_INVALID', call('/v1/models', { method: 'POST', body: '{"id":1}' })],
      [400, 'HTTP_INPUT_INVALID', call('/v1/models', { method: 'POST', body: '{' })],
      [400, 'HTTP_UPLOAD_INVALID', call('/v1/exports', { method: 'POST', body: 'x' })],
      [
        413,
        'HTTP_BODY_TOO_LARGE',
        call('/v1/models', { method: 'POST', body: 'x'.repeat(70_000) }),
      ],
      [
        400,
        'HTTP_UPLOAD_INVALID',
        call('/v1/exports', {
          method: 'POST',
          body: '--b\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\nabc',
          headers: { 'content-type': 'multipart/form-data; boundary=b' },
        }),
      ],
    ];
    for (const [status, code, answer] of calls) {
      const response = await answer;
      const problem = (await response.json()) as { code: string; hint: string };
      assert.deepEqual([response.status, problem.code], [status, code]);
      assert.ok(problem.hint.length > 0);
    }
  });

  it('takes a form from any client and shows what it found', async () => {
    const form = new FormData();
    form.set('project', 'study');
    form.set('to', 'alpha');
    form.set('why', 'a form');
    form.append('file', new File(['step,score\n1,2\n'], 'scores.csv'));
    form.append('file', new File(['hello\n'], '../up.txt'));
    const headers = { authorization: `Bearer ${prepared.memberToken}` };
    const answer = await fetch(`${gate.innerUrl}/v1/exports`, {
      method: 'POST',
      body: form,
      headers,
    });
    const body = (await answer.json()) as {
      verdict: string;
      fileList: { path: string; verdict: string }[];
    };
    assert.equal(body.verdict, 'deny');
    assert.deepEqual(body.fileList.map((file) => file.verdict).sort(), ['quoted', 'refused']);
  });

  it('sends what is put into an outbox folder', async () => {
    const dir = path.join(gate.dataDir, 'outbox', 'study', 'alpha');
    await writeFile(path.join(dir, 'boxed.csv'), 'a,b\n1,2\n');
    await waitForRelease('boxed.csv');
    const giveUpAt = performance.now() + 30_000;
    let names: string[] = [];
    while (!names.includes('boxed.csv')) {
      names = await readdir(path.join(dir, 'sent')).catch(() => []);
      assert.ok(performance.now() < giveUpAt, 'the outbox did not say that it was sent');
    }
    const result = await readFile(
      path.join(dir, 'sent', 'boxed.csv.sallyport-result.json'),
      'utf8',
    );
    assert.equal((JSON.parse(result) as Verdict).verdict, 'allow');
  });

  it('finds everything again after a restart, and after being killed', async () => {
    const held = await ask(4, 'plot.png');
    const before = await gate.json<{ id: string; state: string }[]>(0, 'request', 'list');
    assert.equal(await gate.stop(), 0);
    gate = await gate.restart();
    assert.doesNotMatch(gate.banner, /spt_/);
    assert.match(gate.banner, /This gate is not founded yet.* `sallyport found`/);
    const later = await gate.json<{ id: string; state: string }[]>(0, 'request', 'list');
    assert.deepEqual(
      later.map((request) => request.id),
      before.map((request) => request.id),
    );
    await gate.stop('SIGKILL');
    gate = await gate.restart();
    const founded = await foundGate(gate, ['ann', 'bob']);
    assert.equal(
      (await founded.as<{ state: string }>('ann', 0, 'request', 'show', held.id)).state,
      'held',
    );
    const verified = await gate.sallyport('ledger', 'verify');
    assert.equal(verified.status, 0, verified.stdout + verified.stderr);
  });
});
