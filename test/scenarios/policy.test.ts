/** Policies are changed by a quorum, and then they decide: at once, after a restart, and never others than were signed. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { sha256 } from '../../src/core/index.ts';
import { DEFAULT_POLICIES, SHIPPED_SHA256 } from '../../src/policy/index.ts';
import { hijack } from '../support/hijack.ts';
import type { Hijacked } from '../support/hijack.ts';
import { foundGate, startPreparedGate } from '../support/running-gate.ts';
import type { FoundedGate, RunningGate } from '../support/running-gate.ts';

interface Shown {
  readonly id: string;
  readonly state: string;
  readonly verdict: string;
  readonly reason: string | null;
}

const TO = ['--project', 'study', '--to', 'alpha', '--why', 'a test'] as const;
const NO_EXPORTS = `${DEFAULT_POLICIES}
@id("no-exports-of-bob")
@says("bob exports nothing while the audit lasts")
forbid (principal is Person, action == Action::"request.ask", resource)
when { principal.id == "bob" && context.kind == "export" };
`;

describe('policies in force', () => {
  let gate: RunningGate;
  let founded: FoundedGate;
  let count = 0;

  const propose = async (text: string, status: number): Promise<Shown> => {
    const file = 'proposed.cedar';
    await writeFile(path.join(gate.workDir, file), text);
    return founded.as<Shown>('ann', status, 'change', '--policy', file, '--why', 'the audit');
  };
  const enforce = async (asked: Shown): Promise<void> => {
    const done = await founded.approve<Shown>('bob', asked.id);
    assert.equal(done.state, 'done', done.reason ?? '');
  };
  const exportAs = async (person: string): Promise<{ status: number; text: string }> => {
    count += 1;
    await writeFile(path.join(gate.workDir, 'plain.csv'), `a,b\n1,${String(count)}\n`);
    const token = ['--token', founded.token(person)];
    const done = await gate.sallyport('export', 'plain.csv', ...TO, ...token);
    return { status: done.status, text: `${done.stdout}${done.stderr}` };
  };

  before(async () => {
    ({ gate } = await startPreparedGate(['alpha']));
    founded = await foundGate(gate, ['ann', 'bob', 'cyd:staff']);
  });
  after(() => gate.close());

  it('refuses what does not validate, breaks a promise, or locks everybody out, with every problem', async () => {
    const cases: readonly (readonly [string, RegExp])[] = [
      ['permit (principal, action, resource', /unexpected end/],
      [
        `${DEFAULT_POLICIES}@id("a") @says("a") permit (principal, action, resource) when { principal.rank > 3 };
         @id("b") @says("b") permit (principal, action == Action::"request.fly", resource);`,
        /a: line \d+: .*rank.*b: line \d+: .*request\.fly/s,
      ],
      [
        `${DEFAULT_POLICIES}@id("a") @says("a") permit (principal, action in Action::"view", resource);`,
        /no project is open to somebody who is not read into it/,
      ],
      [
        `${DEFAULT_POLICIES}@id("a") @says("a") forbid (principal, action == Action::"policy.change", resource);`,
        /nobody could change the policies again/,
      ],
      [
        `${DEFAULT_POLICIES}@id("a") @says("a") forbid (principal, action == Action::"request.approve", resource) when { resource.kind == "policy" };`,
        /nobody could change the policies again/,
      ],
    ];
    for (const [text, wanted] of cases) {
      const refused = await propose(text, 3);
      assert.equal(refused.state, 'denied');
      assert.match(refused.reason ?? '', wanted);
    }
    const other = ['--why', 'w', '--token', founded.token('cyd')];
    const stranger = await gate.sallyport('change', '--policy', 'shipped', ...other);
    assert.equal(stranger.status, 2);
    const digest = JSON.stringify({ op: 'policy.set', sha256: '7'.repeat(64) });
    assert.equal((await gate.sallyport('change', digest, '--why', 'w')).status, 2);
  });

  it('what was allowed is denied at once when the quorum has signed, and after a restart', async () => {
    assert.equal((await exportAs('bob')).status, 0);
    const asked = await propose(NO_EXPORTS, 4);
    assert.equal((await exportAs('bob')).status, 0, 'nothing changes before people sign');
    await enforce(asked);
    const denied = await exportAs('bob');
    assert.equal(denied.status, 2);
    assert.match(denied.text, /bob exports nothing while the audit lasts/);
    assert.equal((await exportAs('ann')).status, 0);
    gate = await gate.restart();
    founded = founded.on(gate);
    assert.match((await exportAs('bob')).text, /bob exports nothing while the audit lasts/);
    assert.equal((await exportAs('ann')).status, 0);
    const shown = await gate.sallyport('policy', 'show');
    assert.equal(shown.stdout, NO_EXPORTS);
  });

  it('a policy about decisions is heeded, by whoever the rules name', async () => {
    const forbidden = `${DEFAULT_POLICIES}
@id("access-not-by-bob")
@says("bob decides nothing about access")
forbid (principal, action in [Action::"request.approve", Action::"request.deny"], resource)
when { principal.id == "bob" && resource.kind == "access" };`;
    await enforce(await propose(forbidden, 4));
    const ask = ['access', 'project', 'study', '--why', 'w', '--for', '1h'] as const;
    const asked = await founded.as<Shown>('cyd', 4, ...ask);
    const key = ['--yes', '--key', 'bob.key', '--token', founded.token('bob')];
    const refused = await gate.sallyport('approve', asked.id, ...key);
    assert.equal(refused.status, 2);
    assert.match(refused.stderr, /bob decides nothing about access/);
    const denied = await gate.sallyport('deny', asked.id, '--reason', 'r', ...key.slice(3));
    assert.match(denied.stderr, /bob decides nothing about access/);
    assert.equal((await founded.approve<Shown>('ann', asked.id)).state, 'granted');
  });

  it('goes back to the shipped set the same way', async () => {
    const asked = await founded.as<Shown>('ann', 4, 'change', '--policy', 'shipped', '--why', 'w');
    await enforce(asked);
    assert.equal((await exportAs('bob')).status, 0);
    assert.equal((await gate.sallyport('policy', 'show')).stdout, DEFAULT_POLICIES);
    assert.equal(sha256(DEFAULT_POLICIES), SHIPPED_SHA256);
  });

  it('a policy that fails at its evaluation denies whatever it is about', async () => {
    // Strict validation knows no bounds of integers; it overflows when it is evaluated.
    const text = `${DEFAULT_POLICIES}
@id("fails")
@says("fails")
forbid (principal, action == Action::"outbox.use", resource)
when { principal.locked };
@id("overflows")
@says("overflows")
forbid (principal is Person, action == Action::"request.ask", resource)
when { principal.id == "bob" && 9223372036854775807 + 1 > 0 };`;
    await enforce(await propose(text, 4));
    assert.equal((await exportAs('bob')).status, 2);
    assert.equal((await exportAs('ann')).status, 0);
    await enforce(await founded.as('ann', 4, 'change', '--policy', 'shipped', '--why', 'w'));
  });

  describe('whoever writes to the database', () => {
    const tamper = async (
      change: (taken: Hijacked) => Promise<unknown>,
    ): Promise<{ started: string; verified: string }> => {
      const taken = await hijack(gate.dataDir, gate.ledgerKey);
      try {
        await change(taken);
        const data = ['--data', taken.dataDir];
        const verified = await gate.sallyport('ledger', 'verify', ...data);
        assert.notEqual(verified.status, 0);
        const ports = ['--inner-port', '0', '--outer-port', '0'];
        const started = await gate.sallyport('start', ...data, ...ports);
        assert.notEqual(started.status, 0);
        return { started: started.stderr, verified: `${verified.stdout}${verified.stderr}` };
      } finally {
        await taken.close();
      }
    };

    before(async () => {
      await enforce(await propose(NO_EXPORTS, 4));
      await gate.stop();
    });

    it('cannot put another text in force: the gate does not start, and the check names the version', async () => {
      const { started, verified } = await tamper((taken) =>
        taken.write(async (db) => {
          const rows = await db.selectFrom('rosters').selectAll().orderBy('version').execute();
          const last = rows.at(-1);
          assert.ok(last !== undefined);
          const subject = String(last['subject']).replace('no-exports-of-bob', 'no-exports-of-cyd');
          assert.notEqual(subject, last['subject']);
          await db
            .updateTable('rosters')
            .set({ subject })
            .where('version', '=', last['version'] as never)
            .execute();
        }),
      );
      assert.match(started, /cannot take version \d+ of the roster/);
      assert.match(verified, /version \d+ of the roster does not verify/);
    });

    it('cannot go back to earlier policies by cutting the chain: the sender knows more', async () => {
      const { started, verified } = await tamper((taken) =>
        taken.write(async (db) => {
          const rows = await db
            .selectFrom('rosters')
            .select('version')
            .orderBy('version')
            .execute();
          await db
            .deleteFrom('rosters')
            .where('version', '=', rows.at(-1)?.['version'] as never)
            .execute();
        }),
      );
      assert.match(started, /roster is of version \d+ and the database of the gate has only/);
      assert.match(verified, /version \d+ of the roster is in the ledger and not in the database/);
    });
  });
});
