/** What `posture show` adds when asked: the attack view, the roadmap, and the arithmetic of caps, on a terminal. */
import { sayCount } from '../core/index.ts';
import {
  capsFor,
  crossingBytes,
  nameEnvironment,
  nameRank,
  showDay,
  yearsForCopy,
} from '../posture/index.ts';
import type { PlannedProfile, Posture, Waiting } from '../posture/index.ts';
import { layOut } from './session.ts';
import { formatBytes, pad, showSafely } from './terminal.ts';
import type { Paint, Style } from './terminal.ts';

const WEEK_MS = 7 * 86_400_000;
const NAME_COLUMNS = 52;

const CELL: Readonly<Record<string, readonly [string, Style]>> = {
  open: ['open', 'red'],
  narrowed: ['narrowed', 'yellow'],
  closed: ['closed', 'green'],
  'out-of-reach': ['–', 'dim'],
};

function cut(text: string, columns: number): string {
  return text.length <= columns ? text : `${text.slice(0, columns - 1)}…`;
}

/** Which vectors stay open to whom, in each environment; behind each word the layers in the way. */
export function showAttackView(paint: Paint, posture: Posture): readonly string[] {
  const { capacities, vectors } = posture.assessment.catalogue;
  return posture.environments.flatMap(({ environment, attack }) => {
    const head = capacities.map((each) => pad(each.id, 13)).join('');
    const rows = vectors.map((vector) => {
      const cells = capacities.map((capacity) => {
        const cell = attack.find(
          (each) => each.vector === vector.id && each.capacity === capacity.id,
        );
        const [word, style] = CELL[cell?.state ?? ''] ?? ['', 'dim'];
        const layers = word === '–' ? '' : ` ${String(cell?.layers ?? 0)}`;
        return paint(style, pad(`${word}${layers}`, 13));
      });
      const name = cut(`${vector.id} ${vector.name}`, NAME_COLUMNS);
      return `  ${pad(name, NAME_COLUMNS + 2)}${cells.join('')}`.trimEnd();
    });
    return [
      '',
      `  ${paint('bold', `Attack vectors, ${nameEnvironment(environment)}`)}`,
      paint('dim', `  ${pad('', NAME_COLUMNS + 2)}${head}`.trimEnd()),
      ...rows,
    ];
  });
}

function weeks(saved: {
  readonly p10: number;
  readonly p50: number;
  readonly p90: number;
}): string {
  return saved.p90 === 0
    ? '–'
    : `${saved.p50.toFixed(1)} (${saved.p10.toFixed(1)}–${saved.p90.toFixed(1)})`;
}

function showPlanned(paint: Paint, posture: Posture, planned: PlannedProfile): readonly string[] {
  const { roadmap, startMs, assumed, profile } = planned;
  const { measures } = posture.assessment.catalogue;
  const at = (week: number): string => showDay(startMs + week * WEEK_MS);
  const levels = roadmap.levels.map((level) => [
    `  ${nameRank(level.rank)}`,
    ...(level.weeks.p90 === 0
      ? ['reached', '', '']
      : [at(level.weeks.p10), at(level.weeks.p50), at(level.weeks.p90)]),
    `${level.slowdownPercent.p50.toFixed(0)} % (${level.slowdownPercent.p10.toFixed(0)}–${level.slowdownPercent.p90.toFixed(0)})`,
  ]);
  const critical = roadmap.levels
    .filter((level) => level.critical.length > 0)
    .flatMap((level) => [
      `  decides ${nameRank(level.rank)}`,
      ...level.critical
        .slice(0, 3)
        .map(
          ({ measure, share }) =>
            `    ${pad(`${(share * 100).toFixed(0)} %`, 6)}${pad(measure, 12)}${cut(measures.get(measure)?.name ?? '', 70)}`,
        ),
    ]);
  const changes = roadmap.whatIfs.map((each) => [
    `  ${each.change}`,
    ...each.savedWeeks.map(({ saved }) => weeks(saved)),
  ]);
  const head = roadmap.levels.map((level) => nameRank(level.rank));
  return [
    '',
    `  ${paint('bold', `Roadmap, ${showSafely(profile)}, up to ${nameRank(roadmap.levels.length)}`)}`,
    `  ${sayCount(roadmap.planned.length, 'measure')} missing; ${sayCount(roadmap.engineers, 'engineer')} from ${showDay(startMs)}${assumed ? ' (placeholders: no plan says who and when)' : ''}; ${sayCount(roadmap.runs, 'run')}, seed ${showSafely(roadmap.seed)}`,
    ...layOut([['  ', 'P10', 'P50', 'P90', 'slower research, guessed'], ...levels]),
    ...critical.map((line) => (line.startsWith('    ') ? line : paint('dim', line))),
    ...layOut([['  weeks saved, P50 (P10–P90)', ...head], ...changes]),
  ];
}

function sayHours(hours: number): string {
  if (hours >= 48) return `${(hours / 24).toFixed(1)} days`;
  if (hours >= 1) return `${hours.toFixed(1)} hours`;
  return hours >= 1 / 60 ? `${(hours * 60).toFixed(1)} minutes` : `${(hours * 3600).toFixed(1)} s`;
}

/** When each level is reached, what decides it, and what a change would save. */
export function showRoadmapView(
  paint: Paint,
  posture: Posture,
  plans: readonly PlannedProfile[],
  waiting: Waiting | null,
): readonly string[] {
  const measured =
    waiting === null || waiting.p50Hours === null
      ? 'no gate has measured waiting yet, so the cost to research is a guess only'
      : `measured at the gate over ${sayHours(waiting.windowHours)}: ${String(waiting.byPeople)} of ${String(waiting.requests)} requests waited for a person, half of them at most ${sayHours(waiting.p50Hours)}, nine in ten at most ${sayHours(waiting.p90Hours ?? 0)}`;
  return [
    ...plans.flatMap((each) => showPlanned(paint, posture, each)),
    '',
    paint('dim', `  Estimates are ours, with low confidence; ${measured}.`),
  ];
}

const SIZES = [1e12, 1e13];
const SHARES = [0.01, 0.05];
const RATIOS = [16, 100];

/** Published caps for models of 1 and 10 TB, where they cross, and how little they mean for a compressed copy. */
export function capsTable() {
  return {
    caps: SIZES.flatMap((size) => capsFor(size)),
    crossingBytes: { sl4AndSl5: crossingBytes('SL4') },
    copies: SHARES.flatMap((sharePerYear) =>
      RATIOS.map((compression) => ({
        sharePerYear,
        compression,
        years: yearsForCopy(sharePerYear, compression),
      })),
    ),
  };
}

/** The same on a terminal. */
export function showCapsView(paint: Paint): readonly string[] {
  const { caps, crossingBytes: crossing, copies } = capsTable();
  const rows = caps.map((row) => [
    `  RAND ${row.cap}`,
    formatBytes(row.sizeBytes),
    `${formatBytes(row.bytesPerYear)} a year`,
    `${formatBytes(Math.round(row.bytesPerSecond))}/s`,
    `${(row.sharePerYear * 100).toPrecision(3)} % a year`,
  ]);
  return [
    '',
    `  ${paint('bold', 'Published caps')}`,
    ...layOut([['  cap', 'model', 'may leave', 'rate', 'of its size'], ...rows]),
    `  SL4 and SL5 allow the same for a model of ${formatBytes(crossing.sl4AndSl5)}; below, SL4 is the tighter one`,
    ...copies.map(
      (each) =>
        `  ${String(each.sharePerYear * 100)} % a year, copy compressed ÷ ${String(each.compression)}: out in ${each.years.toFixed(2)} years`,
    ),
  ];
}
