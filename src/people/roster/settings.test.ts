import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pathTo, sortSettings } from './settings.ts';
import type { Settings } from './settings.ts';

const FACTS = {
  parameters: '70000000000',
  bitsPerParameter: '0.16',
  hiddenWidth: 0,
  vocabulary: 0,
};
const RULE = { rate: '1 MB/day', burst: '1 MB', lifetime: null };

const SETTINGS: Settings = sortSettings({
  caps: [],
  models: ['atlas', 'heron'].map((id) => ({ id, ...FACTS })),
  budgets: ['enclave', 'automatic', 'model:atlas', 'model:heron'].map((budget) => ({
    budget,
    ...RULE,
  })),
  destinations: [{ project: 'study', name: 'results', number: 1 }],
});

describe('the budgets on the path to a destination', () => {
  const path = (...models: string[]): readonly string[] => {
    const found = pathTo(SETTINGS, [{ id: 'study', models }], {
      ...{ destination: 1, requester: 'ann', automatic: false },
    });
    assert.ok(found.ok);
    return found.buckets.map((bucket) => bucket.name);
  };

  it('are those of the models that the project names', () => {
    assert.deepEqual(path('heron'), ['enclave', 'model:heron']);
    assert.deepEqual(path('heron', 'unheard'), ['enclave', 'model:heron']);
  });

  it('are those of every model where the project names none, or none that is declared', () => {
    for (const named of [[], ['unheard'], ['unheard', 'unseen']])
      assert.deepEqual(path(...named), ['enclave', 'model:atlas', 'model:heron'], named.join());
  });

  it('lack nothing that has to be there', () => {
    const budgets = SETTINGS.budgets.filter((each) => each.budget !== 'model:atlas');
    const found = pathTo({ ...SETTINGS, budgets }, [{ id: 'study', models: ['unheard'] }], {
      ...{ destination: 1, requester: null, automatic: true },
    });
    assert.deepEqual(found, { ok: false, why: 'there is no budget `model:atlas`' });
  });
});
