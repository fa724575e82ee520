/**
 * A reader of HTML that takes what reports are made of: tags as browsers read them, implied end tags of a stated list,
 * character references. Time is linear; nesting, elements and attributes are limited.
 */
import { decodeEntities } from './html-entities.ts';
import {
  HTML_CLOSED_BY,
  HTML_DROPPED,
  HTML_ELEMENTS,
  HTML_RAW,
  HTML_SCOPES,
  HTML_VOID,
} from './html-names.ts';
import { refuseMarkup } from './xml-parse.ts';

const DEPTH_MAX = 200;
const NODES_MAX = 3_000_000;
const TAG_NAME = /[A-Za-z][^\s/>\0]*/y;
const ATTRIBUTE = /[\s/]*([^\s/>=][^\s/>=]*)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"'][^\s>]*)))?/y;
const ATTRIBUTES_MAX = 256;

/** An element as it was read; children may still be left out. */
export interface HtmlNode {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: (HtmlNode | string)[];
}

/** A page as it was read. */
export interface HtmlPage {
  readonly head: HtmlNode;
  readonly body: HtmlNode;
  readonly styles: readonly string[];
  readonly title: string | undefined;
}

/** Reads a page; may leave with a refusal. */
export function parseHtml(text: string, notes: Set<string>): HtmlPage {
  return new HtmlReader(text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text, notes).read();
}

class HtmlReader {
  readonly #text: string;
  readonly #notes: Set<string>;
  readonly #styles: string[] = [];
  readonly #root: HtmlNode = { name: 'html', attributes: new Map(), children: [] };
  readonly #body: HtmlNode = { name: 'body', attributes: new Map(), children: [] };
  readonly #stack: HtmlNode[] = [this.#body];
  #title: string | undefined;
  #at = 0;
  #nodes = 0;

  constructor(text: string, notes: Set<string>) {
    this.#text = text;
    this.#notes = notes;
  }

  read(): HtmlPage {
    const text = this.#text;
    while (this.#at < text.length) {
      const open = text.indexOf('<', this.#at);
      const end = open < 0 ? text.length : open;
      if (end > this.#at) this.#append(decodeEntities(text.slice(this.#at, end)));
      this.#at = end;
      if (open >= 0) this.#markup();
    }
    return { head: this.#root, body: this.#body, styles: this.#styles, title: this.#title };
  }

  #markup(): void {
    const text = this.#text;
    const next = text.charAt(this.#at + 1);
    if (/[A-Za-z]/.test(next)) this.#startTag();
    else if (next === '/' && /[A-Za-z]/.test(text.charAt(this.#at + 2))) this.#endTag();
    else if (text.startsWith('<!--', this.#at)) {
      this.#at += 2;
      this.#skip('-->', 'comments dropped');
    } else if (next === '!' || next === '?' || next === '/') this.#skip('>');
    else {
      this.#append('<');
      this.#at++;
    }
  }

  #skip(mark: string, note?: string): void {
    const end = this.#text.indexOf(mark, this.#at);
    this.#at = end < 0 ? this.#text.length : end + mark.length;
    if (note !== undefined) this.#notes.add(note);
  }

  #startTag(): void {
    if (++this.#nodes > NODES_MAX)
      refuseMarkup('TOO_MANY', { limit: NODES_MAX, thing: 'elements' });
    this.#at++;
    const name = this.#match(TAG_NAME).toLowerCase();
    const attributes = new Map<string, string>();
    for (;;) {
      ATTRIBUTE.lastIndex = this.#at;
      const match = ATTRIBUTE.exec(this.#text);
      if (match === null) break;
      this.#at = ATTRIBUTE.lastIndex;
      const key = (match[1] ?? '').toLowerCase();
      const value = match[2] ?? match[3] ?? match[4] ?? '';
      if (!attributes.has(key)) attributes.set(key, decodeEntities(value));
      if (attributes.size > ATTRIBUTES_MAX) {
        refuseMarkup('TOO_MANY', { limit: ATTRIBUTES_MAX, thing: 'attributes in one tag' });
      }
    }
    const close = this.#text.indexOf('>', this.#at);
    if (close < 0 || /[^\s/]/.test(this.#text.slice(this.#at, close))) {
      refuseMarkup('SYNTAX_INVALID', { reason: `the tag \`${name.slice(0, 40)}\` is not closed` });
    }
    const selfClosed = this.#text.charAt(close - 1) === '/';
    this.#at = close + 1;
    if (HTML_RAW.has(name)) this.#raw(name);
    else this.#open(name, attributes, selfClosed);
  }

  /** Content that is not markup: style sheets and the title are kept, all else is left out. */
  #raw(name: string): void {
    const pattern = new RegExp(`</${name}(?=[\\s/>])`, 'gi');
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    const end = match?.index ?? this.#text.length;
    const content = this.#text.slice(this.#at, end);
    this.#at = end;
    if (match !== null) this.#skip('>');
    if (name === 'style') this.#styles.push(content);
    else if (name === 'title') this.#title ??= decodeEntities(content);
    else this.#notes.add(`\`${name}\` elements dropped`);
  }

  #open(name: string, attributes: ReadonlyMap<string, string>, selfClosed: boolean): void {
    if (name === 'html' || name === 'head' || name === 'body') {
      const target = name === 'body' ? this.#body : this.#root;
      for (const [key, value] of attributes)
        (target.attributes as Map<string, string>).set(key, value);
      return;
    }
    this.#closeImplied(name);
    const node: HtmlNode = { name, attributes, children: [] };
    this.#top().children.push(node);
    const foreign = !HTML_ELEMENTS.has(name);
    if (HTML_VOID.has(name) || (selfClosed && foreign && HTML_DROPPED.has(name))) return;
    if (this.#stack.push(node) > DEPTH_MAX) refuseMarkup('TOO_DEEP', { limit: DEPTH_MAX });
  }

  #closeImplied(name: string): void {
    for (let i = this.#stack.length - 1; i > 0; i--) {
      const open = this.#stack[i]?.name ?? '';
      if (HTML_CLOSED_BY[open]?.has(name) === true) {
        this.#stack.length = i;
        i = this.#stack.length;
        continue;
      }
      if (HTML_SCOPES.has(open) || open === 'ul' || open === 'ol' || open === 'dl') return;
    }
  }

  #endTag(): void {
    this.#at += 2;
    const name = this.#match(TAG_NAME).toLowerCase();
    this.#skip('>');
    for (let i = this.#stack.length - 1; i > 0; i--) {
      const open = this.#stack[i]?.name ?? '';
      if (open === name) {
        this.#stack.length = i;
        return;
      }
      if (HTML_SCOPES.has(open) && name !== 'table' && !name.startsWith('t')) return;
    }
  }

  #append(text: string): void {
    const { children } = this.#top();
    const last = children[children.length - 1];
    if (typeof last === 'string') children[children.length - 1] = last + text;
    else children.push(text);
  }

  #top(): HtmlNode {
    return this.#stack[this.#stack.length - 1] ?? this.#body;
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? '';
    this.#at += found.length;
    return found;
  }
}
