/** The ledger by need-to-know: people read what concerns their own project, and nobody reads it of a foreign one. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Kysely } from 'kysely';
import { putNodes } from '../../src/ingress/index.ts';
import { insertScreening } from '../../src/ingress/screening/screening-store.ts';
import { askingOn } from '../support/asking.ts';
import type { Asking, Shown } from '../support/asking.ts';
import { openFoundedGate } from '../support/open-gate.ts';
import type { OpenGate } from '../support/open-gate.ts';

const ADMINS = ['ann', 'bob'];
const AT = { askedMs: 1, endedMs: null } as const;

describe('what the ledger tells of a project', () => {
  let open: OpenGate;
  let on: Asking;

  before(async () => {
    open = await openFoundedGate([
      'ann:administrators,security',
      'bob:administrators,security',
      ...['mia:staff', 'far:staff'],
    ]);
    on = askingOn(open);
    await on.change(
      ADMINS,
      { op: 'project.add', id: 'afar', title: 'Afar' },
      { op: 'role.give', project: 'main', principal: 'mia', role: 'member' },
      { op: 'role.give', project: 'afar', principal: 'far', role: 'member' },
    );
  });
  after(() => open.close());

  /** Kinds of the entries that somebody reads, of those named. */
  const reads = async (who: string, kinds: readonly string[]): Promise<string[]> => {
    const { entries } = await open.call<{ entries: { entry: { kind: string } | null }[] }>(
      ...([who, 'GET', '/v1/ledger/entries?limit=1000'] as const),
    );
    const seen = entries.flatMap(({ entry }) => entry?.kind ?? []);
    return [...new Set(seen)].filter((kind) => kinds.includes(kind)).sort();
  };

  it('the end of a screening, and what a monitor was measured to be worth', async () => {
    const kinds = ['lineage.evaluated', 'screening.ended'];
    const { ledger } = open.gate;
    const screening = { id: 'scr_one', import: 'imp_none', project: 'main', by: 'mia', ...AT };
    await ledger.record(
      { kind: 'screening.ended', by: 'gate', screening: 'scr_one' },
      (tx: Kysely<unknown>) =>
        insertScreening(tx, { ...screening, fields: {}, monitor: null } as never),
    );
    const node = { id: 'monitor:one', kind: 'monitor', name: 'one', project: 'main' } as const;
    await ledger.record(
      { kind: 'lineage.evaluated', by: 'mia', monitor: 'monitor:one' },
      (tx: Kysely<unknown>) =>
        putNodes(tx, [{ ...node, sha256: 'a', detail: {}, addedMs: 1, recall: null }]),
    );
    assert.deepEqual(await reads('mia', kinds), kinds);
    assert.deepEqual(await reads('far', kinds), []);
    assert.deepEqual(await reads('ann', kinds), kinds);
  });

  it('locks and their ends, as the list of locks shows them', async () => {
    const kinds = ['lock.lifted', 'lock.set'];
    const target = { kind: 'project', id: 'main' };
    const lock = await on.post<{ id: string }>('ann', '/v1/locks', { target, reason: 'odd' });
    const unlock = await on.post<Shown>('ann', '/v1/unlocks', { lock: lock.id, why: 'false' });
    await on.sign('bob', unlock.id);
    assert.equal((await on.see('ann', unlock.id)).state, 'done');
    assert.deepEqual(await reads('mia', kinds), kinds);
    assert.deepEqual(await reads('far', kinds), []);
    // A lock on oneself is told, of somebody else it is not.
    const person = { kind: 'principal', id: 'far' };
    await on.post('ann', '/v1/locks', { target: person, reason: 'lost key' });
    assert.deepEqual(await reads('far', kinds), ['lock.set']);
  });
});
