/** One signer is one source, whatever its key is wrapped in and whoever adds it when; on both databases. */
import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { Kysely } from 'kysely';
import { openGateStore } from '../../../test/support/gate-store.ts';
import type { GateStore } from '../../../test/support/gate-store.ts';
import { noPeopleKeys } from '../../../test/support/lineage.ts';
import { makePerson } from '../../../test/support/people.ts';
import { startPostgres } from '../../../test/support/postgres.ts';
import type { TestPostgres } from '../../../test/support/postgres.ts';
import { concatBytes, systemRandom, toBase64, utf8 } from '../../core/index.ts';
import { bareFingerprint, parsePublicKey } from '../../people/index.ts';
import { openSources, recallSource } from './index.ts';
import type { PeopleKeys, Source, SourceTables } from './index.ts';

const FORM = { origin: 'o', licence: 'l', collection: 'c', consent: 'yes', card: null } as const;

/** The raw point of an Ed25519 key, and the same key as PEM and as a FIDO key. */
function wrap(publicText: string): { readonly pem: string; readonly fido: string } {
  const raw = parsePublicKey(publicText).blob.slice(-32);
  const x = Buffer.from(raw).toString('base64url');
  const object = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  const text = (bytes: Uint8Array): Uint8Array =>
    concatBytes([Uint8Array.of(0, 0, 0, bytes.length), bytes]);
  const type = 'sk-ssh-ed25519@openssh.com';
  const blob = concatBytes([text(utf8(type)), text(raw), text(utf8('ssh:'))]);
  return {
    pem: object.export({ type: 'spki', format: 'pem' }).toString(),
    fido: `${type} ${toBase64(blob)}`,
  };
}

function contract(open: () => Promise<GateStore>): void {
  let gate: GateStore;
  let count = 0;
  before(async () => {
    gate = await open();
  });
  after(() => gate.close());

  const add = (
    kind: Source['kind'],
    identity: string,
    project = 'a',
    peopleKeys: PeopleKeys = noPeopleKeys,
  ): Promise<Source> =>
    openSources({ ...gate, random: systemRandom, peopleKeys }).add(
      { project, name: `s${String(++count)}`, kind, identity, form: FORM },
      'ann',
    );
  const taken = async (adding: Promise<Source>, not: string): Promise<void> => {
    await assert.rejects(adding, (cause: Error & { code?: string; hint?: string }) => {
      assert.equal(cause.code, 'SOURCE_SIGNER_TAKEN');
      // Nothing of the other source, which may be of a project that the asker does not see.
      assert.ok(!`${cause.message} ${String(cause.hint)}`.includes(not));
      return true;
    });
  };

  it('a key is one source, in every project and whatever it is wrapped in', async () => {
    const { publicText } = makePerson('lab');
    const { pem, fido } = wrap(publicText);
    const { id } = await add('ssh', publicText);
    await taken(add('ssh', `${publicText} another comment`), id);
    await taken(add('ssh', publicText, 'b'), id);
    await taken(add('oms', pem, 'b'), id);
    await taken(add('ssh', fido), id);
    await add('ssh', makePerson('other').publicText);
  });

  it('a key that is known as PEM comes back neither as SSH key nor as FIDO key', async () => {
    const { publicText } = makePerson('vendor');
    const { pem, fido } = wrap(publicText);
    const { id } = await add('oms', pem, 'b');
    await taken(add('ssh', publicText), id);
    await taken(add('ssh', fido), id);
  });

  it('a recalled key does not come back under another name', async () => {
    const { publicText } = makePerson('thief');
    const { id } = await add('ssh', publicText);
    await gate.store.write((tx: Kysely<unknown>) => recallSource(tx, id, 5));
    await taken(add('ssh', publicText), id);
    await taken(add('oms', wrap(publicText).pem, 'b'), id);
  });

  it('a person vouches once in a project, and not beside a key of theirs that is a source', async () => {
    const { id } = await add('person', 'cyd');
    await taken(add('person', 'cyd'), id);
    await add('person', 'cyd', 'b');
    const { publicText } = makePerson('dan');
    const fingerprint = bareFingerprint(parsePublicKey(publicText));
    const keys: PeopleKeys = {
      everHeld: (given) => given === fingerprint,
      keysOf: (person) => (person === 'dan' ? [fingerprint] : []),
    };
    const own = await add('ssh', publicText);
    await taken(add('person', 'dan', 'a', keys), own.id);
    for (const [kind, identity] of [
      ['ssh', makePerson('x').publicText],
      ['oms', wrap(publicText).pem],
    ] as const)
      await assert.rejects(add(kind, identity, 'a', { ...keys, everHeld: () => true }), {
        code: 'SOURCE_KEY_OF_PERSON',
      });
    await assert.rejects(add('oms', wrap(publicText).pem, 'b', keys), {
      code: 'SOURCE_KEY_OF_PERSON',
    });
  });

  it('of many who add one key at the same moment, one does', async () => {
    const { publicText } = makePerson('race');
    const all = await Promise.allSettled(
      Array.from({ length: 12 }, (_, i) => add('ssh', publicText, i % 2 === 0 ? 'a' : 'b')),
    );
    assert.equal(all.filter((each) => each.status === 'fulfilled').length, 1);
    // The database itself refuses, too, what another process would write without asking.
    const rows = gate.store.write(async (tx: Kysely<SourceTables>) => {
      const signer = bareFingerprint(parsePublicKey(publicText));
      const row = await tx
        .selectFrom('sources')
        .selectAll()
        .where('signer', '=', signer)
        .executeTakeFirstOrThrow();
      await tx
        .insertInto('sources')
        .values({ ...row, id: 'src_second', name: 'second' })
        .execute();
    });
    await assert.rejects(rows, /unique/i);
  });

  it('rows from before signers were named get theirs, the first one of each', async () => {
    const first = await add('ssh', makePerson('old').publicText);
    const sources = openSources({ ...gate, random: systemRandom, peopleKeys: noPeopleKeys });
    await gate.store.write(async (tx: Kysely<SourceTables>) => {
      const row = await tx
        .selectFrom('sources')
        .selectAll()
        .where('id', '=', first.id)
        .executeTakeFirstOrThrow();
      await tx.updateTable('sources').set({ signer: null }).where('id', '=', first.id).execute();
      const twin = { id: 'src_twin', name: 'twin', signer: null, added_ms: row.added_ms + 1n };
      await tx
        .insertInto('sources')
        .values({ ...row, ...twin })
        .execute();
    });
    assert.deepEqual(await sources.nameSigners(), ['src_twin']);
    assert.deepEqual(await sources.nameSigners(), ['src_twin']);
    assert.equal(await sources.isKeyOfSource(first.fingerprint), true);
    await taken(add('ssh', first.identity, 'b'), first.id);
  });
}

describe('signers of sources on SQLite', () => {
  contract(() => openGateStore());
});

const postgres: TestPostgres | null = await startPostgres();
describe('signers of sources on PostgreSQL', { skip: postgres === null }, () => {
  contract(() => openGateStore(postgres?.url));
  // The store closes first: what ends runs in the order in which it is named.
  after(() => postgres?.stop());
});
