/** Reviewers vote blind on every way by which a vote could be learnt: whoever has not voted learns of none. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Kysely } from 'kysely';
import { approveAs, jsonBody } from '../support/asking.ts';
import { openFoundedGate } from '../support/open-gate.ts';
import type { OpenGate } from '../support/open-gate.ts';
import { weightShaped } from '../support/tables.ts';
import { until } from '../support/until.ts';

interface Shown {
  readonly id: string;
  readonly state: string;
  readonly subject: { readonly text: string } | null;
}

interface Entries {
  readonly entries: readonly {
    readonly index: number;
    readonly id: string | null;
    readonly entry: { readonly kind: string; readonly by: string } | null;
    readonly commitment: string;
  }[];
}

describe('a request that two reviewers decide, one of whom has voted', () => {
  let open: OpenGate;
  let held: Shown;
  const sign = (who: string, shown: Shown): Promise<Shown> => approveAs(open, who, shown);

  before(async () => {
    open = await openFoundedGate([
      ...['ann:administrators,security', 'bob:administrators,security', 'aud:auditors'],
      ...['cyd:staff', 'rev:staff', 'ria:staff'],
    ]);
    const give = (principal: string, role: string): object => ({
      ...{ op: 'role.give', project: 'study', principal, role },
    });
    const change = async (changes: readonly object[]): Promise<void> => {
      const body = jsonBody({ why: 'set up', changes });
      const asked = await open.call<Shown>('ann', 'POST', '/v1/changes', body);
      assert.equal(asked.state, 'held', JSON.stringify(asked));
      await sign('bob', asked);
    };
    await change([
      { op: 'project.add', id: 'study', title: 'Study' },
      { op: 'rule.set', kind: 'export', tier: 'one', quorum: '2 of reviewers(project)' },
      ...[give('cyd', 'member'), give('rev', 'reviewer'), give('ria', 'reviewer')],
    ]);
    await change([
      { op: 'destination.add', project: 'study', name: 'out' },
      { op: 'budget.set', budget: 'project:study', rate: '1 MB/day', burst: '1 MB' },
    ]);
    const query = '/v1/exports?project=study&to=out&why=w&name=t.csv';
    const text = weightShaped(1);
    held = await open.call<Shown>('cyd', 'POST', query, { type: 'text/csv', text });
    assert.equal(held.state, 'held');
    await sign('rev', held);
  });
  const readers: ReadableStreamDefaultReader<string>[] = [];
  after(async () => {
    for (const reader of readers) await reader.cancel();
    await open.close();
  });

  const votes = async (who: string): Promise<string[]> => {
    const { entries } = await open.call<Entries>(who, 'GET', '/v1/ledger/entries?limit=1000');
    return entries.flatMap(({ entry }) => (entry?.kind === 'request.approved' ? [entry.by] : []));
  };
  /** The index of the vote on the held request. */
  const voteOf = async (who: string): Promise<number> => {
    const entries = await open.gate.ledger.list(0, 1000);
    const vote = entries.find(({ entry }) => entry.kind === 'request.approved' && entry.by === who);
    return vote?.index ?? -1;
  };

  it('the ledger shows the vote to whoever has voted, and to others that there is an entry', async () => {
    assert.deepEqual(await votes('rev'), ['rev']);
    for (const blind of ['ria', 'cyd', 'aud', 'ann']) {
      // What is decided already is no secret any more: the change by which the gate was set up.
      assert.deepEqual(
        (await votes(blind)).filter((by) => by === 'rev'),
        [],
        blind,
      );
    }
    const at = String(await voteOf('rev'));
    const page = await open.call<Entries>('ria', 'GET', `/v1/ledger/entries?from=${at}&limit=1`);
    assert.deepEqual(
      page.entries.map(({ id, entry }) => [id, entry]),
      [[null, null]],
    );
    const proof = async (who: string): Promise<string> =>
      (await open.ask(who, 'GET', `/v1/ledger/proof/${at}`)).text();
    assert.match(await proof('rev'), /\nextra /);
    assert.doesNotMatch(await proof('ria'), /\nextra /);
  });

  it('neither the measures of waiting nor the reminders tell who has voted', async () => {
    const measured = async (): Promise<unknown> => {
      const { bottlenecks, fastApprovals } = await open.call<{
        readonly bottlenecks: readonly { readonly person?: string; readonly waiting: number }[];
        readonly fastApprovals: readonly { readonly person: string }[];
      }>('ria', 'GET', '/v1/waiting?days=1');
      const waits = bottlenecks.flatMap(({ person, waiting }) =>
        person === 'rev' || person === 'ria' ? [`${person} ${String(waiting)}`] : [],
      );
      return { waits: waits.sort(), fast: fastApprovals.filter(({ person }) => person === 'rev') };
    };
    assert.deepEqual(await measured(), { waits: ['rev 1', 'ria 1'].sort(), fast: [] });
    await open.gate.store.write((tx: Kysely<{ requests: { escalates_ms: bigint } }>) =>
      tx.updateTable('requests').set({ escalates_ms: 1n }).execute(),
    );
    await open.gate.requests.checkDeadlines();
    const reminded = async (who: string): Promise<string> => {
      const shown = await open.call<{
        readonly history: readonly { readonly event: string; readonly sentence: string }[];
      }>(who, 'GET', `/v1/requests/${held.id}`);
      return shown.history.find(({ event }) => event === 'escalate')?.sentence ?? 'never';
    };
    assert.match(await reminded('ria'), /^reminded those who decide and told /);
    assert.match(await reminded('rev'), /^reminded ria and told /);
  });

  it('a vote is no event to whoever has not voted', async () => {
    const told = async (who: string): Promise<() => readonly string[]> => {
      const events: string[] = [];
      const { body } = await open.ask(who, 'GET', '/v1/events');
      assert.ok(body !== null);
      const reader = body.pipeThrough(new TextDecoderStream()).getReader();
      readers.push(reader);
      const first = await reader.read();
      assert.match(first.value ?? '', /open/);
      const read = async (): Promise<void> => {
        for (;;) {
          const { value, done } = await reader.read();
          if (done) return;
          if (value.startsWith('data: '))
            events.push((JSON.parse(value.slice(6)) as { event: string }).event);
        }
      };
      void read();
      return () => events;
    };
    const [rev, ria] = [await told('rev'), await told('ria')];
    await sign('rev', held);
    const say = jsonBody({ text: 'look at the second column' });
    await open.call('cyd', 'POST', `/v1/requests/${held.id}/comments`, say);
    // Events keep their order, so what came after the vote says that the vote was told or not.
    await until(
      async () => Promise.resolve([...rev(), ...ria()]),
      (all) => all.filter((each) => each === 'comment').length === 2,
    );
    assert.deepEqual(rev(), ['approve', 'comment']);
    assert.deepEqual(ria(), ['comment']);
  });

  it('an administrator who is read into nothing reads how the gate is set up, and no request', async () => {
    const setUp = await openFoundedGate([
      'adm:administrators',
      'ada:administrators',
      'sec:security',
    ]);
    try {
      const body = jsonBody({ why: 'w', target: 'project', what: 'secret', durationMs: 3_600_000 });
      await setUp.ask('sec', 'POST', '/v1/access', body);
      const { entries } = await setUp.call<Entries>('adm', 'GET', '/v1/ledger/entries');
      const kinds = entries.map(({ entry }) => entry?.kind ?? 'hidden');
      assert.ok(kinds.includes('roster.founded'), kinds.join(' '));
      assert.ok(kinds.includes('hidden'), kinds.join(' '));
      assert.doesNotMatch(JSON.stringify(entries), /secret/);
    } finally {
      await setUp.close();
    }
  });

  it('what is decided is told to everybody who is read in', async () => {
    const released = await sign('ria', held);
    assert.notEqual(released.state, 'held');
    for (const reader of ['cyd', 'aud', 'rev', 'ria'])
      assert.deepEqual((await votes(reader)).slice(-2), ['rev', 'ria'], reader);
  });
});
