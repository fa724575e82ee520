/** The shape that every benchmark returns, and how it is printed: Markdown that can be pasted into docs/benchmarks.md. */

/** One table of results. Numbers are compared only within one table: they come from one run on one machine. */
export interface BenchTable {
  readonly title: string;
  /** What was measured, on what, with which settings. */
  readonly note: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export function formatTable(table: BenchTable): string {
  const widths = table.columns.map((column, i) =>
    Math.max(column.length, 3, ...table.rows.map((row) => row[i]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join(' | ')} |`;
  const rule = `|${widths.map((width, i) => (i === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`;
  return [
    `### ${table.title}`,
    '',
    table.note,
    '',
    line(table.columns),
    rule,
    ...table.rows.map(line),
    '',
  ].join('\n');
}

/** The value below which the share `q` of the sorted values lies. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
}
