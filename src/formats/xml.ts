/**
 * XML and SVG: bytes to a canonical tree, and the canonical tree to bytes. An `svg` root is read as a static drawing
 * (svg.ts); any other document keeps its elements, with attributes in order, without comments and layout blanks.
 */
import type { Refusal } from '../core/index.ts';
import { markupErrors } from './markup-errors.ts';
import { cleanText, escapeText, escapeValue } from './markup-tree.ts';
import type { Markup, MarkupElement, MarkupNode } from './markup-tree.ts';
import { canonicaliseSvg, isSvgRoot } from './svg.ts';
import { catchRefusal, parseXml, refuseMarkup } from './xml-parse.ts';
import { TextSink } from './text-sink.ts';

/** Largest file that is read. */
export const XML_BYTES_MAX = 24 * 1024 * 1024;
const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';
const ACTIVE_NAMESPACES = new Set([
  'http://www.w3.org/1999/xhtml',
  'http://www.w3.org/2000/svg',
  'http://www.w3.org/1999/XSL/Transform',
]);

/** Reads a whole XML or SVG file. */
export function parseMarkup(
  bytes: Uint8Array,
): { readonly ok: true; readonly value: Markup } | Refusal {
  if (bytes.length > XML_BYTES_MAX) {
    return markupErrors.refuse('TOO_LARGE', { bytes: bytes.length, limit: XML_BYTES_MAX });
  }
  const text = decodeUtf8(bytes);
  if (text === undefined) return markupErrors.refuse('ENCODING_INVALID');
  return catchRefusal(() => settleMarkup(bytes, text, readMarkup, emitMarkup));
}

function readMarkup(text: string): ParsedMarkup {
  const parsed = parseXml(text);
  if (!parsed.ok) return parsed;
  const value = isSvgRoot(parsed.root)
    ? canonicaliseSvg(parsed.root, parsed.notes)
    : { root: canonicaliseXml(parsed.root), notes: parsed.notes };
  return { ok: true, value };
}

type ParsedMarkup = { readonly ok: true; readonly value: Markup } | Refusal;

/** One reading more than any document needs: what names are for is known after the first. */
const READINGS_MAX = 4;

/**
 * Reads until the canonical file reads back as itself. An id or class whose only use is left out (a link, a style rule, a
 * foreign attribute) is kept by the first reading and by no later one. Refuses what would be larger than may be read again.
 */
export function settleMarkup(
  bytes: Uint8Array,
  text: string,
  read: (text: string) => ParsedMarkup,
  emit: (root: MarkupElement) => Uint8Array,
): ParsedMarkup {
  let notes: readonly string[] | undefined;
  let [source, input] = [bytes, text];
  for (let readings = 0; readings < READINGS_MAX; readings++) {
    const step = readOnce(source, input, read, emit);
    if (!step.ok) return step;
    notes ??= step.notes;
    if (step.root !== undefined) return { ok: true, value: { root: step.root, notes } };
    source = step.file;
    input = Buffer.from(source.buffer, source.byteOffset, source.length).toString();
  }
  return markupErrors.refuse('NEVER_SETTLED');
}

type Step =
  | {
      readonly ok: true;
      readonly notes: readonly string[];
      readonly file: Uint8Array;
      /** Only when the file is the source, so that a large tree is not kept while the next is made. */
      readonly root?: MarkupElement;
    }
  | Refusal;

function readOnce(
  source: Uint8Array,
  text: string,
  read: (text: string) => ParsedMarkup,
  emit: (root: MarkupElement) => Uint8Array,
): Step {
  const parsed = read(text);
  if (!parsed.ok) return parsed;
  const { root, notes } = parsed.value;
  const file = emit(root);
  if (file.length > XML_BYTES_MAX) {
    return markupErrors.refuse('TOO_LARGE', { bytes: file.length, limit: XML_BYTES_MAX });
  }
  const settled = Buffer.compare(file, source) === 0;
  return { ok: true, notes, file, ...(settled ? { root } : {}) };
}

/** Decodes UTF-8 strictly, without a byte order mark. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function canonicaliseXml(element: MarkupElement): MarkupElement {
  for (const [name, value] of element.attributes) {
    if ((name === 'xmlns' || name.startsWith('xmlns:')) && ACTIVE_NAMESPACES.has(value)) {
      refuseMarkup('NAMESPACE_ACTIVE', { name: value });
    }
  }
  const attributes = element.attributes
    .map(([name, value]): [string, string] => [cleanName(name), cleanText(value)])
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const mixed = element.children.some((child) => typeof child === 'string' && child.trim() !== '');
  const nested = element.children.some((child) => typeof child !== 'string');
  const children: MarkupNode[] = [];
  for (const child of element.children) {
    if (typeof child !== 'string') children.push(canonicaliseXml(child));
    else if (mixed || !nested) children.push(cleanText(child));
  }
  const kept = children.filter((child) => child !== '');
  return {
    name: cleanName(element.name),
    attributes,
    children: kept.length === 1 && typeof kept[0] === 'string' && kept[0].trim() === '' ? [] : kept,
  };
}

function cleanName(name: string): string {
  return cleanText(name);
}

/** The canonical file of a tree. */
export function emitMarkup(root: MarkupElement): Uint8Array {
  const out = new TextSink();
  out.push(DECLARATION);
  emitElement(root, out, true);
  return out.finish();
}

const INLINE = new Set(['text', 'tspan', 'textPath', 'title', 'desc']);

/** Writes an element; `lines` when line breaks around it mean nothing. */
function emitElement(element: MarkupElement, out: TextSink, lines: boolean): void {
  out.push('<', element.name);
  for (const [name, value] of element.attributes)
    out.push(' ', name, '="', escapeValue(value), '"');
  const { children } = element;
  if (children.length === 0) {
    out.push(lines ? '/>\n' : '/>');
    return;
  }
  out.push('>');
  const inner =
    !INLINE.has(element.name) && lines && children.every((child) => typeof child !== 'string');
  if (inner) out.push('\n');
  for (const child of children) {
    if (typeof child === 'string') out.push(escapeText(child));
    else emitElement(child, out, inner);
  }
  out.push('</', element.name, lines ? '>\n' : '>');
}
