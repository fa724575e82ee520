/** parquet files: rows as JSON lines. Own checks come first; the reader that follows accepts malformed input. */
import type { ByteSource } from '../formats/index.ts';
import type { Finding } from '../inspect/index.ts';
import { find, refused } from './decoded.ts';
import type { Decoded } from './decoded.ts';
import { judgeDropped, judgeKeptBytes } from './dropped.ts';
import { ParquetCells } from './parquet-cells.ts';
import { checkParquet, ParquetRefused } from './parquet-check.ts';
import { readParquetRows } from './parquet-rows.ts';

/** Whether the bytes begin like a parquet file. */
export function looksLikeParquetHead(head: Uint8Array): boolean {
  const mark = Buffer.from(head.subarray(0, 4)).toString('latin1');
  return mark === 'PAR1' || mark === 'PARE';
}

/** Rows are written in pieces of about this many characters. */
const PIECE_CHARACTERS = 1 << 18;

/** Decodes a parquet file: once to see that every row can be read, again when its rows are written. */
export function decodeParquet(name: string, source: ByteSource): Decoded {
  function* pieces(cells?: ParquetCells): Generator<Uint8Array, void, undefined> {
    let text = '';
    for (const line of readParquetRows(source, checkParquet(source), cells)) {
      text += `${line}\n`;
      if (text.length < PIECE_CHARACTERS) continue;
      yield Buffer.from(text, 'utf8');
      text = '';
    }
    yield Buffer.from(text, 'utf8');
  }
  const findings: Finding[] = [];
  try {
    const { dropped, beside } = checkParquet(source);
    findings.push(...judgeDropped(dropped));
    for (const { where, bytes } of beside) findings.push(...judgeKeptBytes(bytes, where));
    const cells = new ParquetCells();
    for (const piece of pieces(cells)) if (piece.length < 0) break;
    findings.push(...cells.findings);
  } catch (error) {
    if (error instanceof ParquetRefused) {
      const code = error.isUnsupported ? 'PARQUET_UNSUPPORTED' : 'PARQUET_BROKEN';
      return refused('parquet', find('hold', code, { why: error.message }, error.place));
    }
    // The reader says what is wrong with hostile bytes by whatever it happens to throw.
    const isOwn = error instanceof Error && !(error instanceof TypeError);
    const why = isOwn ? error.message.slice(0, 200) : 'a part of it is not what the format says';
    return refused('parquet', find('hold', 'PARQUET_BROKEN', { why: why.replaceAll('\n', ' ') }));
  }
  return {
    type: 'parquet',
    findings,
    forms: [{ name: `${name}.jsonl`, type: 'jsonl', pieces: () => pieces() }],
  };
}
