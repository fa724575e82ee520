/** Sums: budgets, what leaves, waiting, replay, the ledger. */
import type { RequestShown } from './requests-types.ts';

export interface CapShown {
  readonly cap: string;
  readonly rule: string;
  readonly verdict: 'within' | 'above' | 'unknown';
  readonly mostBits: number;
  readonly allowedBits: number | null;
}

export interface BudgetShown {
  readonly budget: string;
  readonly leftBits: number;
  readonly burstBits: number;
  readonly spentBits: number;
  readonly lifetimeBits: number | null;
  readonly rateBits: number;
  readonly ratePeriodMs: number;
  readonly fullAt: string | null;
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
  readonly usedBy: readonly {
    readonly principal: string;
    readonly bits: number;
    readonly debits: number;
    readonly lastAt: string;
  }[];
}

export interface Alarm {
  readonly at: string;
  readonly sentence: string;
}

export interface ChargeDay {
  readonly day: string;
  readonly chargeBits: number;
  readonly releases: number;
}

export interface Home {
  readonly waitingForMe: readonly RequestShown[];
  readonly mine: readonly RequestShown[];
  /** How many there are of each; the lists stop somewhere. */
  readonly counts: { readonly waitingForMe: number; readonly mine: number };
  readonly alarms: readonly Alarm[];
  readonly leaving: readonly ChargeDay[];
  readonly budgets: readonly BudgetShown[];
}

export interface Charges {
  readonly days: readonly ChargeDay[];
  readonly byProject: readonly {
    readonly project: string;
    readonly chargeBits: number;
    readonly releases: number;
  }[];
}

export interface Percentiles {
  readonly p50: number;
  readonly p75: number;
  readonly p95: number;
}

export interface Waiting {
  readonly tiers: readonly {
    readonly tier: string;
    readonly count: number;
    readonly firstView: Percentiles | null;
    readonly quorum: Percentiles | null;
  }[];
  /** From 0 to 1. */
  readonly automaticShare: number;
  readonly expiredUnseen: number;
  readonly fastApprovals: readonly {
    readonly person: string;
    readonly count: number;
    readonly share: number;
  }[];
  readonly bottlenecks: readonly {
    readonly group?: string;
    readonly person?: string;
    readonly waiting: number;
    readonly medianMs: number;
  }[];
  readonly byDay: readonly {
    readonly day: string;
    readonly automatic: number;
    readonly held: number;
    readonly denied: number;
    readonly quorumP50: number | null;
  }[];
}

export interface ReplayCounts {
  readonly automatic: number;
  readonly held: number;
  readonly denied: number;
}

export interface Replay {
  readonly requests: number;
  readonly now: ReplayCounts;
  readonly proposed: ReplayCounts;
  readonly changed: readonly {
    readonly id: string;
    readonly from: string;
    readonly to: string;
    readonly why: string;
  }[];
  readonly extraApprovals: number;
  readonly waitingMs: number;
}

export interface LedgerEntry {
  readonly index: number;
  readonly id: string;
  readonly entry: {
    readonly kind: string;
    readonly by: string;
    readonly at: string;
    readonly [member: string]: unknown;
  };
}
