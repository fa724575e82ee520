/** Numbers that look like a model's: matrices, vectors, flattened tensors, quantised blocks, lists of bytes. */
import { searchEnded } from './finding.ts';
import type { Finding } from './finding.ts';
import type { ContentKind } from './inspect-content.ts';
import {
  COLUMNS_MAX,
  DistinctCounter,
  isSaturated,
  measureScale,
  NumberBlock,
  SequenceStats,
} from './number-blocks.ts';
import { CELLS_MAX, readNumberRows } from './number-rows.ts';
import type { NumberRow } from './number-rows.ts';
import { NUMERIC_THRESHOLDS } from './thresholds.ts';
import type { NumericThresholds } from './thresholds.ts';
import { VectorCounter } from './vectors.ts';
import type { VectorCount } from './vectors.ts';

const BLOCKS_MAX = 4096;
const FINDINGS_MAX = 8;
/** Roughness above which a sequence has no visible order. */
const ROUGH = 0.8;
const PRECISE_DIGITS = 10;
/** A single row of one sign is logit-shaped from this many cells on. */
const LOGIT_CELLS = 4096;

/** What the numbers of a file say. */
export interface NumberReport {
  readonly findings: readonly Finding[];
  readonly vectors: readonly VectorCount[];
}

/** Inspects all numbers of one canonical file. */
export function inspectNumbers(
  type: ContentKind,
  bytes: Uint8Array,
  widths: readonly number[],
  thresholds: NumericThresholds = NUMERIC_THRESHOLDS,
): NumberReport {
  const blocks = new Map<string, NumberBlock>();
  const findings: Finding[] = [];
  const vectors = new VectorCounter(widths);
  let vectorRows = 0;
  let precise = 0;
  let firstPrecise: string | undefined;
  let firstVector: { place: string; width: number } | undefined;
  let ended: Finding | undefined;
  readNumberRows(type, bytes, (row) => {
    vectors.add(row);
    if (type === 'xml' || type === 'html') {
      for (let i = 0; i < row.count; i++) if ((row.digits[i] ?? 0) >= PRECISE_DIGITS) precise++;
      if (precise > 0) firstPrecise ??= row.place();
    }
    let block = blocks.get(row.key);
    if (block === undefined && blocks.size < BLOCKS_MAX) {
      block = new NumberBlock(row);
      blocks.set(row.key, block);
    }
    ended ??= judgeLimits(row, block !== undefined);
    block?.add(row, thresholds);
    if (row.count >= thresholds.byteCells && isByteList(row)) {
      add(
        findings,
        'INSPECT_BYTES_LIST',
        row.place(),
        `a list of ${String(row.count)} numbers from 0 to 255 looks like packed bytes`,
      );
    }
    if (row.count >= thresholds.vectorCells && isVector(row, thresholds)) {
      vectorRows++;
      firstVector ??= { place: row.place(), width: row.count };
    }
  });
  if (firstVector !== undefined) {
    const many = vectorRows === 1 ? 'a vector' : `${String(vectorRows)} vectors`;
    add(
      findings,
      'INSPECT_WEIGHTS_VECTOR',
      firstVector.place,
      `${many} of ${String(firstVector.width)} numbers on one scale around zero without order, as weights or activations are`,
    );
  }
  if (precise >= thresholds.preciseCoordinates && firstPrecise !== undefined) {
    add(
      findings,
      'INSPECT_COORDINATES_PRECISE',
      firstPrecise,
      `${String(precise)} numbers of ten or more digits, more than a drawing can show; save the figure with fewer digits`,
    );
  }
  for (const block of blocks.values()) {
    if (block.width < thresholds.vectorCells || firstVector === undefined)
      judgeBlock(block, thresholds, findings);
  }
  judgeTotal(blocks, thresholds, findings);
  const counts = vectors.finish();
  for (const { width, hashes } of counts) {
    add(
      findings,
      'INSPECT_VECTORS_WIDTH',
      'whole file',
      `${String(hashes.length)} distinct ${hashes.length === 1 ? 'vector' : 'vectors'} of width ${String(width)}, a width of a guarded model; as many as that width give a layer away`,
    );
  }
  if (vectors.ended) {
    ended ??= searchEnded(
      'whole file',
      'the file has more numbers than vectors of the widths of guarded models can be counted in; split it',
    );
  }
  if (ended !== undefined) findings.push(ended);
  return { findings, vectors: counts };
}

/** What of a row is beyond the limits of this search, if anything. */
function judgeLimits(row: NumberRow, hasBlock: boolean): Finding | undefined {
  if (row.cut) {
    return searchEnded(
      row.place(),
      `only the first ${CELLS_MAX.toLocaleString('en')} numbers of this row were looked at`,
    );
  }
  if (row.count > COLUMNS_MAX) {
    return searchEnded(
      row.place(),
      `only the first ${COLUMNS_MAX.toLocaleString('en')} columns of these rows were judged`,
    );
  }
  if (hasBlock) return undefined;
  return searchEnded(
    row.place(),
    `rows of more than ${BLOCKS_MAX.toLocaleString('en')} lengths; from here on, rows of new lengths were not judged together`,
  );
}

function add(findings: Finding[], code: string, place: string, sentence: string): void {
  if (findings.length < FINDINGS_MAX) findings.push({ code, severity: 'hold', place, sentence });
  else if (findings.length === FINDINGS_MAX) {
    findings.push(
      searchEnded(place, `there are more than ${String(FINDINGS_MAX)} findings about numbers`),
    );
  }
}

/** One long row that is on one scale, around zero, without order, and hardly repeats itself. */
function isVector(row: NumberRow, thresholds: NumericThresholds): boolean {
  const { count, values, digits } = row;
  const scale = measureScale(values, count);
  if (scale === 0) return false;
  const stats = new SequenceStats();
  const distinct = new DistinctCounter();
  let short = 0;
  for (let i = 0; i < count; i++) {
    const value = values[i] ?? 0;
    if (isSaturated(value) || Math.abs(value) > 30 * scale) continue;
    stats.add(value, (digits[i] ?? 0) >= thresholds.fullDigits);
    if ((digits[i] ?? 0) >= 3) short++;
    distinct.add(value);
  }
  const enough =
    stats.full >= 0.7 * stats.count ||
    (short >= 0.7 * stats.count && count >= thresholds.vectorCells * 2);
  return (
    enough &&
    stats.count >= 0.2 * count &&
    (stats.centred || count >= LOGIT_CELLS) &&
    stats.roughness > ROUGH &&
    distinct.share > 0.5
  );
}

/** Integers 0 to 255 whose spread is that of packed data (more than 6.5 bits each). */
function isByteList(row: NumberRow): boolean {
  const counts = new Uint32Array(256);
  for (let i = 0; i < row.count; i++) {
    const value = row.values[i] ?? -1;
    if (!(value >= 0 && value <= 255 && Number.isInteger(value))) return false;
    counts[value] = (counts[value] ?? 0) + 1;
  }
  let bits = 0;
  for (const count of counts)
    if (count > 0) bits -= (count / row.count) * Math.log2(count / row.count);
  return bits > 6.5;
}

function judgeBlock(block: NumberBlock, thresholds: NumericThresholds, findings: Finding[]): void {
  const { cells, distinct, firstPlace } = block;
  const rough = block.rowRoughness > ROUGH && block.columnRoughness > ROUGH;
  const alike = block.evenRows >= 0.7 * block.rows && rough;
  const even = alike && cells.centred && block.isExchangeable(false);
  const shape = `${String(block.rows)} × ${String(block.width)}`;
  if (
    even &&
    cells.full >= 0.6 * cells.count &&
    distinct.count >= thresholds.matrixCells &&
    distinct.share > 0.6
  ) {
    add(
      findings,
      'INSPECT_WEIGHTS_MATRIX',
      firstPlace,
      `${shape} full-precision numbers on one scale around zero without order, as weights or activations are`,
    );
    return;
  }
  if (even && block.shortCells >= 0.6 * cells.count && cells.count >= thresholds.matrixCellsShort) {
    add(
      findings,
      'INSPECT_WEIGHTS_MATRIX',
      firstPlace,
      `${shape} numbers on one scale around zero without order, as rounded weights or activations are`,
    );
    return;
  }
  const oneSided =
    alike &&
    block.width >= thresholds.oneSidedColumns &&
    distinct.count >= thresholds.oneSidedCells &&
    cells.full >= 0.6 * cells.count &&
    block.isExchangeable(true);
  if (oneSided) {
    add(
      findings,
      'INSPECT_ACTIVATIONS_MATRIX',
      firstPlace,
      `${shape} full-precision numbers on one scale without order, as activations or logits are`,
    );
    return;
  }
  if (
    even &&
    block.integers === cells.count &&
    block.largest <= 32768 &&
    cells.count >= thresholds.matrixCellsShort &&
    block.distinctValues >= 12
  ) {
    add(
      findings,
      'INSPECT_WEIGHTS_QUANTISED',
      firstPlace,
      `${shape} small integers of both signs without order, as quantised weights are`,
    );
    return;
  }
  judgeColumns(block, thresholds, findings);
}

/**
 * A narrow block is judged by its columns together: a tensor flattened into one of them, or a thin factor in several.
 * A column that a tensor could be has full precision, is around zero, without order and hardly repeats; every
 * full-precision column must be such, since results stand beside their errors, probabilities and ratios.
 */
function judgeColumns(
  block: NumberBlock,
  thresholds: NumericThresholds,
  findings: Finding[],
): void {
  let cells = 0;
  let precise = 0;
  const found: number[] = [];
  for (const [i, column] of block.columns.entries()) {
    const values = block.columnDistinct[i];
    if (values === undefined || column.full < 0.7 * column.count) continue;
    precise++;
    if (values.share < 0.6 || values.count < thresholds.columnCells) continue;
    if (!column.centred || column.roughness <= ROUGH) continue;
    cells += values.count;
    found.push(i + 1);
  }
  if (cells < thresholds.matrixCells || found.length < precise) return;
  const columns = found.length === 1 ? 'one column' : `${String(found.length)} columns`;
  add(
    findings,
    'INSPECT_WEIGHTS_COLUMN',
    `${block.firstPlace}, number ${found.map(String).join(', ')}`,
    `${String(cells)} full-precision numbers around zero without order in ${columns}, as a flattened tensor is`,
  );
}

/** Full-precision numbers in columns without order, over all blocks: more than a file of results needs. */
function judgeTotal(
  blocks: ReadonlyMap<string, NumberBlock>,
  thresholds: NumericThresholds,
  findings: Finding[],
): void {
  let total = 0;
  for (const block of blocks.values()) {
    for (const [i, column] of block.columns.entries()) {
      if (column.roughness > ROUGH || block.rows < 8)
        total += Math.round(column.full * (block.columnDistinct[i]?.share ?? 1));
    }
  }
  if (total >= thresholds.totalCells) {
    add(
      findings,
      'INSPECT_NUMBERS_MANY',
      'whole file',
      `about ${String(total)} full-precision numbers that do not follow from their neighbours`,
    );
  }
}
