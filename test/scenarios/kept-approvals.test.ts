/** Approvals of people who have left, and those of emergencies, are verified by the real `ssh-keygen` for ever. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { openFoundedGate } from '../support/open-gate.ts';
import type { CallBody, OpenGate } from '../support/open-gate.ts';
import { approve } from '../support/people.ts';
import { weightShaped } from '../support/tables.ts';
import { tempDir } from '../support/temp-dir.ts';
import { until } from '../support/until.ts';

interface Shown {
  readonly id: string;
  readonly state: string;
  readonly subject: { readonly text: string } | null;
}
interface Approval {
  readonly person: string;
  readonly signature: string;
  readonly subject: string;
  readonly allowedSigners: string;
  readonly verifyTime: string;
  readonly breakGlass: boolean;
}

const version = spawnSync('ssh', ['-V']).stderr as Buffer | null;
const skip = version === null ? 'no OpenSSH here' : false;
const json = (value: unknown): CallBody => ({
  type: 'application/json',
  text: JSON.stringify(value),
});

describe('approvals that are kept', { skip }, () => {
  let open: OpenGate;
  let count = 0;
  const sign = async (who: string, id: string, text: string, route = 'approvals') => {
    const person = open.people.get(who);
    assert.ok(person !== undefined);
    const signature = await approve(person, text);
    const body = json({ signature, ...(route === 'approvals' ? {} : { reason: 'r' }) });
    return open.call<Shown>(who, 'POST', `/v1/requests/${id}/${route}`, body);
  };
  const change = async (changes: readonly object[]): Promise<void> => {
    const body = json({ why: 'set up', changes });
    const asked = await open.call<Shown>('ann', 'POST', '/v1/changes', body);
    const done = await sign('bob', asked.id, asked.subject?.text ?? '');
    assert.equal(done.state, 'done');
  };
  const hold = async (): Promise<Shown> => {
    count += 1;
    const query = `/v1/exports?project=main&to=out&why=w&name=t${String(count)}.csv`;
    const text = weightShaped(count);
    return open.call<Shown>('cyd', 'POST', query, { type: 'text/csv', text });
  };
  const approvalsOf = async (id: string): Promise<readonly Approval[]> =>
    (
      await open.call<{ approvals: readonly Approval[] }>(
        'ann',
        'GET',
        `/v1/requests/${id}/approvals`,
      )
    ).approvals;
  before(async () => {
    open = await openFoundedGate(['ann', 'bob', 'cyd:staff', 'rev:staff']);
    const give = { op: 'role.give', project: 'main' };
    await change([
      { ...give, principal: 'cyd', role: 'member' },
      { ...give, principal: 'rev', role: 'reviewer' },
    ]);
    await change([
      { op: 'destination.add', project: 'main', name: 'out' },
      { op: 'budget.set', budget: 'project:main', rate: '1 MB/day', burst: '1 MB' },
    ]);
  });
  after(() => open.close());

  /** Stock verification, as an auditor does it; at the moment of the approval, or at another one. */
  const stockVerify = (dir: string, approval: Approval, time = approval.verifyTime): string => {
    const file = (name: string, text: string): string => {
      writeFileSync(path.join(dir, name), text);
      return path.join(dir, name);
    };
    const ran = spawnSync(
      'ssh-keygen',
      [
        ...['-Y', 'verify', '-f', file('signers', `${approval.allowedSigners}\n`)],
        ...['-I', approval.person, '-n', 'sallyport-approval@v1', '-O', `verify-time=${time}`],
        ...['-s', file('approval.sig', approval.signature)],
      ],
      { input: approval.subject, encoding: 'utf8' },
    );
    return ran.status === 0 ? 'good' : ran.stderr;
  };

  it('verify for a key in force, and say until when one counted that is gone', async (context) => {
    const dir = await tempDir(context);
    const held = await hold();
    await sign('rev', held.id, held.subject?.text ?? '');
    const [here] = await approvalsOf(held.id);
    assert.ok(here !== undefined);
    assert.doesNotMatch(here.allowedSigners, /valid-before/);
    assert.equal(stockVerify(dir, here), 'good');
    // Whole seconds are what OpenSSH knows: the removal has to be in a later one.
    const signedAt = Math.floor(open.gate.clock.nowMs() / 1000);
    await until(
      () => Promise.resolve(Math.floor(open.gate.clock.nowMs() / 1000)),
      (now) => now > signedAt + 1,
    );
    await change([{ op: 'person.remove', id: 'rev' }]);
    const [left] = await approvalsOf(held.id);
    assert.ok(left !== undefined);
    assert.match(
      left.allowedSigners,
      /^rev namespaces="[^"]+",valid-before="\d{14}Z" ssh-ed25519 /,
    );
    assert.equal(stockVerify(dir, left), 'good');
    assert.notEqual(stockVerify(dir, left, '20991231235959Z'), 'good');
    const changed = { ...left, subject: left.subject.replace('"main"', '"mane"') };
    assert.notEqual(stockVerify(dir, changed), 'good');
  });

  it('are those of emergencies too', async (context) => {
    const dir = await tempDir(context);
    const held = await hold();
    const subject = await open.gate.requests.approvals.emergencySubject(held.id);
    await sign('bob', held.id, subject, 'break-glass');
    const approvals = await approvalsOf(held.id);
    assert.deepEqual(
      approvals.map(({ person, breakGlass }) => [person, breakGlass]),
      [['bob', true]],
    );
    const [emergency] = approvals;
    assert.ok(emergency !== undefined);
    assert.match(emergency.subject, /"breakGlass":true/);
    assert.equal(stockVerify(dir, emergency), 'good');
  });
});
