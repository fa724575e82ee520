/** Routes of budgets and models. */
import { z } from 'zod';
import { declareUnderLoans } from '../../app/index.ts';
import type { Gate } from '../../app/index.ts';
import {
  CAPS,
  DEFAULT_MODEL_BUDGET,
  ENCLAVE,
  putBudget,
  readBucket,
  reapplyBudgets,
  sayBucket,
} from '../../budget/index.ts';
import type { BucketRef, BudgetShown } from '../../budget/index.ts';
import { judgeBudget } from '../../egress/index.ts';
import { MODEL_STATES, describeModel, reachOf, sayAssumption } from '../../models/index.ts';
import type { Model, ModelState } from '../../models/index.ts';
import type { Principal } from '../../people/index.ts';
import { httpErrors } from '../errors.ts';
import { needUnfounded } from './people-routes.ts';
import { visibleBudgets, wouldPass } from './budget-sight.ts';
import { showMay } from './may.ts';
import { route } from './route.ts';
import type { Route } from './route.ts';

const text = z.string().max(200);
const budgetBody = z.strictObject({
  rate: text.optional().describe('`40 kB/day`, `1%/year`, `100 years`'),
  burst: text.optional().describe('`1 MB`, `0.1%`'),
  lifetime: text.nullable().optional(),
});
const checkBody = z.strictObject({
  project: text,
  bits: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
});
const number = z.number().int().min(0).max(10_000_000);
const modelFacts = {
  parameters: z.union([text, z.number()]).transform(String).describe('`70e9` or `70b`'),
  bitsPerParameter: z.union([text, z.number()]).transform(String).optional(),
  hiddenWidth: number.optional(),
  vocabulary: number.optional(),
};
const modelBody = z.strictObject({ id: text, ...modelFacts });
const revisionBody = z.strictObject({
  ...modelFacts,
  parameters: modelFacts.parameters.optional(),
});
const stateBody = z.strictObject({
  state: z.enum(MODEL_STATES as [ModelState, ...ModelState[]]),
  reason: z.string().min(1).max(2000),
});

/** The models that a principal may see: those of the policy, and all where one's project may have touched any. */
async function visibleModels(gate: Gate, principal: Principal): Promise<readonly Model[]> {
  const all = await gate.models.list();
  const projects = await gate.access.projectsOf(principal);
  const wide = projects.some((project) => !all.some(({ id }) => project.models.includes(id)));
  if (wide) return all;
  const seen: Model[] = [];
  for (const model of all) {
    const resource = { kind: 'model', id: model.id } as const;
    if ((await gate.access.can(principal, 'model.view', resource)).allowed) seen.push(model);
  }
  return seen;
}

async function showModel(gate: Gate, model: Model) {
  return {
    ...describeModel(model),
    assumption: sayAssumption(model),
    vectorsCounted: await gate.models.countedVectors(model.id),
  };
}

/** Budgets with whether one may ask to change them; what is nobody's own is asked of the policies once. */
async function withChange(gate: Gate, principal: Principal, budgets: readonly BudgetShown[]) {
  const { owner = [], owns = [] } = await gate.access.factsOf(principal);
  const own = new Set([...owner.map((id) => `project:${id}`), ...owns.map((id) => `model:${id}`)]);
  const any = await showMay(gate, principal, 'change', 'budget.change', { kind: 'gate' });
  const shown = [];
  for (const budget of budgets) {
    const { scope, id } = readBucket(budget.budget);
    const asked = own.has(budget.budget) && (scope === 'project' || scope === 'model');
    const can = asked
      ? await showMay(gate, principal, 'change', 'budget.change', { kind: scope, id })
      : any;
    shown.push({ ...budget, can: [can] });
  }
  return shown;
}

/** The published caps, each with where it is in force from. */
function showCaps(gate: Gate): unknown {
  const signed = gate.rosters.settings?.caps ?? [];
  return CAPS.map(({ name, sentence }) => ({
    cap: name,
    rule: sentence,
    signed: signed.includes(name),
    configured: gate.config.caps.includes(name),
  }));
}

async function checkOwner(gate: Gate, ref: BucketRef): Promise<void> {
  if (ref.scope === 'model') await gate.models.get(ref.id);
  if (ref.scope === 'project') await gate.people.project(ref.id);
  if (ref.scope === 'principal') await gate.people.principal(ref.id);
}

/** The routes. */
export const BUDGET_ROUTES: readonly Route[] = [
  route(
    {
      method: 'get',
      path: '/v1/budgets',
      summary:
        'Budgets that limit you: what is left, when it refills, published caps; shared ones in whole percent',
      access: 'principal',
    },
    async ({ gate, principal }) => ({
      budgets: await withChange(gate, principal, await visibleBudgets(gate, principal)),
      caps: showCaps(gate),
    }),
  ),
  route(
    {
      method: 'get',
      path: '/v1/budgets/{budget}',
      summary: 'One budget: `enclave`, `automatic`, `model:NAME`, `project:NAME`, `principal:ID`',
      access: 'principal',
    },
    async ({ gate, principal, param }) => {
      const name = sayBucket(readBucket(param('budget')));
      const found = (await visibleBudgets(gate, principal)).find((each) => each.budget === name);
      if (found === undefined) throw httpErrors.error('ROUTE_UNKNOWN', { path: `budget ${name}` });
      return found;
    },
  ),
  route(
    {
      method: 'put',
      path: '/v1/budgets/{budget}',
      summary:
        'Declare a budget; what is left out stays as declared. Of a founded gate only what is tighter: wider ones are asked for',
      access: 'administrator',
      body: budgetBody,
    },
    async ({ gate, principal, param, input }) => {
      const ref = readBucket(param('budget'));
      await checkOwner(gate, ref);
      const own = ref.scope === 'model' || ref.scope === 'project';
      await gate.access.need(
        principal,
        'budget.change',
        own ? { kind: ref.scope, id: ref.id } : { kind: 'gate' },
      );
      const change = {
        ...(input.rate === undefined ? {} : { rate: input.rate }),
        ...(input.burst === undefined ? {} : { burst: input.burst }),
        ...(input.lifetime === undefined ? {} : { lifetime: input.lifetime }),
      };
      const founded = gate.rosters.current !== null;
      const whole = founded ? await declareUnderLoans(gate.store, ref, change) : change;
      await gate.budgets.declare(ref, whole, principal.id, founded);
      // What waited for more is not left to the next pass.
      gate.requests.retryApproved();
      const name = sayBucket(ref);
      return (await visibleBudgets(gate, principal)).find((each) => each.budget === name);
    },
  ),
  route(
    {
      method: 'post',
      path: '/v1/budgets/check',
      summary: 'Whether a charge would pass now; takes nothing',
      access: 'principal',
      body: checkBody,
    },
    async ({ gate, principal, input }) => {
      const project = await gate.people.project(input.project);
      await gate.access.need(principal, 'budget.view', { kind: 'project', id: project.id });
      const all = await gate.models.list();
      const reach = reachOf(
        project.models,
        all.map((model) => model.id),
      );
      const path = [
        ENCLAVE,
        ...reach.map((id): BucketRef => ({ scope: 'model', id })),
        { scope: 'project', id: project.id } as const,
        { scope: 'principal', id: principal.id } as const,
      ];
      const verdict = await wouldPass(gate, principal, path, BigInt(input.bits));
      return { passes: verdict.ok, reasons: judgeBudget(verdict) };
    },
  ),
  route(
    {
      method: 'get',
      path: '/v1/models',
      summary: 'Guarded models, as far as you may see them',
      access: 'principal',
    },
    async ({ gate, principal }) => ({
      models: await Promise.all(
        (await visibleModels(gate, principal)).map(async (model) => {
          const resource = { kind: 'model', id: model.id } as const;
          const change = await showMay(gate, principal, 'change', 'model.change', resource);
          return { ...(await showModel(gate, model)), can: [change] };
        }),
      ),
    }),
  ),
  route(
    {
      method: 'post',
      path: '/v1/models',
      summary: 'Declare a model to be guarded, with a budget of at most 1 % a year',
      access: 'administrator',
      body: modelBody,
    },
    async ({ gate, principal, input }) => {
      needUnfounded(gate, 'models');
      await gate.access.need(principal, 'model.change', { kind: 'gate' });
      const { id, ...facts } = input;
      const { caps } = gate.config;
      const model = await gate.models.add(id, facts, principal.id, async (tx) => {
        const nowMs = gate.clock.nowMs();
        await putBudget(tx, { scope: 'model', id }, DEFAULT_MODEL_BUDGET, nowMs, caps);
        await reapplyBudgets(tx, nowMs, caps);
      });
      return showModel(gate, model);
    },
  ),
  route(
    {
      method: 'patch',
      path: '/v1/models/{id}',
      summary: 'Declare a new version of what is known of a model',
      access: 'administrator',
      body: revisionBody,
    },
    async ({ gate, principal, param, input }) => {
      needUnfounded(gate, 'what is declared of a model');
      await gate.access.need(principal, 'model.change', { kind: 'model', id: param('id') });
      const before = await gate.models.get(param('id'));
      const facts = {
        parameters: input.parameters ?? String(before.parameters),
        bitsPerParameter: input.bitsPerParameter ?? before.bitsPerParameter,
        hiddenWidth: input.hiddenWidth ?? before.hiddenWidth,
        vocabulary: input.vocabulary ?? before.vocabulary,
      };
      const model = await gate.models.revise(before.id, facts, principal.id, (tx) =>
        reapplyBudgets(tx, gate.clock.nowMs(), gate.config.caps),
      );
      return showModel(gate, model);
    },
  ),
  route(
    {
      method: 'post',
      path: '/v1/models/{id}/state',
      summary: 'Lock or quarantine a model at once; a founded gate uses it again by request',
      access: 'administrator',
      body: stateBody,
    },
    async ({ gate, principal, param, input }) => {
      await gate.access.need(principal, 'model.change', { kind: 'model', id: param('id') });
      if (input.state === 'active') needUnfounded(gate, 'a model that was stopped');
      return showModel(
        gate,
        await gate.models.setState(param('id'), input.state, input.reason, principal.id),
      );
    },
  ),
];
