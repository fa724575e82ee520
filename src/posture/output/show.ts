/** The verdict as JSON for programs: the shape is fixed. */
import { nameEnvironment } from '../environment.ts';
import type { Posture } from '../evaluate.ts';
import { nameRank } from '../level.ts';

/** What `posture show --json` prints. */
export interface PostureShown {
  readonly catalogue: {
    readonly capacities: number;
    readonly levels: number;
    readonly vectors: number;
    readonly measures: number;
    readonly sl5Controls: number;
  };
  readonly profiles: readonly {
    readonly name: string;
    readonly environments: readonly {
      readonly name: string;
      readonly level: string;
      readonly heldBackBy: readonly string[];
    }[];
  }[];
}

/** Shows the verdict: counts of the catalogue, and each profile's level by environment with what holds it back. */
export function showPosture(posture: Posture): PostureShown {
  const { catalogue } = posture.assessment;
  const count = (framework: string): number =>
    catalogue.frameworks.find((each) => each.id === framework)?.measures.length ?? 0;
  return {
    catalogue: {
      capacities: catalogue.capacities.length,
      levels: catalogue.levels.length,
      vectors: catalogue.vectors.length,
      measures: count('rand'),
      sl5Controls: count('sl5'),
    },
    profiles: posture.profiles.map(({ profile, environments }) => ({
      name: profile.name,
      environments: environments.map((each) => ({
        name: nameEnvironment(each.environment),
        level: nameRank(each.rank),
        heldBackBy: each.heldBackBy,
      })),
    })),
  };
}
