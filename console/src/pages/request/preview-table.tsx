/** A table: what each column holds, then its rows. Findings mark the rows and columns they name. */
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { Finding, Preview, PreviewColumn } from '../../api/types.ts';
import { sayCount, sayCounted, showSafely } from '../../words/format.ts';

type Table = Extract<Preview, { type: 'table' }>;
const ROWS_FIRST = 12;

/** The rows and columns that findings name: `row 12`, `rows 3 to 90`, `column loss`, `columns 2 to 9`. */
function readPlaces(findings: readonly Finding[], names: readonly string[]) {
  const rows: (readonly [number, number])[] = [];
  const columns = new Set<string>();
  for (const { place } of findings) {
    const row = /\b(?:rows?|lines?) (\d+)(?:\s*(?:to|–|-)\s*(\d+))?/.exec(place);
    if (row?.[1] !== undefined) rows.push([Number(row[1]), Number(row[2] ?? row[1])]);
    const span = /\bcolumns? (\d+)(?:\s*(?:to|–|-)\s*(\d+))?/.exec(place);
    if (span?.[1] !== undefined) {
      const to = Number(span[2] ?? span[1]);
      for (let at = Number(span[1]); at <= to; at++) columns.add(names[at - 1] ?? '');
    }
    for (const name of names) if (place.includes(`\`${name}\``)) columns.add(name);
  }
  return { rows, columns };
}

function range({ min, max }: PreviewColumn): string {
  if (min === null || max === null) return '–';
  return `${showSafely(String(min))} to ${showSafely(String(max))}`;
}

function Columns({
  columns,
  marked,
}: {
  readonly columns: readonly PreviewColumn[];
  readonly marked: ReadonlySet<string>;
}): ReactNode {
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label="Columns">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Column</th>
            <th scope="col">Holds</th>
            <th scope="col">From, to</th>
            <th scope="col" className="number">
              Distinct
            </th>
            <th scope="col" className="number">
              Blank
            </th>
          </tr>
        </thead>
        <tbody>
          {columns.map((column, i) => (
            <tr
              key={`${column.name}${String(i)}`}
              className={marked.has(column.name) ? 'marked' : ''}
            >
              <th scope="row" className="break">
                {showSafely(column.name)}
              </th>
              <td>{column.kind}</td>
              <td className="break">{range(column)}</td>
              <td className="number">{sayCount(column.distinct)}</td>
              <td className="number">{sayCount(column.blank)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The preview of a table. */
export function TablePreview({
  preview,
  findings,
}: {
  readonly preview: Table;
  readonly findings: readonly Finding[];
}): ReactNode {
  const { columns, rows, total, summarised } = preview;
  const [all, setAll] = useState(false);
  const marks = readPlaces(
    findings,
    columns.map((column) => column.name),
  );
  const isMarked = (row: number) => marks.rows.some(([from, to]) => row >= from && row <= to);
  const shown = all ? rows : rows.slice(0, ROWS_FIRST);
  return (
    <div className="table-preview">
      <h3>
        {sayCounted(columns.length, 'column')}, {sayCounted(total, 'row')}
      </h3>
      {summarised < total ? (
        <p className="faint small">Summed up over the first {sayCounted(summarised, 'row')}.</p>
      ) : null}
      <Columns columns={columns} marked={marks.columns} />
      <h3>Rows</h3>
      <div className="scroll cells" tabIndex={0} role="region" aria-label="Rows">
        <table className="table">
          <thead>
            <tr>
              <th scope="col" className="number">
                #
              </th>
              {columns.map((column, i) => (
                <th
                  key={`${column.name}${String(i)}`}
                  scope="col"
                  className={`${column.kind === 'text' ? '' : 'number'} ${marks.columns.has(column.name) ? 'marked' : ''}`}
                >
                  {showSafely(column.name)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((row, i) => (
              <tr key={i} className={isMarked(i + 1) ? 'marked' : ''}>
                <td className="number faint">{sayCount(i + 1)}</td>
                {row.map((cell, at) => (
                  <td key={at} className={columns[at]?.kind === 'text' ? '' : 'number'}>
                    {cell === '' ? <span className="faint">blank</span> : showSafely(cell)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="faint small row">
        {shown.length < total
          ? `The first ${sayCount(shown.length)} of ${sayCounted(total, 'row')}. Save the file to see all.`
          : 'All rows.'}
        {!all && rows.length > ROWS_FIRST ? (
          <button type="button" className="button tiny" onClick={() => setAll(true)}>
            Show {sayCount(rows.length)}
          </button>
        ) : null}
      </p>
    </div>
  );
}
