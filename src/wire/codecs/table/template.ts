/**
 * Cells that are text around numbers, such as `0.57 (0.54-0.60)`, taken apart into a shape and its numbers.
 *
 * The shape keeps the text and how each number is written (digits after the point, thousands groups, zero padding), so
 * that shape and numbers give back the cell exactly; a cell for which they would not is left whole.
 */
import { scaledOf, spellScaled } from './grid.ts';
import { SLOTS_MAX } from './plan.ts';

/** Marks a slot in a shape; the character after it says how the number is written. */
export const SLOT_MARK = '\u0001';
const TOKEN = /[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?/g;
const GROUPED = 97;
const PADDED = 48;
const PLAIN = 65;

export interface SplitCell {
  readonly shape: string;
  /** Scaled integers, one per slot. */
  readonly slots: readonly number[];
}

/** Takes a cell apart; `widths` are the widths of zero-padded integers per slot. */
export function splitCell(cell: string, widths: readonly number[]): SplitCell {
  const slots: number[] = [];
  let shape = '';
  let from = 0;
  for (const match of cell.matchAll(TOKEN)) {
    if (slots.length >= widths.length) break;
    const token = match[0];
    let start = match.index;
    const written = describeToken(token, widths[slots.length] as number);
    if (written === undefined) continue;
    let scaled = written.scaled;
    if (scaled !== 0 && start > from && isSign(cell, start - 1)) {
      scaled = -scaled;
      start--;
    }
    shape += cell.slice(from, start) + SLOT_MARK + written.mark;
    slots.push(scaled);
    from = match.index + token.length;
  }
  const whole = { shape: cell, slots: [] };
  if (slots.length === 0) return whole;
  shape += cell.slice(from);
  return joinCell(shape, slots) === cell ? { shape, slots } : whole;
}

function isSign(cell: string, at: number): boolean {
  if (cell.charCodeAt(at) !== 45) return false;
  return at === 0 || !/[\p{L}\p{N})\]%]/u.test(cell.charAt(at - 1));
}

function describeToken(token: string, width: number): { scaled: number; mark: string } | undefined {
  const point = token.indexOf('.');
  const decimals = point < 0 ? 0 : token.length - point - 1;
  if (decimals > 9) return undefined;
  if (token.includes(',')) {
    const scaled = scaledOf(token.replaceAll(',', ''), decimals, false);
    return { scaled, mark: String.fromCharCode(GROUPED + decimals) };
  }
  if (point < 0 && width > 0 && token.length === width) {
    return { scaled: Number(token), mark: String.fromCharCode(PADDED + width) };
  }
  const scaled = scaledOf(token, decimals, false);
  if (Number.isNaN(scaled)) return undefined;
  return { scaled, mark: String.fromCharCode(PLAIN + decimals) };
}

/** The marks of a shape's slots, in order. */
export function slotMarks(shape: string): number[] {
  const marks: number[] = [];
  for (let at = shape.indexOf(SLOT_MARK); at >= 0; at = shape.indexOf(SLOT_MARK, at + 2)) {
    marks.push(shape.charCodeAt(at + 1));
  }
  return marks;
}

/** Digits after the point of a slot with this mark. */
export function markDecimals(mark: number): number {
  if (mark >= GROUPED) return Math.min(9, mark - GROUPED);
  return mark >= PLAIN ? Math.min(9, mark - PLAIN) : 0;
}

function spellSlot(scaled: number, mark: number): string {
  if (mark < PLAIN) {
    const padded = String(Math.abs(scaled)).padStart(mark - PADDED, '0');
    return scaled < 0 ? `-${padded}` : padded;
  }
  const text = spellScaled(scaled, markDecimals(mark), false);
  if (mark < GROUPED) return text;
  const point = text.indexOf('.');
  const whole = point < 0 ? text : text.slice(0, point);
  return whole.replace(/\B(?=(?:[0-9]{3})+$)/g, ',') + text.slice(whole.length);
}

/** Puts shape and numbers together again. */
export function joinCell(shape: string, slots: readonly number[]): string {
  let cell = '';
  let from = 0;
  for (const scaled of slots) {
    const at = shape.indexOf(SLOT_MARK, from);
    if (at < 0) break;
    cell += shape.slice(from, at) + spellSlot(scaled, shape.charCodeAt(at + 1));
    from = at + 2;
  }
  return cell + shape.slice(from);
}

/** How a column's cells are best taken apart, or undefined when most are no numbers between text. */
export function findTemplate(cells: readonly string[]): number[] | undefined {
  const filled = cells.filter((cell) => cell !== '' && cell !== 'NA');
  if (filled.length < 2) return undefined;
  const tokens = filled.map((cell) => [...cell.matchAll(TOKEN)].map((match) => match[0]));
  const count = Math.max(...tokens.map((list) => list.length));
  if (count === 0 || count > SLOTS_MAX) return undefined;
  if (tokens.filter((list) => list.length > 0).length < filled.length * 0.6) return undefined;
  const widths: number[] = [];
  for (let slot = 0; slot < count; slot++) {
    const here = tokens.map((list) => list[slot] ?? '').filter((token) => token !== '');
    const width = here[0]?.length ?? 0;
    const even = here.every((token) => token.length === width && /^[0-9]+$/.test(token));
    const padded = here.some((token) => token.length > 1 && token.startsWith('0'));
    widths.push(even && padded && width <= 15 ? width : 0);
  }
  const shapes = new Set(filled.map((cell) => splitCell(cell, widths).shape));
  const distinct = new Set(filled).size;
  if (distinct <= filled.length * 0.4 || shapes.size > Math.max(2, distinct * 0.4))
    return undefined;
  return widths;
}
