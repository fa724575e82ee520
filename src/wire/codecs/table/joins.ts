/** Finds texts that are other texts joined, or nearly another text. */
import type { Relation } from './order.ts';
import type { UnitSample } from './planner.ts';

const SOURCES_MAX = 16;
const ROWS_MAX = 64;
const PLAN_BITS = 12;

/** Units whose texts, one or two joined, give the target's text. */
export function findJoins(target: UnitSample, samples: readonly UnitSample[]): Relation[] {
  const rows = pickRows(target);
  if (rows.length === 0) return [];
  const near = samples
    .filter((other) => other.unit !== target.unit && other.distinct > 1)
    .sort((a, b) => Math.abs(a.unit - target.unit) - Math.abs(b.unit - target.unit))
    .slice(0, SOURCES_MAX);
  const relations: Relation[] = [];
  const alone = rows.reduce((sum, row) => sum + 4 + 2 * (target.cells[row] ?? '').length, 0);
  const offer = (sources: readonly UnitSample[]): void => {
    let bits = PLAN_BITS;
    for (const row of rows) {
      const text = target.cells[row] ?? '';
      let source = '';
      for (const unit of sources) source += unit.cells[row] ?? '';
      bits += source === text ? 0.5 : 6 + 2 * (text.length - sharedLength(text, source));
      if (bits > alone * 0.85) return;
    }
    const scale = target.distinct / rows.length / Math.max(1, target.cells.length);
    const units = sources.map((unit) => unit.unit);
    relations.push({
      target: target.unit,
      sources: units,
      bits: bits * scale,
      formula: undefined,
      key: -1,
      joined: units,
    });
  };
  for (const a of near) {
    offer([a]);
    for (const b of near) if (a !== b && startsWith(target, a, rows)) offer([a, b]);
  }
  return relations.sort((a, b) => a.bits - b.bits).slice(0, 8);
}

/** One row for each of the first distinct texts. */
function pickRows(target: UnitSample): number[] {
  const rows: number[] = [];
  const seen = new Set<number>();
  for (let row = 0; row < target.ids.length && rows.length < ROWS_MAX; row++) {
    const id = target.ids[row] as number;
    if (id < 0 || seen.has(id)) continue;
    seen.add(id);
    rows.push(row);
  }
  return rows;
}

function startsWith(target: UnitSample, source: UnitSample, rows: readonly number[]): boolean {
  let count = 0;
  for (const row of rows) {
    const head = source.cells[row] ?? '';
    if (head !== '' && (target.cells[row] ?? '').startsWith(head)) count++;
  }
  return count > rows.length / 2;
}

/** Characters of the source that are looked at for the next one of the text. */
const WINDOW = 16;
const SPACE = 32;
const LINE_FEED = 10;

/** Characters in common in order, white space counted as equal, with at most small gaps in the source. */
function sharedLength(text: string, source: string): number {
  let at = 0;
  let shared = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    const end = Math.min(source.length, at + WINDOW);
    let found = at;
    while (found < end && source.charCodeAt(found) !== unit) found++;
    if (found === end) {
      const next = at < source.length ? source.charCodeAt(at) : 0;
      const blank = unit === LINE_FEED || unit === SPACE;
      if (!blank || (next !== SPACE && next !== LINE_FEED)) continue;
      found = at;
    }
    shared += 1 - Math.min(2, found - at);
    at = found + 1;
  }
  return Math.max(0, Math.min(text.length, shared));
}
