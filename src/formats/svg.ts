/**
 * Static SVG from the tree of an XML document: a closed vocabulary, local references only, one spelling per drawing.
 * Rendering is unchanged; what has no effect on it (metadata, unused ids and classes, foreign attributes) is dropped.
 */
import { spellColour } from './colours.ts';
import { spellDeclarations, spellStyleValue, spellStylesheet } from './css.ts';
import type { RenameId } from './css.ts';
import { attributeOf, cleanText } from './markup-tree.ts';
import type { Markup, MarkupElement, MarkupNode } from './markup-tree.ts';
import {
  SVG_COLOURS,
  SVG_ELEMENTS,
  SVG_KEYWORDS,
  SVG_NUMBERS,
  SVG_REFERENCES,
  SVG_REFUSED,
  SVG_TEXT,
  SVG_TRANSFORMS,
  compareAttributes,
} from './svg-names.ts';
import { spellLengths, spellPath, spellPoints, spellTransform } from './svg-values.ts';
import { refuseMarkup } from './xml-parse.ts';

/** The namespace of SVG. */
export const SVG_NAMESPACE = 'http://www.w3.org/2000/svg';
const XLINK_NAMESPACE = 'http://www.w3.org/1999/xlink';
const XML_NAMESPACE = 'http://www.w3.org/XML/1998/namespace';

/** An element with its prefixes resolved: `svg:rect` and `rect` are the same. */
interface Resolved {
  readonly name: string;
  readonly attributes: Map<string, string>;
  readonly children: (Resolved | string)[];
}

/** Makes the canonical drawing; may leave with a refusal. */
export function canonicaliseSvg(root: MarkupElement, before: readonly string[]): Markup {
  const notes = new Set(before);
  const tree = resolve(
    root,
    new Map([
      ['', SVG_NAMESPACE],
      ['xml', XML_NAMESPACE],
    ]),
    notes,
  );
  if (tree?.name !== 'svg') refuseMarkup('ELEMENT_UNKNOWN', { name: root.name });
  const ids = new IdNames(tree);
  const styles = styleTexts(tree);
  const classes = new Set(styles.join('\n').match(/(?<=\.)[A-Za-z_][\w-]*/g) ?? []);
  const context: Context = { notes, ids, classes, linked: false };
  const made = make(tree, KEEPS_BLANKS.test(styles.join('\n')), context);
  const attributes = [...made.attributes];
  attributes.unshift(['xmlns', SVG_NAMESPACE]);
  if (context.linked) attributes.splice(1, 0, ['xmlns:xlink', XLINK_NAMESPACE]);
  return { root: { ...made, attributes }, notes: [...notes] };
}

/** Style sheets that keep blanks do so for all texts here, which is never less than they ask for. */
const KEEPS_BLANKS = /white-space(?:-collapse)?\s*:\s*(?:pre|break)/i;

interface Context {
  readonly notes: Set<string>;
  readonly ids: IdNames;
  readonly classes: ReadonlySet<string>;
  linked: boolean;
}

/** Resolves prefixes and leaves foreign elements and attributes out; undefined for a foreign element. */
function resolve(
  element: MarkupElement,
  outer: ReadonlyMap<string, string>,
  notes: Set<string>,
): Resolved | undefined {
  const spaces = new Map(outer);
  for (const [name, value] of element.attributes) {
    if (name === 'xmlns') spaces.set('', value);
    else if (name.startsWith('xmlns:')) spaces.set(name.slice(6), value);
  }
  const [prefix, local] = splitName(element.name);
  if (spaces.get(prefix) !== SVG_NAMESPACE) {
    if (SVG_REFUSED.has(local)) refuseMarkup('SCRIPT_PRESENT', { name: local });
    notes.add('elements of other vocabularies dropped');
    return undefined;
  }
  if (SVG_REFUSED.has(local)) refuseMarkup('SCRIPT_PRESENT', { name: local });
  const attributes = new Map<string, string>();
  for (const [name, value] of element.attributes) {
    const [space, own] = splitName(name);
    if (name === 'xmlns' || space === 'xmlns') continue;
    const key =
      space === ''
        ? own
        : spaces.get(space) === XLINK_NAMESPACE
          ? `xlink:${own}`
          : space === 'xml'
            ? name
            : '';
    if (key === '') notes.add('attributes of other vocabularies dropped');
    else attributes.set(key, value);
  }
  const children: (Resolved | string)[] = [];
  for (const child of element.children) {
    if (typeof child === 'string') children.push(child);
    else {
      const inner = resolve(child, spaces, notes);
      if (inner !== undefined) children.push(inner);
    }
  }
  return { name: local, attributes, children };
}

function splitName(name: string): [string, string] {
  const colon = name.indexOf(':');
  return colon < 0 ? ['', name] : [name.slice(0, colon), name.slice(colon + 1)];
}

function styleTexts(tree: Resolved, out: string[] = []): string[] {
  for (const child of tree.children) {
    if (typeof child === 'string') {
      if (tree.name === 'style') out.push(child);
    } else styleTexts(child, out);
  }
  return out;
}

/** New names for ids, in the order in which elements carry them; ids that nothing refers to have none. */
class IdNames {
  readonly #names = new Map<string, string>();
  readonly #owners = new Map<string, Resolved>();
  readonly #used = new Set<string>();

  constructor(tree: Resolved) {
    this.#refer(tree);
    this.#name(tree);
  }

  /** The new name of a reference; a reference to nothing keeps meaning nothing. */
  readonly rename: RenameId = (id) => this.#names.get(id) ?? 'none';

  /** The new id of an element, if it has one that is used. */
  of(element: Resolved): string | undefined {
    const id = element.attributes.get('id');
    return id !== undefined && this.#owners.get(id) === element ? this.#names.get(id) : undefined;
  }

  #refer(element: Resolved): void {
    for (const [name, value] of element.attributes) {
      if ((name === 'href' || name === 'xlink:href') && value.trim().startsWith('#')) {
        this.#used.add(value.trim().slice(1));
      } else if (value.includes('#')) {
        for (const match of value.matchAll(/url\(\s*["']?#([^"'()\s]+)["']?\s*\)/gi))
          this.#used.add(match[1] ?? '');
      }
    }
    for (const child of element.children) {
      if (typeof child !== 'string') this.#refer(child);
      else if (element.name === 'style') {
        for (const match of child.matchAll(/#([A-Za-z_][\w-]*)/g)) this.#used.add(match[1] ?? '');
      }
    }
  }

  #name(element: Resolved): void {
    const id = element.attributes.get('id');
    if (id !== undefined && this.#used.has(id) && !this.#names.has(id)) {
      this.#names.set(id, `i${String(this.#names.size + 1)}`);
      this.#owners.set(id, element);
    }
    for (const child of element.children) if (typeof child !== 'string') this.#name(child);
  }
}

function make(element: Resolved, preserved: boolean, context: Context): MarkupElement {
  const space = element.attributes.get('xml:space');
  const keeps =
    (space === undefined ? preserved : space === 'preserve') ||
    KEEPS_BLANKS.test(element.attributes.get('style') ?? '');
  const attributes: [string, string][] = [];
  for (const [name, value] of element.attributes) {
    const made = makeAttribute(element, name, value, context);
    if (made !== undefined) attributes.push(made);
  }
  attributes.sort(([a], [b]) => compareAttributes(a, b));
  return { name: element.name, attributes, children: makeChildren(element, keeps, context) };
}

function makeChildren(element: Resolved, keeps: boolean, context: Context): MarkupNode[] {
  if (element.name === 'style') return makeStyle(element, context);
  const shown = SVG_TEXT.has(element.name);
  const children: MarkupNode[] = [];
  for (const child of element.children) {
    if (typeof child === 'string') {
      if (shown)
        children.push(
          cleanText(keeps ? child.replace(/[\t\n]/g, ' ') : child.replace(/[\t\n ]+/g, ' ')),
        );
      else if (child.trim() !== '') context.notes.add('text outside of text elements dropped');
    } else if (child.name === 'a') {
      context.notes.add('links dropped, their content kept');
      children.push(...makeChildren(child, keeps, context));
    } else if (child.name === 'metadata') context.notes.add('metadata dropped');
    else if (child.name === 'image') refuseMarkup('IMAGE_EMBEDDED');
    else if (SVG_ELEMENTS.has(child.name)) children.push(make(child, keeps, context));
    else refuseMarkup('ELEMENT_UNKNOWN', { name: child.name });
  }
  return shown && !keeps
    ? trimText(children, element.name)
    : children.filter((child) => child !== '');
}

/** Blanks at the edges of a text element are not drawn. */
function trimText(children: MarkupNode[], name: string): MarkupNode[] {
  if (name === 'tspan' || name === 'textPath') return children.filter((child) => child !== '');
  const first = children[0];
  if (typeof first === 'string') children[0] = first.trimStart();
  const last = children[children.length - 1];
  if (typeof last === 'string') children[children.length - 1] = last.trimEnd();
  return children.filter((child) => child !== '');
}

function makeStyle(element: Resolved, context: Context): MarkupNode[] {
  const type = element.attributes.get('type');
  if (type !== undefined && type.trim().toLowerCase() !== 'text/css') {
    refuseMarkup('STYLE_INVALID', { reason: 'it is not CSS' });
  }
  const text = element.children.filter((child) => typeof child === 'string').join('');
  const sheet = spellStylesheet(text, context.ids.rename, context.notes);
  return sheet === '' ? [] : [sheet];
}

function makeAttribute(
  element: Resolved,
  name: string,
  value: string,
  context: Context,
): [string, string] | undefined {
  if (element.name === 'style') return undefined;
  if (name === 'id') {
    const id = context.ids.of(element);
    if (id === undefined) context.notes.add('ids that nothing refers to dropped');
    return id === undefined ? undefined : [name, id];
  }
  if (name === 'href' || name === 'xlink:href') return makeLink(element, name, value, context);
  if (name.startsWith('on')) {
    context.notes.add('event attributes dropped');
    return undefined;
  }
  if (name === 'class') return makeClass(value, context);
  const spelled = spellAttribute(name, value.trim(), context);
  if (spelled === null && SILENT.has(name)) return undefined;
  if (spelled === null) {
    context.notes.add(`attribute \`${cleanText(name)}\` dropped`);
    return undefined;
  }
  if (spelled === undefined) {
    if (/url\s*\(/i.test(value))
      refuseMarkup('REFERENCE_EXTERNAL', { target: cleanText(value).slice(0, 60) });
    refuseMarkup('VALUE_INVALID', { name });
  }
  return spelled === '' ? undefined : [name, spelled];
}

/** Attributes without effect whose loss is not worth a note. */
const SILENT = new Set(['version', 'baseProfile', 'xml:lang', 'standalone']);

function makeClass(value: string, context: Context): [string, string] | undefined {
  const used = value.split(/\s+/).filter((word) => context.classes.has(word));
  if (used.length === 0) context.notes.add('classes that no style rule names dropped');
  return used.length === 0 ? undefined : ['class', [...new Set(used)].sort().join(' ')];
}

function makeLink(
  element: Resolved,
  name: string,
  value: string,
  context: Context,
): [string, string] | undefined {
  if (name === 'xlink:href' && element.attributes.has('href')) return undefined;
  const target = value.trim();
  if (!target.startsWith('#'))
    refuseMarkup('REFERENCE_EXTERNAL', { target: cleanText(target).slice(0, 60) });
  context.linked = true;
  return ['xlink:href', `#${context.ids.rename(target.slice(1))}`];
}

/** The canonical value; null when the attribute is unknown, undefined when its value is not allowed. */
function spellAttribute(name: string, value: string, context: Context): string | null | undefined {
  const { rename } = context.ids;
  if (name === 'd') return value === '' || value === 'none' ? '' : spellPath(value);
  if (name === 'points') return spellPoints(value);
  if (name === 'style') return spellDeclarations(cleanText(value), rename, context.notes);
  if (value === '') return SVG_KEYWORDS.has(name) || SVG_NUMBERS.has(name) ? '' : null;
  if (SVG_TRANSFORMS.has(name)) return spellTransform(value);
  if (SVG_NUMBERS.has(name)) return spellLengths(value);
  if (SVG_COLOURS.has(name)) return spellColour(value) ?? spellStyleValue(cleanText(value), rename);
  if (SVG_REFERENCES.has(name)) return spellStyleValue(cleanText(value), rename);
  if (SVG_KEYWORDS.has(name)) return spellStyleValue(cleanText(value), rename, false);
  return null;
}

/** True for the root of a drawing. */
export function isSvgRoot(root: MarkupElement): boolean {
  const [prefix, local] = splitName(root.name);
  return (
    local === 'svg' &&
    (attributeOf(root, prefix === '' ? 'xmlns' : `xmlns:${prefix}`) ?? SVG_NAMESPACE) ===
      SVG_NAMESPACE
  );
}
