/** Codes a tree of elements: what follows what, attributes by the kind of their value, texts. */
import { PATH_ARITY, SVG_NUMBERS, SVG_TRANSFORMS } from '../../../formats/index.ts';
import type { MarkupElement, MarkupNode } from '../../../formats/index.ts';
import { hash2, hash3, hashText, tokenErrors } from '../tokens/index.ts';
import type { TokenCoder } from '../tokens/index.ts';
import { Geometry } from './geometry.ts';
import type { Track } from './geometry.ts';
import { codeSheet, codeStyle } from './sheet.ts';
import { hasCanonicalSpelling } from './spelling.ts';
import { textLength } from './widths.ts';

const SPELLING = hashText('spelling of the document');
const TEXT = '#';
const END = '/';
const DEPTH_MAX = 210;
const NODES_MAX = 4_000_000;
const POINTS_MAX = 4_000_000;
const GEOMETRY =
  /^(?:[xyr]|[xyf][xy12]|[cfrd][xy]|[xy][12]|width|height|textLength|font-size|stroke-width|opacity|fill-opacity|stroke-opacity|offset)$/;
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d*[1-9])?$/;

/** Coding state of one tree after another. */
export class TreeCoder {
  readonly #tokens: TokenCoder;
  readonly #geometry: Geometry;
  #nodes = 0;
  #lastText = 0;
  /** Whether paths, styles and the like of this document are coded by what they mean. */
  #canonical = true;

  constructor(tokens: TokenCoder) {
    this.#tokens = tokens;
    this.#geometry = new Geometry(tokens);
  }

  /** Codes a whole tree. */
  root(root: MarkupElement): MarkupElement {
    this.#nodes = 0;
    const drawn = this.#tokens.decoding || hasCanonicalSpelling(root);
    this.#canonical = this.#tokens.atom(drawn ? '=' : '~', SPELLING, []) === '=';
    const node = this.#node(root, { name: '', shape: 0, before: [0, 0, 0], count: 0 }, 0);
    if (typeof node !== 'object')
      throw tokenErrors.error('VALUE_INVALID', { type: 'markup', reason: 'it has no root' });
    return node;
  }

  /** Codes the next child: an element, a text, or the end of the children (undefined). */
  #node(node: MarkupNode | undefined, parent: Parent, depth: number): MarkupNode | undefined {
    if (++this.#nodes > NODES_MAX || depth > DEPTH_MAX)
      throw tokenErrors.error('TOO_LARGE', { limit: NODES_MAX });
    const [p1 = 0, p2 = 0, p3 = 0] = parent.before;
    const shape = this.#tokens.atom(shapeOf(node), hash2(hashText(parent.name), 0x51), [
      hash3(p1, p2, hash2(p3, parent.shape)),
      hash3(p1, p2, 2),
      hash2(p1, 3),
      hash3(parent.shape, parent.before.length, p1),
    ]);
    const mark = hashText(shape);
    parent.before = [mark, p1, p2];
    const column = parent.count++;
    this.#tokens.spend(shape.length);
    if (shape === END) return undefined;
    if (shape === TEXT) return this.#text(typeof node === 'string' ? node : '', parent);
    return this.#element(node as MarkupElement, shape, mark, depth, column);
  }

  #text(text: string, parent: Parent): string {
    if (parent.name === 'style' && this.#canonical) return codeSheet(this.#tokens, text);
    // Cells of one column are alike; their place in the row names the column.
    const column = parent.name === 'td' || parent.name === 'th' ? (parent.column ?? 0) : 0;
    const slot = hash3(hashText(parent.name), column, 0x7e);
    const coded = this.#tokens.text(text, slot, [
      hash2(this.#lastText, 1),
      hash2(parent.beside ?? 0, 2),
      hash3(parent.beside ?? 0, this.#lastText, 3),
    ]);
    this.#lastText = hashText(coded);
    this.#tokens.spend(coded.length);
    return coded;
  }

  #element(
    element: MarkupElement,
    shape: string,
    mark: number,
    depth: number,
    column: number,
  ): MarkupElement {
    const closed = shape.endsWith(END);
    const [name = '', ...names] = (closed ? shape.slice(0, -1) : shape).split(' ');
    this.#geometry.begin(name);
    const values = new Map<string, string>();
    const given = this.#tokens.decoding ? new Map<string, string>() : new Map(element.attributes);
    const state: ElementState = { name, mark, beside: 0 };
    // What a text says and how long it is comes before where it stands: labels are placed by their length.
    const late = name === 'text' && names.includes('textLength');
    for (const key of names)
      if (!late || key === 'style' || key === 'font-size')
        values.set(key, this.#attribute(state, key, given.get(key) ?? ''));
    const children: MarkupNode[] = [];
    if (!closed) {
      const inner: Parent = {
        name,
        shape: mark,
        before: [0, 0, 0],
        beside: state.beside,
        column,
        count: 0,
      };
      for (let i = 0; ; i++) {
        const child = this.#node(
          this.#tokens.decoding ? END : element.children[i],
          inner,
          depth + 1,
        );
        if (child === undefined) break;
        children.push(child);
      }
    }
    if (late) {
      values.set('textLength', this.#textLength(state, given, values, children));
      for (const key of names)
        if (!values.has(key)) values.set(key, this.#attribute(state, key, given.get(key) ?? ''));
    }
    return {
      name,
      attributes: names.map((key): [string, string] => [key, values.get(key) ?? '']),
      children,
    };
  }

  /** The length of a text follows from its letters, by the widths of a common font or as for a text like it. */
  #textLength(
    state: ElementState,
    given: ReadonlyMap<string, string>,
    values: ReadonlyMap<string, string>,
    children: readonly MarkupNode[],
  ): string {
    const text = children.filter((child) => typeof child === 'string').join('');
    const style = values.get('style') ?? '';
    const size = Number(
      /font-size:(\d+(?:\.\d+)?)/.exec(style)?.[1] ?? values.get('font-size') ?? '10',
    );
    if (children.some((child) => typeof child !== 'string')) this.#geometry.begin(state.name);
    this.#geometry.expect(textLength(text, size, style.includes('font-weight:bold')), size);
    state.beside = hash2(hashText(text.replace(/\d/g, '0')), hashText(style));
    return this.#attribute(state, 'textLength', given.get('textLength') ?? '');
  }

  #attribute(state: ElementState, key: string, value: string): string {
    const slot = hash3(hashText(state.name), hashText(key), 0xa0);
    const coded = this.#value(state, key, value, slot);
    this.#tokens.spend(coded.length);
    if (key !== 'textLength') state.beside = hash2(state.beside, hashText(coded));
    return coded;
  }

  #value(state: ElementState, key: string, value: string, slot: number): string {
    const tokens = this.#tokens;
    if (!this.#canonical) return tokens.text(value, slot, [state.mark]);
    if (key === 'points') return this.#points(state, value);
    if (key === 'd') return this.#path(state, value);
    if (GEOMETRY.test(key) && SVG_NUMBERS.has(key)) {
      const plain = tokens.atom(NUMBER.test(value) ? '=' : value, slot, [state.mark]);
      return plain === '='
        ? this.#geometry.attribute(value, state.name, key, state.name === 'text' ? state.beside : 0)
        : plain;
    }
    const contexts = [hash2(state.beside, 1), hash2(state.mark, 2)];
    if (key === 'style') return codeStyle(tokens, value, slot, contexts);
    return SVG_TRANSFORMS.has(key) || SVG_NUMBERS.has(key)
      ? tokens.measures(value, slot, contexts)
      : tokens.text(value, slot, contexts);
  }

  #points(state: ElementState, value: string): string {
    const kind = hash2(hashText(state.name), 0xb0);
    const numbers = this.#tokens.decoding || value === '' ? [] : value.split(/[ ,]/);
    const count = this.#tokens.count(numbers.length >> 1, kind, state.mark);
    if (count > POINTS_MAX) throw tokenErrors.error('TOO_LARGE', { limit: POINTS_MAX });
    const track: Track = { x: [], y: [] };
    const like = this.#geometry.trackLike(kind, count);
    const out: string[] = [];
    for (let index = 0; index < count; index++) {
      const place = { kind, index, count, relative: false, like };
      const x = this.#geometry.coordinate(numbers[2 * index] ?? '0', 'x', track, place);
      const y = this.#geometry.coordinate(numbers[2 * index + 1] ?? '0', 'y', track, place);
      this.#tokens.spend(2);
      out.push(`${x},${y}`);
    }
    this.#geometry.keepTrack(kind, count, track);
    return out.join(' ');
  }

  /** Paths: the run-length coded commands as a text, then the numbers. */
  #path(state: ElementState, value: string): string {
    const kind = hash2(hashText(state.name), 0xb1);
    const segments = this.#tokens.decoding
      ? []
      : (value.match(/[MLHVCSQTAZmlhvcsqtaz][^MLHVCSQTAZmlhvcsqtaz]*/g) ?? []);
    const runs = segments
      .map((segment) => segment.charAt(0))
      .join('')
      .replace(/(.)\1+/g, (run, letter: string) => `${letter}${String(run.length)}`);
    const coded = this.#tokens.text(runs, kind, [state.mark]);
    const commands = expandRuns(coded);
    const shape = hash2(kind, commands.length > 12 ? 0 : hashText(coded));
    const like = this.#geometry.trackLike(shape, commands.length);
    const track: Track = { x: [], y: [] };
    const out: string[] = [];
    for (const [i, command] of commands.entries()) {
      this.#tokens.spend(1);
      const numbers = segments[i]?.slice(1).split(' ') ?? [];
      out.push(
        command +
          this.#segment(command, numbers, track, {
            kind: shape,
            index: i,
            count: commands.length,
            like,
          }),
      );
    }
    this.#geometry.keepTrack(shape, commands.length, track);
    return out.join('');
  }

  #segment(
    command: string,
    numbers: readonly string[],
    track: Track,
    place: { kind: number; index: number; count: number; like: Track | undefined },
  ): string {
    const lower = command.toLowerCase();
    const arity = PATH_ARITY[lower] ?? 0;
    const relative = command === lower;
    const out: string[] = [];
    for (let i = 0; i < arity; i++) {
      const given = numbers[i] ?? '0';
      if (lower === 'a' && i < 5) {
        const slot = hash3(hashText(command), i, 0xb2);
        out.push(this.#tokens.decimal(given, slot, this.#tokens.integers.axis(slot)));
        continue;
      }
      const letter =
        lower === 'v' || (lower !== 'h' && (lower === 'a' ? i === 6 : i % 2 === 1)) ? 'y' : 'x';
      const kind = hash3(place.kind, hashText(command), i >> 1);
      out.push(this.#geometry.coordinate(given, letter, track, { ...place, kind, relative }));
    }
    return out.join(' ');
  }
}

/** What a child sees of its parent. */
interface Parent {
  /** Place among its own siblings. */
  readonly column?: number;
  /** Children coded so far. */
  count: number;
  readonly name: string;
  readonly shape: number;
  before: readonly number[];
  readonly beside?: number;
}

interface ElementState {
  readonly name: string;
  readonly mark: number;
  /** Hash of the attributes coded so far. */
  beside: number;
}

function shapeOf(node: MarkupNode | undefined): string {
  if (node === undefined) return END;
  if (typeof node === 'string') return TEXT;
  const names = node.attributes.map(([name]) => ` ${name}`).join('');
  return node.name + names + (node.children.length === 0 ? END : '');
}

function expandRuns(runs: string): string[] {
  const out: string[] = [];
  for (const match of runs.matchAll(/([A-Za-z])(\d*)/g)) {
    const count = match[2] === '' ? 1 : Number(match[2]);
    if (!(out.length + count <= POINTS_MAX))
      throw tokenErrors.error('TOO_LARGE', { limit: POINTS_MAX });
    for (let i = 0; i < count; i++) out.push(match[1] ?? '');
  }
  return out;
}
