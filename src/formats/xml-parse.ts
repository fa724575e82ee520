/**
 * A strict reader of well-formed XML: elements, attributes, text, CDATA, the five predefined entities and character
 * references. Comments and processing instructions are dropped; a document type without internal subset too. Time is
 * linear in the input.
 */
import type { Refusal } from '../core/index.ts';
import { markupErrors } from './markup-errors.ts';
import type { MarkupElement, MarkupNode } from './markup-tree.ts';

const DEPTH_MAX = 200;
const NODES_MAX = 3_000_000;
const ATTRIBUTES_MAX = 256;

const NAME = /[\p{L}_:][\p{L}\p{N}\p{M}._:-]*/uy;
const SPACE = /[ \t\r\n]*/y;
const DOCTYPE =
  /<!DOCTYPE\s+[^\s>[]+(?:\s+(?:PUBLIC\s+(?:"[^"<>]*"|'[^'<>]*')(?:\s+(?:"[^"<>]*"|'[^'<>]*'))?|SYSTEM\s+(?:"[^"<>]*"|'[^'<>]*')))?\s*>/iy;
const ENTITY = /&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([A-Za-z][A-Za-z0-9]*));/y;
const PREDEFINED: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
};

/** A document as a tree, with what was dropped. */
export type ParsedTree =
  { readonly ok: true; readonly root: MarkupElement; readonly notes: readonly string[] } | Refusal;

/** Thrown inside the reader only; becomes a refusal at its edge. */
class Refused extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

/** Runs a reader that may refuse from deep inside. */
export function catchRefusal<T>(work: () => T): T | Refusal {
  try {
    return work();
  } catch (error) {
    if (error instanceof Refused) return error.refusal;
    throw error;
  }
}

/** Leaves the reader with a refusal. */
export function refuseMarkup(
  name: Parameters<typeof markupErrors.refuse>[0],
  details: Parameters<typeof markupErrors.refuse>[1] = {},
  place?: string,
): never {
  throw new Refused(markupErrors.refuse(name, details, place));
}

/** Reads a whole document. */
export function parseXml(text: string): ParsedTree {
  return catchRefusal((): ParsedTree => new XmlReader(text).read());
}

class XmlReader {
  readonly #text: string;
  readonly #notes = new Set<string>();
  #at = 0;
  #nodes = 0;

  constructor(text: string) {
    this.#text = text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
  }

  read(): ParsedTree {
    if (this.#text.startsWith('<?xml')) this.#skipTo('?>', 'the XML declaration does not end');
    let root: MarkupElement | undefined;
    while (this.#at < this.#text.length) {
      this.#match(SPACE);
      if (this.#at >= this.#text.length) break;
      if (this.#skipMisc()) continue;
      if (root !== undefined) this.#fail('content follows the root element');
      if (this.#match(DOCTYPE) !== undefined) continue;
      if (this.#text.startsWith('<!', this.#at)) {
        refuseMarkup('DOCTYPE_ACTIVE', {}, this.#place());
      }
      if (this.#text.charCodeAt(this.#at) !== 60)
        this.#fail('text stands outside of the root element');
      root = this.#element();
    }
    if (root === undefined) this.#fail('there is no root element');
    return { ok: true, root, notes: [...this.#notes] };
  }

  /** Reads one element with all that is in it, without recursion. */
  #element(): MarkupElement {
    const root = this.#open();
    const stack: MarkupElement[] = root.closed ? [] : [root.element];
    while (stack.length > 0) {
      const parent = stack[stack.length - 1] as MarkupElement;
      const end = this.#text.indexOf('<', this.#at);
      if (end < 0) this.#fail(`the element \`${parent.name}\` is not closed`);
      if (end > this.#at) this.#append(parent, this.#decode(end));
      if (this.#text.startsWith('</', end)) {
        this.#at = end + 2;
        const name = this.#match(NAME);
        this.#match(SPACE);
        if (name !== parent.name) this.#fail(`\`${parent.name}\` is closed by \`${name ?? ''}\``);
        if (this.#text[this.#at] !== '>') this.#fail('an end tag is not closed');
        this.#at++;
        stack.pop();
      } else if (this.#text.startsWith('<![CDATA[', end)) {
        const close = this.#text.indexOf(']]>', end);
        if (close < 0) this.#fail('a CDATA section does not end');
        this.#append(parent, this.#text.slice(end + 9, close));
        this.#at = close + 3;
      } else if (!this.#skipMisc()) {
        const child = this.#open();
        (parent.children as MarkupNode[]).push(child.element);
        if (!child.closed && stack.push(child.element) > DEPTH_MAX) {
          refuseMarkup('TOO_DEEP', { limit: DEPTH_MAX }, this.#place());
        }
      }
    }
    return root.element;
  }

  #append(parent: MarkupElement, text: string): void {
    const children = parent.children as MarkupNode[];
    const last = children[children.length - 1];
    if (typeof last === 'string') children[children.length - 1] = last + text;
    else children.push(text);
  }

  #open(): { element: MarkupElement; closed: boolean } {
    if (++this.#nodes > NODES_MAX)
      refuseMarkup('TOO_MANY', { limit: NODES_MAX, thing: 'elements' });
    this.#at++;
    const name = this.#match(NAME) ?? this.#fail('a tag has no name');
    const attributes: [string, string][] = [];
    const seen = new Set<string>();
    for (;;) {
      const spaced = this.#match(SPACE) !== '';
      const next = this.#text[this.#at];
      if (next === '>') {
        this.#at++;
        return { element: { name, attributes, children: [] }, closed: false };
      }
      if (next === '/' && this.#text[this.#at + 1] === '>') {
        this.#at += 2;
        return { element: { name, attributes, children: [] }, closed: true };
      }
      if (!spaced) this.#fail('attributes are not separated');
      const [key, value] = this.#attribute();
      if (seen.has(key)) this.#fail(`the attribute \`${key}\` is given twice`);
      seen.add(key);
      if (attributes.push([key, value]) > ATTRIBUTES_MAX) {
        refuseMarkup(
          'TOO_MANY',
          { limit: ATTRIBUTES_MAX, thing: 'attributes in one tag' },
          this.#place(),
        );
      }
    }
  }

  #attribute(): [string, string] {
    const key = this.#match(NAME) ?? this.#fail('a tag is not closed');
    this.#match(SPACE);
    if (this.#text[this.#at] !== '=') this.#fail(`the attribute \`${key}\` has no value`);
    this.#at++;
    this.#match(SPACE);
    const quote = this.#text[this.#at];
    if (quote !== '"' && quote !== "'") this.#fail(`the value of \`${key}\` is not quoted`);
    this.#at++;
    const end = this.#text.indexOf(quote, this.#at);
    if (end < 0) this.#fail(`the value of \`${key}\` does not end`);
    const value = this.#decode(end);
    if (this.#text.slice(this.#at, end).includes('<')) this.#fail('a value holds `<`');
    this.#at = end + 1;
    return [key, value.replace(/[\t\n]/g, ' ')];
  }

  /** Decodes references in the text up to `end` and moves there. */
  #decode(end: number): string {
    const raw = this.#text.slice(this.#at, end);
    const start = this.#at;
    if (!raw.includes('&')) {
      if (raw.includes(']]>')) this.#fail('text holds `]]>`');
      this.#at = this.#text[end] === '<' ? end : start;
      return raw;
    }
    const parts: string[] = [];
    let from = 0;
    for (let amp = raw.indexOf('&'); amp >= 0; amp = raw.indexOf('&', from)) {
      parts.push(raw.slice(from, amp));
      ENTITY.lastIndex = amp;
      const match = ENTITY.exec(raw);
      if (match === null) this.#fail('an `&` starts no reference');
      parts.push(this.#reference(match));
      from = ENTITY.lastIndex;
    }
    parts.push(raw.slice(from));
    this.#at = this.#text[end] === '<' ? end : start;
    return parts.join('');
  }

  #reference(match: RegExpExecArray): string {
    const [, decimal, hex, name] = match;
    if (name !== undefined) {
      return PREDEFINED[name] ?? refuseMarkup('ENTITY_UNKNOWN', { name }, this.#place());
    }
    const code = decimal === undefined ? parseInt(hex ?? '', 16) : Number(decimal);
    if (code > 0x10ffff || code === 0 || (code >= 0xd800 && code < 0xe000)) {
      this.#fail('a character reference names no character');
    }
    return String.fromCodePoint(code);
  }

  /** Skips a comment or a processing instruction. */
  #skipMisc(): boolean {
    if (this.#text.startsWith('<!--', this.#at)) {
      this.#at += 4;
      this.#skipTo('-->', 'a comment does not end');
      this.#notes.add('comments dropped');
      return true;
    }
    if (this.#text.startsWith('<?', this.#at)) {
      this.#skipTo('?>', 'a processing instruction does not end');
      this.#notes.add('processing instructions dropped');
      return true;
    }
    return false;
  }

  #skipTo(mark: string, reason: string): void {
    const end = this.#text.indexOf(mark, this.#at);
    if (end < 0) this.#fail(reason);
    this.#at = end + mark.length;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null) return undefined;
    this.#at = pattern.lastIndex;
    return match[0];
  }

  #fail(reason: string): never {
    refuseMarkup('SYNTAX_INVALID', { reason }, this.#place());
  }

  #place(): string {
    const before = this.#text.slice(0, this.#at);
    const line = before.split('\n').length;
    return `line ${String(line)}, column ${String(this.#at - before.lastIndexOf('\n'))}`;
  }
}
