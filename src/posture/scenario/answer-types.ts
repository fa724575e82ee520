/** The answers of a scenario as plain JSON: what the command prints, the page draws and a console would show. */
import type { Column } from './columns.ts';
import type { HolderKindId } from './kinds.ts';
import type { Seen } from './seen.ts';
import type { Estimate, Quantiles } from './stats.ts';
import type { ClaimId, LadderId } from './variants.ts';

/** Number of holders of one kind over time; index is the month. */
export interface Fan {
  readonly kind: HolderKindId | 'all';
  readonly title: string;
  readonly p10: readonly number[];
  readonly p50: readonly number[];
  readonly p90: readonly number[];
}

/** Chance over time that at least one of a kind has it, or that an event has happened; index is the month. */
export interface Curve {
  readonly id: string;
  readonly title: string;
  readonly chance: readonly Estimate[];
  /** Month in which it first happens, over all runs. */
  readonly first: Quantiles;
}

/**
 * What holds at one level of a ladder. Everything within twelve months of the first holder is over the runs that have a first
 * holder at least twelve months before the end (`seen`), and null when there is none.
 */
export interface LadderStep {
  readonly level: number;
  readonly seen: Seen;
  /** Whether these runs are enough for a claim; if not, `keptOut`, `unclear` and `closed` are empty. */
  readonly enough: boolean;
  /** Holders twelve months after the first. */
  readonly yearHolders: Estimate | null;
  /** Holders at the end, over all runs. */
  readonly holders: Estimate;
  /** Chance that a group of a capacity steals weights within twelve months of the first holder, OC1 first. */
  readonly theft: readonly (Estimate | null)[];
  /** Chance that at least one group of a capacity has the capability by the end, by theft or otherwise, OC1 first. */
  readonly has: readonly Estimate[];
  /** Within twelve months of the first holder. */
  readonly monitor: Estimate | null;
  readonly alignment: Estimate | null;
  readonly self: Estimate | null;
  /** By the end. */
  readonly misuse: Estimate;
  /** Capacities kept from stealing weights: chance of theft at most a tenth, interval and all, as for every weaker one. */
  readonly keptOut: readonly number[];
  /** Capacities of which the interval does not say. */
  readonly unclear: readonly number[];
  /** Sabotage and escape routes closed, by the same measure. */
  readonly closed: readonly ('monitor' | 'alignment' | 'self')[];
  /** Holders fewer than one level below, in the same draws. */
  readonly gain?: {
    readonly yearHolders: Estimate | null;
    readonly holders: Estimate;
    readonly misuse: Estimate;
  };
}

/** The value of each level, when chosen parties are held at it throughout. */
export interface Ladder {
  readonly id: LadderId;
  readonly title: string;
  readonly steps: readonly LadderStep[];
}

/** Time to carry weights out of one party over its capped wire. */
export interface EgressTime {
  readonly party: string;
  readonly title: string;
  readonly weightsTB: Quantiles;
  readonly capTBPerYear: Quantiles;
  /** At the compression that the scenario assumes. */
  readonly years: Quantiles;
}

/** Time at a published cap, for the leader's weights at the date of the capability. */
export interface CapTime {
  readonly id: string;
  readonly title: string;
  readonly bytesPerYear: Quantiles;
  /** Per ratio of {@link EgressAnswer.ratios}; spread by the size of the weights alone. */
  readonly years: readonly Quantiles[];
  /** Chance that weights are stolen from anyone when the leader has this cap and everything else stays. */
  readonly weights: Estimate;
  readonly holders: Estimate;
}

/** What the cap on what leaves is worth. */
export interface EgressAnswer {
  readonly ratios: readonly number[];
  readonly parties: readonly EgressTime[];
  readonly caps: readonly CapTime[];
}

/** Something that a claim needs, beside what the scenario assumes. */
export interface Need {
  readonly sentence: string;
  /** What would have to hold. */
  readonly needed: Quantiles;
  /** What the scenario's inputs come to. */
  readonly assumed: Quantiles;
  readonly unit: string;
  /** Which runs the need is read from, in words, and how many they are. */
  readonly from: string;
  readonly seen: Seen;
  /** Whether they are enough to say anything; if not, the quantiles are null. */
  readonly enough: boolean;
}

/** One of the three claims. */
export interface ClaimAnswer {
  readonly id: ClaimId;
  readonly title: string;
  readonly on: boolean;
  readonly means: string;
  readonly with: ClaimSide;
  readonly without: ClaimSide;
  readonly needs: readonly Need[];
}

/** The scenario with a claim, or without it. */
export interface ClaimSide {
  readonly holders: Estimate;
  readonly outside: Estimate;
  readonly self: Estimate;
  readonly misuse: Estimate;
}

/** How far one input moves an answer. */
export interface Swing {
  readonly place: string;
  readonly unit: string;
  readonly source: string;
  readonly input: { readonly p10: number; readonly p50: number; readonly p90: number };
  /** Mean of the answer where the input is in its lowest and in its highest fifth. */
  readonly atLow: Estimate;
  readonly atHigh: Estimate;
  /** Highest less lowest fifth, with its sampling error. */
  readonly swing: Estimate;
  /** Rank correlation of input and answer over single runs. */
  readonly rank: number;
}

/** Inputs that move one answer, the strongest first. */
export interface Sensitivity {
  readonly column: Column;
  readonly title: string;
  readonly share: boolean;
  readonly mean: Estimate;
  /** Inputs whose swing is more than the luck of the runs, the strongest first. */
  readonly swings: readonly Swing[];
  /** How many other inputs have a swing that cannot be told from luck. */
  readonly untold: number;
}

/** One input, for the list of all of them. */
export interface InputShown {
  readonly place: string;
  readonly unit: string;
  readonly drawn: 'run' | 'world';
  readonly points: readonly {
    readonly month?: number;
    readonly p10: number;
    readonly p50: number;
    readonly p90: number;
    readonly source: string;
    readonly why?: string;
  }[];
}

/** Everything. */
export interface ScenarioAnswers {
  readonly form: 'scenario-answers/1';
  /** Always shown with any of the numbers. */
  readonly notice: string;
  readonly name: string;
  readonly about: string;
  readonly capability: string;
  readonly inputsOf: string;
  readonly start: string;
  readonly months: number;
  readonly seed: number;
  readonly runs: number;
  readonly worlds: number;
  /** Runs of each variant (levels, caps, claims). */
  readonly variantRuns: number;
  readonly claimsOn: readonly ClaimId[];
  readonly fans: readonly Fan[];
  readonly reach: readonly Curve[];
  readonly routes: readonly Curve[];
  readonly ladders: readonly Ladder[];
  readonly egress: EgressAnswer;
  readonly claims: readonly ClaimAnswer[];
  readonly sensitivity: readonly Sensitivity[];
  readonly inputs: readonly InputShown[];
  readonly sources: readonly {
    readonly id: string;
    readonly title: string;
    readonly url?: string;
  }[];
}
