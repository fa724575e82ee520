/** How imports look on a terminal. Pure text. */
import type { ImportFileShown, ImportShown } from '../http/index.ts';
import { layOut } from './session.ts';
import { formatBytes, formatCount, showSafely, wrap } from './terminal.ts';
import type { Paint, Style } from './terminal.ts';

const COLUMNS = 96;
const STYLES: Readonly<Record<string, Style>> = {
  clean: 'green',
  malicious: 'red',
  inconclusive: 'yellow',
};

/** A duration for people. */
export function sayDuration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${String(seconds)} s`;
  if (seconds < 3_600) return `${String(Math.round(seconds / 60))} min`;
  return `${(seconds / 3_600).toFixed(1)} h`;
}

function sayVerdicts({ counts }: ImportShown): string {
  const { clean, malicious, inconclusive } = counts;
  return `${formatCount(clean)} clean, ${formatCount(malicious)} malicious, ${formatCount(inconclusive)} inconclusive`;
}

/** The list. */
export function showImportList(paint: Paint, imports: readonly ImportShown[]): readonly string[] {
  if (imports.length === 0) return ['No imports.'];
  return layOut([
    ['ID', 'STATE', 'PROJECT', 'SOURCE', 'FILES', 'SIZE', 'VERDICTS'],
    ...imports.map((each) => [
      each.id,
      each.state,
      each.project,
      each.source.name,
      formatCount(each.counts.files),
      formatBytes(each.counts.bytes),
      sayVerdicts(each),
    ]),
  ]).map((line, row) => (row === 0 ? paint('dim', line) : line));
}

function showFile(paint: Paint, file: ImportFileShown): readonly string[] {
  const verdict = file.verdict ?? (file.received ? 'waits' : 'missing');
  const forms = file.forms.map(({ name, bytes }) => `${showSafely(name)} (${formatBytes(bytes)})`);
  return [
    `  ${paint(STYLES[verdict] ?? 'dim', verdict.padEnd(13))} ${(file.type ?? '-').padEnd(14)} ${showSafely(file.name)}`,
    ...file.findings
      .slice(0, 3)
      .flatMap(({ place, sentence }) =>
        wrap(`${showSafely(place)}: ${showSafely(sentence)}`, COLUMNS - 18).map(
          (line) => `${' '.repeat(18)}${line}`,
        ),
      ),
    ...(forms.length === 0
      ? []
      : [paint('dim', `${' '.repeat(18)}→ ${forms.slice(0, 3).join(', ')}`)]),
  ];
}

/** One import with the files that matter most. */
export function showOneImport(
  paint: Paint,
  held: ImportShown,
  files: readonly ImportFileShown[],
  more: boolean,
): readonly string[] {
  const { counts, progress } = held;
  const left = progress?.leftMs;
  return [
    `${held.id}: ${held.state}`,
    `  source      ${held.source.name} (${held.source.id}), project ${held.project}`,
    `  asked by    ${held.requester}: ${showSafely(held.why)}`,
    `  files       ${formatCount(counts.received)} of ${formatCount(counts.files)} received, ${formatBytes(counts.bytes)}`,
    `  verdicts    ${sayVerdicts(held)}`,
    ...(held.state === 'decoding' && progress !== null
      ? [
          `  decoded     ${formatBytes(progress.doneBytes)} of ${formatBytes(progress.totalBytes)}${left === null || left === undefined ? '' : `, about ${sayDuration(left)} left`}`,
        ]
      : []),
    ...(held.request === null ? [] : [`  request     ${held.request}`]),
    ...(held.manifestSha256 === null ? [] : [`  manifest    ${held.manifestSha256}`]),
    ...(held.statementSha256 === null ? [] : [`  statement   ${held.statementSha256}`]),
    '',
    ...files.flatMap((file) => showFile(paint, file)),
    ...(more ? ['  … (--json and --from show the rest)'] : []),
  ];
}
