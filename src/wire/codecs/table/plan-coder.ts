/**
 * Codes plans. Columns of the same name mostly have the same role in every table, so each field is predicted from what
 * was coded for a column of that name before, sources by their names.
 */
import type { Engine, Mix } from '../../engine/index.ts';
import { tableErrors } from './errors.ts';
import { FORMULAS } from './formula.ts';
import type { Formula, Source } from './formula.ts';
import { GRID_DIGITS_MAX, GRID_KINDS, SINGLE_BITS } from './grid.ts';
import { hashText, mixHash } from './hash.ts';
import { COLUMN_KINDS, SLOTS_MAX, placeUnits } from './plan.ts';
import type { ColumnPlan, Plan, UnitPlace, UnitPlan } from './plan.ts';
import type { TextCoder } from './text-coder.ts';

const JOINED_MAX = 4;
const NO_PLAN: Plan = { columns: [], units: [], order: [] };

/** Contexts of one column while its fields are coded. */
interface FieldScope {
  readonly name: string;
  readonly hash: number;
  previous: number;
}

/** Fields of plans by the names of their columns. */
export interface PlanMemory {
  readonly fields: ReadonlyMap<string, number>;
  readonly names: ReadonlyMap<string, string>;
}

export class PlanCoder {
  readonly #mix: Mix;
  readonly #engine: Engine;
  readonly #text: TextCoder;
  readonly #known = new Map<string, number>();
  readonly #knownNames = new Map<string, string>();

  constructor(engine: Engine, text: TextCoder) {
    this.#engine = engine;
    this.#text = text;
    this.#mix = engine.mix({
      contexts: 5,
      guesses: 2,
      selectors: [32],
      symbolBits: 8,
      tableBits: 16,
    });
  }

  /** The models, for priming. */
  get mixes(): readonly Mix[] {
    return [this.#mix];
  }

  /** What is known by name, to be shared with another coder. */
  get memory(): PlanMemory {
    return { fields: this.#known, names: this.#knownNames };
  }

  /** Takes what another coder knew. */
  restore(memory: PlanMemory): void {
    for (const [key, value] of memory.fields) this.#known.set(key, value);
    for (const [key, value] of memory.names) this.#knownNames.set(key, value);
  }

  /** Codes the plan of a block of columns with these names; `plan` is ignored while decoding. */
  code(plan: Plan | undefined, names: readonly string[], constants: readonly string[]): Plan {
    const given = plan ?? NO_PLAN;
    const columns = names.map((name, i) =>
      this.#column(given.columns[i], name, constants[i] ?? ''),
    );
    const places = placeUnits(columns);
    const unitNames = places.map(
      (place) => `${names[place.column] ?? ''}\u0001${String(place.part)}`,
    );
    const order = this.#order(given.order, unitNames);
    const units = new Array<UnitPlan>(places.length);
    const done: number[] = [];
    for (const unit of order) {
      const place = places[unit] as UnitPlace;
      const slot = columns[place.column]?.kind === 'number' || place.part > 0;
      units[unit] = this.#unit(given.units[unit], place, slot, unitNames, unit, done);
      done.push(unit);
    }
    return { columns, units, order };
  }

  #field(scope: FieldScope, field: number, value: number, guess: number): number {
    const mix = this.#mix;
    const key = `${scope.name}\u0002${String(field)}`;
    const known = this.#known.get(key) ?? -1;
    mix.contexts[0] = mixHash(scope.hash, field);
    mix.contexts[1] = mixHash(mixHash(field, scope.previous), 1);
    mix.contexts[2] = mixHash(field, 2);
    mix.contexts[3] = mixHash(mixHash(field, known + 1), 3);
    mix.contexts[4] = mixHash(mixHash(scope.hash, field), scope.previous);
    mix.guesses[0] = known;
    mix.confidences[0] = field;
    mix.guesses[1] = guess >= 255 ? 255 : guess;
    mix.confidences[1] = field;
    mix.selectors[0] = (field & 15) * 2 + (known >= 0 ? 1 : 0);
    const symbol = mix.code(Math.min(255, value));
    const out = symbol < 255 ? symbol : 255 + this.#engine.uint(Math.max(0, value - 255), 903);
    this.#known.set(key, Math.min(255, out));
    scope.previous = Math.min(255, out);
    return out;
  }

  #column(plan: ColumnPlan | undefined, name: string, constant: string): ColumnPlan {
    const scope = { name, hash: hashText(name), previous: 0 };
    const wanted = plan === undefined ? 0 : COLUMN_KINDS.indexOf(plan.kind);
    const kind = COLUMN_KINDS[this.#field(scope, 0, wanted, -1)];
    if (kind === undefined) throw tableErrors.error('PLAN_INVALID');
    if (kind === 'constant') {
      const text = this.#text.code(plan?.constant ?? '', mixHash(scope.hash, 7), constant, '');
      return { kind, constant: text, widths: [] };
    }
    if (kind !== 'template') return { kind, constant: '', widths: [] };
    const count = this.#field(scope, 1, plan?.widths.length ?? 0, -1);
    if (count === 0 || count > SLOTS_MAX) throw tableErrors.error('PLAN_INVALID');
    const widths: number[] = [];
    for (let i = 0; i < count; i++) {
      const width = this.#field(scope, 2, plan?.widths[i] ?? 0, -1);
      if (width > 15) throw tableErrors.error('PLAN_INVALID');
      widths.push(width);
    }
    return { kind, constant: '', widths };
  }

  /** The order as steps: which of the units that are left comes next. */
  #order(given: readonly number[], names: readonly string[]): number[] {
    const left = names.map((_, unit) => unit);
    const order: number[] = [];
    const scope = { name: '\u0003', hash: 3, previous: 0 };
    while (left.length > 0) {
      const name = names[left[0] as number] as string;
      const here = { name: `\u0003${name}`, hash: hashText(name), previous: scope.previous };
      const wanted = Math.max(0, left.indexOf(given[order.length] ?? 0));
      const index = this.#field(here, 3, wanted, -1);
      scope.previous = here.previous;
      const unit = left[index];
      if (unit === undefined) throw tableErrors.error('PLAN_INVALID');
      left.splice(index, 1);
      order.push(unit);
    }
    return order;
  }

  /** A reference to a unit coded before, or -1: its place counted back in coding order, guessed by name. */
  #reference(
    scope: FieldScope,
    field: number,
    unit: number,
    names: readonly string[],
    done: readonly number[],
  ): number {
    const key = `${scope.name}\u0002${String(field)}`;
    const known = this.#knownNames.get(key);
    const knownUnit = known === undefined ? -1 : done.findIndex((other) => names[other] === known);
    const guess = known === '' ? 0 : knownUnit < 0 ? -1 : done.length - knownUnit;
    const wanted = unit < 0 ? 0 : done.length - done.indexOf(unit);
    const back = this.#field(scope, field, wanted, guess);
    if (back === 0) {
      this.#knownNames.set(key, '');
      return -1;
    }
    const out = done[done.length - back];
    if (out === undefined) throw tableErrors.error('PLAN_INVALID');
    this.#knownNames.set(key, names[out] as string);
    return out;
  }

  #unit(
    plan: UnitPlan | undefined,
    place: UnitPlace,
    numeric: boolean,
    names: readonly string[],
    unit: number,
    done: readonly number[],
  ): UnitPlan {
    const name = names[unit] as string;
    const scope = { name, hash: hashText(name), previous: 0 };
    const refer = (field: number, value: number | undefined): number =>
      this.#reference(scope, field, value ?? -1, names, done);
    const key = refer(4, plan?.key);
    const key2 = key < 0 ? -1 : refer(5, plan?.key2);
    if (!numeric) {
      const joined: number[] = [];
      while (joined.length < JOINED_MAX) {
        const next = refer(16 + joined.length, plan?.joined[joined.length]);
        if (next < 0) break;
        joined.push(next);
      }
      const grid = { kind: 'double', digits: 0 } as const;
      return { ...place, numeric, grid, formula: undefined, key, key2, twin: -1, joined };
    }
    const twin = refer(6, plan?.twin);
    const grid = this.#grid(scope, plan);
    const formula = this.#formula(scope, plan?.formula, names, [...done, unit], { unit, key });
    return { ...place, numeric, grid, formula, key, key2, twin, joined: [] };
  }

  #grid(scope: FieldScope, plan: UnitPlan | undefined): UnitPlan['grid'] {
    const kind =
      GRID_KINDS[this.#field(scope, 7, GRID_KINDS.indexOf(plan?.grid.kind ?? 'fixed'), -1)];
    if (kind === undefined) throw tableErrors.error('PLAN_INVALID');
    const digits = this.#field(scope, 8, plan?.grid.digits ?? 0, -1);
    if (kind === 'double') {
      if (digits !== 0 && digits !== SINGLE_BITS) throw tableErrors.error('PLAN_INVALID');
      return { kind, digits };
    }
    if (digits > GRID_DIGITS_MAX || (kind === 'digits' && digits === 0)) {
      throw tableErrors.error('PLAN_INVALID');
    }
    return { kind, digits };
  }

  #formula(
    scope: FieldScope,
    formula: Formula | undefined,
    names: readonly string[],
    done: readonly number[],
    own: { readonly unit: number; readonly key: number },
  ): Formula | undefined {
    const { unit, key } = own;
    const index = this.#field(scope, 9, formula === undefined ? 0 : formula.kind + 1, -1);
    if (index === 0) return undefined;
    const kind = FORMULAS[index - 1];
    if (kind === undefined) throw tableErrors.error('PLAN_INVALID');
    const sources: Source[] = [];
    for (let i = 0; i < kind.arity; i++) {
      const given = formula?.sources[i];
      const source = this.#reference(scope, 10 + i, given?.unit ?? -1, names, done);
      const lag = this.#field(scope, 13 + i, given?.lag ?? 0, -1);
      // A unit may follow from its own row above, never from the row that is being coded.
      if (source < 0 || lag > 2 || (lag === 2 && key < 0) || (source === unit && lag === 0)) {
        throw tableErrors.error('PLAN_INVALID');
      }
      sources.push({ unit: source, lag: lag === 2 ? 2 : lag === 1 ? 1 : 0 });
    }
    const constant = kind.fitted
      ? this.#text.code(formula?.constant ?? '', mixHash(scope.hash, 8), '', '')
      : '';
    return { kind: index - 1, sources, constant };
  }
}
