/**
 * The level reached: the highest of which every applicable measure is met. Nothing is averaged; a profile is asked by
 * itself and gives its own answer.
 */
import { rankOf } from './catalogue/catalogue.ts';
import type { Catalogue, ListedMeasure } from './catalogue/catalogue.ts';
import type { Profile } from './catalogue/schema.ts';
import type { EnvironmentId } from './environment.ts';
import { holdsBack } from './standing.ts';
import type { Standing } from './standing.ts';

/** The measures that a profile asks for, by the rank of the level at which it asks for them. */
export type Asked = readonly (readonly ListedMeasure[])[];

/** What a profile says of an environment. */
export interface LevelReached {
  readonly environment: EnvironmentId;
  /** 0 when not even SL1 is reached. */
  readonly rank: number;
  /** Ids of the measures that keep the next level away; empty only at the top. */
  readonly heldBackBy: readonly string[];
  /** Measures of the level reached, or of one below it, that are not met but held not applicable; read their reasons. */
  readonly heldNotApplicable: readonly string[];
  /** How many of each level's measures do not hold it back, out of how many, from SL1 on. */
  readonly perLevel: readonly { readonly met: number; readonly asked: number }[];
}

/** The name of a rank: `SL3`, and `SL0` when no level is reached. */
export function nameRank(rank: number): string {
  return `SL${String(rank)}`;
}

/** The measures that a profile asks for, level by level; `[0]` belongs to SL1. */
export function askedBy(profile: Profile, catalogue: Catalogue): Asked {
  const omitted = new Set(profile.omit.flatMap((each) => each.measures));
  return catalogue.levels.map((level) => {
    const own = [...catalogue.measures.values()].filter(
      // Measures of other frameworks are asked by the profiles that add them, whatever level they give themselves.
      (measure) =>
        measure.framework === catalogue.ladder &&
        measure.level === level.rank &&
        !omitted.has(measure.id),
    );
    const added = profile.add
      .filter((each) => rankOf(each.level) === level.rank)
      .flatMap((each) =>
        [...catalogue.measures.values()].filter(
          (measure) =>
            measure.framework === each.framework || each.measures?.includes(measure.id) === true,
        ),
      );
    return [...new Set([...own, ...added])];
  });
}

/** The level that a profile finds reached in an environment. */
export function reachLevel(
  asked: Asked,
  environment: EnvironmentId,
  standingOf: (measure: string) => Standing,
): LevelReached {
  const perLevel = asked.map((measures) => ({
    asked: measures.length,
    met: measures.filter((measure) => !holdsBack(standingOf(measure.id).status)).length,
  }));
  let rank = 0;
  const heldNotApplicable: string[] = [];
  for (const measures of asked) {
    const missing = measures.filter((measure) => holdsBack(standingOf(measure.id).status));
    // A level of which nothing applies would be reached by saying so; it takes one measure that is met.
    const some = measures.some((measure) => standingOf(measure.id).status === 'met');
    if (missing.length > 0 || !some) {
      const held = missing.length > 0 ? missing : measures;
      const heldBackBy = held.map((measure) => measure.id);
      return { environment, rank, heldBackBy, heldNotApplicable, perLevel };
    }
    rank += 1;
    for (const { id } of measures) {
      if (standingOf(id).status === 'not-applicable') heldNotApplicable.push(id);
    }
  }
  return { environment, rank, heldBackBy: [], heldNotApplicable, perLevel };
}
