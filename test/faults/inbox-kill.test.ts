/**
 * A gate is killed with SIGKILL before and after every durable step that makes an import of a delivery: whoever starts next
 * makes the one import whole, asks for each file's decoding once, and leaves nothing of the delivery behind.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, it } from 'node:test';
import type { Kysely } from 'kysely';
import { sha256, utf8 } from '../../src/core/index.ts';
import {
  encodeDeliveryRecord,
  writeDeliveryFile,
  writeDeliveryHead,
} from '../../src/wire/index.ts';
import { openInboxGate } from '../support/inbox-import.ts';

const WORKER = path.join(import.meta.dirname, '../support/inbox-import.ts');
const SET = { 'a.csv': 'a,b\n1,2\n', 'b.csv': 'a,b\n3,4\n', 'c/d.csv': 'a,b\n5,6\n' };
/** More than there are; the last ones end in peace, which the test asserts. */
const STEPS_MAX = 40;

/** What an outer door sends of the set. */
function deliver(): { readonly id: string; readonly link: Uint8Array[] } {
  const files = Object.entries(SET).map(([name, text]) => ({ name, text, bytes: utf8(text) }));
  const bytes = files.reduce((sum, file) => sum + file.bytes.length, 0);
  const manifest = utf8(
    writeDeliveryHead({ inbox: 'lab', name: 'set', files: files.length, bytes }) +
      files
        .map(({ name, text, bytes: own }) =>
          writeDeliveryFile({ name, sha256: sha256(text), bytes: own.length }),
        )
        .join(''),
  );
  const id = sha256(manifest);
  const record = (kind: 'manifest' | 'file', object: string, payload: Uint8Array) =>
    encodeDeliveryRecord({
      ...{ kind, delivery: id, object, offset: 0, total: payload.length, payload },
    });
  return {
    id,
    link: [
      record('manifest', id, manifest),
      ...files.map((file) => record('file', sha256(file.text), file.bytes)),
    ],
  };
}

interface Tables {
  imports: { id: string; state: string };
  import_files: { import: string; received: bigint };
  jobs: { id: string };
}

/** How the process ended that was to die at a step: by the signal, or in peace because there is no such step. */
async function runUntil(dir: string, step: number, when: string): Promise<string> {
  const child = spawn(process.execPath, [WORKER, dir, String(step), when], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  return signal ?? (code === 0 ? 'peace' : said);
}

it('an import is made of a delivery once, whichever step the gate is killed at', async () => {
  const root = await mkdtemp(path.join(tmpdir(), 'sallyport-inbox-'));
  after(() => rm(root, { recursive: true, force: true }));
  const first = path.join(root, 'first');
  const { id, link } = deliver();
  const prepared = await openInboxGate(first);
  await prepared.addSource();
  const binding = { inbox: 'lab', project: 'study', source: 'own', why: 'data', person: 'cyd' };
  // Read before anybody looks, so that the workers find it whole and nothing done about it.
  await prepared.inboxes.receive(ReadableStream.from(link));
  await prepared.inboxes.bind(binding);
  await prepared.close();
  let kills = 0;
  let peace = false;
  for (let step = 0; step < STEPS_MAX && !peace; step++) {
    for (const when of ['before', 'after']) {
      const dir = path.join(root, `${String(step)}-${when}`);
      await cp(first, dir, { recursive: true });
      const end = await runUntil(dir, step, when);
      assert.ok(['SIGKILL', 'peace'].includes(end), end);
      if (end === 'SIGKILL') kills++;
      else peace = true;
      const gate = await openInboxGate(dir);
      gate.inboxes.start();
      assert.equal(await gate.settle(id), 'imported', `killed ${when} step ${String(step)}`);
      await gate.inboxes.stop();
      const found = await gate.store.read(async (db: Kysely<Tables>) => ({
        imports: await db.selectFrom('imports').select('state').execute(),
        files: await db.selectFrom('import_files').select('received').execute(),
        jobs: await db.selectFrom('jobs').select('id').execute(),
      }));
      await gate.close();
      assert.deepEqual(
        found.imports.map(({ state }) => state),
        ['decoding'],
      );
      assert.deepEqual(
        found.files.map(({ received }) => received),
        [1n, 1n, 1n],
      );
      assert.equal(found.jobs.length, 3);
      const left = await readdir(path.join(dir, 'quarantine', 'inboxes'));
      assert.deepEqual(
        left.filter((name) => name === id),
        [],
      );
      await rm(dir, { recursive: true, force: true });
    }
  }
  assert.ok(peace, 'there are more steps than the test takes');
  assert.ok(kills >= 10, String(kills));
  process.stdout.write(`# killed ${String(kills)} times\n`);
});
