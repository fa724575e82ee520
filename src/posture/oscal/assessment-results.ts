/**
 * OSCAL assessment results: one result for each environment, one finding for each applicable measure.
 *
 * OSCAL knows `satisfied` and `not-satisfied` and no `unknown`. Only `met` is satisfied. Everything else is
 * not-satisfied with a reason and our own property `status`, so that a reader who knows only OSCAL never sees a pass
 * where there is none, and one who knows ours loses nothing. What is not applicable has no finding and is listed with
 * its reason as an observation.
 */
import { isoTime } from '../../core/index.ts';
import type { ListedMeasure } from '../catalogue/catalogue.ts';
import type { Status } from '../claim.ts';
import { STATUSES } from '../claim.ts';
import { nameEnvironment } from '../environment.ts';
import type { EnvironmentPosture, Posture } from '../evaluate.ts';
import { nameRank } from '../level.ts';
import type { Standing } from '../standing.ts';
import {
  OSCAL_NS,
  describeStanding,
  metadata,
  observe,
  oneLine,
  prop,
  tokenOf,
  uuidOf,
} from './parts.ts';
import type { OscalObject } from './parts.ts';

/** The id of the finding about a measure in an environment. */
export function findingUuid(standing: Standing): string {
  return uuidOf('finding', standing.environment, standing.measure);
}

function statusOf(status: Status): OscalObject {
  if (status === 'met') return { state: 'satisfied', reason: 'pass' };
  if (status === 'not-met') return { state: 'not-satisfied', reason: 'fail' };
  const remarks =
    status === 'unknown'
      ? 'Nothing is known. OSCAL has no such state; this is not a pass and not a failed test.'
      : 'Some of it is met.';
  return { state: 'not-satisfied', reason: 'other', remarks };
}

function writeFinding(posture: Posture, measure: ListedMeasure, standing: Standing): OscalObject {
  const related = observe(posture, standing).map((each) => ({
    'observation-uuid': each['uuid'] ?? '',
  }));
  return {
    uuid: findingUuid(standing),
    title: oneLine(`${measure.id}: ${measure.name}`),
    description: describeStanding(measure, standing),
    props: [
      prop('measure', measure.id),
      prop('status', standing.status),
      prop('basis', standing.basis),
      prop('source', measure.source),
    ],
    target: {
      type: 'objective-id',
      'target-id': tokenOf(measure),
      title: oneLine(measure.name),
      status: statusOf(standing.status),
    },
    ...(related.length === 0 ? {} : { 'related-observations': related }),
  };
}

function exclude(measure: ListedMeasure, standing: Standing, atMs: number): OscalObject {
  return {
    uuid: uuidOf('excluded', standing.environment, measure.id),
    title: oneLine(`${measure.id} is not applicable`),
    description: standing.why ?? 'no reason was given',
    props: [
      prop('measure', measure.id),
      prop('status', 'not-applicable'),
      prop('basis', standing.basis),
    ],
    methods: ['INTERVIEW'],
    types: ['control-objective'],
    collected: isoTime(standing.claim?.receivedMs ?? atMs),
  };
}

function writeResult(posture: Posture, place: EnvironmentPosture): OscalObject {
  const { measures } = posture.assessment.catalogue;
  const rows = [...place.standings.values()].flatMap((standing) => {
    const measure = measures.get(standing.measure);
    return measure === undefined ? [] : [{ measure, standing }];
  });
  const applicable = rows.filter(({ standing }) => standing.status !== 'not-applicable');
  const excluded = rows.filter(({ standing }) => standing.status === 'not-applicable');
  const observations = [
    ...applicable.flatMap(({ standing }) => observe(posture, standing)),
    ...excluded.map(({ measure, standing }) => exclude(measure, standing, posture.atMs)),
  ];
  const levels = posture.profiles.flatMap(({ profile, environments }) =>
    environments
      .filter((each) => each.environment === place.environment)
      .map((each) => prop('level', `${profile.name}: ${nameRank(each.rank)}`)),
  );
  return {
    uuid: uuidOf('result', place.environment, isoTime(posture.atMs)),
    title: oneLine(`Posture in ${nameEnvironment(place.environment)}`),
    description: `How every measure stands in ${nameEnvironment(place.environment)}, self-assessed; nothing here is a certificate.`,
    start: isoTime(posture.atMs),
    end: isoTime(posture.atMs),
    props: [prop('environment', place.environment), ...levels],
    'reviewed-controls': {
      'control-selections': [
        {
          description: 'Every measure that applies.',
          'include-controls': [...new Set(applicable.map(({ measure }) => tokenOf(measure)))].map(
            (id) => ({ 'control-id': id }),
          ),
        },
      ],
    },
    ...(observations.length === 0 ? {} : { observations }),
    findings: applicable.map(({ measure, standing }) => writeFinding(posture, measure, standing)),
  };
}

/** Writes the document. */
export function writeAssessmentResults(posture: Posture): OscalObject {
  const { organisation } = posture.assessment.head;
  return {
    'assessment-results': {
      uuid: uuidOf('assessment-results', organisation, isoTime(posture.atMs)),
      metadata: metadata(posture, `Security posture of ${organisation}`),
      'import-ap': { href: '#', remarks: 'There is no separate assessment plan.' },
      results: posture.environments.map((place) => writeResult(posture, place)),
    },
  };
}

interface ReadableProps {
  readonly props?: readonly {
    readonly name: string;
    readonly ns?: string;
    readonly value: string;
  }[];
}

function readProp(of: ReadableProps, name: string): string | undefined {
  return of.props?.find((each) => each.name === name && each.ns === OSCAL_NS)?.value;
}

/** Reads the statuses back from a document of ours: by environment, then by measure. Others' findings are skipped. */
export function readAssessmentResults(
  document: unknown,
): ReadonlyMap<string, ReadonlyMap<string, Status>> {
  const { results } = (
    document as {
      'assessment-results': {
        results: (ReadableProps & { findings?: ReadableProps[]; observations?: ReadableProps[] })[];
      };
    }
  )['assessment-results'];
  return new Map(
    results.map((result) => {
      const statuses = new Map<string, Status>();
      for (const each of [...(result.findings ?? []), ...(result.observations ?? [])]) {
        const measure = readProp(each, 'measure');
        const status = STATUSES.find((known) => known === readProp(each, 'status'));
        if (measure !== undefined && status !== undefined) statuses.set(measure, status);
      }
      return [readProp(result, 'environment') ?? '', statuses];
    }),
  );
}
