/** The documents that are made of a verdict: page, table, OSCAL. One place, so that a package can be held to them. */
import { errors } from './errors.ts';
import type { Posture } from './evaluate.ts';
import { writeAssessmentResults } from './oscal/assessment-results.ts';
import { writePoam } from './oscal/poam.ts';
import { writeCsv } from './output/csv.ts';
import type { ReportData } from './report/data.ts';
import { writeReport } from './report/report.ts';

function pretty(value: unknown): string {
  return `${JSON.stringify(value, null, 1)}\n`;
}

/** The OSCAL documents by name. There is no POA&M when nothing is missing up to the profile's target. */
export function oscalFiles(
  posture: Posture,
  data: ReportData,
  wanted: string | undefined,
): ReadonlyMap<string, string> {
  const known = posture.profiles.map((each) => each.profile);
  const chosen = posture.profiles.find(
    ({ profile }) => wanted === undefined || profile.id === wanted || profile.name === wanted,
  );
  if (chosen === undefined) {
    throw errors.error('PROFILE_UNKNOWN', {
      profile: wanted ?? '',
      known: known.map((each) => each.id).join(', '),
    });
  }
  const planned = data.roadmaps.find((each) => each.profile === chosen.profile.name);
  const plan =
    planned === undefined || planned.assumed
      ? null
      : { startMs: planned.startMs, roadmap: planned.roadmap };
  const poam = writePoam(posture, chosen, plan);
  return new Map([
    ['assessment-results.json', pretty(writeAssessmentResults(posture))],
    ...(poam === null ? [] : [['poam.json', pretty(poam)] as const]),
  ]);
}

/** What a package holds besides the assessment and its result. */
export function packageOutputs(
  posture: Posture,
  data: ReportData,
  profile: string | undefined,
): ReadonlyMap<string, string> {
  return new Map([
    ['report.html', writeReport(data)],
    ['measures.csv', writeCsv(posture)],
    ...[...oscalFiles(posture, data, profile)]
      .filter(([name]) => name === 'poam.json')
      .map(([name, text]) => [`oscal/${name}`, text] as const),
  ]);
}
