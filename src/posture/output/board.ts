/** The verdict as one JSON document for a page: levels, what holds them back, attack view, expiries, roadmap. */
import { nameEnvironment } from '../environment.ts';
import type { Posture } from '../evaluate.ts';
import { nameRank } from '../level.ts';
import { buildReport } from '../report/data.ts';
import { showRoadmap } from './ahead.ts';

const LISTED_MAX = 200;

/** A page asks often; the dates move by less than their own spread with so few runs. */
const RUNS = 400;

const iso = (ms: number): string => new Date(ms).toISOString();

/** Everything that the page shows. Dates are ISO 8601; no date stands without P10 and P90. */
export function boardOf(posture: Posture) {
  const { catalogue, head } = posture.assessment;
  const { roadmaps, expiries } = buildReport(posture, RUNS);
  const measures = new Set<string>();
  const profiles = posture.profiles.map(({ profile, environments }) => ({
    name: profile.name,
    environments: environments.map(
      ({ environment, rank, heldBackBy, heldNotApplicable, perLevel }) => {
        for (const id of heldBackBy) measures.add(id);
        return {
          id: environment,
          name: nameEnvironment(environment),
          level: nameRank(rank),
          rank,
          heldBackBy: heldBackBy.slice(0, LISTED_MAX),
          heldBackCount: heldBackBy.length,
          heldNotApplicable: heldNotApplicable.length,
          perLevel,
        };
      },
    ),
  }));
  for (const { roadmap } of roadmaps)
    for (const level of roadmap.levels)
      for (const each of level.critical) measures.add(each.measure);
  for (const each of expiries.slice(0, LISTED_MAX))
    for (const id of each.measures) measures.add(id);
  return {
    organisation: head.organisation,
    at: iso(posture.atMs),
    profiles,
    environments: posture.environments.map(
      ({ environment, statuses, bases, attack, standings }) => ({
        id: environment,
        name: nameEnvironment(environment),
        statuses,
        bases,
        attack: attack.map(({ vector, capacity, state, layers }) => ({
          vector,
          capacity,
          state,
          layers,
        })),
        standings: Object.fromEntries(
          [...measures].map((id) => [id, standings.get(id)?.status ?? 'unknown']),
        ),
      }),
    ),
    capacities: catalogue.capacities.map(({ id, name }) => ({ id, name })),
    vectors: catalogue.vectors.map(({ id, name, category }) => ({ id, name, category })),
    measures: Object.fromEntries(
      [...measures].map((id) => [id, catalogue.measures.get(id)?.name ?? id]),
    ),
    expiries: expiries.slice(0, LISTED_MAX).map(({ atMs, environments, measures: ids }) => ({
      at: iso(atMs),
      environments: environments.map(nameEnvironment),
      measures: ids,
    })),
    roadmaps: roadmaps.map(showRoadmap),
  };
}

/** What {@link boardOf} gives. */
export type PostureBoard = ReturnType<typeof boardOf>;
