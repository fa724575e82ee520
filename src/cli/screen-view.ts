/** How a screening looks on a terminal. */
import { sayCount } from '../core/index.ts';
import type { ScreenFinding, ScreenReport } from '../ingress/index.ts';
import { formatCount, pad, showSafely, shorten, wrap } from './terminal.ts';
import type { Paint } from './terminal.ts';

const EXAMPLES_SHOWN = 3;
const SOURCES_SHOWN = 8;

interface ViewOptions {
  readonly columns: number;
  readonly paint: Paint;
}

function showFinding(finding: ScreenFinding, { columns, paint }: ViewOptions): string[] {
  const word = finding.severity === 'hold' ? paint('yellow', 'hold') : paint('dim', 'info');
  const lines = [
    `  ${word}  ${paint('bold', finding.code)}  ${shorten(showSafely(finding.place), columns - 40)}`,
    ...wrap(showSafely(finding.sentence), columns - 8).map((line) => `        ${line}`),
  ];
  for (const { id, label, source, excerpt } of finding.examples.slice(0, EXAMPLES_SHOWN)) {
    const about = [label, source].filter((each) => each !== null).join(', ');
    lines.push(`        ${paint('dim', `${id}  ${showSafely(about)}`)}`);
    lines.push(`          ${shorten(excerpt, columns - 10)}`);
  }
  return lines;
}

/** Findings, each with a blank line after it. */
export function showFindings(
  findings: readonly ScreenFinding[],
  options: ViewOptions,
): readonly string[] {
  return findings.flatMap((finding) => [...showFinding(finding, options), '']);
}

function showSources(report: ScreenReport): string[] {
  if (report.sources.length === 0) return [];
  const percent = (share: number): string => pad(`${(share * 100).toFixed(1)} %`, 10, 'right');
  return [
    '',
    `  ${pad('source', 28)}${pad('documents', 10, 'right')}${pad('share', 10, 'right')}${pad('influence', 10, 'right')}${pad('unlike label', 14, 'right')}`,
    ...report.sources
      .slice(0, SOURCES_SHOWN)
      .map(
        ({ source, documents, share, influence, conflicts }) =>
          `  ${pad(shorten(showSafely(source), 27), 28)}${pad(formatCount(documents), 10, 'right')}${percent(share)}${percent(influence)}${pad(formatCount(conflicts), 14, 'right')}`,
      ),
    ...(report.sources.length > SOURCES_SHOWN
      ? [`  and ${formatCount(report.sources.length - SOURCES_SHOWN)} more`]
      : []),
  ];
}

/** The report for a person; `--json` has all of it. */
export function showReport(report: ScreenReport, options: ViewOptions): string[] {
  const { paint, columns } = options;
  const { applied, rules, unknown } = report.exclusions;
  const ruled = rules.reduce((sum, rule) => sum + rule.documents, 0);
  const word =
    report.verdict === 'clean' ? paint('green', 'clean') : paint('yellow', 'inconclusive');
  const excluded =
    report.exclusions.list === null
      ? []
      : [
          `  excluded by list: ${formatCount(applied.length)} by id, ${formatCount(ruled)} by rule; not in these sets: ${formatCount(unknown.length)}`,
        ];
  return [
    '',
    ...showFindings(report.findings, options),
    `${word}  ${sayCount(report.documents, 'document')}, ${sayCount(Object.keys(report.labels).length, 'label')}, ${sayCount(report.sources.length, 'source')}`,
    ...excluded,
    ...showSources(report),
    ...(report.limits.length === 0 ? [] : ['']),
    ...report.limits.flatMap(({ screen, why }) =>
      wrap(`not looked at: ${screen}: ${why}`, columns - 2).map(
        (line) => `  ${paint('dim', line)}`,
      ),
    ),
  ];
}
