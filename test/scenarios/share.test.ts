/**
 * A result of one project that another one may read: who decides, who reads what, and what ends it. Asked of the real gate;
 * `ledger verify`'s checks hold at the end of all of it.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Kysely } from 'kysely';
import { tableChecks } from '../../src/app/index.ts';
import { sha256, systemRandom } from '../../src/core/index.ts';
import { checkTables, openKeyFile, openLedgerReader } from '../../src/ledger/index.ts';
import { SHIPPED_POLICIES } from '../../src/policy/index.ts';
import { judgeApprovals, readSubject, writeSubject } from '../../src/requests/index.ts';
import { listenAnswer } from '../support/events.ts';
import { openFoundedGate } from '../support/open-gate.ts';
import type { CallBody, OpenGate } from '../support/open-gate.ts';
import { approve } from '../support/people.ts';

interface Shown {
  readonly id: string;
  readonly state: string;
  readonly reason: string;
  readonly waitsFor: string | null;
  readonly subject: {
    readonly text: string;
    readonly said: readonly { readonly label: string; readonly lines: readonly string[] }[];
  } | null;
  readonly share: {
    readonly result: string | null;
    readonly open: boolean;
    readonly reads: number;
    readonly revoke: { readonly allowed: boolean; readonly reason: string | null };
  } | null;
}

interface Seen {
  readonly id: string;
  readonly from: string | null;
  readonly to: string;
  readonly until: string | null;
  readonly files: readonly {
    readonly index: number;
    readonly name: string;
    readonly sha256: string;
  }[];
}

interface Lists {
  readonly withUs: readonly Seen[];
  readonly byUs: readonly {
    readonly id: string;
    readonly state: string;
    readonly reads: number;
    readonly revoke: { readonly allowed: boolean };
  }[];
}

const json = (value: unknown): CallBody => ({
  type: 'application/json',
  text: JSON.stringify(value),
});
const HOUR_MS = 3_600_000;

describe('sharing a result', () => {
  let open: OpenGate;
  let result = '';
  let secret = '';
  const tokens = new Map<string, string>();

  const call = <T>(
    who: string,
    method: 'GET' | 'POST',
    place: string,
    body?: CallBody,
  ): Promise<T> => open.call<T>(tokens.get(who) ?? who, method, place, body);
  const status = async (
    who: string,
    place: string,
    method = 'GET',
    body?: CallBody,
  ): Promise<number> => {
    const answer = await open.ask(tokens.get(who) ?? who, method, place, body);
    await answer.arrayBuffer();
    return answer.status;
  };
  const exportFrom = async (who: string, project: string, text: string): Promise<string> => {
    const name = `${sha256(text).slice(0, 6)}.csv`;
    const place = `/v1/exports?project=${project}&to=out&why=w&name=${name}`;
    const { id, state } = await call<Shown>(who, 'POST', place, { type: 'text/csv', text });
    assert.match(state, /queued|released/);
    return id;
  };
  const askShare = (who: string, wish: object = {}): Promise<Response> =>
    open.ask(
      tokens.get(who) ?? who,
      'POST',
      '/v1/shares',
      json({ result, from: 'study', to: 'probe', why: 'they test it', ...wish }),
    );
  const held = async (who: string, wish: object = {}): Promise<Shown> => {
    const answer = await askShare(who, wish);
    const text = await answer.text();
    assert.equal(answer.status, 201, text);
    const shown = JSON.parse(text) as Shown;
    assert.equal(shown.state, 'held', text);
    return shown;
  };
  /** Signs as somebody; the state afterwards, or `refused`. */
  const sign = async (who: string, { id, subject }: Shown): Promise<string> => {
    const person = open.people.get(who);
    if (person === undefined || subject === null)
      throw new TypeError(`nobody can sign ${id} as ${who}`);
    const signature = await approve(person, subject.text);
    const answer = await open.ask(who, 'POST', `/v1/requests/${id}/approvals`, json({ signature }));
    const text = await answer.text();
    return answer.ok ? (JSON.parse(text) as Shown).state : 'refused';
  };
  const share = async (who: string, wish: object = {}): Promise<Shown> => {
    const asked = await held(who, wish);
    assert.equal(await sign('zoe', asked), 'held');
    assert.equal(await sign('pow', asked), 'granted');
    return asked;
  };
  /** Younger shares with other files, straight into the table. */
  const addShares = async (id: string, count: number): Promise<{ remove(): Promise<void> }> => {
    type Tables = Kysely<{ requests: Record<string, unknown> & { id: string } }>;
    const names = Array.from({ length: count }, (_, i) => `req_copy${String(i)}`);
    await open.gate.store.write(async (tx: Tables) => {
      const row = await tx
        .selectFrom('requests')
        .selectAll()
        .where('id', '=', id)
        .executeTakeFirstOrThrow();
      for (const [i, name] of names.entries()) {
        const asked = {
          asked_ms: BigInt(String(row['asked_ms'])) + BigInt(i + 1),
          idempotency_key: name,
        };
        const copy = { ...row, ...asked, id: name, subject: null };
        await tx.insertInto('requests').values(copy).execute();
      }
    });
    return {
      remove: () =>
        open.gate.store.write(async (tx: Tables) => {
          await tx.deleteFrom('requests').where('id', 'like', 'req_copy%').execute();
        }),
    };
  };
  const lists = (who: string): Promise<Lists> => call<Lists>(who, 'GET', '/v1/shares');
  const entries = async (kind: string): Promise<readonly { readonly by: string }[]> =>
    (await open.gate.ledger.list(0, 1_000))
      .map(({ entry }) => entry)
      .filter((entry) => entry.kind === kind);
  const verify = (): Promise<readonly string[]> =>
    checkTables(
      open.gate.store,
      async () => {
        const { folders, config, store } = open.gate;
        const key = await openKeyFile(folders.ledgerKey, {
          name: config.origin,
          random: systemRandom,
        });
        return openLedgerReader({ store, logId: 'inner', key, dir: folders.ledger });
      },
      tableChecks(),
    );

  before(async () => {
    open = await openFoundedGate([
      'ada:administrators',
      'sec:security',
      'aud:auditors',
      ...['zoe', 'mem', 'rev', 'pow', 'pam', 'two', 'third', 'lone'].map((id) => `${id}:staff`),
    ]);
    const give = (principal: string, role: string, project: string): unknown => ({
      op: 'role.give',
      ...{ project, principal, role },
    });
    const wide = { rate: '1 MB/day', burst: '1 MB' };
    const setUp = async (...changes: unknown[]): Promise<void> => {
      const body = json({ why: 'set up', changes });
      const asked = await call<Shown>('ada', 'POST', '/v1/changes', body);
      assert.equal(await sign('ada', asked), 'done');
    };
    await setUp(
      { op: 'model.set', id: 'atlas', parameters: '70b' },
      { op: 'budget.set', budget: 'model:atlas', ...wide },
    );
    const changes = [
      { op: 'principal.add', id: 'bot', kind: 'agent', name: 'bot', sponsor: 'pow' },
      { op: 'project.add', id: 'study', title: 'Study', models: ['atlas'] },
      { op: 'project.add', id: 'probe', title: 'Probe', models: ['atlas'] },
      { op: 'project.add', id: 'third', title: 'Third', models: ['none'] },
      give('zoe', 'owner', 'study'),
      give('two', 'owner', 'study'),
      give('mem', 'member', 'study'),
      give('rev', 'reviewer', 'study'),
      give('pow', 'owner', 'probe'),
      give('two', 'owner', 'probe'),
      give('pam', 'member', 'probe'),
      give('bot', 'member', 'probe'),
      give('third', 'owner', 'third'),
      give('mem', 'member', 'third'),
    ];
    await setUp(...changes);
    tokens.set('bot', (await open.gate.people.addToken('bot', 'pow', 'pow')).token);
    await setUp(
      ...['study', 'probe'].flatMap((project) => [
        { op: 'destination.add', project, name: 'out' },
        { op: 'budget.set', budget: `project:${project}`, ...wide },
      ]),
    );
    result = await exportFrom('mem', 'study', 'score,run\n1,2\n3,4\n');
    secret = await exportFrom('mem', 'study', 'other,thing\n5,6\n');
  });
  after(() => open.close());

  it('is decided by owners of both projects, by different people, and never by whoever asks', async () => {
    const asked = await held('mem');
    for (const person of ['rev', 'pam', 'sec', 'ada'])
      assert.equal(await sign(person, asked), 'refused', person);
    assert.equal(await sign('two', asked), 'held');
    // One person who owns both speaks once.
    assert.equal(await sign('two', asked), 'held');
    assert.equal(await sign('zoe', asked), 'granted');
    const own = await held('zoe');
    assert.equal(await sign('zoe', own), 'refused');
    assert.equal(await sign('two', own), 'held');
    assert.equal(
      await status('pow', `/v1/requests/${own.id}/deny`, 'POST', json({ reason: 'no' })),
      201,
    );
    assert.equal((await call<Shown>('mem', 'GET', `/v1/requests/${own.id}`)).state, 'refused');
    await call('mem', 'POST', `/v1/requests/${asked.id}/withdraw`);
  });

  it('says in words what is signed, and binds it to the files', async () => {
    const asked = await held('mem', {
      until: new Date(open.gate.clock.nowMs() + HOUR_MS).toISOString(),
    });
    const said = (asked.subject?.said ?? [])
      .map(({ label, lines }) => `${label}: ${lines.join('; ')}`)
      .join('\n');
    assert.match(said, /what: share, project study/);
    assert.match(
      said,
      /lets read: everybody in the project probe reads these files of the project study, and nothing else/,
    );
    assert.match(said, /until 2\d\d\d-.*, or until an owner of study or security ends it/);
    assert.match(said, /files: \w+\.csv \(table, 18 bytes, sha256 [0-9a-f]{64}\)/);
    const honest = readSubject(asked.subject?.text ?? '');
    const { roster } = open.gate.rosters.need();
    const nowMs = open.gate.clock.nowMs();
    const signers = ['zoe', 'pow'].map((id) => open.people.get(id) ?? assert.fail(id));
    const facts = honest.facts['share'] as Record<string, unknown>;
    for (const [name, change] of Object.entries({
      'another project': { project: 'third' },
      'a project to itself': { facts: { share: { ...facts, to: 'study' } } },
      'no files': { facts: { share: { ...facts, files: [] } } },
      'a time of its own': { grantMs: 1_000 },
      'no share': { facts: {} },
    })) {
      const subjectText = writeSubject({ ...honest, ...change });
      const signatures = await Promise.all(signers.map((person) => approve(person, subjectText)));
      assert.equal(
        judgeApprovals({ roster, subjectText, signatures, nowMs }).state,
        'impossible',
        name,
      );
    }
    const signatures = await Promise.all(
      signers.map((person) => approve(person, writeSubject(honest))),
    );
    const changed = writeSubject({ ...honest, facts: { share: { ...facts, until: null } } });
    assert.equal(judgeApprovals({ roster, subjectText: changed, signatures, nowMs }).state, 'open');
    await call('mem', 'POST', `/v1/requests/${asked.id}/withdraw`);
  });

  it('lets the other project read exactly these files, and nothing else of the first one', async () => {
    const { id } = await share('mem');
    const seen = (await lists('pam')).withUs;
    assert.deepEqual(
      seen.map((each) => each.id),
      [id],
    );
    assert.equal(seen[0]?.from, null, 'not even the name of the project');
    for (const reader of ['pam', 'pow', 'bot']) {
      const answer = await open.ask(
        tokens.get(reader) ?? reader,
        'GET',
        `/v1/shares/${id}/files/0`,
      );
      assert.equal(answer.status, 200, reader);
      assert.equal(sha256(new Uint8Array(await answer.arrayBuffer())), seen[0].files[0]?.sha256);
      assert.equal(await status(reader, `/v1/shares/${id}/files/0/preview`), 200);
      assert.equal(await status(reader, `/v1/shares/${id}/files/1`), 404);
      for (const place of [
        `/v1/requests/${result}`,
        `/v1/requests/${secret}`,
        `/v1/requests/${result}/files/0`,
      ])
        assert.equal(await status(reader, place), 404, `${reader} ${place}`);
      assert.equal(await status(reader, '/v1/projects/study/people'), 404);
    }
    const text = JSON.stringify([seen, await call('pam', 'GET', `/v1/shares/${id}`)]);
    for (const word of ['study', 'mem', 'zoe', result, secret, 'they test it'])
      assert.ok(!text.includes(word), `it tells ${word}: ${text}`);
    for (const stranger of ['lone', 'ada', 'third']) {
      assert.equal(await status(stranger, `/v1/shares/${id}`), 404, stranger);
      assert.equal(await status(stranger, `/v1/shares/${id}/files/0`), 404, stranger);
      assert.deepEqual((await lists(stranger)).withUs, []);
    }
    assert.equal((await entries('share.read')).length, 6);
    const [line] = (await lists('mem')).byUs.filter((each) => each.id === id);
    assert.equal(line?.reads, 6);
    assert.deepEqual(await verify(), []);
  });

  it('names no decider to whoever is not read into both projects, and shows no content before it is granted', async () => {
    const asked = await held('mem');
    for (const who of ['mem', 'zoe', 'pow']) {
      const shown = await call<Shown>(who, 'GET', `/v1/requests/${asked.id}`);
      const text = JSON.stringify({ ...shown, subject: null, can: null });
      const others = ['zoe', 'pow', 'two'].filter((each) => each !== who);
      for (const name of others)
        assert.ok(!text.includes(`"${name}"`), `${who} learns of ${name}: ${text}`);
      assert.equal(shown.waitsFor, 'the owners of both projects');
    }
    assert.match(
      (await call<Shown>('two', 'GET', `/v1/requests/${asked.id}`)).waitsFor ?? '',
      /owners\(probe\).*pow/,
    );
    assert.equal(await status('pow', `/v1/shares/${asked.id}/files/0`), 404);
    assert.equal(await status('pow', `/v1/requests/${asked.id}/files/0`), 404);
    assert.equal(await status('pow', `/v1/requests/${asked.id}/files/0/preview`), 404);
    assert.equal(await status('pow', `/v1/requests/${asked.id}`), 200);
    assert.equal((await call<Shown>('pow', 'GET', `/v1/requests/${asked.id}`)).share?.result, null);
    assert.equal(
      (await call<Shown>('zoe', 'GET', `/v1/requests/${asked.id}`)).share?.result,
      result,
    );
    await call('mem', 'POST', `/v1/requests/${asked.id}/withdraw`);
  });

  it('is told live to those who may read it, when it is granted and when it ends, without a name', async () => {
    const streams = await Promise.all(
      ['pam', 'lone'].map(async (who) => listenAnswer(await open.ask(who, 'GET', '/v1/events'))),
    );
    const [pam, lone] = streams;
    assert.ok(pam !== undefined && lone !== undefined);
    const { id } = await share('mem');
    const told = (count: number) => (event: { type: string }) =>
      event.type === 'share' && pam.heard.filter((each) => each.type === 'share').length >= count;
    assert.deepEqual(await pam.next(told(1)), { type: 'share' });
    await call('mem', 'POST', `/v1/requests/${id}/withdraw`);
    await pam.next(told(2));
    assert.equal(JSON.stringify(pam.heard).includes(id), false);
    assert.deepEqual(
      lone.heard.filter((each) => each.type === 'share'),
      [],
    );
  });

  it('ends at once by an owner of the project that shares it, and goes into the ledger', async () => {
    const { id } = await share('mem');
    const body = json({ reason: 'a mistake' });
    for (const who of ['mem', 'pow', 'pam', 'lone'])
      assert.ok(
        [403, 404].includes(await status(who, `/v1/shares/${id}/revoke`, 'POST', body)),
        who,
      );
    assert.equal(await status('pam', `/v1/shares/${id}/files/0`), 200);
    assert.equal(
      (await call<Shown>('zoe', 'GET', `/v1/requests/${id}`)).share?.revoke.allowed,
      true,
    );
    const ended = await call<Shown>('zoe', 'POST', `/v1/shares/${id}/revoke`, body);
    assert.equal(ended.state, 'ended');
    assert.equal(await status('pam', `/v1/shares/${id}/files/0`), 404);
    assert.equal(await status('zoe', `/v1/shares/${id}/revoke`, 'POST', body), 403);
    assert.deepEqual(
      (await entries('share.end')).map(({ by }) => by),
      ['zoe'],
    );
    assert.deepEqual(await verify(), []);
  });

  it('is read by nobody while its project, or the lane of shares, is locked', async () => {
    const { id } = await share('mem');
    for (const target of [
      { kind: 'project', id: 'study' },
      { kind: 'lane', id: 'share' },
    ]) {
      const lock = await call<Shown>(
        'sec',
        'POST',
        '/v1/locks',
        json({ target, reason: 'a look' }),
      );
      for (const who of ['pam', 'sec'])
        assert.equal(await status(who, `/v1/shares/${id}/files/0`), 404);
      assert.deepEqual(
        (await lists('pam')).withUs.filter((each) => each.id === id),
        [],
      );
      const unlock = json({ lock: lock.id, why: 'a false alarm' });
      assert.equal(
        await sign('sec', await call<Shown>('mem', 'POST', '/v1/unlocks', unlock)),
        'done',
      );
      assert.equal(await status('pam', `/v1/shares/${id}/files/0`), 200);
    }
    await call('mem', 'POST', `/v1/requests/${id}/withdraw`);
    assert.equal(await status('pam', `/v1/shares/${id}/files/0`), 404);
  });

  it('ends at its time, is not asked for in the past, and is read until then', async () => {
    const { gate } = open;
    const past = new Date(gate.clock.nowMs() - 1_000).toISOString();
    assert.equal((await askShare('mem', { until: past })).status, 400);
    const { id } = await share('mem', {
      until: new Date(gate.clock.nowMs() + HOUR_MS).toISOString(),
    });
    assert.equal(await status('pam', `/v1/shares/${id}/files/0`), 200);
    await gate.store.write(
      (tx: Kysely<{ requests: { id: string; grant_ends_ms: bigint; deadline_ms: bigint } }>) =>
        tx
          .updateTable('requests')
          .set({
            grant_ends_ms: BigInt(gate.clock.nowMs() - 1),
            deadline_ms: BigInt(gate.clock.nowMs() - 1),
          })
          .where('id', '=', id)
          .execute(),
    );
    // Over at its moment, whether or not anybody has noted it.
    assert.equal(await status('pam', `/v1/shares/${id}/files/0`), 404);
    await gate.requests.checkDeadlines();
    assert.equal((await gate.requests.get(id)).state, 'ended');
    const lasting = await share('mem');
    assert.equal((await gate.requests.get(lasting.id)).deadlineMs, null);
    await call('mem', 'POST', `/v1/requests/${lasting.id}/withdraw`);
  });

  it('is of one file where its digest is named', async () => {
    const shown = await call<{ fileList: readonly { emitted: { sha256: string } }[] }>(
      ...(['mem', 'GET', `/v1/requests/${secret}`] as const),
    );
    const digest = shown.fileList[0]?.emitted.sha256 ?? '';
    const asked = await held('mem', { result: digest });
    assert.match(asked.subject?.text ?? '', new RegExp(`"file":"${digest}"`));
    assert.equal((await askShare('mem', { result: 'f'.repeat(64) })).status, 404);
    await call('mem', 'POST', `/v1/requests/${asked.id}/withdraw`);
  });

  it('is refused of what one may not read, of another project, and of what a third project gave', async () => {
    assert.equal((await askShare('pam')).status, 404);
    assert.equal((await askShare('pam', { from: 'probe', to: 'study' })).status, 404);
    assert.equal((await askShare('lone')).status, 404);
    assert.equal((await askShare('mem', { to: 'study' })).status, 400);
    const { id } = await share('mem');
    const answer = await open.ask('pam', 'GET', `/v1/shares/${id}/files/0`);
    const again = await exportFrom('pam', 'probe', await answer.text());
    // Also when more was shared since than one page of a list holds.
    const copies = await addShares(id, 1_000);
    const refused = await askShare('pam', { result: again, from: 'probe', to: 'study' });
    await copies.remove();
    const shown = (await refused.json()) as Shown;
    assert.equal(shown.state, 'denied');
    assert.match(
      shown.reason,
      /was shared with `probe` by another project, and only that one can share it/,
    );
    await call('mem', 'POST', `/v1/requests/${id}/withdraw`);
  });

  it('is refused where it may tell of a model that the other project may not touch, with the reason for who sees it', async () => {
    // A member of both sees why.
    const denied = (await (await askShare('mem', { to: 'third' })).json()) as Shown;
    assert.equal(denied.state, 'denied');
    assert.match(denied.reason, /may tell of the model `atlas`, which `third` may not touch/);
    // Who does not see the project gets the answer of one that is not there; approvals change nothing.
    for (const to of ['third', 'nowhere']) {
      const asked = await held('two', { to });
      assert.equal(asked.waitsFor, 'the owners of both projects');
      assert.ok(!(asked.subject?.text ?? '').includes('atlas'));
      assert.equal(await sign('zoe', asked), 'held');
      assert.equal(await sign(to === 'third' ? 'third' : 'sec', asked), 'held');
      assert.equal((await open.gate.requests.get(asked.id)).state, 'held');
      assert.doesNotMatch(
        (await call<Shown>('two', 'GET', `/v1/requests/${asked.id}`)).reason,
        /atlas|no project/,
      );
      await call('two', 'POST', `/v1/requests/${asked.id}/withdraw`);
    }
  });

  it('says in a gate from before there were shares what is missing, and how it is added', async () => {
    const [first = ''] = SHIPPED_POLICIES;
    const change = async (...changes: readonly unknown[]): Promise<void> => {
      const body = json({ why: 'w', changes });
      assert.equal(
        await sign('ada', await call<Shown>('ada', 'POST', '/v1/changes', body)),
        'done',
      );
    };
    await change(
      { op: 'rule.remove', kind: 'share', tier: 'one' },
      { op: 'policy.set', text: first },
    );
    const refused = async (): Promise<{ code: string; title: string; hint: string }> =>
      (await (await askShare('mem')).json()) as { code: string; title: string; hint: string };
    const both = await refused();
    assert.equal(both.code, 'REQUEST_RULE_MISSING');
    assert.match(both.title, /rules in force say nobody.*policies in force let nobody read/);
    const [, step = ''] =
      /sallyport change '(\{.*\})' --policy shipped --why TEXT/.exec(both.hint) ?? [];
    await change(JSON.parse(step), { op: 'policy.shipped' });
    const asked = await held('mem');
    await call('mem', 'POST', `/v1/requests/${asked.id}/withdraw`);
  });

  it('is refused by a rule that asks the owners of a target where there is none', async () => {
    const changes = [
      { op: 'rule.set', kind: 'export', tier: 'one', quorum: '1 of owners(target)' },
    ];
    const asked = await call<Shown>('ada', 'POST', '/v1/changes', json({ why: 'w', changes }));
    assert.equal(asked.state, 'denied');
    assert.match(asked.reason, /only requests of the kinds access and share have a target/);
  });

  it('a row that nobody signed is found: other files, readings that were none, a grant without approvals', async () => {
    const { id } = await share('mem');
    assert.equal(await status('pam', `/v1/shares/${id}/files/0`), 200);
    assert.deepEqual(await verify(), []);
    const { store } = open.gate;
    type Tables = {
      share_reads: {
        request: string;
        reader: string;
        sha256: string;
        reads: bigint;
        last_ms: bigint;
      };
    };
    await store.write((tx: Kysely<Tables>) =>
      tx.deleteFrom('share_reads').where('request', '=', id).execute(),
    );
    assert.match(
      (await verify()).join(),
      /a reading of req_\w+ is in the ledger and not in the database/,
    );
    await store.write((tx: Kysely<Tables>) =>
      tx
        .insertInto('share_reads')
        .values({ request: id, reader: 'lone', sha256: 'f'.repeat(64), reads: 1n, last_ms: 1n })
        .execute(),
    );
    assert.match(
      (await verify()).join(),
      /the readings of req_\w+ by lone are not those in the ledger/,
    );
    await store.write((tx: Kysely<Tables>) =>
      tx.deleteFrom('share_reads').where('reader', '=', 'lone').execute(),
    );
    const { facts } = await open.gate.requests.get(result);
    const other = (facts ?? '').replaceAll(
      /"sha256":"[0-9a-f]{64}"/g,
      `"sha256":"${'e'.repeat(64)}"`,
    );
    await store.write((tx: Kysely<{ requests: { id: string; facts: string } }>) =>
      tx.updateTable('requests').set({ facts: other }).where('id', '=', result).execute(),
    );
    assert.match((await verify()).join(), /is of a result whose files are not those in the ledger/);
    await store.write((tx: Kysely<{ requests: { id: string; facts: string } }>) =>
      tx
        .updateTable('requests')
        .set({ facts: facts ?? '' })
        .where('id', '=', result)
        .execute(),
    );
    const asked = await held('mem');
    const input = {
      from: 'study',
      to: 'probe',
      until: null,
      result: { request: result, file: null },
    };
    const { filesSha256 } = (await open.gate.ledger.list(0, 1_000))
      .map(({ entry }) => entry as { kind: string; filesSha256?: string })
      .findLast((entry) => entry.kind === 'share.granted') ?? { filesSha256: '' };
    await open.gate.ledger.record(
      {
        ...{ kind: 'share.granted', by: 'zoe, pow', request: asked.id, ...input, files: 1 },
        ...{ filesSha256: filesSha256 ?? '', subjectSha256: sha256(asked.subject?.text ?? '') },
      },
      (tx: Kysely<{ requests: { id: string; state: string } }>) =>
        tx.updateTable('requests').set({ state: 'granted' }).where('id', '=', asked.id).execute(),
      { id: `grant_${asked.id}` },
    );
    assert.match(
      (await verify()).join(),
      /was let through without the approvals.*owners\(study\) missing/,
    );
  });
});
