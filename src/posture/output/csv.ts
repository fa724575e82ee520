/** The verdict as CSV (RFC 4180): one row for each measure and environment. */
import { isoTime } from '../../core/index.ts';
import type { Posture } from '../evaluate.ts';

const HEAD = [
  'framework',
  'measure',
  'level',
  'name',
  'environment',
  'status',
  'basis',
  'why',
  'owner',
  'evidence',
  'effective',
  'received',
  'expires',
  'source',
  'confidence',
];

/** A spreadsheet would run a cell that begins like a formula; a quote in front makes it text. */
function writeCell(value: string): string {
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Writes the table. */
export function writeCsv(posture: Posture): string {
  const rows = [HEAD];
  for (const { environment, standings } of posture.environments) {
    for (const measure of posture.assessment.catalogue.measures.values()) {
      const standing = standings.get(measure.id);
      if (standing === undefined) continue;
      const { claim } = standing;
      const words = claim?.evidence.map((each) => each.file ?? each.link ?? each.what) ?? [];
      const machine = standing.shown
        .filter((each) => each.verdict !== 'unknown')
        .map((each) => `${each.collector}: ${each.verdict}`);
      rows.push([
        measure.framework,
        measure.id,
        measure.level === null ? '' : `SL${String(measure.level)}`,
        measure.name,
        environment,
        standing.status,
        standing.basis,
        standing.why ?? '',
        claim?.owner ?? '',
        [...words, ...machine].join('; '),
        claim === null ? '' : isoTime(claim.effectiveMs),
        claim === null ? '' : isoTime(claim.receivedMs),
        claim === null ? '' : isoTime(claim.expiresMs),
        measure.source,
        measure.confidence,
      ]);
    }
  }
  return `${rows.map((row) => row.map(writeCell).join(',')).join('\r\n')}\r\n`;
}
