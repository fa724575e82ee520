/** Moves inputs of a scenario, as a slider does: the form of a range stays, its numbers move within the field's bounds. */
import type { Refusal } from '../../core/index.ts';
import { scenarioErrors } from './errors.ts';
import type { Range, RangeShape } from './range.ts';
import type { Scenario } from './schema.ts';

/** One input by its place, such as `parties.leader.weightsLevel`; every point of a path moves alike. */
export interface Adjustment {
  readonly place: string;
  /** First multiplied by this, then moved by `plus`. */
  readonly times?: number | undefined;
  readonly plus?: number | undefined;
}

type Row = Readonly<Record<string, unknown>>;

const isRow = (value: unknown): value is Row => typeof value === 'object' && value !== null;
const isRange = (value: unknown): value is Range =>
  isRow(value) && 'shape' in value && 'drawn' in value;

function moveRange(range: Range, { times = 1, plus = 0 }: Adjustment): Range {
  const move = (x: number): number => Math.min(range.high, Math.max(range.low, x * times + plus));
  const shape = Object.fromEntries(
    Object.entries(range.shape).map(([name, value]) => [
      name,
      typeof value === 'number' ? move(value) : (value as unknown),
    ]),
  ) as unknown as RangeShape;
  const by = [
    ...(times === 1 ? [] : [`times ${String(times)}`]),
    ...(plus === 0 ? [] : [`${plus > 0 ? 'plus' : 'minus'} ${String(Math.abs(plus))}`]),
  ];
  return {
    ...range,
    shape,
    source: 'ours',
    why: `moved by hand: ${by.join(', ') || 'not at all'}`,
  };
}

/** Moves whatever ranges are at a place and below it; undefined when there are none. */
function moveAll(value: unknown, adjustment: Adjustment): unknown {
  if (isRange(value)) return moveRange(value, adjustment);
  if (!Array.isArray(value)) return undefined;
  const points: unknown[] = value;
  if (!points.every((each) => isRow(each) && isRange(each['range']))) return undefined;
  return points.map((each) => {
    const point = each as { readonly range: Range };
    return { ...point, range: moveRange(point.range, adjustment) };
  });
}

function moveAt(value: unknown, path: readonly string[], adjustment: Adjustment): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return moveAll(value, adjustment);
  if (Array.isArray(value)) {
    const list: unknown[] = value;
    // One of several equal parties is `name-2`; they share what the file says of them.
    const named = (each: unknown): boolean =>
      isRow(each) && (each['name'] === step || each['name'] === step.replace(/-\d+$/, ''));
    const exact = list.findIndex((each) => isRow(each) && each['name'] === step);
    const at = exact === -1 ? list.findIndex(named) : exact;
    const moved = at === -1 ? undefined : moveAt(list[at], rest, adjustment);
    return moved === undefined ? undefined : list.with(at, moved);
  }
  if (!isRow(value) || !Object.hasOwn(value, step)) return undefined;
  const moved = moveAt(value[step], rest, adjustment);
  return moved === undefined ? undefined : { ...value, [step]: moved };
}

/** The scenario with its inputs moved; refuses a place where there is no input. */
export function adjustScenario(
  scenario: Scenario,
  adjustments: readonly Adjustment[],
): { readonly ok: true; readonly scenario: Scenario } | Refusal {
  let moved: unknown = scenario;
  for (const adjustment of adjustments) {
    moved = moveAt(moved, adjustment.place.split('.'), adjustment);
    if (moved === undefined) {
      const why = `${adjustment.place.slice(0, 120)}: there is no such input`;
      return scenarioErrors.refuse('FIELDS_INVALID', { why });
    }
  }
  return { ok: true, scenario: moved as Scenario };
}
