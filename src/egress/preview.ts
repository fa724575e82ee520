/**
 * What a reviewer sees of a canonical file: a table with column summaries, a tree, a text or a picture's size. Computed
 * from the emitted bytes and nothing else, in the inspection process; every list and every text has a limit.
 */
import { JsonNumber, JsonObject, JsonReader, readLines, readRecords } from '../formats/index.ts';
import type { JsonFile, JsonValue, Markup, MarkupNode, Raster, Table } from '../formats/index.ts';
import { fromUtf8 } from '../core/index.ts';
import { CODECS } from '../wire/index.ts';
import type { ContentType } from '../wire/index.ts';
import { egressErrors } from './errors.ts';

/** What is known of one column. */
export interface PreviewColumn {
  readonly name: string;
  /** `number`, `text` or `blank`. */
  readonly kind: string;
  readonly min: string | number | null;
  readonly max: string | number | null;
  /** At most {@link PREVIEW_LIMITS}`.distinct`. */
  readonly distinct: number;
  readonly blank: number;
}

/** A branch or a leaf. */
export interface TreeNode {
  readonly name: string;
  readonly kind: string;
  readonly value: string | null;
  readonly children: readonly TreeNode[];
  /** Children that are not shown. */
  readonly more: number;
}

/** One file as it is shown. */
export type Preview =
  | {
      readonly type: 'table';
      readonly columns: readonly PreviewColumn[];
      readonly rows: readonly (readonly string[])[];
      /** Records without the header. */
      readonly total: number;
      /** Of how many records the columns tell. */
      readonly summarised: number;
    }
  | { readonly type: 'text' | 'svg'; readonly text: string; readonly truncated: boolean }
  | { readonly type: 'tree'; readonly root: TreeNode; readonly truncated: boolean }
  | { readonly type: 'image'; readonly width: number; readonly height: number };

/** How much of a file is shown. */
export const PREVIEW_LIMITS = {
  rows: 200,
  columns: 200,
  summarised: 200_000,
  distinct: 10_000,
  cellLength: 200,
  textBytes: 64 * 1024,
  nodes: 2_000,
  children: 200,
  depth: 12,
} as const;

const cut = (text: string): string =>
  text.length <= PREVIEW_LIMITS.cellLength ? text : `${text.slice(0, PREVIEW_LIMITS.cellLength)}…`;

class ColumnSummary {
  readonly #values = new Set<string>();
  #numbers = 0;
  #texts = 0;
  #blank = 0;
  #min: number | string | null = null;
  #max: number | string | null = null;

  add(cell: string): void {
    if (cell === '') {
      this.#blank += 1;
      return;
    }
    if (this.#values.size < PREVIEW_LIMITS.distinct) this.#values.add(cell);
    const number = Number(cell);
    const numeric = Number.isFinite(number) && cell.trim() !== '';
    if (numeric) this.#numbers += 1;
    else if (this.#texts++ === 0) {
      // From here on it is a column of texts; what was smallest as a number says nothing.
      this.#min = null;
      this.#max = null;
    }
    const value = this.#texts === 0 ? number : cut(cell);
    if (this.#min === null || value < this.#min) this.#min = value;
    if (this.#max === null || value > this.#max) this.#max = value;
  }

  show(name: string): PreviewColumn {
    const kind = this.#texts > 0 ? 'text' : this.#numbers > 0 ? 'number' : 'blank';
    const common = { name: cut(name), kind, min: this.#min, max: this.#max };
    return { ...common, distinct: this.#values.size, blank: this.#blank };
  }
}

function previewTable(table: Table): Preview {
  let header: string[] = [];
  const rows: string[][] = [];
  const summaries: ColumnSummary[] = [];
  let read = 0;
  readRecords(table.bytes, table.delimiter, (cells) => {
    read += 1;
    if (read === 1) {
      header = cells.slice(0, PREVIEW_LIMITS.columns);
      for (let i = 0; i < header.length; i++) summaries.push(new ColumnSummary());
      return undefined;
    }
    if (rows.length < PREVIEW_LIMITS.rows) rows.push(cells.slice(0, header.length).map(cut));
    for (const [i, summary] of summaries.entries()) summary.add(cells[i] ?? '');
    return read > PREVIEW_LIMITS.summarised ? 'stop' : undefined;
  });
  return {
    type: 'table',
    columns: summaries.map((summary, i) => summary.show(header[i] ?? '')),
    rows,
    total: Math.max(0, table.records - 1),
    summarised: Math.max(0, read - 1),
  };
}

/** Builds a tree of at most so many nodes. */
class TreeBuilder {
  #left: number = PREVIEW_LIMITS.nodes;
  truncated = false;

  /** Lists what fits of children. */
  branch<T>(
    name: string,
    kind: string,
    items: readonly T[],
    depth: number,
    build: (item: T, at: number) => TreeNode,
  ): TreeNode {
    const children: TreeNode[] = [];
    for (const [at, item] of items.entries()) {
      if (depth >= PREVIEW_LIMITS.depth || at >= PREVIEW_LIMITS.children || this.#left <= 0) break;
      this.#left -= 1;
      children.push(build(item, at));
    }
    const more = items.length - children.length;
    if (more > 0) this.truncated = true;
    return { name: cut(name), kind, value: null, children, more };
  }

  leaf(name: string, kind: string, value: string): TreeNode {
    if (value.length > PREVIEW_LIMITS.cellLength) this.truncated = true;
    return { name: cut(name), kind, value: cut(value), children: [], more: 0 };
  }

  json(name: string, value: JsonValue, depth = 0): TreeNode {
    if (value instanceof JsonObject) {
      const { keys, values } = value;
      return this.branch(name, 'object', keys, depth, (key, at) =>
        this.json(key, values[at] ?? null, depth + 1),
      );
    }
    if (value instanceof JsonNumber) return this.leaf(name, 'number', value.text);
    if (typeof value === 'string') return this.leaf(name, 'string', value);
    if (value === null || typeof value === 'boolean')
      return this.leaf(name, value === null ? 'null' : 'boolean', String(value));
    return this.branch(name, 'array', value, depth, (item, at) =>
      this.json(String(at), item, depth + 1),
    );
  }

  markup(node: MarkupNode, depth = 0): TreeNode {
    if (typeof node === 'string') return this.leaf('text', 'text', node);
    const parts = [...node.attributes.map(([name, value]) => ({ name, value })), ...node.children];
    return this.branch(`<${node.name}>`, 'element', parts, depth, (part) =>
      typeof part === 'object' && 'value' in part
        ? this.leaf(part.name, 'attribute', part.value)
        : this.markup(part, depth + 1),
    );
  }
}

function previewText(type: 'text' | 'svg', bytes: Uint8Array): Preview {
  const truncated = bytes.length > PREVIEW_LIMITS.textBytes;
  let end = Math.min(bytes.length, PREVIEW_LIMITS.textBytes);
  // Not in the middle of a character.
  while (truncated && end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return { type, text: fromUtf8(bytes.subarray(0, end)) ?? '', truncated };
}

function previewLines(bytes: Uint8Array): Preview {
  const tree = new TreeBuilder();
  const lines: JsonValue[] = [];
  let total = 0;
  const reader = new JsonReader();
  for (const { text } of readLines(bytes)) {
    total += 1;
    if (text === undefined || lines.length >= PREVIEW_LIMITS.children) continue;
    const read = reader.read(text);
    if (read.ok) lines.push(read.value);
  }
  const root = tree.branch('lines', 'lines', lines, 0, (value, at) =>
    tree.json(`line ${String(at + 1)}`, value, 1),
  );
  const more = total - root.children.length;
  return { type: 'tree', root: { ...root, more }, truncated: tree.truncated || more > 0 };
}

/** Shows one canonical file. Throws when its bytes are not canonical, which the gate never emitted. */
export function previewFile(type: ContentType, bytes: Uint8Array): Preview {
  const parsed = CODECS[type].parse(bytes);
  if (!parsed.ok) throw egressErrors.error('INSPECTION_CRASHED', { how: parsed.message });
  const tree = new TreeBuilder();
  switch (type) {
    case 'table':
      return previewTable(parsed.value as Table);
    case 'text':
      return previewText('text', bytes);
    case 'json': {
      const root = tree.json('root', (parsed.value as JsonFile).root);
      return { type: 'tree', root, truncated: tree.truncated };
    }
    case 'jsonl':
      return previewLines(bytes);
    case 'xml':
    case 'html': {
      const document = parsed.value as Markup;
      if (document.root.name === 'svg') return previewText('svg', bytes);
      const root = tree.markup(document.root);
      return { type: 'tree', root, truncated: tree.truncated };
    }
    case 'raster': {
      const { width, height } = parsed.value as Raster;
      return { type: 'image', width, height };
    }
  }
}
