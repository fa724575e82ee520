/** Everything that a report shows, computed once; drawing it is somebody else's work. */
import { momentMs } from '../moment.ts';
import { capsFor, crossingBytes, yearsForCopy } from '../caps-arithmetic.ts';
import type { CapRow } from '../caps-arithmetic.ts';
import type { Waiting } from '../observation.ts';
import { foreseeLevel, listExpiries, weakest } from '../evaluate.ts';
import type { Expiry, LevelStep, Posture } from '../evaluate.ts';
import type { EnvironmentId } from '../environment.ts';
import { makeRoadmap } from '../plan/roadmap.ts';
import type { Roadmap } from '../plan/roadmap.ts';

const DAY_MS = 86_400_000;
/** How far ahead expiring evidence is shown. */
export const EXPIRY_DAYS = 180;
const FORESEE_DAYS = 400;
const ENGINEERS_DEFAULT = 10;

/** A profile's roadmap with its start. */
export interface PlannedProfile {
  readonly profile: string;
  readonly roadmap: Roadmap;
  readonly startMs: number;
  /** Whether somebody gave a start and a number of engineers, or they are placeholders. */
  readonly assumed: boolean;
}

/** A row of the table of compressed copies. */
export interface CopyRow {
  readonly cap: string;
  readonly compression: number;
  readonly years: number;
}

/** What a report shows. */
export interface ReportData {
  readonly posture: Posture;
  readonly roadmaps: readonly PlannedProfile[];
  readonly expiries: readonly Expiry[];
  readonly foreseen: readonly {
    readonly profile: string;
    readonly environment: EnvironmentId;
    readonly steps: readonly LevelStep[];
  }[];
  readonly caps: readonly CapRow[];
  readonly crossing: number;
  readonly copies: readonly CopyRow[];
  readonly waiting: Waiting | null;
}

/** What somebody asks about beside what the plan says. */
export interface PlanChange {
  readonly runs?: number | undefined;
  readonly engineers?: number | undefined;
  readonly drop?: readonly string[] | undefined;
}

/** The waiting that the newest reading of a gate measured; null where no gate was read. */
export function newestWaiting(posture: Posture): Waiting | null {
  const newest = [...posture.assessment.readings].sort((a, b) => (a.at < b.at ? 1 : -1))[0];
  return newest?.waiting ?? null;
}

/** Makes the roadmap of each profile, over the weakest of the environments in use. */
export function planProfiles(posture: Posture, change: PlanChange = {}): readonly PlannedProfile[] {
  const { plan, catalogue } = posture.assessment;
  const standingOf = weakest(posture);
  return posture.profiles.map(({ profile }) => ({
    profile: profile.name,
    assumed: plan === null,
    startMs: plan === null ? posture.atMs : momentMs(plan.start),
    roadmap: makeRoadmap({
      catalogue,
      profile,
      standingOf,
      engineers: change.engineers ?? plan?.engineers ?? ENGINEERS_DEFAULT,
      seed: plan?.seed ?? 'sallyport',
      runs: change.runs ?? plan?.runs ?? 1000,
      drop: [...new Set([...(plan?.drop ?? []), ...(change.drop ?? [])])],
    }),
  }));
}

/** Computes what a report shows. `runs` bounds the simulation where a preview is enough. */
export function buildReport(posture: Posture, runs?: number): ReportData {
  const [first] = posture.profiles;
  return {
    posture,
    roadmaps: planProfiles(posture, { runs }),
    expiries: listExpiries(posture, EXPIRY_DAYS * DAY_MS),
    foreseen:
      first === undefined
        ? []
        : posture.environments.map(({ environment }) => ({
            profile: first.profile.name,
            environment,
            steps: foreseeLevel(posture, first.profile, environment, FORESEE_DAYS * DAY_MS),
          })),
    caps: [1e12, 1e13].flatMap((size) => capsFor(size)),
    crossing: crossingBytes('SL4'),
    copies: [0.01, 0.05].flatMap((share) =>
      [16, 100].map((compression) => ({
        cap: `${String(share * 100)} % a year`,
        compression,
        years: yearsForCopy(share, compression),
      })),
    ),
    waiting: newestWaiting(posture),
  };
}
