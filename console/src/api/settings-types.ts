/** Budgets, models, destinations and caps: what they allow, and what a proposal would make of them. */
import type { Can } from './requests-types.ts';

export interface CapShown {
  readonly cap: string;
  readonly rule: string;
  readonly verdict: 'within' | 'above' | 'unknown';
  readonly mostBits: number;
  readonly allowedBits: number | null;
}

/** What a budget allows, in every unit. */
export interface LimitShown {
  readonly burstBits: number;
  readonly lifetimeBits: number | null;
  readonly rateBits: number;
  readonly ratePeriodMs: number;
  readonly declared: {
    readonly rate: string;
    readonly burst: string;
    readonly lifetime: string | null;
  };
  readonly applied: {
    readonly bitsPerYear: string;
    readonly bytesPerDay: string;
    readonly percentPerYear: string | null;
    readonly yearsToExfiltrate: string | null;
    readonly burst: string;
  };
  readonly effectiveSizeBits: number | null;
  readonly caps: readonly CapShown[];
  readonly cutBy: readonly string[];
}

export interface BudgetShown extends LimitShown {
  readonly budget: string;
  readonly leftBits: number;
  readonly spentBits: number;
  readonly fullAt: string | null;
  readonly usedBy: readonly {
    readonly principal: string;
    readonly bits: number;
    readonly debits: number;
    readonly lastAt: string;
  }[];
}

/** A published cap, and where it is in force from. */
export interface CapInForce {
  readonly cap: 'SL3' | 'SL4' | 'SL5';
  readonly rule: string;
  readonly signed: boolean;
  readonly configured: boolean;
}

export interface BudgetsShown {
  readonly budgets: readonly (BudgetShown & { readonly can: readonly Can[] })[];
  readonly caps: readonly CapInForce[];
}

/** What is declared of a guarded model. */
export interface ModelFactsShown {
  readonly model: string;
  readonly version: number;
  readonly parameters: number;
  readonly bitsPerParameter: string;
  readonly effectiveBits: number;
  /** Zero when unknown. */
  readonly hiddenWidth: number;
  readonly vocabulary: number;
  readonly state: 'active' | 'locked' | 'quarantined';
  readonly assumption: string;
}

export interface ModelShown extends ModelFactsShown {
  readonly vectorsCounted: number;
  readonly can: readonly Can[];
}

/** A change of settings as it is sent; what the gate finds it adds by itself. */
export type SettingsStep =
  | {
      readonly op: 'budget.set';
      readonly budget: string;
      readonly rate: string;
      readonly burst: string;
      readonly lifetime: string | null;
    }
  | {
      readonly op: 'model.set';
      readonly id: string;
      readonly parameters: string;
      readonly bitsPerParameter: string;
      readonly hiddenWidth: number;
      readonly vocabulary: number;
    }
  | { readonly op: 'model.activate'; readonly id: string }
  | {
      readonly op: 'destination.add';
      readonly project: string;
      readonly name: string;
      readonly number?: number;
    }
  | { readonly op: 'caps.set'; readonly caps: readonly CapInForce['cap'][] };

/** What a change of settings would do. */
export interface ProposalShown {
  readonly how: 'now' | 'signed' | 'nothing';
  readonly sentence: string;
  readonly says: readonly string[];
  readonly budgets: readonly {
    readonly budget: string;
    readonly before: LimitShown | null;
    readonly after: LimitShown;
  }[];
  readonly models: readonly {
    readonly model: string;
    readonly before: ModelFactsShown | null;
    readonly after: ModelFactsShown;
  }[];
}
