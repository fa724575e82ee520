/**
 * Codes tables on one engine. Everything that one table teaches (names, texts, roles of columns, sizes of residuals)
 * makes the next one cheaper.
 */
import { sha256 } from '../../../core/index.ts';
import {
  ByteWriter,
  DELIMITERS,
  TABLE_BYTES_MAX,
  TABLE_COLUMNS_MAX,
  parseTable,
  readCanonicalTable,
  spellRecord,
} from '../../../formats/index.ts';
import type { Table } from '../../../formats/index.ts';
import type { CodecSession } from '../../codec.ts';
import type { Engine, Mix } from '../../engine/index.ts';
import { BLOCK_CELLS_MAX, BLOCK_ROWS_MAX, readBlocks } from './block.ts';
import { CellCoder } from './cell-coder.ts';
import { joinColumns, ownCells, planFits, slotReader } from './columns.ts';
import { openMemory } from './scene.ts';
import type { UnitCells, UnitMemory, UnitScene } from './scene.ts';
import { tableErrors } from './errors.ts';
import { mixHash } from './hash.ts';
import { planBlock } from './recent-plans.ts';
import { PlanCoder } from './plan-coder.ts';
import type { PlanMemory } from './plan-coder.ts';
import { PRIMING_TABLES } from './priming.ts';
import type { TextMemory } from './text-coder.ts';
import type { Plan, UnitPlan } from './plan.ts';
import { Library, NO_PLACE } from './library.ts';
import type { RowPlace } from './library.ts';
import { spellScaled } from './grid.ts';
import { markDecimals, slotMarks, splitCell } from './template.ts';

/** References larger than this teach by their rows only, not by being coded in advance. */
const LEARNED_BYTES_MAX = 1 << 20;

/** What sessions know from priming besides their models; the same in every process. */
let primed: { readonly text: TextMemory; readonly plans: PlanMemory } | undefined;

/** A table while it is coded. */
interface Course {
  readonly names: readonly string[];
  /** Digest of the table, or empty while it is decoded or when it is too large to be a reference. */
  readonly digest: string;
  blocks: number;
  /** Number of the reference in the library, or -1. */
  readonly hint: number;
  readonly memories: Map<string, UnitMemory>;
  readonly lastValues: Map<string, number>;
  plan: Plan | undefined;
  /** The row that is expected to be alike next. */
  expected: RowPlace;
}

export class TableSession implements CodecSession<Table> {
  readonly #engine: Engine;
  readonly #cells: CellCoder;
  readonly #plans: PlanCoder;
  readonly #flag: Mix;
  readonly #library = new Library();
  readonly #learned = new Set<string>();

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#cells = new CellCoder(engine);
    this.#plans = new PlanCoder(engine, this.#cells.text);
    this.#flag = engine.mix({
      contexts: 2,
      guesses: 0,
      selectors: [32],
      symbolBits: 2,
      tableBits: 12,
    });
    this.#prime();
  }

  /** Learns the priming tables; in one process only the first session of a size does the work. */
  #prime(): void {
    const mixes = [this.#flag, ...this.#cells.mixes, ...this.#plans.mixes];
    const ran = this.#engine.primed('table', mixes, () => {
      for (const text of PRIMING_TABLES) {
        const parsed = parseTable(new TextEncoder().encode(text));
        if (parsed.ok) this.#write(parsed.value, -1);
      }
    });
    if (ran || primed === undefined) {
      const { fields, names } = this.#plans.memory;
      const plans = { fields: new Map(fields), names: new Map(names) };
      primed = { text: this.#cells.text.save(), plans };
      return;
    }
    this.#cells.text.restore(primed.text);
    this.#plans.restore(primed.plans);
  }

  encode(table: Table, references: readonly Table[]): void {
    const hint = this.#learn(references);
    this.#write(table, hint);
    this.#keep(table);
  }

  decode(references: readonly Table[]): Table {
    const hint = this.#learn(references);
    const table = this.#read(hint);
    this.#keep(table);
    return table;
  }

  #keep(table: Table): void {
    const print = fingerprint(table.bytes);
    this.#learned.add(print);
    this.#library.add(table, print);
  }

  /**
   * Codes a reference that this session has not coded in training, so that the models know it, and keeps its rows. Gives its
   * number in the library, or -1.
   */
  #learn(references: readonly Table[]): number {
    const table = references[0];
    if (table === undefined) return -1;
    const print = fingerprint(table.bytes);
    if (!this.#learned.has(print) && table.bytes.length <= LEARNED_BYTES_MAX) {
      this.#learned.add(print);
      this.#engine.train(() => {
        this.#write(table, -1);
      });
    }
    this.#library.add(table, print);
    return this.#library.find(print);
  }

  #write(table: Table, hint: number): void {
    let course: Course | undefined;
    const digest = table.bytes.length <= LEARNED_BYTES_MAX ? sha256(table.bytes) : '';
    readBlocks(
      table,
      (names, headed) => {
        this.#flags(DELIMITERS.indexOf(table.delimiter as ','), 1, 0);
        this.#flags(headed ? 1 : 0, 2, 0);
        course = openCourse(this.#header(names, headed, hint), hint, digest);
      },
      (columns) => {
        if (course === undefined) return;
        this.#count(columns[0]?.length ?? 0);
        this.#block(course, columns, columns[0]?.length ?? 0);
      },
    );
    this.#count(0);
  }

  #read(hint: number): Table {
    const delimiter = DELIMITERS[this.#flags(0, 1, 0)];
    if (delimiter === undefined) throw tableErrors.error('PLAN_INVALID');
    const headed = this.#flags(0, 2, 0) === 1;
    const course = openCourse(this.#header([], headed, hint), hint, '');
    const out = new ByteWriter(1 << 16);
    if (headed) out.write(spellRecord(course.names, delimiter));
    const limit = Math.min(TABLE_BYTES_MAX, this.#engine.valueBytesMax);
    for (;;) {
      const rows = this.#count(0);
      if (rows === 0) break;
      if (
        rows > BLOCK_ROWS_MAX ||
        (rows > 1 && (rows - 1) * course.names.length > BLOCK_CELLS_MAX)
      ) {
        throw tableErrors.error('SIZE_INVALID', { limit });
      }
      const columns = this.#block(course, undefined, rows);
      for (let row = 0; row < rows; row++) {
        const record = columns.map((cells) => cells[row] ?? '');
        out.write(spellRecord(record, delimiter));
        if (out.length > limit) throw tableErrors.error('SIZE_INVALID', { limit });
      }
    }
    const bytes = out.finish();
    const table = readCanonicalTable(bytes, delimiter);
    if (table === undefined) throw tableErrors.error('NOT_CANONICAL');
    return table;
  }

  #flags(value: number, field: number, other: number): number {
    this.#flag.contexts[0] = field;
    this.#flag.contexts[1] = mixHash(field, other + 1);
    this.#flag.selectors[0] = field;
    return this.#flag.code(value);
  }

  /** Codes a count below 2^16 by its bits, so that counts seen in training are learned too. */
  #count(value: number): number {
    let out = 0;
    const size = value === 0 ? 0 : 32 - Math.clz32(value);
    const high = this.#flags(size >> 2, 3, 0);
    const middle = this.#flags(size & 3, 4, high);
    const bits = high * 4 + middle;
    for (let bit = bits - 1; bit >= 0; bit--) {
      const here = bit === bits - 1 ? 1 : this.#engine.rawBit((value >> bit) & 1);
      out = out * 2 + here;
    }
    return out;
  }

  /** Codes the column names: those of a known table, or one by one. */
  #header(names: readonly string[], headed: boolean, hint: number): string[] {
    const library = this.#library;
    if (library.size > 0) {
      const hinted = library.names(hint);
      const same =
        names.length > 0 &&
        hinted?.length === names.length &&
        names.every((name, i) => name === hinted[i]);
      const found = names.length > 0 ? library.findHeader(names) : -1;
      const kind = this.#flags(same ? 1 : found >= 0 ? 2 : 0, 5, hint < 0 ? 0 : 1);
      if (kind > 0) {
        const number =
          kind === 1 ? hint : library.size - 1 - this.#number(library.size - 1 - found);
        const known = library.names(number);
        if (known === undefined) throw tableErrors.error('PLAN_INVALID');
        return [...known];
      }
    }
    const out: string[] = [];
    const guesses = library.names(hint) ?? [];
    let above = '';
    for (let i = 0; ; i++) {
      const more = this.#flags(i < names.length ? 1 : 0, 6, Math.min(i, 1));
      if (more === 0) break;
      if (more > 1 || i >= TABLE_COLUMNS_MAX) throw tableErrors.error('PLAN_INVALID');
      const name = headed
        ? this.#cells.text.code(names[i] ?? '', 0x4e, above, guesses[i] ?? '')
        : '';
      out.push(name);
      above = name;
    }
    if (out.length === 0) throw tableErrors.error('PLAN_INVALID');
    return out;
  }

  /** A number that is small when it is recent. */
  #number(value: number): number {
    return this.#engine.uint(Math.max(0, value), 905);
  }

  /** Codes one block; `columns` is undefined while decoding. */
  #block(
    course: Course,
    columns: readonly (readonly string[])[] | undefined,
    rows: number,
  ): string[][] {
    const plan = this.#plan(course, columns);
    const match = this.#match(course, columns, rows);
    const units = new Array<UnitCells>(plan.units.length);
    let left: UnitCells | undefined;
    for (const unit of plan.order) {
      const unitPlan = plan.units[unit] as UnitPlan;
      const own: UnitCells = {
        cells: ownCells(plan, unitPlan, columns, rows),
        values: new Float64Array(rows),
        kinds: new Uint8Array(rows),
      };
      units[unit] = own;
      const scene: UnitScene = {
        rows,
        plan: unitPlan,
        memory: memoryOf(course, unitPlan),
        own,
        units,
        lastValues: plan.units.map(
          (place) => course.lastValues.get(placeName(course, place)) ?? NaN,
        ),
        left,
        reference: this.#referenceCells(course, plan, unitPlan, match),
        slot:
          unitPlan.part > 0
            ? slotReader(units[unit - unitPlan.part] as UnitCells, unitPlan.part)
            : undefined,
      };
      this.#cells.unit(scene);
      left = own;
    }
    plan.units.forEach((place, unit) => {
      course.lastValues.set(placeName(course, place), units[unit]?.values[rows - 1] ?? NaN);
    });
    return columns === undefined ? joinColumns(plan, units, rows) : [];
  }

  #plan(course: Course, columns: readonly (readonly string[])[] | undefined): Plan {
    course.blocks++;
    const held = course.plan;
    if (held !== undefined) {
      const fits = columns !== undefined && planFits(held, columns);
      if (this.#flags(fits ? 1 : 0, 7, 0) === 1) return held;
    }
    const made =
      columns === undefined ? undefined : planBlock(course.digest, course.blocks, columns);
    const constants = course.names.map(
      (name) => this.#library.column(course.hint, name)?.[0] ?? '',
    );
    course.plan = this.#plans.code(made, course.names, constants);
    return course.plan;
  }

  /** Codes for each row which row of the library it is like. */
  #match(
    course: Course,
    columns: readonly (readonly string[])[] | undefined,
    rows: number,
  ): RowPlace[] {
    const library = this.#library;
    const match = new Array<RowPlace>(rows).fill(NO_PLACE);
    if (library.size === 0) return match;
    const found =
      columns === undefined ? match : library.match(course.names, columns, course.expected);
    const used = this.#flags(found.some((place) => place !== NO_PLACE) ? 1 : 0, 8, 0);
    if (used !== 1) return match;
    let before = 0;
    for (let row = 0; row < rows; row++) {
      const wanted = found[row] as RowPlace;
      const { expected } = course;
      const next =
        wanted.table === expected.table && wanted.row === expected.row && wanted.row >= 0;
      const kind = this.#flags(
        next ? 0 : wanted === NO_PLACE ? 1 : wanted.table === expected.table ? 2 : 3,
        9,
        before,
      );
      before = kind;
      if (kind === 1) continue;
      let { table, row: there } = expected;
      if (kind === 3)
        table =
          library.size - 1 - this.#engine.uint(Math.max(0, library.size - 1 - wanted.table), 906);
      if (kind > 1) there = this.#engine.uint(Math.max(0, wanted.row), 907);
      if (there < 0 || there >= library.rows(table)) throw tableErrors.error('PLAN_INVALID');
      match[row] = { table, row: there };
      course.expected = { table, row: there + 1 };
    }
    return match;
  }

  /** The cell of the matched row for each row of a unit. */
  #referenceCells(
    course: Course,
    plan: Plan,
    unit: UnitPlan,
    match: readonly RowPlace[],
  ): (row: number) => string | undefined {
    const name = course.names[unit.column] ?? '';
    const widths = plan.columns[unit.column]?.widths ?? [];
    return (row) => {
      const place = match[row] as RowPlace;
      if (place.row < 0) return undefined;
      const cell = this.#library.column(place.table, name)?.[place.row];
      if (cell === undefined || unit.part < 0) return cell;
      const { shape, slots } = splitCell(cell, widths);
      if (unit.part === 0) return shape;
      const mark = slotMarks(shape)[unit.part - 1];
      const scaled = slots[unit.part - 1];
      if (mark === undefined || scaled === undefined) return undefined;
      return spellScaled(scaled, markDecimals(mark), false);
    };
  }
}

function openCourse(names: readonly string[], hint: number, digest: string): Course {
  return {
    names,
    digest,
    blocks: 0,
    hint,
    memories: new Map(),
    lastValues: new Map(),
    plan: undefined,
    expected: { table: hint, row: hint < 0 ? -1 : 0 },
  };
}

function fingerprint(bytes: Uint8Array): string {
  let a = 7;
  let b = 77;
  for (const byte of bytes) {
    a = Math.imul(a ^ byte, 0x01000193);
    b = Math.imul(b + byte, 0x85ebca6b) ^ (b >>> 13);
  }
  return `${String(bytes.length)}:${String(a)}:${String(b)}`;
}

function placeName(course: Course, place: { column: number; part: number }): string {
  const name = course.names[place.column] ?? '';
  return `${name === '' ? `#${String(place.column)}` : name}\u0001${String(place.part)}`;
}

function memoryOf(course: Course, plan: UnitPlan): UnitMemory {
  const name = placeName(course, plan);
  const held = course.memories.get(name) ?? openMemory(name);
  course.memories.set(name, held);
  return held;
}
