/** Budgets, models, destinations and caps of the fake door: what is told of a proposal, the gate's own code reckons. */
import type { Context, Hono } from 'hono';
import type { BudgetShown, Can, ModelShown } from '../../../console/src/api/types.ts';
import {
  CAPS,
  applyDeclaration,
  fillBucket,
  readBucket,
  sayBucket,
  showBudget,
} from '../../../src/budget/index.ts';
import type { Bucket, Declaration } from '../../../src/budget/index.ts';
import { SallyportError, isoTime } from '../../../src/core/index.ts';
import { proposeSettings } from '../../../src/http/inner/settings-proposal.ts';
import { declareModel, describeModel, sayAssumption } from '../../../src/models/index.ts';
import type { Model } from '../../../src/models/index.ts';
import { foundRoster, peopleErrors } from '../../../src/people/index.ts';
import type { Roster, Settings } from '../../../src/people/index.ts';
import { makePerson } from '../people.ts';
import { GROUPS, NAMES, PROJECTS } from './people.ts';
import type { FakeState } from './state.ts';

const facts = (parameters: string, hiddenWidth: number) => ({
  parameters,
  bitsPerParameter: '0.16',
  hiddenWidth,
  vocabulary: 128_000,
});
const SETTINGS: Settings = {
  caps: ['SL4', 'SL5'],
  models: [
    { id: 'falcon-70b', ...facts('70000000000', 8192) },
    { id: 'heron-8b', ...facts('8000000000', 4096) },
  ],
  budgets: [
    { budget: 'automatic', rate: '4 kB/day', burst: '200 kB', lifetime: null },
    { budget: 'enclave', rate: '12 kB/day', burst: '1 MB', lifetime: '10 GB' },
    { budget: 'model:falcon-70b', rate: '0.9%/year', burst: '0.1%', lifetime: null },
    { budget: 'model:heron-8b', rate: '6%/year', burst: '0.2%', lifetime: null },
    { budget: 'principal:ada', rate: '2 kB/day', burst: '200 kB', lifetime: null },
    { budget: 'project:protein-study', rate: '6 kB/day', burst: '500 kB', lifetime: null },
  ],
  destinations: [
    { project: 'protein-study', name: 'journal', number: 1 },
    { project: 'protein-study', name: 'partner-lab', number: 2 },
    { project: 'red-team', name: 'regulator', number: 3 },
  ],
};
const SHARES: Readonly<Record<string, number>> = {
  enclave: 0.82,
  automatic: 0.12,
  'model:falcon-70b': 0.64,
  'model:heron-8b': 0.31,
  'project:protein-study': 0.47,
};
const ORDER = ['enclave', 'automatic', 'model', 'project', 'principal'];
/** Rates are of a year; what somebody holds at the beginning is part of the burst. */
const SPENT_BITS = 21_248_000n;

/** Builds the roster whose settings these are. */
function makeRoster(nowMs: number): Roster {
  return foundRoster({
    gate: 'https://gate.example',
    at: isoTime(nowMs - 20 * 86_400_000),
    founders: Object.entries(GROUPS).map(([id, groups]) => ({
      ...{ id, name: NAMES[id] ?? id, groups },
      keys: [makePerson(id).key],
    })),
    sponsored: [],
    projects: PROJECTS.map(({ id, title, models }) => ({
      ...{ id, title, models: [...models], roles: [] },
    })),
    models: [],
    origins: ['https://gate.example'],
    automatic: { burstBits: 400_000, bitsPerDay: 400_000 },
    policySha256: '0'.repeat(64),
    settings: SETTINGS,
  });
}

/** What the fake door knows of settings; changed by what is set at once, never by what is asked for. */
export class FakeSettings {
  readonly #nowMs: number;
  readonly #roster: Roster;
  readonly #models: readonly Model[];
  readonly #buckets = new Map<string, Bucket>();

  constructor(nowMs: number) {
    this.#nowMs = nowMs;
    this.#roster = makeRoster(nowMs);
    this.#models = SETTINGS.models.map(({ id, ...rest }) =>
      declareModel(id, rest, 2, id === 'heron-8b' ? 'quarantined' : 'active'),
    );
    for (const { budget, ...declared } of SETTINGS.budgets) this.put(budget, declared);
  }

  put(budget: string, declared: Declaration): BudgetShown {
    const ref = readBucket(budget);
    const applied = applyDeclaration(ref, declared, this.#models, SETTINGS.caps);
    const full = fillBucket(applied.rule, BigInt(this.#nowMs));
    const share = Math.round((SHARES[budget] ?? 1) * 1000);
    const tokensBits = (full.tokensBits * BigInt(share)) / 1000n;
    const level = { ...full, tokensBits, spentBits: SPENT_BITS };
    const bucket: Bucket = { ref, declared, level, ...applied };
    this.#buckets.set(budget, bucket);
    return this.#show(bucket);
  }

  #show(bucket: Bucket): BudgetShown {
    const use = (principal: string, share: bigint, debits: number, agoMs: number) => ({
      ...{ principal, bits: SPENT_BITS / share, debits },
      lastMs: this.#nowMs - agoMs,
    });
    const uses = [use('alan', 2n, 212, 3_600_000), use('eval-agent', 3n, 1_840, 600_000)];
    return showBudget(bucket, uses, this.#nowMs);
  }

  budgets(): readonly BudgetShown[] {
    return [...this.#buckets.values()]
      .sort((a, b) => ORDER.indexOf(a.ref.scope) - ORDER.indexOf(b.ref.scope))
      .map((bucket) => this.#show(bucket));
  }

  models(can: readonly Can[]): readonly ModelShown[] {
    return this.#models.map((model) => ({
      ...(describeModel(model) as Omit<ModelShown, 'assumption' | 'vectorsCounted' | 'can'>),
      assumption: sayAssumption(model),
      vectorsCounted: 312,
      can,
    }));
  }

  caps() {
    return CAPS.map(({ name: cap, sentence: rule }) => ({
      ...{ cap, rule },
      signed: SETTINGS.caps.includes(cap),
      configured: cap === 'SL5',
    }));
  }

  propose(changes: readonly unknown[], administrator: boolean) {
    const now = {
      ...{ roster: this.#roster, settings: SETTINGS, models: this.#models },
      buckets: [...this.#buckets.values()].filter((each) => sayBucket(each.ref) !== ''),
      ...{ lent: new Map<string, bigint>(), caps: SETTINGS.caps, nowMs: this.#nowMs },
    };
    return proposeSettings(now, changes, administrator);
  }
}

/** Whether the viewer may change settings, in the gate's words. */
export function settingsCan(viewer: string, event: string, action: string): Can {
  const groups = GROUPS[viewer] ?? [];
  if (groups.includes('administrators') || groups.includes('security'))
    return { event, allowed: true, reason: null };
  const needed = `principal who may ${action}`;
  const { message } = peopleErrors.error('NOT_ALLOWED', { principal: viewer, needed });
  return { event, allowed: false, reason: message };
}

/** The routes. */
export function mountSettings(app: Hono, state: FakeState): void {
  const full = <T>(list: readonly T[]): readonly T[] => (state.mode === 'empty' ? [] : list);
  const change = (action: string): readonly Can[] => [settingsCan(state.viewer, 'change', action)];
  const answer = (context: Context, make: () => object) => {
    try {
      return context.json(make());
    } catch (cause) {
      if (!(cause instanceof SallyportError)) throw cause;
      const { status, code, message: title, hint } = cause;
      return context.json({ status, code, title, hint }, status as 400);
    }
  };
  app.get('/v1/budgets', (c) => {
    const can = change('budget.change');
    const budgets = full(state.settings.budgets()).map((each) => ({ ...each, can }));
    return c.json({ budgets, caps: state.settings.caps() });
  });
  app.get('/v1/models', (c) =>
    c.json({ models: full(state.settings.models(change('model.change'))) }),
  );
  app.post('/v1/changes/preview', async (c) => {
    const { changes }: { changes: unknown[] } = await c.req.json();
    const administrator = (GROUPS[state.viewer] ?? []).includes('administrators');
    return answer(c, () => state.settings.propose(changes, administrator));
  });
  app.put('/v1/budgets/:budget', async (c) => {
    const declared: Declaration = await c.req.json();
    return answer(c, () => state.settings.put(c.req.param('budget'), declared));
  });
}
