import assert from 'node:assert/strict';
import test from 'node:test';
import { NOW } from '../../../test/support/posture.ts';
import { SallyportError } from '../../core/index.ts';
import { shippedCatalogue } from '../catalogue/catalogue.ts';
import { observationsFileSchema } from '../observation.ts';
import type { Reading } from '../observation.ts';
import type { GatePort } from './collector.ts';
import { COLLECTORS, readGate } from './read-gate.ts';

const cap = (name: string, verdict: string) => ({ cap: name, verdict });
const GATE: Readonly<Record<string, unknown>> = {
  '/v1/health': {
    ok: true,
    outer: { ownUser: true },
    ledger: { origin: 'test/inner', size: 0 },
  },
  '/v1/budgets': {
    budgets: [
      {
        budget: 'enclave',
        effectiveSizeBits: 1e9,
        applied: {
          bitsPerYear: '10 bits/year',
          percentPerYear: '1 %/year',
          yearsToExfiltrate: '100 years',
        },
        caps: [cap('RAND SL3', 'within'), cap('RAND SL4', 'within'), cap('RAND SL5', 'above')],
      },
    ],
  },
  '/v1/models': {
    models: [{ model: 'm', assumption: 'm at 0.16 bits', bitsPerParameter: '0.16' }],
  },
  '/v1/principals': {
    principals: [
      { id: 'lead', kind: 'person', role: 'administrator', sponsor: null },
      { id: 'bot', kind: 'agent', role: 'member', sponsor: 'lead' },
    ],
  },
  '/v1/requests?limit=1000': {
    requests: [
      {
        id: 'r2',
        kind: 'export',
        state: 'released',
        requester: 'bot',
        decidedBy: 'lead',
        askedAt: '2026-11-30T00:00:00.000Z',
        changedAt: '2026-11-30T03:00:00.000Z',
      },
      {
        id: 'r1',
        kind: 'export',
        state: 'released',
        requester: 'lead',
        decidedBy: 'gate',
        askedAt: '2026-11-29T00:00:00.000Z',
        changedAt: '2026-11-29T00:00:01.000Z',
      },
    ],
  },
  '/v1/ledger/key': { key: 'test', outerKey: null },
  '/v1/ledger/witnesses': { size: 0, witnesses: [{ size: 4, problem: null }] },
  '/v1/tokens': {
    tokens: [{ principal: 'lead', addedAt: '2026-01-01T00:00:00.000Z', revokedAt: null }],
  },
  '/v1/projects': {
    projects: [{ id: 'p', members: ['lead'], models: ['m'], destinations: [] }],
  },
};

function fakeGate(answers: Readonly<Record<string, unknown>>): GatePort {
  const answer = (path: string): unknown => {
    if (path in answers) return answers[path];
    if (path === '/v1/roster') {
      const definition = { status: 409, message: 'not founded', hint: '' };
      throw new SallyportError('ROSTER_NOT_FOUNDED', definition, {});
    }
    throw new SallyportError(
      'HTTP_ROUTE_UNKNOWN',
      { status: 404, message: 'no such route', hint: '' },
      {},
    );
  };
  return {
    url: 'http://localhost:1',
    get: <T>(path: string) => Promise.resolve().then(() => answer(path) as T),
    text: (path) => Promise.resolve().then(() => String(answer(path))),
  };
}

function said(reading: Reading, collector: string, measure: string) {
  const found = reading.observations.find(
    (each) => each.collector === collector && each.measure === measure,
  );
  assert.ok(found !== undefined, `${collector} ${measure}`);
  return found;
}

test('every collector is about measures of the catalogue, and each gets one observation a reading', async () => {
  const { measures } = shippedCatalogue();
  const reading = await readGate(fakeGate(GATE), NOW);
  for (const collector of COLLECTORS) {
    for (const measure of collector.measures) {
      assert.ok(measures.has(measure), measure);
      const found = reading.observations.filter(
        (each) => each.collector === collector.name && each.measure === measure,
      );
      assert.equal(found.length, 1, `${collector.name} ${measure}`);
    }
  }
});

test('a reading is a file that an assessment can hold', async () => {
  const reading = await readGate(fakeGate(GATE), NOW);
  assert.equal(observationsFileSchema.safeParse(reading).success, true);
  assert.equal(Date.parse(reading.expires) - Date.parse(reading.at), 7 * 86_400_000);
});

test('caps within the rule are a part of the measure, above it nothing', async () => {
  const reading = await readGate(fakeGate(GATE), NOW);
  assert.equal(said(reading, 'caps', 'R-SL3-07').verdict, 'part');
  assert.match(said(reading, 'caps', 'R-SL3-07').sentence, /100 years/);
  assert.equal(said(reading, 'caps', 'R-SL5-01').verdict, 'unknown');
  assert.equal(said(reading, 'caps', 'EU-A4-11').verdict, 'shows');
  // A limit above every published cap, or compared with nothing, is a part only; so are rules that nobody signed.
  const budgets = structuredClone(GATE['/v1/budgets']) as {
    budgets: { caps: { verdict: string }[] }[];
  };
  for (const budget of budgets.budgets) for (const each of budget.caps) each.verdict = 'above';
  const wide = await readGate(fakeGate({ ...GATE, '/v1/budgets': budgets }), NOW);
  assert.equal(said(wide, 'caps', 'EU-A4-11').verdict, 'part');
  assert.equal(said(wide, 'approvers', 'R-SL3-26').verdict, 'part');
});

test('an effective size above what RAND asks to assume shows nothing', async () => {
  const models = { models: [{ model: 'm', assumption: 'm at 16 bits', bitsPerParameter: '16' }] };
  const reading = await readGate(fakeGate({ ...GATE, '/v1/models': models }), NOW);
  assert.equal(said(reading, 'caps', 'R-SL3-07').verdict, 'unknown');
  assert.match(said(reading, 'caps', 'R-SL3-07').sentence, /4 bits and a further tenth/);
});

test('an approver who is no person, and an agent without a sponsor, contradict', async () => {
  const principals = {
    principals: [
      { id: 'bot', kind: 'agent', role: 'administrator', sponsor: null },
      { id: 'lead', kind: 'person', role: 'administrator', sponsor: null },
    ],
  };
  const reading = await readGate(fakeGate({ ...GATE, '/v1/principals': principals }), NOW);
  assert.equal(said(reading, 'approvers', 'R-SL3-10').verdict, 'contradicts');
  assert.equal(said(reading, 'accounts', 'R-SL1-08').verdict, 'contradicts');
});

test('a project that names only models that nobody declared counts as touching every one', async () => {
  const room = (id: string, ...models: string[]) => ({ id, members: [], models, destinations: [] });
  const projects = { projects: [room('study', 'm'), room('probe', 'unheard')] };
  const reading = await readGate(fakeGate({ ...GATE, '/v1/projects': projects }), NOW);
  const { verdict, sentence } = said(reading, 'accounts', 'R-SL1-07');
  assert.equal(verdict, 'part');
  assert.match(sentence, /^1 of 2 projects may touch every model/);
});

test('waiting is measured from asking to the decision of a person', async () => {
  const { waiting } = await readGate(fakeGate(GATE), NOW);
  assert.deepEqual(
    [waiting?.requests, waiting?.byPeople, waiting?.automatic, waiting?.p50Hours],
    [2, 1, 1, 3],
  );
});

test('a gate that is not founded asks for nobody’s signature, and says so', async () => {
  const reading = await readGate(fakeGate(GATE), NOW);
  for (const measure of ['R-SL3-07', 'R-SL3-10', 'SL5-AC-3(2)']) {
    assert.equal(said(reading, 'two-person', measure).verdict, 'unknown');
    assert.match(said(reading, 'two-person', measure).sentence, /not founded/);
  }
  assert.equal(said(reading, 'approvers', 'R-SL3-10').facts['approvers'], 1);
});

test('old tokens are said, and a witness that cosigns is a part', async () => {
  const reading = await readGate(fakeGate(GATE), NOW);
  assert.equal(said(reading, 'key-types', 'R-SL2-15').verdict, 'unknown');
  assert.equal(said(reading, 'ledger', 'R-SL4-11').verdict, 'part');
});

test('a suite that is not held contradicts, and one that was not played is unknown', async () => {
  const none = await readGate(fakeGate(GATE), NOW);
  assert.equal(said(none, 'exfil-test', 'R-SL4-32').verdict, 'unknown');
  const held = await readGate(fakeGate(GATE), NOW, { atMs: NOW, channels: 41, notHeld: [] });
  assert.equal(said(held, 'exfil-test', 'R-SL4-32').verdict, 'part');
  const open = await readGate(fakeGate(GATE), NOW, { atMs: NOW, channels: 41, notHeld: ['lsb'] });
  assert.equal(said(open, 'exfil-test', 'R-SL4-32').verdict, 'contradicts');
});

test('a gate that answers nothing, or in another shape, leaves everything unknown with the reason', async () => {
  for (const answers of [
    {},
    Object.fromEntries([...Object.keys(GATE), '/v1/roster'].map((path) => [path, 7])),
  ]) {
    const reading = await readGate(fakeGate(answers), NOW);
    assert.equal(reading.ledger, null);
    assert.equal(reading.waiting, null);
    for (const each of reading.observations) {
      assert.equal(each.verdict, 'unknown', `${each.collector} ${each.measure}`);
      assert.ok(each.sentence.length > 10);
    }
  }
});
