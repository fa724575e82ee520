import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openSeeded } from '../../../test/support/poison.ts';
import { Suspicions } from './suspicions.ts';

test('suspicions are what a map of them would hold, also when the table grows and some are dropped', () => {
  const random = openSeeded(3);
  const lot = (below: number): number => Math.floor(random() * below);
  const suspicions = new Suspicions();
  const known = new Map<string, { places: number; documents: Set<number>; evidence: number }>();
  const grams = Array.from({ length: 12_000 }, () => [lot(2 ** 32) | 0, lot(2 ** 32) | 0] as const);
  const check = (): void => {
    assert.equal(suspicions.size, known.size);
    for (const [a, b] of grams) {
      for (const label of [0, 1]) {
        const one = known.get(`${a} ${b} ${label}`);
        const at = suspicions.find(a, b, label);
        assert.equal(at >= 0, one !== undefined);
        if (one === undefined) continue;
        assert.deepEqual([suspicions.a(at), suspicions.b(at)], [a, b]);
        assert.equal(suspicions.occurrences(at), one.places);
        assert.equal(suspicions.documents(at), one.documents.size);
        assert.equal(suspicions.evidence(at), one.evidence);
      }
    }
  };
  for (let document = 0; document < 4000; document++) {
    for (let i = 0; i < 12; i++) {
      const [a, b] = grams[lot(grams.length)]!;
      const label = lot(2);
      const nats = lot(100) / 16;
      suspicions.addEvidence(suspicions.meet(a, b, label), document, nats);
      const key = `${a} ${b} ${label}`;
      const one = known.get(key) ?? { places: 0, documents: new Set(), evidence: 0 };
      one.places++;
      if (!one.documents.has(document)) one.evidence += nats;
      one.documents.add(document);
      known.set(key, one);
    }
  }
  check();
  suspicions.retain((at) => suspicions.evidence(at) > 9);
  for (const [key, { evidence }] of known) if (evidence <= 9) known.delete(key);
  assert.ok(known.size > 100);
  check();
});
