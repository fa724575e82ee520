/** OSCAL plan of action and milestones: what is missing up to a profile's target, with dates as ranges. */
import { isoTime } from '../../core/index.ts';
import { rankOf } from '../catalogue/catalogue.ts';
import { nameEnvironment } from '../environment.ts';
import type { Posture, ProfilePosture } from '../evaluate.ts';
import { askedBy, nameRank } from '../level.ts';
import type { Roadmap } from '../plan/roadmap.ts';
import { holdsBack } from '../standing.ts';
import type { Standing } from '../standing.ts';
import { describeStanding, metadata, observe, oneLine, prop, tokenOf, uuidOf } from './parts.ts';
import type { OscalObject } from './parts.ts';

const WEEK_MS = 7 * 86_400_000;

/** The plan behind a document; null when nobody has made one. */
export interface PoamPlan {
  readonly startMs: number;
  readonly roadmap: Roadmap;
}

function remediate(rank: number, plan: PoamPlan | null, key: readonly string[]): OscalObject {
  const level = plan?.roadmap.levels.find((each) => each.rank === rank);
  const base = {
    uuid: uuidOf('remediation', ...key),
    lifecycle: plan === null ? 'recommendation' : 'planned',
    title: 'Meet the measure',
    description:
      level === undefined
        ? 'There is no plan yet.'
        : `Simulated over ranges: ${nameRank(rank)} as a whole is reached between the 10th and the 90th of 100 runs, never on one date.`,
  };
  if (plan === null || level === undefined) return base;
  const at = (weeks: number): string => isoTime(plan.startMs + Math.round(weeks * WEEK_MS));
  return {
    ...base,
    tasks: [
      {
        uuid: uuidOf('task', ...key),
        type: 'milestone',
        title: oneLine(`${nameRank(rank)} reached, P10 to P90`),
        timing: { 'within-date-range': { start: at(level.weeks.p10), end: at(level.weeks.p90) } },
      },
    ],
  };
}

/**
 * Writes the document for one profile. Null when nothing is missing up to its target: OSCAL allows no plan without
 * items.
 */
export function writePoam(
  posture: Posture,
  { profile }: ProfilePosture,
  plan: PoamPlan | null,
): OscalObject | null {
  const { catalogue, head } = posture.assessment;
  const asked = askedBy(profile, catalogue).slice(0, rankOf(profile.target));
  const rows = asked.flatMap((measures, index) =>
    measures.flatMap((measure) =>
      posture.environments.flatMap(({ standings }) => {
        const standing = standings.get(measure.id);
        return standing !== undefined && holdsBack(standing.status)
          ? [{ measure, standing, rank: index + 1 }]
          : [];
      }),
    ),
  );
  if (rows.length === 0) return null;
  const observations = rows.flatMap(({ standing }) => observe(posture, standing));
  const key = (standing: Standing): readonly string[] => [
    profile.id,
    standing.environment,
    standing.measure,
  ];
  return {
    'plan-of-action-and-milestones': {
      uuid: uuidOf('poam', head.organisation, profile.id, isoTime(posture.atMs)),
      metadata: metadata(
        posture,
        `Plan of action of ${head.organisation} towards ${profile.target}, profile ${profile.name}`,
      ),
      'system-id': { id: oneLine(head.organisation) },
      ...(observations.length === 0 ? {} : { observations }),
      risks: rows.map(({ measure, standing, rank }) => ({
        uuid: uuidOf('risk', ...key(standing)),
        title: oneLine(`${measure.id} is ${standing.status}`),
        description: describeStanding(measure, standing),
        statement: `${nameRank(rank)} is not reached in ${nameEnvironment(standing.environment)} without it.`,
        props: [prop('measure', measure.id), prop('status', standing.status)],
        status: 'open',
        remediations: [remediate(rank, plan, key(standing))],
      })),
      'poam-items': rows.map(({ measure, standing, rank }) => {
        const related = observe(posture, standing).map((each) => ({
          'observation-uuid': each['uuid'] ?? '',
        }));
        return {
          uuid: uuidOf('item', ...key(standing)),
          title: oneLine(`${measure.id}: ${measure.name}`),
          description: describeStanding(measure, standing),
          props: [
            prop('measure', measure.id),
            prop('control', tokenOf(measure)),
            prop('level', nameRank(rank)),
            prop('environment', standing.environment),
            prop('status', standing.status),
          ],
          ...(related.length === 0 ? {} : { 'related-observations': related }),
          'related-risks': [{ 'risk-uuid': uuidOf('risk', ...key(standing)) }],
        };
      }),
    },
  };
}
