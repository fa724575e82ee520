/** The posture on a terminal. */
import { sayCount } from '../core/index.ts';
import { nameEnvironment, nameRank } from '../posture/index.ts';
import type { Change, PackageReport, Posture, Reading } from '../posture/index.ts';
import { layOut } from './session.ts';
import { formatCount, pad, showSafely, wrap } from './terminal.ts';
import type { Paint, Style } from './terminal.ts';

const WIDTH = 100;
const SHOWN = 12;

function bar(met: number, asked: number): string {
  const full = asked === 0 ? 0 : Math.floor((8 * met) / asked);
  return '█'.repeat(full) + '░'.repeat(8 - full);
}

/** The table of profiles and environments. */
export function showLevels(paint: Paint, posture: Posture): readonly string[] {
  const names = posture.environments.map((each) => nameEnvironment(each.environment));
  const width = Math.max(12, ...names.map((name) => name.length)) + 2;
  const head = `  ${pad('', 18)}${names.map((name) => pad(name, width)).join('')}`;
  const rows = posture.profiles.map(({ profile, environments }) => {
    const cells = environments.map(({ rank, heldBackBy }) => {
      const level = pad(nameRank(rank), 5);
      const enough = rank >= Number(profile.target.slice(2));
      const note = enough ? 'enough' : `−${String(heldBackBy.length)}`;
      return pad(level + note, width);
    });
    const style: Style = environments.every((each) => each.rank > 0) ? 'green' : 'yellow';
    return `  ${paint('bold', pad(profile.name, 18))}${paint(style, cells.join(''))}`;
  });
  return [paint('dim', head), ...rows];
}

/** What one profile finds in one environment: bars for each level, and the first measures in the way. */
function showProgress(paint: Paint, posture: Posture): readonly string[] {
  const [first] = posture.profiles;
  if (first === undefined) return [];
  const lines = [`  ${paint('dim', `met of asked, profile ${first.profile.name}`)}`];
  for (const { environment, perLevel } of first.environments) {
    const bars = perLevel.map(
      ({ met, asked }, index) =>
        `${nameRank(index + 1)} ${bar(met, asked)} ${pad(`${String(met)}/${String(asked)}`, 6)}`,
    );
    lines.push(`  ${pad(nameEnvironment(environment), 18)}${bars.join(' ')}`);
  }
  return lines;
}

/** What the organisation changed in the catalogue, because every line beside it follows from that too. */
function showOwn(paint: Paint, posture: Posture): readonly string[] {
  const { own } = posture.assessment.catalogue;
  if (own.length === 0) return [];
  const lines = wrap(
    `held against data of the organisation’s own: ${own.map(showSafely).join(', ')}`,
    WIDTH,
  );
  return [...lines.map((line) => paint('yellow', `  ${line}`)), ''];
}

/** Levels that rest on measures which nobody met: who reads the verdict should read their reasons first. */
function showHeldNotApplicable(paint: Paint, posture: Posture): readonly string[] {
  const [first] = posture.profiles;
  const rows = (first?.environments ?? []).flatMap(({ environment, rank, heldNotApplicable }) => {
    if (heldNotApplicable.length === 0) return [];
    const few = heldNotApplicable.slice(0, 6).join(', ');
    const more = heldNotApplicable.length > 6 ? ' …' : '';
    return paint(
      'yellow',
      `  ${nameRank(rank)} in ${nameEnvironment(environment)} rests on ${sayCount(heldNotApplicable.length, 'measure')} held not applicable: ${few}${more}`,
    );
  });
  return rows.length === 0 ? [] : ['', ...rows];
}

/** Why a measure stands so, unless it is only that nobody has said. */
function explain(why: string | null | undefined): readonly string[] {
  return why === null || why === undefined || why === 'nobody has said'
    ? []
    : wrap(showSafely(why), WIDTH - 32);
}

function showHeld(paint: Paint, posture: Posture): readonly string[] {
  const [first] = posture.profiles;
  const worst = first?.environments.reduce((low, each) => (each.rank < low.rank ? each : low));
  if (first === undefined || worst === undefined || worst.heldBackBy.length === 0) return [];
  const place = posture.environments.find((each) => each.environment === worst.environment);
  const rows = worst.heldBackBy.slice(0, SHOWN).flatMap((id) => {
    const standing = place?.standings.get(id);
    const name = posture.assessment.catalogue.measures.get(id)?.name ?? '';
    const [line = '', ...rest] = wrap(showSafely(name), WIDTH - 32);
    const style: Style = standing?.status === 'unknown' ? 'yellow' : 'red';
    return [
      `  ${pad(id, 10)} ${paint(style, pad(standing?.status ?? '', 15))} ${line}`,
      ...rest.map((more) => `  ${pad('', 27)}${more}`),
      ...explain(standing?.why).map((why) => paint('dim', `  ${pad('', 27)}${why}`)),
    ];
  });
  const more = worst.heldBackBy.length - SHOWN;
  return [
    '',
    `  ${paint('bold', `What keeps ${nameRank(worst.rank + 1)} away in ${nameEnvironment(worst.environment)}`)}`,
    ...rows,
    ...(more > 0
      ? [paint('dim', `  and ${String(more)} more; the HTML report and --json have all`)]
      : []),
  ];
}

function showBases(paint: Paint, posture: Posture): readonly string[] {
  const rows = posture.environments.map(({ environment, statuses, bases }) => [
    `  ${nameEnvironment(environment)}`,
    `${String(statuses.met)} met`,
    `${String(statuses.partly)} partly`,
    `${String(statuses['not-met'])} not met`,
    `${String(statuses['not-applicable'])} not applicable`,
    `${String(statuses.unknown)} unknown`,
    `· ${String(bases.machine)} by the gate, ${String(bases['machine-and-word'])} by gate and word, ${String(bases.word)} by word`,
  ]);
  return ['', `  ${paint('bold', 'What is known')}`, ...layOut(rows)];
}

function showAttack(paint: Paint, posture: Posture): readonly string[] {
  const { capacities, vectors } = posture.assessment.catalogue;
  const rows = posture.environments.map(({ environment, attack }) => [
    `  ${nameEnvironment(environment)}`,
    ...capacities.map((capacity) => {
      const cells = attack.filter((cell) => cell.capacity === capacity.id);
      const count = (state: string): number => cells.filter((cell) => cell.state === state).length;
      return `${capacity.id} ${String(count('open'))} open, ${String(count('narrowed'))} narrowed`;
    }),
  ]);
  return ['', `  ${paint('bold', `Of ${String(vectors.length)} attack vectors`)}`, ...layOut(rows)];
}

/** The whole verdict. */
export function showVerdict(paint: Paint, posture: Posture): readonly string[] {
  const { head } = posture.assessment;
  return [
    '',
    `  ${paint('bold', showSafely(head.organisation))}, self-assessed, not certified; ${new Date(posture.atMs).toISOString().slice(0, 16)}Z`,
    '',
    ...showLevels(paint, posture),
    '',
    ...showOwn(paint, posture),
    ...showProgress(paint, posture),
    ...showHeldNotApplicable(paint, posture),
    ...showHeld(paint, posture),
    ...showBases(paint, posture),
    ...showAttack(paint, posture),
    '',
  ];
}

const VERDICT_STYLE = {
  shows: 'green',
  part: 'cyan',
  contradicts: 'red',
  unknown: 'yellow',
} as const;

/** What a gate said. */
export function showReading(paint: Paint, reading: Reading): readonly string[] {
  return reading.observations.flatMap((each) => {
    const [line = '', ...rest] = wrap(showSafely(each.sentence), WIDTH - 40);
    const head = `  ${pad(each.collector, 12)}${pad(each.measure, 14)}${paint(VERDICT_STYLE[each.verdict], pad(each.verdict, 12))}`;
    return [`${head}${line}`, ...rest.map((more) => `${pad('', 40)}${more}`)];
  });
}

/** What changed between two verdicts. */
export function showChanges(paint: Paint, changes: readonly Change[]): readonly string[] {
  if (changes.length === 0) return ['  nothing changed'];
  return changes.map((change) => {
    const place = nameEnvironment(change.environment);
    const arrow = `${change.before} → ${paint('bold', change.after)}`;
    switch (change.what) {
      case 'environment':
        return `  ${pad('environment', 25)} ${pad(place, 18)} ${arrow}`;
      case 'level':
        return `  level    ${pad(change.profile, 16)} ${pad(place, 18)} ${arrow}`;
      case 'measure':
        return `  measure  ${pad(change.measure, 16)} ${pad(place, 18)} ${arrow}${change.why === null ? '' : paint('dim', `  ${showSafely(change.why)}`)}`;
      case 'vector':
        return `  vector   ${pad(`${change.vector} ${change.capacity}`, 16)} ${pad(place, 18)} ${arrow}`;
    }
  });
}

function showPackedLevels({ levels }: PackageReport): readonly (readonly string[])[] {
  const environments = [...new Set(levels.map((each) => each.environment))];
  const profiles = [...new Set(levels.map((each) => each.profile))];
  if (levels.length === 0) return [];
  return [
    ['  self-assessed', ...environments.map(showSafely)],
    ...profiles.map((profile) => [
      `  ${showSafely(profile)}`,
      ...environments.map(
        (name) =>
          levels.find((each) => each.profile === profile && each.environment === name)?.level ?? '',
      ),
    ]),
  ];
}

/** What the verification of a package found. */
export function showPackage(paint: Paint, report: PackageReport): readonly string[] {
  const word = report.ok ? paint('green', 'verified') : paint('red', 'NOT VALID');
  return [
    `${word}  ${showSafely(report.organisation ?? 'unknown organisation')}, as of ${report.at ?? 'an unknown time'}`,
    ...report.checks.map(
      (check) =>
        `  ${check.ok ? paint('green', 'ok  ') : paint('red', 'FAIL')} ${pad(check.name, 10)} ${showSafely(check.sentence)}`,
    ),
    ...layOut(showPackedLevels(report)),
    `  manifest.json has sha256 ${report.manifestSha256}; compare it with the issuer over another channel`,
  ];
}

/** How much was written. */
export function sayWritten(file: string, text: string): string {
  return `wrote ${file} (${formatCount(Buffer.byteLength(text))} bytes)`;
}
