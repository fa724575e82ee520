/** Blocks of rows, held by columns, so that a large table needs memory for one block at a time. */
import { readRecords } from '../../../formats/index.ts';
import type { Table } from '../../../formats/index.ts';
import { parseDecimal } from '../../../formats/index.ts';

/** Rows and characters of one block, at most. */
export const BLOCK_ROWS_MAX = 16384;
/** Cells of one block, at most, one row more or less. */
export const BLOCK_CELLS_MAX = 1 << 20;
const BLOCK_CHARACTERS_MAX = 1 << 21;

/** Calls `visit` for each block of the table's rows below its header, and before that `open` with the header. */
export function readBlocks(
  table: Table,
  open: (names: readonly string[], headed: boolean) => void,
  visit: (columns: string[][]) => void,
): void {
  let columns: string[][] | undefined;
  let rows = 0;
  let characters = 0;
  const flush = (): void => {
    if (columns === undefined || rows === 0) return;
    visit(columns);
    columns = columns.map(() => []);
    rows = 0;
    characters = 0;
  };
  readRecords(table.bytes, table.delimiter, (cells) => {
    if (columns === undefined) {
      columns = cells.map(() => []);
      const headed = !isNumberRow(cells);
      open(headed ? cells.slice() : cells.map(() => ''), headed);
      if (headed) return undefined;
    }
    for (let i = 0; i < cells.length; i++) {
      const cell = cells[i] as string;
      (columns[i] as string[]).push(cell);
      characters += cell.length;
    }
    const full = ++rows >= BLOCK_ROWS_MAX || rows * cells.length > BLOCK_CELLS_MAX;
    if (full || characters >= BLOCK_CHARACTERS_MAX) flush();
    return undefined;
  });
  flush();
}

/** A first record of numbers only is no header. */
function isNumberRow(cells: readonly string[]): boolean {
  return cells.every((cell) => parseDecimal(cell) !== undefined);
}
