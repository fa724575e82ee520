/** From the queue to the recipient: the life of a release on the wire, with a clock that is moved by hand. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { verifyReceipt } from '../../src/ledger/index.ts';
import { openGateStore } from '../support/gate-store.ts';
import type { GateStore } from '../support/gate-store.ts';
import type { TestInner, TestOuter } from '../support/two-doors.ts';
import { openTestInner, openTestOuter, passSlot, queueText } from '../support/two-doors.ts';

describe('a release on its way to a recipient', () => {
  let gate: GateStore;
  let inner: TestInner;
  let outer: TestOuter;
  let token: string;

  before(async () => {
    gate = await openGateStore();
    inner = await openTestInner(gate);
    outer = await openTestOuter({ dir: path.join(gate.dir, 'outer'), clock: gate.clock });
    await outer.outer.roster.addDestination('partners');
    ({ token } = await outer.outer.roster.addRecipient('alice', 'partners'));
    await passSlot(inner, outer);
  });
  after(async () => {
    await outer.close();
    await gate.close();
  });

  it('is queued with a receipt of the inner ledger, once', async () => {
    const first = await queueText(inner, gate, {
      id: 'r1',
      name: 'note.txt',
      text: 'all is well\n',
    });
    const second = await queueText(inner, gate, {
      id: 'r1',
      name: 'note.txt',
      text: 'all is well\n',
    }).catch((error: unknown) => error);
    assert.ok(first.queued);
    assert.equal(verifyReceipt(Buffer.from(first.receipt), gate.ledger.vkey).ok, true);
    // The history has grown by the first one, so a repeated request with another body is refused.
    assert.ok(second instanceof Error);
  });

  it('crosses, is acknowledged, and is not shown before its slot', async () => {
    gate.clock.now += 100;
    await passSlot(inner, outer);
    assert.deepEqual(inner.acked, ['r1'], outer.alarms.join('; '));
    const early = (await (await outer.fetch('/v1/files', token)).json()) as { releases: unknown[] };
    assert.deepEqual(early.releases, []);
  });

  it('is shown at its slot with bytes, headers and a receipt that verifies offline', async () => {
    const state = await inner.releases.releaseState('r1');
    gate.clock.now = state?.publishedAtMs ?? 0;
    const list = (await (await outer.fetch('/v1/files', token)).json()) as {
      releases: { release: number; chargeBits: string; files: { href: string }[] }[];
    };
    const [release] = list.releases;
    const href = release?.files[0]?.href ?? '';
    assert.equal(href, '/v1/files/1/note.txt');
    const file = await outer.fetch(href, token);
    assert.equal(await file.text(), 'all is well\n');
    assert.equal(file.headers.get('Content-Type'), 'text/plain; charset=utf-8');
    assert.match(file.headers.get('Content-Disposition') ?? '', /^attachment/);
    assert.equal(file.headers.get('X-Content-Type-Options'), 'nosniff');
    const receipt = await (await outer.fetch('/v1/releases/1/receipt', token)).text();
    const key = (await (await outer.fetch('/v1/key')).text()).trim();
    const verified = verifyReceipt(Buffer.from(receipt), key);
    assert.ok(verified.ok);
    assert.equal(verified.entry?.['chargeBits'], release?.chargeBits);
    assert.ok(BigInt(release?.chargeBits ?? '0') <= (state?.chargeBits ?? 0n));
  });

  it('gives nothing without a token, and one constant answer for everything that is not there', async () => {
    assert.equal((await outer.fetch('/v1/files')).status, 401);
    assert.equal((await outer.fetch('/v1/files', 'wrong')).status, 401);
    const missing = [
      '/v1/files/1/other.txt',
      '/v1/files/99/note.txt',
      '/nowhere',
      '/v1/releases/7/receipt',
    ];
    const answers = await Promise.all(
      missing.map(async (url) => (await outer.fetch(url, token)).text()),
    );
    assert.equal(new Set(answers).size, 1);
  });

  it('is not shown to a recipient of another destination', async () => {
    await outer.outer.roster.addDestination('others');
    const other = await outer.outer.roster.addRecipient('bob', 'others');
    assert.equal((await outer.fetch('/v1/files/1/note.txt', other.token)).status, 404);
    const { roster } = outer.outer;
    await assert.rejects(roster.addDestination('others'), /it is there already, with number 2$/);
    await assert.rejects(roster.addDestination('third', 1), /number 1 is that of `partners`$/);
  });
});
