/** The attack view and the roadmap as JSON for programs and pages. No date stands without its P10 and P90. */
import { nameEnvironment } from '../environment.ts';
import type { Posture } from '../evaluate.ts';
import { nameRank } from '../level.ts';
import type { PlannedProfile } from '../report/data.ts';

const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;
const CRITICAL_SHOWN = 5;

const iso = (ms: number): string => new Date(ms).toISOString();

/** Every vector against every class of attacker, by environment, with layers counted and what is missing. */
export function showAttack(posture: Posture) {
  const { capacities, vectors } = posture.assessment.catalogue;
  return posture.environments.map(({ environment, attack }) => ({
    environment: nameEnvironment(environment),
    vectors: vectors.map(({ id, name, category }) => ({
      id,
      name,
      category,
      attackers: Object.fromEntries(
        capacities.flatMap((capacity) =>
          attack
            .filter((cell) => cell.vector === id && cell.capacity === capacity.id)
            .map(({ state, layers, feasibility, missing }) => [
              capacity.id,
              { state, layers, feasibility, missing },
            ]),
        ),
      ),
    })),
  }));
}

/** A profile's roadmap: when each level is reached, what decides the date, and what a change of the plan saves. */
export function showRoadmap({ profile, roadmap, startMs, assumed }: PlannedProfile) {
  return {
    profile,
    assumed,
    start: iso(startMs),
    engineers: roadmap.engineers,
    runs: roadmap.runs,
    planned: roadmap.planned.length,
    levels: roadmap.levels.map(({ rank, weeks, critical, slowdownPercent }) => ({
      level: nameRank(rank),
      reached: weeks.p90 === 0,
      p10: iso(startMs + weeks.p10 * WEEK_MS),
      p50: iso(startMs + weeks.p50 * WEEK_MS),
      p90: iso(startMs + weeks.p90 * WEEK_MS),
      slowdownPercent,
      critical: critical.slice(0, CRITICAL_SHOWN),
    })),
    whatIfs: roadmap.whatIfs.map(({ change, savedWeeks }) => ({
      change,
      saved: savedWeeks.map(({ rank, saved }) => ({ level: nameRank(rank), ...saved })),
    })),
  };
}
