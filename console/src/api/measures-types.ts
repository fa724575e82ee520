/** Sums: budgets, what leaves, waiting, replay, the ledger. */
import type { RequestShown } from './requests-types.ts';
import type { BudgetShown } from './settings-types.ts';

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
    /** Open requests that wait for it now, and half of them longer than this. */
    readonly waiting: number;
    readonly medianMs: number;
    /** The same of what was decided in these days. */
    readonly decided: number;
    readonly decidedMedianMs: number;
    readonly totalMs: number;
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
  readonly window: number;
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
  /** Null where the entry is not for whoever asks. */
  readonly id: string | null;
  readonly entry: {
    readonly kind: string;
    readonly by: string;
    readonly at: string;
    readonly [member: string]: unknown;
  } | null;
  readonly commitment: string;
}
