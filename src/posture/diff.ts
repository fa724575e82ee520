/** What changed between two verdicts, which may be of two folders, or of one folder at two moments. */
import type { Status } from './claim.ts';
import type { EnvironmentId } from './environment.ts';
import { nameRank } from './level.ts';
import type { Posture } from './evaluate.ts';

/** One difference. */
export type Change =
  | {
      readonly what: 'environment';
      readonly environment: EnvironmentId;
      readonly before: 'assessed' | 'not assessed';
      readonly after: 'assessed' | 'not assessed';
    }
  | {
      readonly what: 'level';
      readonly profile: string;
      readonly environment: EnvironmentId;
      readonly before: string;
      readonly after: string;
    }
  | {
      readonly what: 'measure';
      readonly measure: string;
      readonly environment: EnvironmentId;
      readonly before: Status;
      readonly after: Status;
      readonly why: string | null;
    }
  | {
      readonly what: 'vector';
      readonly vector: string;
      readonly capacity: string;
      readonly environment: EnvironmentId;
      readonly before: string;
      readonly after: string;
    };

function diffLevels(before: Posture, after: Posture): Change[] {
  return after.profiles.flatMap(({ profile, environments }) =>
    environments.flatMap(({ environment, rank }): Change[] => {
      const old = before.profiles
        .find((each) => each.profile.id === profile.id)
        ?.environments.find((each) => each.environment === environment);
      if (old === undefined || old.rank === rank) return [];
      const names = { before: nameRank(old.rank), after: nameRank(rank) };
      return [{ what: 'level', profile: profile.name, environment, ...names }];
    }),
  );
}

/** An environment that only one side assesses has nothing to be compared with, and must not go unsaid. */
function diffEnvironments(before: Posture, after: Posture): Change[] {
  const ids = (posture: Posture): EnvironmentId[] =>
    posture.environments.map((each) => each.environment);
  const [old, now] = [ids(before), ids(after)];
  const say = (has: boolean) => (has ? 'assessed' : 'not assessed');
  return [...new Set([...old, ...now])]
    .filter((id) => old.includes(id) !== now.includes(id))
    .map((environment) => ({
      what: 'environment',
      environment,
      before: say(old.includes(environment)),
      after: say(now.includes(environment)),
    }));
}

/** Every change: environments, levels, measures, vectors. */
export function diffPosture(before: Posture, after: Posture): readonly Change[] {
  const changes = [...diffEnvironments(before, after), ...diffLevels(before, after)];
  const vectors: Change[] = [];
  for (const { environment, standings, attack } of after.environments) {
    const old = before.environments.find((each) => each.environment === environment);
    if (old === undefined) continue;
    for (const standing of standings.values()) {
      const was = old.standings.get(standing.measure);
      if (was === undefined || was.status === standing.status) continue;
      const { measure, status, why } = standing;
      changes.push({
        what: 'measure',
        measure,
        environment,
        before: was.status,
        after: status,
        why,
      });
    }
    const states = new Map(old.attack.map((cell) => [`${cell.vector} ${cell.capacity}`, cell]));
    for (const cell of attack) {
      const was = states.get(`${cell.vector} ${cell.capacity}`);
      if (was === undefined || was.state === cell.state) continue;
      const { vector, capacity } = cell;
      vectors.push({
        what: 'vector',
        vector,
        capacity,
        environment,
        before: was.state,
        after: cell.state,
      });
    }
  }
  return [...changes, ...vectors];
}
