import assert from 'node:assert/strict';
import test from 'node:test';
import { measuresAgainst } from '../attack.ts';
import { askedBy } from '../level.ts';
import { openCatalogue, rankOf, shippedCatalogue } from './catalogue.ts';

const catalogue = shippedCatalogue();
const rand = [...catalogue.measures.values()].filter((each) => each.framework === 'rand');
const countOf = (framework: string): number =>
  [...catalogue.measures.values()].filter((each) => each.framework === framework).length;

test('it has 5 capacities, 5 levels, 38 vectors, 165 measures, 43 SL5 controls and the EU list', () => {
  assert.deepEqual(
    [
      catalogue.capacities.length,
      catalogue.levels.length,
      catalogue.vectors.length,
      rand.length,
      countOf('sl5'),
      countOf('eu'),
    ],
    [5, 5, 38, 165, 43, 20],
  );
});

test('measures by level and by what a gate can show are those of the research', () => {
  const levels = [1, 2, 3, 4, 5].map((rank) => rand.filter((each) => each.level === rank).length);
  // 41 of Table 6.4 and one that only Table C.1 has.
  assert.deepEqual(levels, [26, 40, 40, 42, 17]);
  const gate = (kind: string): number => rand.filter((each) => each.gate === kind).length;
  assert.deepEqual([gate('live'), gate('partial'), gate('attest')], [24, 43, 98]);
});

test('every row has a source and a confidence, and every framework is only assessed against', () => {
  for (const row of [
    ...catalogue.capacities,
    ...catalogue.levels,
    ...catalogue.vectors,
    ...catalogue.measures.values(),
  ]) {
    assert.ok(row.source.length > 5, row.id);
    assert.match(row.confidence, /^(high|medium|low)$/);
  }
  for (const framework of catalogue.frameworks) {
    assert.match(framework.standing, /^self-assessed against/);
    assert.match(framework.link, /^https:/);
  }
});

test('links are total both ways', () => {
  for (const measure of rand) {
    const link = catalogue.links.get(measure.id);
    assert.ok(link !== undefined && link.direct.length > 0, measure.id);
    assert.deepEqual(
      link.direct.filter((each) => link.supports.includes(each)),
      [],
      measure.id,
    );
  }
  const against = measuresAgainst(catalogue);
  for (const vector of catalogue.vectors) assert.ok((against.get(vector.id) ?? []).length > 0);
});

test('no vector that an attacker can use is closed to him for want of a measure at his level', () => {
  const against = measuresAgainst(catalogue);
  for (const vector of catalogue.vectors) {
    for (const capacity of catalogue.capacities) {
      if (vector.feasibility[capacity.id] <= 1) continue;
      const rank = Number(capacity.id.slice(2));
      const asked = (against.get(vector.id) ?? []).filter((each) => (each.level ?? 9) <= rank);
      assert.ok(asked.length > 0, `${vector.id} ${capacity.id}`);
    }
  }
});

test("a vector's first level is the lowest whose attackers have a feasibility above 1", () => {
  for (const vector of catalogue.vectors) {
    const first = catalogue.capacities.findIndex((each) => vector.feasibility[each.id] > 1);
    assert.equal(rankOf(vector.firstLevel), first + 1, vector.id);
  }
});

test('every SL5 control and every item of the EU list is on the crosswalk', () => {
  const from = new Set(catalogue.crosswalks.map((each) => each.from));
  for (const measure of catalogue.measures.values()) {
    if (measure.framework !== 'rand') assert.ok(from.has(measure.id), measure.id);
  }
});

test('thirty questions decide every measure of SL1 to SL3 once', () => {
  assert.equal(catalogue.questions.length, 30);
  const decided = catalogue.questions.flatMap((each) => each.measures).sort();
  const want = rand.filter((each) => (each.level ?? 9) <= 3).map((each) => each.id);
  assert.deepEqual(decided, want.sort());
});

test('a framework is added as data alone', () => {
  const value = {
    kind: 'framework',
    id: 'house',
    title: 'House rules',
    version: '1',
    dataVersion: 1,
    link: 'https://example.org/rules',
    standing: 'self-assessed against; our own',
    notice: 'Ours.',
    measures: [
      {
        id: 'H-1',
        name: 'Lock the door',
        level: null,
        category: 'Doors',
        gate: 'attest',
        source: 'rules, section 1',
        confidence: 'high',
      },
    ],
  };
  const opened = openCatalogue([{ name: 'house.yaml', value }]);
  assert.ok(opened.ok);
  assert.equal(opened.catalogue.measures.get('H-1')?.framework, 'house');
  assert.equal(opened.catalogue.frameworks.length, 4);
  const certified = { ...value, standing: 'certified' };
  assert.equal(openCatalogue([{ name: 'x', value: certified }]).ok, false);
});

test('nobody redefines a shipped profile, or passes for it by its name', () => {
  const profile = (id: string, name: string) => ({
    ...{ kind: 'profiles', dataVersion: 1, ours: true, note: 'ours' },
    profiles: [{ id, name, view: 'x', target: 'SL5', omit: [], add: [] }],
  });
  for (const [id, name] of [
    ['rand', 'other'],
    ['other', 'RAND as written'],
  ] as const) {
    const opened = openCatalogue([{ name: 'p', value: profile(id, name) }]);
    assert.ok(!opened.ok);
    assert.match(opened.message, /is a shipped one/);
  }
  const own = openCatalogue([{ name: 'p', value: profile('board', 'our board') }]);
  assert.ok(own.ok);
  assert.deepEqual(own.catalogue.own, ['the profiles “our board”']);
  assert.deepEqual(catalogue.own, []);
});

test('a framework with levels of its own leaves RAND as written as it is', () => {
  const value = {
    ...{ kind: 'framework', id: 'house', title: 'House', version: '1', dataVersion: 1 },
    ...{ link: 'https://example.org', standing: 'self-assessed against', notice: 'x', notes: [] },
    measures: [
      {
        ...{ id: 'H-1', name: 'Lock the door', level: 1, category: 'Doors', gate: 'attest' },
        ...{ source: 'rules', confidence: 'high' },
      },
    ],
  };
  const links = {
    ...{ kind: 'links', dataVersion: 1, ours: true, note: 'ours' },
    links: [{ measure: 'H-1', direct: ['AV-01'], supports: [] }],
  };
  const opened = openCatalogue([
    { name: 'house', value },
    { name: 'links', value: links },
  ]);
  assert.ok(opened.ok, opened.ok ? '' : opened.message);
  const [rand] = opened.catalogue.profiles;
  assert.ok(rand !== undefined);
  assert.equal(
    askedBy(rand, opened.catalogue)[0]?.some((each) => each.id === 'H-1'),
    false,
  );
});

test('a bad file is refused with every bad place named at once', () => {
  const opened = openCatalogue([
    {
      name: 'links.yaml',
      value: { kind: 'links', dataVersion: 0, ours: false, note: '', links: [] },
    },
  ]);
  assert.ok(!opened.ok);
  for (const word of ['dataVersion', 'ours', 'note'])
    assert.match(opened.message, new RegExp(word));
});

test('links to nowhere and an order that goes in a circle are refused', () => {
  const links = {
    kind: 'links',
    dataVersion: 2,
    ours: true,
    note: 'ours',
    links: [{ measure: 'R-SL1-01', direct: ['AV-99'], supports: [] }],
  };
  const loose = openCatalogue([{ name: 'links', value: links }]);
  assert.ok(!loose.ok && loose.message.includes('AV-99'));
  const estimates = {
    ...catalogue.estimates,
    rules: [catalogue.estimates.rules[0]],
    order: [{ measure: 'R-SL1-14', needs: ['R-SL4-17'] }],
    slowdownPercent: [],
  };
  const loop = openCatalogue([{ name: 'estimates', value: estimates }]);
  assert.ok(!loop.ok && loop.message.includes('circle'));
});
