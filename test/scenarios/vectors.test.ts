/** Distinct vectors of a guarded model are counted over its lifetime and stopped before they give a layer away. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { foundGate, startPreparedGate } from '../support/running-gate.ts';
import type { FoundedGate, RunningGate } from '../support/running-gate.ts';

const WIDTH = 64;
const VOCABULARY = 100;

interface Verdict {
  readonly id: string;
  readonly state: string;
  readonly verdict: string;
  readonly reason: string;
}

/** Rows with two decimals, as somebody would send them who wants no other inspector to see them. */
function makeRows(seed: number, rows: number, width: number): readonly string[][] {
  let state = seed;
  const next = (): string => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (((state >>> 8) % 180) / 100 - 0.9).toFixed(2);
  };
  return Array.from({ length: rows }, () => Array.from({ length: width }, next));
}

const toCsv = (rows: readonly (readonly string[])[]): string =>
  [rows[0]?.map((_, i) => `v${String(i)}`) ?? [], ...rows].map((row) => row.join(',')).join('\n');
const toJson = (rows: readonly (readonly string[])[]): string =>
  JSON.stringify(rows.map((row) => row.map(Number)));

describe('vectors of a guarded model', () => {
  let gate: RunningGate;
  let founded: FoundedGate;
  const settle = async (...forms: string[]): Promise<void> => {
    const asked = await founded.as<Verdict>('ann', 4, 'change', ...forms, '--why', 'a test');
    const done = await founded.approve<Verdict>('bob', asked.id);
    assert.equal(done.state, 'done', done.reason);
  };
  before(async () => {
    ({ gate } = await startPreparedGate(['alpha']));
    founded = await foundGate(gate, ['ann', 'bob', 'cyd:staff']);
    const role = { op: 'role.give', project: 'study', principal: 'cyd', role: 'member' };
    const change = JSON.stringify(role);
    await settle(change);
    const facts = `width=${String(WIDTH)},vocabulary=${String(VOCABULARY)}`;
    await settle('--set-model', `first=70e9,${facts}`);
  });
  after(() => gate.close());

  const call = async <T>(
    person: string,
    status: number,
    method: string,
    place: string,
    body = '',
  ): Promise<T> => {
    const answer = await fetch(gate.innerUrl + place, {
      method,
      headers: { authorization: `Bearer ${founded.token(person)}`, 'content-type': 'text/plain' },
      ...(method === 'GET' ? {} : { body }),
    });
    const text = await answer.text();
    assert.equal(answer.status, status, text);
    return JSON.parse(text) as T;
  };
  const ask = async (verdict: string, name: string, content: string): Promise<Verdict> => {
    const query = new URLSearchParams({ project: 'study', to: 'alpha', why: 'x', name });
    const asked = await call<Verdict>(
      ...(['cyd', 201, 'POST', `/v1/exports?${query.toString()}`, content] as const),
    );
    assert.equal(asked.verdict, verdict, asked.reason);
    return asked;
  };
  const letOut = async (state: string, id: string, by = 'bob'): Promise<Verdict> => {
    const after = await founded.approve<Verdict>(by, id);
    assert.equal(after.state, state, after.reason);
    return after;
  };
  /** Vectors are held for a person; what is counted is what leaves. */
  const release = async (name: string, content: string): Promise<void> => {
    const { id, reason } = await ask('hold', name, content);
    assert.match(reason, /a width of a guarded model/);
    await letOut('queued', id);
  };
  const counted = async (): Promise<number | undefined> =>
    (await call<{ models: { vectorsCounted: number }[] }>('ann', 200, 'GET', '/v1/models'))
      .models[0]?.vectorsCounted;

  it('add up over several exports, whatever their type, spelling or labels', async () => {
    const first = makeRows(1, 15, WIDTH);
    await release('a.csv', toCsv(first));
    assert.equal(await counted(), 15);
    await release('again.json', toJson(first));
    assert.equal(await counted(), 15);
    await release('b.json', toJson(makeRows(2, 15, WIDTH)));
    assert.equal(await counted(), 30);
    const labelled = makeRows(3, 15, WIDTH).map((row, i) => [String(i), '7', ...row]);
    await release('c.csv', toCsv(labelled));
    assert.equal(await counted(), 45);
    await release('logits.csv', toCsv(makeRows(4, 9, VOCABULARY)));
    assert.equal(await counted(), 54);
  });

  it('are stopped before the hidden width is reached, and nothing is counted or charged then', async () => {
    const spent = async (): Promise<number> =>
      (await call<{ spentBits: number }>('ann', 200, 'GET', '/v1/budgets/model:first')).spentBits;
    const before = await spent();
    for (const [name, write] of [
      ['d.json', toJson],
      ['d.csv', toCsv],
    ] as const) {
      const denied = await ask('deny', name, write(makeRows(5, 10, WIDTH)));
      assert.match(denied.reason, /64 distinct vectors of 64 numbers.*first/);
    }
    assert.equal(await counted(), 54);
    assert.equal(await spent(), before);
    await release('e.json', toJson(makeRows(6, 9, WIDTH)));
    assert.equal(await counted(), 63);
    await ask('deny', 'f.csv', toCsv(makeRows(7, 1, WIDTH)));
    await ask('allow', 'plain.csv', 'epoch,loss\n1,0.5\n2,0.25\n');
  });

  it('are counted when they leave, so that of two held requests only one fits', async () => {
    await settle('--set-model', 'small=7e9,width=48');
    const one = await ask('hold', 'g.csv', toCsv(makeRows(8, 25, 48)));
    const two = await ask('hold', 'h.csv', toCsv(makeRows(9, 25, 48)));
    await letOut('queued', one.id);
    assert.match((await letOut('held', two.id)).reason, /50 distinct vectors of 48 numbers.*small/);
  });

  it('are looked for again when a model was declared while a request was held', async () => {
    const held = await ask('hold', 'page.html', '<p>Results: 0.25</p>\n');
    await settle('--set-model', 'second=7e9,width=80');
    assert.match(
      (await letOut('held', held.id, 'cyd')).reason,
      /declared or changed since it was quoted/,
    );
  });
});
