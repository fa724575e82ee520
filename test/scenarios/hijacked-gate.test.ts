/**
 * A hijacked gate: the attacker has the gate's process, its secrets and write access to its database. Nothing that
 * people have to approve leaves, and `sallyport ledger verify` names what was tampered with. The file is long because its
 * attacks share one founded gate, which is slow to make.
 */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { sha256 } from '../../src/core/index.ts';
import { applyChanges, readRoster, rosterDigest, writeRoster } from '../../src/people/index.ts';
import { readSubject, writeSubject } from '../../src/requests/index.ts';
import type { RosterLink } from '../../src/requests/index.ts';
import { sealFrame } from '../../src/wire/index.ts';
import { hijack } from '../support/hijack.ts';
import type { Hijacked, HijackedSender } from '../support/hijack.ts';
import { approve, makePerson } from '../support/people.ts';
import type { TestPerson } from '../support/people.ts';
import { foundGate, startPreparedGate } from '../support/running-gate.ts';
import type { FoundedGate, RunningGate } from '../support/running-gate.ts';
import { weightShaped } from '../support/tables.ts';

interface Shown {
  readonly id: string;
  readonly state: string;
  readonly reason: string | null;
  readonly subject: { readonly text: string } | null;
}

const TO = ['--project', 'study', '--to', 'alpha', '--why', 'a test'] as const;
/** Less than the smallest held export here, so that the automatic share cannot carry it. */
const AUTOMATIC = { burstBits: 20_000, bitsPerDay: 20_000 };

/** What the deceived read and sign: it is so already. */
const HARMLESS = {
  op: 'role.give',
  project: 'study',
  principal: 'cyd',
  role: 'member',
  until: null,
} as const;

const mallory = makePerson('mallory');

/**
 * The next version of the newest roster with the attacker as a reviewer, signed by the attacker and by whoever was deceived
 * with harmless steps in the same text.
 */
async function forgeLink(
  last: RosterLink,
  deceived: readonly TestPerson[] = [],
): Promise<RosterLink> {
  const before = readRoster(last.document);
  const at = new Date().toISOString();
  const { id, publicKey, label, kind } = mallory.key;
  const key = { id, publicKey, label, kind, credential: null, deviceBound: false, until: null };
  const next = {
    ...before,
    version: before.version + 1,
    previous: rosterDigest(last.document),
    at,
    people: [
      ...before.people,
      { id: 'mallory', name: 'mallory', keys: [{ ...key, addedAt: before.at }], until: null },
    ],
    groups: before.groups.map((group) => ({ ...group, members: ['mallory'] })),
    rules: before.rules.map((rule) => ({ ...rule, quorum: '1 of reviewers' })),
  } as unknown as typeof before;
  const document = writeRoster(next);
  const subject = writeSubject({
    format: 'sallyport-request@v1',
    gate: before.gate,
    id: 'req_forged',
    edition: 1,
    kind: 'policy',
    requester: 'ann',
    sponsor: null,
    project: 'study',
    destination: null,
    why: 'a new reviewer',
    tier: 'quorum',
    models: [],
    chargeBitsMax: '0',
    rosterVersion: before.version,
    rosterSha256: rosterDigest(last.document),
    ledgerSize: 1,
    askedAt: at,
    releaseBy: new Date(Date.now() + 86_400_000).toISOString(),
    grantMs: null,
    breakGlass: false,
    facts: { rosterSha256: rosterDigest(document), steps: [HARMLESS] },
  });
  const signers = [mallory, ...deceived];
  return {
    document,
    subject,
    signatures: await Promise.all(signers.map((each) => approve(each, subject))),
  };
}

describe('a hijacked gate', () => {
  let gate: RunningGate;
  let founded: FoundedGate;
  let held: Shown;
  let waiting: Shown;
  let approved: Shown;
  let seed = 0;

  const hold = async (): Promise<Shown> => {
    seed += 1;
    const name = `weights-${String(seed)}.csv`;
    await writeFile(path.join(gate.workDir, name), weightShaped(seed));
    return founded.as<Shown>('cyd', 4, 'export', name, ...TO);
  };
  const change = async (...steps: object[]): Promise<void> => {
    const asked = await founded.as<Shown>(
      ...(['ann', 4, 'change', JSON.stringify(steps), '--why', 'set up'] as const),
    );
    assert.equal((await founded.approve<Shown>('bob', asked.id)).state, 'done');
  };

  before(async () => {
    ({ gate } = await startPreparedGate(['alpha']));
    founded = await foundGate(gate, ['ann', 'bob', 'cyd:staff']);
    await change(
      { op: 'role.give', project: 'study', principal: 'cyd', role: 'member' },
      { op: 'meter.set', meter: 'automatic', limits: AUTOMATIC },
      { op: 'meter.set', meter: 'self', limits: AUTOMATIC },
    );
    approved = await hold();
    assert.equal((await founded.approve<Shown>('bob', approved.id)).state, 'queued');
    held = await hold();
    waiting = await hold();
    await founded.as('ann', 0, 'lock', 'set', 'principal', 'cyd', '--reason', 'for the record');
    await gate.stop();
  });
  after(() => gate.close());

  const withGate = async (work: (taken: Hijacked) => Promise<void>): Promise<void> => {
    const taken = await hijack(gate.dataDir, gate.ledgerKey);
    try {
      await work(taken);
    } finally {
      await taken.close();
    }
  };

  describe('the sender', () => {
    let taken: Hijacked;
    let running: HijackedSender;
    before(async () => {
      taken = await hijack(gate.dataDir, gate.ledgerKey);
      running = await taken.startSender();
    });
    after(async () => {
      await running.stop();
      await taken.close();
    });

    const heldAsk = async (id = held.id) => {
      const row = await taken.row('requests', id);
      const facts = JSON.parse(String(row['facts'])) as {
        body: { sha256: string };
        historyPrefix: number;
        chargeBits: number;
      };
      return {
        requestId: id,
        destination: readSubject(String(row['subject'])).destination?.number ?? 0,
        historyPrefix: facts.historyPrefix,
        body: { path: taken.blobs.pathOf(facts.body.sha256) },
        chargeBitsMax: BigInt(facts.chargeBits) + 64n,
        subject: String(row['subject']),
      };
    };
    const refuses = async (
      input: Parameters<HijackedSender['sender']['authorise']>[0],
      why: RegExp,
    ): Promise<void> => {
      const verdict = await running.sender.authorise(input);
      assert.equal(verdict.ok, false, 'the sender let it pass');
      assert.match(verdict.why, why);
    };

    it('does not carry a held frame on its automatic share, nor in slices of it', async () => {
      const ask = await heldAsk();
      await refuses({ ...ask, grant: { tier: 'automatic' } }, /meter `automatic`/);
      await refuses(
        { ...ask, requestId: 'req_other', grant: { tier: 'automatic' } },
        /meter `automatic`/,
      );
    });

    it('refuses approvals that nobody of its roster signed', async () => {
      const { subject, ...ask } = await heldAsk();
      const signature = await approve(mallory, subject);
      for (const [tier, why] of [
        ['approvals', /missing/],
        ['window', /missing/],
        ['break-glass', /something else/],
      ] as const) {
        await refuses({ ...ask, grant: { tier, subject, signatures: [signature] } }, why);
        await refuses({ ...ask, grant: { tier, subject, signatures: [] } }, why);
      }
      const emergency = writeSubject({ ...readSubject(subject), breakGlass: true });
      const signatures = [await approve(mallory, emergency)];
      await refuses(
        { ...ask, grant: { tier: 'break-glass', subject: emergency, signatures } },
        /nobody of security signed the emergency/,
      );
    });

    it('refuses the genuine approval of another request, and any edit of what was signed', async () => {
      const { subject: _, ...ask } = await heldAsk();
      const row = await taken.row('requests', approved.id);
      const subject = String(row['subject']);
      const votes = await taken.write((db) =>
        db.selectFrom('request_votes').selectAll().where('request', '=', approved.id).execute(),
      );
      const signatures = votes.map((vote) => String(vote['signature']));
      assert.equal(signatures.length, 1);
      await refuses(
        { ...ask, grant: { tier: 'approvals', subject, signatures } },
        /another request was approved/,
      );
      const signed = readSubject(subject);
      const other = readSubject((await heldAsk()).subject);
      for (const edited of [
        { ...signed, id: held.id, facts: other.facts },
        { ...other, rosterVersion: signed.rosterVersion },
        { ...signed, chargeBitsMax: '9000000' },
        { ...signed, breakGlass: true },
      ]) {
        const text = writeSubject(edited);
        const tier = edited.breakGlass ? 'break-glass' : 'approvals';
        await refuses({ ...ask, grant: { tier, subject: text, signatures } }, /missing|nobody of/);
      }
    });

    it('refuses a genuine approval for other bytes', async () => {
      const row = await taken.row('requests', approved.id);
      const votes = await taken.write((db) =>
        db.selectFrom('request_votes').selectAll().where('request', '=', approved.id).execute(),
      );
      const grant = {
        tier: 'approvals' as const,
        subject: String(row['subject']),
        signatures: votes.map((vote) => String(vote['signature'])),
      };
      const { body } = await heldAsk();
      const mine = await heldAsk(approved.id);
      // Having had them decoded before changes nothing, under whatever history.
      await running.sender.lookAhead({ ...mine, body });
      await running.sender.lookAhead({ ...mine, historyPrefix: mine.historyPrefix + 1, body });
      await refuses({ ...mine, body, grant }, /holds other files than were approved|left already/);
    });

    it('refuses what people signed who were not told what is in it', async () => {
      const { subject, ...ask } = await heldAsk();
      const told = readSubject(subject);
      assert.deepEqual(told.facts['findings'], ['INSPECT_WEIGHTS_MATRIX']);
      const text = writeSubject({ ...told, facts: { ...told.facts, findings: [] } });
      const signatures = [await approve(founded.person('bob'), text)];
      await refuses(
        { ...ask, grant: { tier: 'approvals', subject: text, signatures } },
        /INSPECT_WEIGHTS_MATRIX was found in its files/,
      );
    });

    it('takes no roster that its own people have not signed', async () => {
      const links = await taken.write((db) =>
        db.selectFrom('rosters').selectAll().orderBy('version').execute(),
      );
      const last = links.at(-1);
      assert.ok(last !== undefined);
      const link: RosterLink = {
        document: String(last['document']),
        subject: null,
        signatures: [],
      };
      const forged = await forgeLink(link);
      const stored = links.map((each) => ({
        document: String(each['document']),
        subject: typeof each['subject'] === 'string' ? each['subject'] : null,
        signatures: JSON.parse(String(each['signatures'])) as string[],
      }));
      await running.stop();
      const unlike = /not what the steps that people signed make/;
      await assert.rejects(taken.startSender([...stored, forged]), unlike);
      // Genuine signatures under steps that were shown, beside the digest of another roster.
      const deceitful = await forgeLink(link, [founded.person('bob')]);
      await assert.rejects(taken.startSender([...stored, deceitful]), unlike);
      // The steps and the roster agree; what is missing is a signature.
      const unsigned = await forgeLink(link, []);
      const honest = applyChanges(readRoster(link.document), [HARMLESS], new Date().toISOString());
      const facts = { rosterSha256: rosterDigest(writeRoster(honest)), steps: [HARMLESS] };
      const subject = writeSubject({ ...readSubject(unsigned.subject ?? ''), facts });
      const signatures = [await approve(mallory, subject)];
      await assert.rejects(
        taken.startSender([...stored, { document: writeRoster(honest), subject, signatures }]),
        /have not signed it/,
      );
      running = await taken.startSender(stored);
    });

    it('writes no frame that it was not asked for, whatever receipt comes with it', async () => {
      const { path: file } = (await heldAsk()).body;
      const ask = await heldAsk();
      const verdict = await taken.releases.queueRelease({
        requestId: ask.requestId,
        destination: ask.destination,
        historyPrefix: ask.historyPrefix,
        body: { path: file },
        files: [],
        buckets: [{ scope: 'enclave', id: 'enclave' }],
        entry: ({ sequence, chargeBits }) => ({
          kind: 'export.released',
          by: 'bob',
          request: ask.requestId,
          sequence,
          chargeBits: String(chargeBits),
          verdict: 'allow',
          tier: 'approvals',
        }),
      });
      assert.ok(verdict.queued);
      const frame = sealFrame({
        slotGap: 0,
        destination: ask.destination,
        historyPrefix: ask.historyPrefix,
        body: await readFile(file),
      });
      running.sender.offer({
        attempt: 1,
        sequence: verdict.sequence,
        requestId: ask.requestId,
        receipt: verdict.receipt,
        frame,
      });
      while (running.alarms.length === 0) await running.slot();
      assert.match(running.alarms.join('\n'), /nobody asked for it before/);
      assert.deepEqual(await running.slot(), ['tick']);
    });
  });

  describe('the ledger check', () => {
    const verify = async (taken: Hijacked): Promise<string> => {
      const done = await gate.sallyport('ledger', 'verify', '--data', taken.dataDir);
      assert.equal(done.status, 3, done.stdout);
      return done.stdout;
    };
    const names = async (
      tamper: (taken: Hijacked) => Promise<unknown>,
      ...expected: RegExp[]
    ): Promise<void> =>
      withGate(async (taken) => {
        await tamper(taken);
        const said = await verify(taken);
        for (const pattern of expected) assert.match(said, pattern);
      });

    it('finds nothing where nothing was tampered with', async () => {
      await withGate(async (taken) => {
        const done = await gate.sallyport('ledger', 'verify', '--data', taken.dataDir);
        assert.equal(done.status, 0, done.stdout);
      });
    });

    it('names inserted people, memberships, tokens and sessions', async () => {
      await names(
        (taken) =>
          taken.write(async (db) => {
            const row = { id: 'mallory', kind: 'person', name: 'm', sponsor: null };
            await db
              .insertInto('principals')
              .values({ ...row, role: 'administrator', added_ms: 1n })
              .execute();
            await db
              .insertInto('project_members')
              .values({ project: 'study', principal: 'mallory' })
              .execute();
            await db
              .insertInto('tokens')
              .values({
                hash: 'a',
                id: 'tok_m',
                principal: 'mallory',
                added_ms: 1n,
                revoked_ms: null,
              })
              .execute();
            await db
              .insertInto('sessions')
              .values({ hash: 'b', principal: 'ann', key: 'k', added_ms: 1n, ends_ms: 9e15 })
              .execute();
          }),
        /the principal mallory .*not in the ledger/,
        /the membership mallory of study/,
        /the token tok_m of mallory/,
        /a session of ann/,
      );
    });

    it('names a roster that its people have not signed, also when an entry says it', async () => {
      const insert = async (
        taken: Hijacked,
        withEntry: boolean,
        deceived: readonly TestPerson[] = [],
      ): Promise<void> => {
        const last = await taken.write((db) =>
          db.selectFrom('rosters').selectAll().orderBy('version', 'desc').executeTakeFirstOrThrow(),
        );
        const link = { document: String(last['document']), subject: null, signatures: [] };
        const forged = await forgeLink(link, deceived);
        const version = Number(last['version']) + 1;
        const row = {
          version,
          sha256: rosterDigest(forged.document),
          document: forged.document,
          subject: forged.subject,
          signatures: JSON.stringify(forged.signatures),
          at_ms: Date.now(),
        };
        await taken.write((db) => db.insertInto('rosters').values(row).execute());
        if (withEntry)
          await taken.ledger.record({
            kind: 'roster.changed',
            by: 'bob',
            version,
            rosterSha256: row.sha256,
          });
      };
      await names(
        (taken) => insert(taken, false),
        /version 3 of the roster in the database is not the one in the ledger/,
      );
      await names((taken) => insert(taken, true), /version 3 of the roster does not verify/);
      const bob = founded.person('bob');
      await names(
        (taken) => insert(taken, true, [bob]),
        /version 3 of the roster does not verify.*not what the steps that people signed make/,
      );
    });

    it('names changed requests, invented votes and lifted locks', async () => {
      await names(
        (taken) =>
          taken.write(async (db) => {
            await db
              .updateTable('requests')
              .set({ state: 'queued', why: 'nothing to see' })
              .where('id', '=', held.id)
              .execute();
            await db
              .insertInto('requests')
              .columns([
                ...(['id', 'kind', 'state', 'requester', 'idempotency_key', 'project'] as const),
                ...(['destination', 'why', 'input', 'asked_ms', 'changed_ms'] as const),
              ])
              .expression((of) =>
                of
                  .selectFrom('requests')
                  .select((each) => [
                    each.val('req_forged').as('id'),
                    ...(['kind', 'state', 'requester'] as const),
                    each.val('k').as('idempotency_key'),
                    ...([
                      'project',
                      'destination',
                      'why',
                      'input',
                      'asked_ms',
                      'changed_ms',
                    ] as const),
                  ])
                  .where('id', '=', waiting.id),
              )
              .execute();
            await db.updateTable('locks').set({ lifted_ms: 1n, lifted_by: 'ann' }).execute();
            await db
              .insertInto('request_votes')
              .values({
                id: 'apr_forged',
                request: waiting.id,
                edition: 1,
                person: 'bob',
                key: 'k',
                vote: 'approve',
                subject: waiting.subject?.text ?? '',
                signature: 'none',
                reason: null,
                at_ms: 1,
              })
              .execute();
          }),
        new RegExp(`the request ${held.id} is queued`),
        /the request req_forged is in the database and not in the ledger/,
        /the vote apr_forged of bob/,
        /the lock \S+ is in force by the ledger/,
      );
    });

    it('names what was let through without signatures, with rows and entries all in order', async () => {
      await names(
        async (taken) => {
          const row = await taken.row('requests', held.id);
          const subject = String(row['subject']);
          const signature = await approve(mallory, subject);
          await taken.ledger.record(
            {
              kind: 'request.approved',
              by: 'bob',
              request: held.id,
              edition: 1,
              vote: 'apr_forged',
              key: 'k',
              subjectSha256: sha256(subject),
              signatureSha256: sha256(signature),
            },
            (tx) =>
              (tx as never as Parameters<Parameters<Hijacked['write']>[0]>[0])
                .insertInto('request_votes')
                .values({
                  id: 'apr_forged',
                  request: held.id,
                  edition: 1,
                  person: 'bob',
                  key: 'k',
                  vote: 'approve',
                  subject,
                  signature,
                  reason: null,
                  at_ms: Date.now(),
                })
                .execute(),
          );
          await taken.ledger.record(
            {
              kind: 'export.released',
              by: 'bob',
              request: held.id,
              tier: 'approvals',
              subjectSha256: sha256(subject),
              chargeBits: '1',
            },
            undefined,
            { id: `rel_${held.id}` },
          );
        },
        new RegExp(`${held.id} was let through without the approvals that its rule asks for`),
        new RegExp(`the release of ${held.id} is in the ledger and not in the queue`),
      );
    });

    it('names a budget that was filled up or widened, and a release that was charged less', async () => {
      await names(
        (taken) =>
          taken.write(async (db) => {
            await db
              .updateTable('budget_buckets')
              .set({ spent_bits: 0n, declared_rate: '1 GB/day' })
              .where('scope', '=', 'enclave')
              .execute();
            await db
              .updateTable('release_queue')
              .set({ debited_bits: 1n, charge_bits: 8n })
              .execute();
          }),
        /the budget enclave is not as it was declared/,
        /0 bits of the budget enclave are spent/,
        /was debited 1 bits, by the ledger/,
        /was charged 8 bits, which no frame debited \d+ bits can have/,
      );
    });
  });
});
