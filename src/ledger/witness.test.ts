import assert from 'node:assert/strict';
import { cp } from 'node:fs/promises';
import path from 'node:path';
import { describe, it } from 'node:test';
import { manualClock, openTestLedger, testSigner } from '../../test/support/ledger.ts';
import { tempDir } from '../../test/support/temp-dir.ts';
import { utf8 } from '../core/index.ts';
import { signCheckpoint } from './checkpoint.ts';
import type { Witness, WitnessConfig, WitnessFetch } from './index.ts';
import { makeSigner, openWitness, verifyLedger, verifyReceipt } from './index.ts';
import { EMPTY_ROOT } from './merkle.ts';
import { ED25519_COSIGNATURE } from './note.ts';
import { addCheckpointBody } from './witness-client.ts';

const key = makeSigner('witness.example/w1', ED25519_COSIGNATURE, new Uint8Array(32).fill(9));
const entry = (n: number) => ({ kind: 'test.happened', by: 'a', n });
const open = (stateFile: string): Promise<Witness> =>
  openWitness({ key, logs: [testSigner().verifier.vkey], stateFile, clock: manualClock() });

/** Reaches a witness without a port. */
function reach(witness: () => Witness): {
  witnesses: WitnessConfig[];
  witnessFetch: WitnessFetch;
} {
  return {
    witnesses: [{ url: 'http://witness/', vkey: key.verifier.vkey }],
    witnessFetch: async (url, request) => {
      const reply = await witness().handle(request.method, new URL(url).pathname, request.body);
      return new Response(reply.body, { status: reply.status });
    },
  };
}

describe('witnesses', () => {
  it('cosign what continues, remember it, and make receipts stronger', async (t) => {
    const dir = await tempDir(t);
    const stateFile = path.join(dir, 'witness.json');
    let witness = await open(stateFile);
    const first = await openTestLedger(
      dir,
      reach(() => witness),
    );
    await Promise.all([1, 2, 3].map((n) => first.ledger.record(entry(n))));
    await first.close();
    witness = await open(stateFile);
    const second = await openTestLedger(
      dir,
      reach(() => witness),
    );
    assert.deepEqual(
      second.ledger.witnesses.map(({ size, problem }) => [size, problem]),
      [[3, null]],
    );
    await second.ledger.record(entry(4));
    await second.ledger.publish();
    await second.ledger.settle();
    const policy = { key: second.ledger.vkey, witnesses: [key.verifier.vkey], quorum: 1 };
    const receipt = await second.ledger.proof(1, { witnessed: true });
    const verified = verifyReceipt(utf8(receipt), policy);
    assert.ok(verified.ok, verified.ok ? '' : verified.message);
    assert.deepEqual(verified.cosigners, ['witness.example/w1']);
    const spoiled = receipt.replace(/.{10}\n$/, (end) => `AAAA${end.slice(4)}`);
    assert.ok(!verifyReceipt(utf8(spoiled), policy).ok);
    await second.close();
    const report = await verifyLedger({ dir: second.dir, ...policy });
    assert.deepEqual([report.ok, report.size, report.cosigners], [true, 4, ['witness.example/w1']]);
    const monitor = await witness.handle('GET', '/unknown/checkpoint', '');
    assert.equal(monitor.status, 404);
  });

  it('notice a database and folder that were restored from a copy', async (t) => {
    const dir = await tempDir(t);
    const witness = await open(path.join(await tempDir(t), 'witness.json'));
    const first = await openTestLedger(
      dir,
      reach(() => witness),
    );
    await first.ledger.record(entry(1));
    await first.close();
    const copy = await tempDir(t);
    await cp(dir, copy, { recursive: true });
    const second = await openTestLedger(
      dir,
      reach(() => witness),
    );
    await second.ledger.record(entry(2));
    await second.close();
    await assert.rejects(
      openTestLedger(
        copy,
        reach(() => witness),
      ),
      {
        code: 'LEDGER_DATABASE_ROLLED_BACK',
      },
    );
  });

  it('answer every wrong request as the specification says', async (t) => {
    const witness = await open(path.join(await tempDir(t), 'witness.json'));
    const signer = testSigner();
    const root = new Uint8Array(32).fill(1);
    const at = (size: number, by = signer, from: Uint8Array = root): string =>
      signCheckpoint({ origin: by.verifier.name, size, root: from }, by);
    const post = async (old: number, checkpoint: string, proof: Uint8Array[] = []) => {
      const body = addCheckpointBody(old, proof, checkpoint);
      return (await witness.handle('POST', '/add-checkpoint', body)).status;
    };
    assert.equal(await post(0, at(0, signer, root)), 422);
    assert.equal(await post(0, at(1, testSigner('other.example/log'))), 404);
    const forger = makeSigner(signer.verifier.name, 1, new Uint8Array(32).fill(8));
    assert.equal(await post(0, at(5, forger)), 403);
    assert.equal(await post(3, at(2)), 400);
    assert.equal(await post(3, at(5)), 409);
    assert.equal(await post(0, at(5), [root]), 422);
    assert.equal(await post(0, at(0, signer, EMPTY_ROOT)), 200);
    assert.equal(await post(0, at(5)), 200);
    assert.equal(await post(5, at(5, signer, EMPTY_ROOT)), 422);
    assert.equal(await post(5, at(6), [root]), 422);
    assert.equal(await post(5, at(5)), 200);
    assert.equal((await witness.handle('POST', '/add-checkpoint', 'old x\n\n')).status, 400);
    assert.equal((await witness.handle('POST', '/elsewhere', '')).status, 404);
  });

  it('that do not answer hold nothing up', async (t) => {
    const test = await openTestLedger(await tempDir(t), {
      witnesses: [{ url: 'http://witness', vkey: key.verifier.vkey }],
      witnessFetch: () => Promise.reject(new Error('no route')),
    });
    assert.equal((await test.ledger.record(entry(1))).index, 0);
    await test.ledger.publish();
    await test.close();
    assert.equal(test.ledger.witnesses[0]?.problem, 'no route');
  });
});
