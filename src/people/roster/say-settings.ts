/** Steps about settings in words: what is declared, what it was, and how long the thinnest copy would take to leave. */
import {
  applyDeclaration,
  groupDigits,
  readBucket,
  showBytes,
  showRate,
} from '../../budget/index.ts';
import type { AppliedRule, Declaration } from '../../budget/index.ts';
import { sayCount } from '../../core/index.ts';
import { effectiveBits } from '../../models/index.ts';
import type { Model } from '../../models/index.ts';
import type { SettingsModel } from './settings.ts';
import type { SettingsChange } from './settings-steps.ts';

type BudgetStep = Extract<SettingsChange, { op: 'budget.set' }>;
type ModelStep = Extract<SettingsChange, { op: 'model.set' }>;
type Facts = Omit<SettingsModel, 'id'>;

function sayDeclared({ rate, burst, lifetime }: Declaration): string {
  return `${rate}, ${burst} at once, ${lifetime === null ? 'no limit for ever' : `${lifetime} for ever`}`;
}

/** The rule that a step's own numbers give; null when its text cannot be read. */
function apply(step: BudgetStep, declared: Declaration): AppliedRule | null {
  const ref = readBucket(step.budget);
  // One model of that size stands for all of them: only its effective size counts here.
  const stand = { id: ref.id, effectiveBits: BigInt(step.sizeBits ?? 0) } as Model;
  try {
    return applyDeclaration(ref, declared, step.sizeBits === null ? [] : [stand], step.caps);
  } catch {
    return null;
  }
}

function sayRule(applied: AppliedRule | null): string {
  if (applied === null) return 'an amount that cannot be read';
  const { rule, cutBy, sizeBits } = applied;
  const { bitsPerYear, yearsToExfiltrate } = showRate(rule, sizeBits);
  const years =
    yearsToExfiltrate === null
      ? 'no model is declared, so nobody can say in how many years a copy would leave'
      : `the thinnest copy leaves in ${yearsToExfiltrate}`;
  const cut = cutBy.length === 0 ? '' : `, cut down by ${cutBy.join(' and ')}`;
  return `${bitsPerYear} and ${showBytes(rule.burstBits)} at once${cut}: ${years}`;
}

function sayBudget(step: BudgetStep): string {
  const { budget, before } = step;
  const now = sayRule(apply(step, step));
  if (before === null)
    return `set the budget ${budget} to ${sayDeclared(step)} (${now}); there was none`;
  const was = sayRule(apply(step, before));
  return `set the budget ${budget} from ${sayDeclared(before)} (${was}) to ${sayDeclared(step)} (${now})`;
}

function sayFacts({ parameters, bitsPerParameter, hiddenWidth, vocabulary }: Facts): string {
  const bits = effectiveBits(BigInt(parameters), bitsPerParameter);
  const width =
    hiddenWidth === 0 ? 'hidden width unknown' : `hidden width ${groupDigits(BigInt(hiddenWidth))}`;
  const words =
    vocabulary === 0 ? 'vocabulary unknown' : `vocabulary ${groupDigits(BigInt(vocabulary))}`;
  return `${groupDigits(BigInt(parameters))} parameters at an assumed ${bitsPerParameter} bits each, which is ${sayCount(bits, 'bit')}; ${width}, ${words}`;
}

function sayModel(step: ModelStep): string {
  const { id, before, thinnest } = step;
  const said =
    before === null
      ? `declare the model ${id}: ${sayFacts(step)}`
      : `declare the model ${id} anew, from ${sayFacts(before)} to ${sayFacts(step)}`;
  if (thinnest.before === thinnest.after) return said;
  const was = thinnest.before === null ? 'nothing' : sayCount(BigInt(thinnest.before), 'bit');
  return `${said}. The thinnest copy goes from ${was} to ${sayCount(BigInt(thinnest.after), 'bit')}, and budgets in percent or years go with it`;
}

/** A step about settings in words, for whoever signs it. */
export function saySettingsChange(step: SettingsChange): string {
  switch (step.op) {
    case 'budget.set':
      return sayBudget(step);
    case 'model.set':
      return sayModel(step);
    case 'model.activate':
      return `let the model ${step.id} be used again, whatever it was locked or quarantined for`;
    case 'destination.add':
      return `let exports of the project ${step.project} go to ${step.name}, which is number ${String(step.number)} outside`;
    case 'caps.set':
      return `apply the published caps ${step.caps.join(', ') || 'none'} instead of ${step.before.join(', ') || 'none'}`;
    case 'settings.base': {
      const { caps, models, budgets, destinations } = step.settings;
      return [
        'go on from the settings that were in force before they were signed',
        `caps ${caps.join(', ') || 'none'}`,
        ...models.map((each) => `model ${each.id}: ${sayFacts(each)}`),
        ...budgets.map((each) => `budget ${each.budget}: ${sayDeclared(each)}`),
        ...destinations.map(
          (each) => `destination ${each.name} of ${each.project}, number ${String(each.number)}`,
        ),
      ].join('; ');
    }
  }
}
