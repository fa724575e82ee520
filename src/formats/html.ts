/**
 * Static HTML reports: bytes to a canonical tree, and back. Kept: text, tables, lists, headings, style sheets by the closed
 * grammar of css.ts, merged into one. Dropped and reported: scripts, event attributes, links to outside, pictures, forms,
 * frames, drawings, unused ids and classes. Unknown elements are replaced by their content.
 */
import type { Refusal } from '../core/index.ts';
import { spellDeclarations, spellStylesheet } from './css.ts';
import type { RenameId } from './css.ts';
import {
  HTML_ATTRIBUTES,
  HTML_BLOCKS,
  HTML_DROPPED,
  HTML_ELEMENTS,
  HTML_VOID,
} from './html-names.ts';
import { parseHtml } from './html-parse.ts';
import type { HtmlNode, HtmlPage } from './html-parse.ts';
import { markupErrors } from './markup-errors.ts';
import { cleanText, escapeText, escapeValue } from './markup-tree.ts';
import type { Markup, MarkupElement, MarkupNode } from './markup-tree.ts';
import { catchRefusal } from './xml-parse.ts';
import { XML_BYTES_MAX, decodeUtf8, settleMarkup } from './xml.ts';
import { TextSink } from './text-sink.ts';

const SAFE_VALUE = /^[\w #%.,;:()+*/=?!&'-]*$/;

/** Reads a whole page. */
export function parsePage(
  bytes: Uint8Array,
): { readonly ok: true; readonly value: Markup } | Refusal {
  if (bytes.length > XML_BYTES_MAX) {
    return markupErrors.refuse('TOO_LARGE', { bytes: bytes.length, limit: XML_BYTES_MAX });
  }
  const text = decodeUtf8(bytes);
  if (text === undefined) return markupErrors.refuse('ENCODING_INVALID');
  return catchRefusal(() => settleMarkup(bytes, text, readPage, emitPage));
}

function readPage(text: string): { readonly ok: true; readonly value: Markup } {
  const notes = new Set<string>();
  return { ok: true, value: new PageMaker(parseHtml(text, notes), notes).make() };
}

class PageMaker {
  readonly #page: HtmlPage;
  readonly #notes: Set<string>;
  readonly #names = new Map<string, string>();
  readonly #owners = new Map<string, HtmlNode>();
  readonly #used = new Set<string>();
  readonly #classes: ReadonlySet<string>;
  readonly #css: string;
  readonly #preserves: boolean;

  constructor(page: HtmlPage, notes: Set<string>) {
    this.#page = page;
    this.#notes = notes;
    this.#css = page.styles.join('\n');
    for (const match of this.#css.matchAll(/#([A-Za-z_][\w-]*)/g)) this.#used.add(match[1] ?? '');
    this.#refer(page.body);
    this.#name(page.body);
    this.#classes = new Set(this.#css.match(/(?<=\.)[A-Za-z_][\w-]*/g) ?? []);
    this.#preserves = /white-space\s*:\s*(?:pre|break)/i.test(this.#css);
  }

  make(): Markup {
    const head: MarkupNode[] = [];
    const title = cleanText((this.#page.title ?? '').replace(/\s+/g, ' ').trim());
    if (title !== '') head.push({ name: 'title', attributes: [], children: [title] });
    const sheet = spellStylesheet(this.#css, this.#rename, this.#notes);
    if (sheet !== '') head.push({ name: 'style', attributes: [], children: [sheet] });
    const body = this.#element(this.#page.body, false);
    const children: MarkupNode[] = [];
    if (head.length > 0) children.push({ name: 'head', attributes: [], children: head });
    children.push(body);
    const lang = this.#page.head.attributes.get('lang') ?? '';
    const attributes: [string, string][] = /^[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*$/.test(lang)
      ? [['lang', lang]]
      : [];
    return { root: { name: 'html', attributes, children }, notes: [...this.#notes] };
  }

  readonly #rename: RenameId = (id) => this.#names.get(id) ?? 'none';

  #refer(node: HtmlNode): void {
    const href = node.attributes.get('href');
    if (href?.startsWith('#') === true) this.#used.add(href.slice(1));
    for (const id of (node.attributes.get('headers') ?? '').split(/\s+/)) this.#used.add(id);
    for (const child of node.children) if (typeof child !== 'string') this.#refer(child);
  }

  #name(node: HtmlNode): void {
    const id = node.attributes.get('id');
    // An empty id names nothing, and `headers` that nobody wrote are read as one.
    if (
      id !== undefined &&
      id !== '' &&
      this.#used.has(id) &&
      !this.#names.has(id) &&
      HTML_ELEMENTS.has(node.name)
    ) {
      this.#names.set(id, `i${String(this.#names.size + 1)}`);
      this.#owners.set(id, node);
    }
    if (HTML_DROPPED.has(node.name)) return;
    for (const child of node.children) if (typeof child !== 'string') this.#name(child);
  }

  #element(node: HtmlNode, preserved: boolean): MarkupElement {
    const keeps =
      preserved ||
      node.name === 'pre' ||
      /white-space\s*:\s*(?:pre|break)/i.test(node.attributes.get('style') ?? '');
    const attributes: [string, string][] = [];
    for (const [name, value] of node.attributes) {
      const spelled = this.#attribute(node, name, value);
      if (spelled !== undefined) attributes.push([name, spelled]);
    }
    attributes.sort(([a], [b]) => (a < b ? -1 : 1));
    const children: MarkupNode[] = [];
    this.#collect(node, keeps, children);
    const first = children[0];
    // Browsers drop one line end behind `<pre>`.
    if (node.name === 'pre' && typeof first === 'string' && first.startsWith('\n'))
      children[0] = first.slice(1);
    const soft = !(keeps || (this.#preserves && !HTML_STRUCTURE.has(node.name)));
    return {
      name: node.name,
      attributes,
      children: joinTexts(children, HTML_BLOCKS.has(node.name), soft),
    };
  }

  /** Collects the children that are kept; unknown elements give their own children. */
  #collect(node: HtmlNode, keeps: boolean, out: MarkupNode[]): void {
    for (const child of node.children) {
      if (typeof child === 'string') out.push(cleanText(child));
      else if (child.name === 'img') {
        const alt = child.attributes.get('alt') ?? '';
        this.#notes.add('pictures dropped: send them as files of their own');
        if (alt !== '') out.push(cleanText(alt.replace(/\s+/g, ' ')));
      } else if (HTML_DROPPED.has(child.name)) {
        if (child.name !== 'meta') this.#notes.add(`\`${child.name}\` elements dropped`);
      } else if (!HTML_ELEMENTS.has(child.name)) {
        this.#notes.add(
          `\`${cleanText(child.name).slice(0, 30)}\` elements replaced by their content`,
        );
        this.#collect(child, keeps, out);
      } else if (child.name === 'a' && !(child.attributes.get('href') ?? '').startsWith('#')) {
        if (child.attributes.has('href'))
          this.#notes.add('links to outside dropped, their text kept');
        this.#collect(child, keeps, out);
      } else out.push(this.#element(child, keeps));
    }
  }

  #attribute(node: HtmlNode, name: string, value: string): string | undefined {
    if (name === 'id') {
      return this.#owners.get(value) === node ? this.#names.get(value) : undefined;
    }
    if (name === 'class') {
      const used = value.split(/\s+/).filter((word) => this.#classes.has(word));
      if (used.length === 0) return undefined;
      return [...new Set(used)].sort().join(' ');
    }
    if (name === 'style')
      return spellDeclarations(cleanText(value), this.#rename, this.#notes) || undefined;
    if (name === 'href')
      return value.startsWith('#') ? `#${this.#rename(value.slice(1))}` : undefined;
    if (name === 'headers')
      return value
        .split(/\s+/)
        .map((id) => this.#rename(id))
        .join(' ');
    if (!HTML_ATTRIBUTES.has(name)) {
      this.#notes.add(
        name.startsWith('on')
          ? 'event attributes dropped'
          : `attribute \`${cleanText(name).slice(0, 30)}\` dropped`,
      );
      return undefined;
    }
    const clean = cleanText(value.replace(/\s+/g, ' ').trim());
    const safe = name === 'title' || name === 'abbr' || SAFE_VALUE.test(clean);
    return clean !== '' && safe ? clean : undefined;
  }
}

const HTML_STRUCTURE = new Set([
  'html',
  'head',
  'body',
  'table',
  'thead',
  'tbody',
  'tfoot',
  'tr',
  'colgroup',
  'ul',
  'ol',
  'dl',
]);

/** Joins neighbouring texts; blanks are one blank, and none beside a block. */
function joinTexts(children: readonly MarkupNode[], block: boolean, soft: boolean): MarkupNode[] {
  const joined: MarkupNode[] = [];
  for (const child of children) {
    const last = joined[joined.length - 1];
    if (typeof child === 'string' && typeof last === 'string')
      joined[joined.length - 1] = last + child;
    else joined.push(child);
  }
  const isEdge = (node: MarkupNode | undefined): boolean =>
    node === undefined
      ? block
      : typeof node !== 'string' && (HTML_BLOCKS.has(node.name) || node.name === 'br');
  const out: MarkupNode[] = [];
  for (const [i, child] of joined.entries()) {
    if (typeof child !== 'string') {
      out.push(child);
      continue;
    }
    const blank = child.trim() === '' && (isEdge(joined[i - 1]) || isEdge(joined[i + 1]));
    if (blank && (soft || joined.length > 1)) continue;
    let text = soft ? child.replace(/[\t\n\f ]+/g, ' ') : child;
    if (soft && isEdge(joined[i - 1])) text = text.trimStart();
    if (soft && isEdge(joined[i + 1])) text = text.trimEnd();
    if (text !== '') out.push(text);
  }
  return out;
}

/** The canonical page of a tree. */
export function emitPage(root: MarkupElement): Uint8Array {
  const out = new TextSink();
  out.push('<!DOCTYPE html>\n');
  emitNode(root, out, true);
  return out.finish();
}

function emitNode(element: MarkupElement, out: TextSink, lines: boolean): void {
  out.push('<', element.name);
  for (const [name, value] of element.attributes)
    out.push(' ', name, '="', escapeValue(value), '"');
  out.push('>');
  const { children, name } = element;
  const end = lines ? '\n' : '';
  if (name === 'html' || name === 'head') out.push('\n');
  if (name === 'head') out.push('<meta charset="utf-8">\n');
  if (HTML_VOID.has(name)) {
    out.push(end);
    return;
  }
  const first = children[0];
  if (name === 'style') {
    out.push('\n', typeof first === 'string' ? first : '', '\n</style>', end);
    return;
  }
  if (name === 'pre' && typeof first === 'string' && first.startsWith('\n')) out.push('\n');
  const inner =
    lines &&
    HTML_BLOCKS.has(name) &&
    name !== 'pre' &&
    children.length > 0 &&
    children.every((child) => typeof child !== 'string' && HTML_BLOCKS.has(child.name));
  if (inner && name !== 'html' && name !== 'head') out.push('\n');
  for (const child of children) {
    if (typeof child === 'string') out.push(escapeText(child));
    else emitNode(child, out, inner || name === 'html' || name === 'head');
  }
  out.push('</', name, '>', end);
}
