/**
 * Whether a document is spelt as drawings and pages are in canonical form, and so can be coded as numbers and declarations
 * without losing a byte. Other vocabularies may use the same names for anything.
 */
import { PATH_ARITY } from '../../../formats/index.ts';
import type { MarkupElement } from '../../../formats/index.ts';

/** A number that numbers are coded from and spelt to in one way only. */
const COORDINATE = /^(?!-0$)-?(?:0|[1-9]\d{0,14})(?:\.\d{0,14}[1-9])?$/;
const SEGMENT = /[A-Za-z][^A-Za-z]*/g;

/** True when every path, list of points, style and style sheet of the tree is canonical. */
export function hasCanonicalSpelling(root: MarkupElement): boolean {
  const open: MarkupElement[] = [root];
  for (let element = open.pop(); element !== undefined; element = open.pop()) {
    for (const [name, value] of element.attributes) if (!isCanonical(name, value)) return false;
    for (const child of element.children) {
      if (typeof child !== 'string') open.push(child);
      else if (element.name === 'style' && !isSheet(child)) return false;
    }
  }
  return true;
}

function isCanonical(name: string, value: string): boolean {
  switch (name) {
    case 'd':
      return value === '' || isPathData(value);
    case 'points':
      return value === '' || isPointList(value);
    case 'style':
      return isDeclarations(value);
    default:
      return true;
  }
}

/** Declarations `name:value` between semicolons, none of them empty. */
function isDeclarations(style: string): boolean {
  return style === '' || style.split(';').every((part) => part.indexOf(':') > 0);
}

/** A style sheet with one rule on each line. */
function isSheet(sheet: string): boolean {
  return sheet.split('\n').every((line) => {
    const open = line.indexOf('{');
    if (open < 0 || !line.endsWith('}')) {
      return line !== '' && (!line.endsWith('{') || line.startsWith('@'));
    }
    return !line.startsWith('@') && isDeclarations(line.slice(open + 1, -1));
  });
}

/** A list of points as `x,y x,y`. */
function isPointList(value: string): boolean {
  return value
    .split(' ')
    .every((point) => point.split(',').length === 2 && point.split(',').every(isCoordinate));
}

/** Path data as commands, each followed by exactly its numbers. */
function isPathData(value: string): boolean {
  const segments = value.match(SEGMENT) ?? [];
  if (segments.length === 0 || segments.join('') !== value) return false;
  return segments.every((segment) => {
    const arity = PATH_ARITY[segment.charAt(0).toLowerCase()];
    if (arity === undefined) return false;
    const numbers = segment.length === 1 ? [] : segment.slice(1).split(' ');
    return numbers.length === arity && numbers.every(isCoordinate);
  });
}

function isCoordinate(text: string): boolean {
  return COORDINATE.test(text);
}
