import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, it } from 'node:test';
import { seededRandom } from '../../test/support/ledger.ts';
import { tempDir } from '../../test/support/temp-dir.ts';
import { openStore } from '../store/index.ts';
import { keepAlarms } from './alarm-keeper.ts';
import { ALARMS_MAX, openNews } from './news.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

describe('alarms', () => {
  it('that are raised again and again are told once in a while', () => {
    const news = openNews();
    const told: string[] = [];
    news.listen((item) => {
      if (item.type === 'alarm') told.push(item.sentence);
    });
    // As somebody who looks every 30 seconds, for a day and a bit.
    for (let ms = 0; ms <= DAY_MS + MINUTE_MS; ms += 30_000)
      news.alarm('a review is overdue', ms, 'main', DAY_MS);
    assert.equal(told.length, 2);
    assert.equal(news.alarms.length, 1);
    news.alarm('a review is overdue', DAY_MS + MINUTE_MS, 'other', DAY_MS);
    assert.equal(told.length, 3, 'another project is another alarm');
  });

  it('of one project push none of another out, nor any of the gate', () => {
    const news = openNews();
    news.alarm('the ledger was rewritten', 0);
    news.alarm('something else', 1, 'other');
    for (let i = 0; i < 3 * ALARMS_MAX; i++) news.alarm(`late ${String(i)}`, 2 + i, 'main');
    const of = (project: string | null): number =>
      news.alarms.filter((alarm) => alarm.project === project).length;
    assert.deepEqual([of('main'), of('other'), of(null)], [ALARMS_MAX, 1, 1]);
    assert.equal(
      news.alarms[0]?.sentence,
      `late ${String(3 * ALARMS_MAX - 1)}`,
      'the newest first',
    );
  });

  it('are there after a restart, and are not told again by it', async (context) => {
    const store = await openStore(path.join(await tempDir(context), 'gate.db'));
    context.after(() => store.close());
    const random = seededRandom('alarms');
    const fail = (cause: unknown): never => {
      throw cause instanceof Error ? cause : new Error(String(cause));
    };
    const start = async () => {
      const news = openNews();
      const told: string[] = [];
      const end = await keepAlarms(news, { store, random }, fail);
      news.listen((item) => {
        if (item.type === 'alarm') told.push(item.sentence);
      });
      return { news, told, end };
    };
    const first = await start();
    first.news.alarm('the wire is gone', 1);
    first.news.alarm('a review is overdue', 2, 'main', DAY_MS);
    await first.end();
    const second = await start();
    assert.deepEqual(second.news.alarms, [
      { sentence: 'a review is overdue', project: 'main', atMs: 2 },
      { sentence: 'the wire is gone', project: null, atMs: 1 },
    ]);
    // What is overdue is found again by the first look after the start.
    second.news.alarm('a review is overdue', MINUTE_MS, 'main', DAY_MS);
    // Recalls are put back from their own table besides.
    second.news.restore([{ sentence: 'the wire is gone', project: null, atMs: 1 }]);
    assert.deepEqual(second.told, []);
    assert.equal(second.news.alarms.length, 2);
    await second.end();
  });
});
