/** The results of a scan on a terminal. Pure text. */
import type { ScanResult } from '../ingress/index.ts';
import { formatCount, pad, showSafely, shorten, wrap } from './terminal.ts';
import type { Paint, Style } from './terminal.ts';

/** How results are shown. */
export interface ScanView {
  readonly columns: number;
  readonly paint: Paint;
}

const STYLES: Readonly<Record<ScanResult['verdict'], Style>> = {
  clean: 'green',
  malicious: 'red',
  inconclusive: 'yellow',
};
const FINDINGS_SHOWN = 5;

function showFile(result: ScanResult, { columns, paint }: ScanView): string[] {
  const { path, type, verdict, findings } = result;
  const name = shorten(showSafely(path), Math.max(20, columns - 34));
  const shown = findings.slice(0, FINDINGS_SHOWN);
  return [
    `  ${paint(STYLES[verdict], pad(verdict, 13))} ${pad(type, 14)} ${name}`,
    ...shown.flatMap(({ place, sentence }) =>
      wrap(`${showSafely(place)}: ${showSafely(sentence)}`, columns - 18).map(
        (line) => `${' '.repeat(18)}${line}`,
      ),
    ),
    ...(findings.length > FINDINGS_SHOWN
      ? [
          `${' '.repeat(18)}… and ${String(findings.length - FINDINGS_SHOWN)} more (--json shows all)`,
        ]
      : []),
  ];
}

/** One line per file with its findings, and the totals. */
export function showScan(results: readonly ScanResult[], view: ScanView): string[] {
  const count = (verdict: ScanResult['verdict']): string =>
    `${formatCount(results.filter((result) => result.verdict === verdict).length)} ${verdict}`;
  return [
    '',
    ...results.flatMap((result) => showFile(result, view)),
    '',
    `  ${count('clean')}, ${count('malicious')}, ${count('inconclusive')}`,
  ];
}
