/** The tree that XML, SVG and HTML share, and the rules for its text. */
import { findForbiddenCharacter, unifyCharacters } from './characters.ts';
import { refuseMarkup } from './xml-parse.ts';

/** An element; attributes are in canonical order once the tree is canonical. */
export interface MarkupElement {
  readonly name: string;
  readonly attributes: readonly (readonly [name: string, value: string])[];
  readonly children: readonly MarkupNode[];
}

/** An element or a text. */
export type MarkupNode = MarkupElement | string;

/** A canonical document. */
export interface Markup {
  readonly root: MarkupElement;
  /** What was dropped on the way in, as sentences; empty after decoding. */
  readonly notes: readonly string[];
}

/** The one form of a text; leaves with a refusal when it holds what cannot be seen. */
export function cleanText(text: string): string {
  if (isPlain(text)) return text;
  const clean = unifyCharacters(text);
  const found = findForbiddenCharacter(clean);
  if (found !== undefined) refuseMarkup('CHARACTER_HIDDEN', { character: found.name });
  return clean;
}

function isPlain(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 126 || (code < 32 && code !== 10 && code !== 9)) return false;
  }
  return true;
}

/** Escapes text content. */
export function escapeText(text: string): string {
  return text.replace(/[&<>]/g, (c) => (c === '&' ? '&amp;' : c === '<' ? '&lt;' : '&gt;'));
}

/** Escapes a value between double quotes. */
export function escapeValue(text: string): string {
  return text.replace(/[&<"]/g, (c) => (c === '&' ? '&amp;' : c === '<' ? '&lt;' : '&quot;'));
}

/** The value of an attribute. */
export function attributeOf(element: MarkupElement, name: string): string | undefined {
  for (const [key, value] of element.attributes) if (key === name) return value;
  return undefined;
}
