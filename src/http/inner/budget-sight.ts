/**
 * What people see of budgets. The buckets of the enclave, of the automatic tier and of a model are shared between
 * compartments: their exact level, read again and again, would tell a member of one project what another one has charged
 * and when. So whoever may not see the budgets of the gate sees a shared bucket in whole percent of its burst, rounded
 * down, and nothing of who used it or when it was used last; people of no project see none.
 *
 * Not hidden by this: a charge of another project that is large against the burst, or that happens to cross a whole percent.
 */
import type { Gate } from '../../app/index.ts';
import { listBudgets, readBucket, sayBucket } from '../../budget/index.ts';
import type { BucketRef, BudgetShown, DebitVerdict } from '../../budget/index.ts';
import { isoTime } from '../../core/index.ts';
import { reachOf } from '../../models/index.ts';
import type { Principal } from '../../people/index.ts';

const HOUR_MS = 3_600_000;
const SHARED: readonly BucketRef['scope'][] = ['enclave', 'automatic', 'model'];

function isShared(name: string): boolean {
  return SHARED.includes(readBucket(name).scope);
}

/** Bits in whole percent of a whole; down for what is left, up for what is gone. */
function toPercent(bits: number, whole: number, round: (value: number) => number): number {
  if (whole === 0) return 0;
  return Math.min(whole, Math.floor((round((100 * bits) / whole) / 100) * whole));
}

/** How long a bucket takes to refill so many bits; null when it never does. */
function refillMs({ rateBits, ratePeriodMs }: BudgetShown, bits: number): number | null {
  return rateBits === 0 ? null : Math.ceil((bits * ratePeriodMs) / rateBits);
}

/** A shared bucket as somebody of one project sees it; `usedBy` says only what that principal used. */
export function coarsen(budget: BudgetShown, principal: string, nowMs: number): BudgetShown {
  const usedBy = budget.usedBy.filter((use) => use.principal === principal);
  const leftBits = toPercent(budget.leftBits, budget.burstBits, Math.floor);
  const missing = budget.burstBits - leftBits;
  const fullMs = missing === 0 ? 0 : refillMs(budget, missing);
  const fullAtMs = fullMs === null ? null : Math.ceil((nowMs + fullMs) / HOUR_MS) * HOUR_MS;
  return {
    ...budget,
    leftBits,
    spentBits:
      budget.lifetimeBits === null
        ? usedBy.reduce((sum, use) => sum + use.bits, 0)
        : toPercent(budget.spentBits, budget.lifetimeBits, Math.ceil),
    fullAt: fullAtMs === null || fullAtMs > 8.64e15 ? null : isoTime(fullAtMs),
    usedBy,
  };
}

/** The models whose budgets and locks limit what a principal may export: those in reach of its projects. */
export async function modelsThatLimit(
  gate: Gate,
  principal: Principal,
): Promise<ReadonlySet<string>> {
  const declared = (await gate.models.list()).map((model) => model.id);
  const projects = await gate.access.projectsOf(principal);
  return new Set(projects.flatMap((project) => reachOf(project.models, declared)));
}

/** The budgets that a principal may see: all for those who watch or set up, otherwise what limits it. */
export async function visibleBudgets(
  gate: Gate,
  principal: Principal,
): Promise<readonly BudgetShown[]> {
  const nowMs = gate.clock.nowMs();
  const shown = await listBudgets(gate.store, nowMs);
  if ((await gate.access.can(principal, 'budget.view', { kind: 'gate' })).allowed) return shown;
  const { owns = [] } = await gate.access.factsOf(principal);
  const projects = await gate.access.projectsOf(principal);
  const models = new Set([...owns, ...(await modelsThatLimit(gate, principal))]);
  const names = new Set([
    `principal:${principal.id}`,
    ...projects.map((project) => `project:${project.id}`),
    ...[...models].map((model) => `model:${model}`),
    ...(projects.length === 0 ? [] : ['enclave', 'automatic']),
  ]);
  const owned = new Set(owns.map((model) => `model:${model}`));
  return shown
    .filter(({ budget }) => names.has(budget))
    .map((budget) => {
      // Owners answer for their model: they see whatever is taken of it.
      if (isShared(budget.budget) && !owned.has(budget.budget))
        return coarsen(budget, principal.id, nowMs);
      return { ...budget, usedBy: budget.usedBy.filter((use) => use.principal === principal.id) };
    });
}

/**
 * Whether a charge would pass, judged on no more than the principal sees: asked with every size, the exact answer would be
 * the exact level. A release itself is judged on the exact one, so it may pass where this says no.
 */
export async function wouldPass(
  gate: Gate,
  principal: Principal,
  path: readonly BucketRef[],
  bits: bigint,
): Promise<DebitVerdict> {
  if ((await gate.access.can(principal, 'budget.view', { kind: 'gate' })).allowed)
    return gate.budgets.wouldDebit(path, bits);
  const nowMs = gate.clock.nowMs();
  const shared = path.filter((ref) => SHARED.includes(ref.scope));
  const budgets = await listBudgets(gate.store, nowMs);
  for (const ref of shared) {
    const found = budgets.find(({ budget }) => budget === sayBucket(ref));
    const said = { ok: false, bucket: sayBucket(ref), neededBits: bits } as const;
    if (found === undefined)
      return { ...said, obstacle: 'missing', leftBits: 0n, wholeBits: 0n, passesAtMs: null };
    const { leftBits, burstBits, ...coarse } = coarsen(found, principal.id, nowMs);
    if (Number(bits) <= leftBits) continue;
    const waitMs = refillMs(found, Number(bits) - leftBits);
    const passesAtMs = waitMs === null ? null : Math.ceil((nowMs + waitMs) / HOUR_MS) * HOUR_MS;
    const never = Number(bits) > burstBits;
    const spent =
      coarse.lifetimeBits !== null && coarse.spentBits + Number(bits) > coarse.lifetimeBits;
    const obstacle = never ? 'burst' : spent ? 'lifetime' : 'rate';
    return {
      ...{ ...said, obstacle, leftBits: BigInt(leftBits), passesAtMs },
      wholeBits: BigInt(burstBits),
    };
  }
  return gate.budgets.wouldDebit(
    path.filter((ref) => !shared.includes(ref)),
    bits,
  );
}
