/** What the pages about posture and scenarios read: the shapes of `GET /v1/posture/board` and `POST /v1/scenarios/play`. */
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { call } from './client.ts';

/** How one measure stands, or how one vector does. */
export interface Board {
  readonly organisation: string;
  readonly at: string;
  readonly profiles: readonly {
    readonly name: string;
    readonly environments: readonly LevelShown[];
  }[];
  readonly environments: readonly EnvironmentShown[];
  readonly capacities: readonly { readonly id: string; readonly name: string }[];
  readonly vectors: readonly {
    readonly id: string;
    readonly name: string;
    readonly category: string;
  }[];
  /** Names of the measures that are mentioned anywhere here. */
  readonly measures: Readonly<Record<string, string>>;
  readonly expiries: readonly {
    readonly at: string;
    readonly environments: readonly string[];
    readonly measures: readonly string[];
  }[];
  readonly roadmaps: readonly RoadmapShown[];
}

/** A profile's answer for one environment. */
export interface LevelShown {
  readonly id: string;
  readonly name: string;
  readonly level: string;
  readonly rank: number;
  readonly heldBackBy: readonly string[];
  readonly heldBackCount: number;
  /** How many measures the level rests on that are held not applicable. */
  readonly heldNotApplicable: number;
  readonly perLevel: readonly { readonly met: number; readonly asked: number }[];
}

/** One environment. */
export interface EnvironmentShown {
  readonly id: string;
  readonly name: string;
  readonly statuses: Readonly<Record<string, number>>;
  readonly bases: Readonly<Record<string, number>>;
  readonly attack: readonly {
    readonly vector: string;
    readonly capacity: string;
    readonly state: 'out-of-reach' | 'closed' | 'narrowed' | 'open';
    readonly layers: number;
  }[];
  readonly standings: Readonly<Record<string, string>>;
}

/** P10, P50 and P90. */
export interface Spread {
  readonly p10: number;
  readonly p50: number;
  readonly p90: number;
}

/** A profile's roadmap. */
export interface RoadmapShown {
  readonly profile: string;
  readonly assumed: boolean;
  readonly start: string;
  readonly engineers: number;
  readonly runs: number;
  readonly planned: number;
  readonly levels: readonly {
    readonly level: string;
    readonly reached: boolean;
    readonly p10: string;
    readonly p50: string;
    readonly p90: string;
    readonly slowdownPercent: Spread;
    readonly critical: readonly { readonly measure: string; readonly share: number }[];
  }[];
  readonly whatIfs: readonly {
    readonly change: string;
    readonly saved: readonly (Spread & { readonly level: string })[];
  }[];
}

export const boardQuery = queryOptions({
  queryKey: ['posture', 'board'],
  queryFn: ({ signal }) => call<Board>('/v1/posture/board', { signal }),
  staleTime: 60_000,
});

/** A shipped scenario. */
export interface ScenarioShown {
  readonly id: string;
  readonly name: string;
  readonly about: string;
}

/** A mean with its interval, P10 to P90. */
export interface Estimate {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** What is played: a scenario, inputs moved, claims switched on. */
export interface Play {
  readonly id: string;
  readonly adjustments: readonly Adjustment[];
  readonly claims: readonly string[];
}

/** One slider that was moved. */
export interface Adjustment {
  readonly place: string;
  readonly times?: number;
  readonly plus?: number;
}

/** The answers that are shown here; the route gives more. */
export interface Answers {
  readonly notice: string;
  readonly name: string;
  readonly about: string;
  readonly capability: string;
  readonly start: string;
  readonly months: number;
  readonly runs: number;
  readonly fans: readonly {
    readonly kind: string;
    readonly title: string;
    readonly p10: readonly number[];
    readonly p50: readonly number[];
    readonly p90: readonly number[];
  }[];
  readonly reach: readonly Curve[];
  readonly routes: readonly Curve[];
  readonly ladders: readonly {
    readonly id: string;
    readonly title: string;
    readonly steps: readonly LadderStep[];
  }[];
  readonly claims: readonly Claim[];
  readonly sensitivity: readonly Sensitivity[];
  readonly inputs: readonly {
    readonly place: string;
    readonly unit: string;
    readonly points: readonly (Spread & { readonly source: string; readonly why?: string })[];
  }[];
}

/** A chance over time. */
export interface Curve {
  readonly id: string;
  readonly title: string;
  readonly chance: readonly Estimate[];
}

/** What holds at one level. */
export interface LadderStep {
  readonly level: number;
  /** The runs that tell of the year after the first holder, and whether they are enough for a claim. */
  readonly seen: { readonly runs: number };
  readonly enough: boolean;
  readonly yearHolders: Estimate | null;
  readonly misuse: Estimate;
  readonly keptOut: readonly number[];
  readonly unclear: readonly number[];
  readonly closed: readonly string[];
}

/** One of the essay's claims. */
export interface Claim {
  readonly id: string;
  readonly title: string;
  readonly means: string;
  readonly needs: readonly {
    readonly sentence: string;
    readonly unit: string;
    readonly needed: Readonly<Record<keyof Spread, number | null>>;
    readonly assumed: Readonly<Record<keyof Spread, number | null>>;
    readonly from: string;
    readonly seen: { readonly runs: number };
    readonly enough: boolean;
  }[];
}

/** Which inputs move an answer. */
export interface Sensitivity {
  readonly column: string;
  readonly title: string;
  readonly share: boolean;
  readonly mean: Estimate;
  readonly swings: readonly {
    readonly place: string;
    readonly unit: string;
    readonly input: Spread;
    readonly atLow: Estimate;
    readonly atHigh: Estimate;
  }[];
  /** Other inputs, whose effect cannot be told from the luck of the runs. */
  readonly untold: number;
}

export const scenariosQuery = queryOptions({
  queryKey: ['scenarios'],
  queryFn: ({ signal }) => call<{ scenarios: ScenarioShown[] }>('/v1/scenarios', { signal }),
  staleTime: Infinity,
});

/** The answers of what is played; the last ones stay until the new ones are there. */
export const playQuery = (play: Play, enabled: boolean) =>
  queryOptions({
    queryKey: ['scenarios', 'play', play],
    queryFn: ({ signal }) =>
      call<Answers>('/v1/scenarios/play', {
        method: 'POST',
        json: { ...play, runs: 4000 },
        signal,
      }),
    staleTime: Infinity,
    enabled: enabled && play.id !== '',
    placeholderData: keepPreviousData,
  });
