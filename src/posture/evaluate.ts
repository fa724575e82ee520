/** The whole verdict on an assessment at a moment: pure, so that the same folder gives the same answer for ever. */
import type { Assessment } from './assessment.ts';
import { viewAttack } from './attack.ts';
import type { AttackCell } from './attack.ts';
import type { ListedMeasure } from './catalogue/catalogue.ts';
import type { Profile } from './catalogue/schema.ts';
import type { Status } from './claim.ts';
import { STATUSES } from './claim.ts';
import type { EnvironmentId } from './environment.ts';
import { askedBy, reachLevel } from './level.ts';
import type { LevelReached } from './level.ts';
import { holdsBack, judgeStanding, openEvidence, readingEndMs } from './standing.ts';
import type { Basis, Standing } from './standing.ts';

/** One environment with everything found out about it. */
export interface EnvironmentPosture {
  readonly environment: EnvironmentId;
  readonly standings: ReadonlyMap<string, Standing>;
  readonly attack: readonly AttackCell[];
  readonly statuses: Readonly<Record<Status, number>>;
  readonly bases: Readonly<Record<Basis, number>>;
}

/** One profile with its answer for each environment. */
export interface ProfilePosture {
  readonly profile: Profile;
  readonly environments: readonly LevelReached[];
}

/** Evidence that stops counting soon. */
export interface Expiry {
  readonly atMs: number;
  readonly environments: readonly EnvironmentId[];
  readonly measures: readonly string[];
}

/** The verdict. */
export interface Posture {
  readonly atMs: number;
  readonly assessment: Assessment;
  readonly environments: readonly EnvironmentPosture[];
  readonly profiles: readonly ProfilePosture[];
}

function countBy<K extends string, T>(
  keys: readonly K[],
  items: Iterable<T>,
  key: (item: T) => K,
): Record<K, number> {
  const counts = Object.fromEntries(keys.map((name) => [name, 0])) as Record<K, number>;
  for (const item of items) counts[key(item)] += 1;
  return counts;
}

function judgeEnvironment(
  assessment: Assessment,
  environment: EnvironmentId,
  nowMs: number,
): ReadonlyMap<string, Standing> {
  const evidences = openEvidence(assessment);
  return new Map(
    [...assessment.catalogue.measures.values()].map((measure) => [
      measure.id,
      judgeStanding(measure, environment, evidences, nowMs),
    ]),
  );
}

function standingIn(standings: ReadonlyMap<string, Standing>): (measure: string) => Standing {
  return (measure) => {
    const standing = standings.get(measure);
    if (standing === undefined) throw new TypeError(`no such measure: ${measure}`);
    return standing;
  };
}

/** The profiles that an assessment shows. */
export function profilesOf(assessment: Assessment): readonly Profile[] {
  const { profiles } = assessment.catalogue;
  const chosen = assessment.head.profiles;
  return chosen === undefined ? profiles : profiles.filter((each) => chosen.includes(each.id));
}

/** Judges an assessment at a moment. */
export function evaluate(assessment: Assessment, nowMs: number): Posture {
  const { catalogue, head } = assessment;
  const environments = head.environments.map((environment): EnvironmentPosture => {
    const standings = judgeEnvironment(assessment, environment, nowMs);
    // Counts are of the measures on the ladder; other frameworks have counts of their own.
    const ladder = [...standings.values()].filter((each) => onLadder(assessment, each.measure));
    return {
      environment,
      standings,
      attack: viewAttack(catalogue, standingIn(standings)),
      statuses: countBy(STATUSES, ladder, (each) => each.status),
      bases: countBy(
        ['machine', 'machine-and-word', 'word', 'nothing'] as const,
        ladder,
        (each) => each.basis,
      ),
    };
  });
  const profiles = profilesOf(assessment).map((profile) => {
    const asked = askedBy(profile, catalogue);
    return {
      profile,
      environments: environments.map((each) =>
        reachLevel(asked, each.environment, standingIn(each.standings)),
      ),
    };
  });
  return { atMs: nowMs, assessment, environments, profiles };
}

function onLadder(assessment: Assessment, id: string): boolean {
  const { measures, ladder } = assessment.catalogue;
  const measure = measures.get(id);
  return measure !== undefined && measure.framework === ladder && measure.level !== null;
}

/** For each measure its standing in the environment where it stands worst: a plan has to bring it up there too. */
export function weakest(posture: Posture): (measure: string) => Standing {
  return (measure) => {
    const all = posture.environments.map((each) => standingIn(each.standings)(measure));
    const worst = all.find((each) => holdsBack(each.status)) ?? all[0];
    if (worst === undefined) throw new TypeError('an assessment has at least one environment');
    return worst;
  };
}

/** How the measures of one framework stand in an environment. */
export function coverage(
  posture: Posture,
  framework: string,
  environment: EnvironmentId,
): Readonly<Record<Status, number>> {
  const found = posture.environments.find((each) => each.environment === environment);
  const measures: readonly ListedMeasure[] = [
    ...posture.assessment.catalogue.measures.values(),
  ].filter((measure) => measure.framework === framework);
  return countBy(
    STATUSES,
    measures,
    (measure) => found?.standings.get(measure.id)?.status ?? 'unknown',
  );
}

/** Evidence that stops counting within a time, soonest first, with the measures and environments that rest on it. */
export function listExpiries(posture: Posture, withinMs: number): readonly Expiry[] {
  const until = posture.atMs + withinMs;
  const found = new Map<number, { places: Set<EnvironmentId>; measures: Set<string> }>();
  for (const { environment, standings } of posture.environments) {
    for (const { expiresMs, status, measure } of standings.values()) {
      if (expiresMs === null || expiresMs > until) continue;
      if (status !== 'met' && status !== 'not-applicable' && status !== 'partly') continue;
      const entry = found.get(expiresMs) ?? { places: new Set(), measures: new Set() };
      entry.places.add(environment);
      entry.measures.add(measure);
      found.set(expiresMs, entry);
    }
  }
  return [...found]
    .sort(([a], [b]) => a - b)
    .map(([atMs, { places, measures }]) => ({
      atMs,
      environments: [...places],
      measures: [...measures],
    }));
}

/** A step of the level over time if nothing is renewed. */
export interface LevelStep {
  readonly atMs: number;
  readonly rank: number;
}

/**
 * The level of a profile in an environment from now on, if nothing is renewed: evidence expires, and claims that are in the
 * folder with a later date come into effect, for better or worse.
 */
export function foreseeLevel(
  posture: Posture,
  profile: Profile,
  environment: EnvironmentId,
  withinMs: number,
): readonly LevelStep[] {
  const { assessment, atMs } = posture;
  const asked = askedBy(profile, assessment.catalogue);
  const rankAt = (nowMs: number): number =>
    reachLevel(asked, environment, standingIn(judgeEnvironment(assessment, environment, nowMs)))
      .rank;
  const steps: LevelStep[] = [{ atMs, rank: rankAt(atMs) }];
  const times = [
    ...assessment.claims.flatMap((claim) => [
      claim.expiresMs,
      Math.max(claim.effectiveMs, claim.receivedMs),
    ]),
    ...assessment.readings.flatMap((reading) => [Date.parse(reading.at), readingEndMs(reading)]),
  ];
  const due = [...new Set(times)].filter((each) => each > atMs && each <= atMs + withinMs);
  for (const time of due.sort((a, b) => a - b)) {
    const rank = rankAt(time);
    if (rank !== steps.at(-1)?.rank) steps.push({ atMs: time, rank });
  }
  return steps;
}
