/** When numbers look like a model's rather than like results. Every threshold is stated here and can be configured. */

/** The thresholds of the numeric inspectors. Measured on released study outputs; see docs/explanation/findings.md. */
export interface NumericThresholds {
  /** Significant digits from which a cell counts as full precision. */
  readonly fullDigits: number;
  /** A block of rows on one scale, centred on zero and without order, is a matrix from this many distinct cells on. */
  readonly matrixCells: number;
  /** The same for cells of three or more digits, such as printed half-precision or quantised numbers. */
  readonly matrixCellsShort: number;
  /** A block of one sign, such as activations behind a rectifier or logits, is held from this many cells on. */
  readonly oneSidedCells: number;
  /** Columns that such a block must have at least. */
  readonly oneSidedColumns: number;
  /** Numbers per row from which rows are compared on one scale. */
  readonly rowCells: number;
  /** One row with the same marks is a vector from this many cells on. */
  readonly vectorCells: number;
  /** Columns of a narrow table count towards a flattened tensor (of `matrixCells`) from this many cells on. */
  readonly columnCells: number;
  /** More distinct full-precision numbers without order than any single file of results needs. */
  readonly totalCells: number;
  /** Numbers of ten or more digits in a figure or page: more than any drawing shows. */
  readonly preciseCoordinates: number;
  /** Integers 0 to 255 in one list, spread like compressed data, are a payload from this many on. */
  readonly byteCells: number;
}

/** The thresholds that hold unless the configuration says otherwise. */
export const NUMERIC_THRESHOLDS: NumericThresholds = {
  fullDigits: 6,
  matrixCells: 256,
  matrixCellsShort: 1024,
  oneSidedCells: 1024,
  oneSidedColumns: 32,
  rowCells: 8,
  vectorCells: 256,
  columnCells: 32,
  totalCells: 50_000,
  preciseCoordinates: 256,
  byteCells: 1024,
};
