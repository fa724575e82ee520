/**
 * A quick reader of the rows that nearly all sets have: one flat object of strings. It reads a part of what the strict
 * reader reads, to the same values; whatever else a line holds is left to the strict reader.
 */

const QUOTE = 34;
const COLON = 58;
const COMMA = 44;
const BRACE_OPEN = 123;
const BRACE_CLOSE = 125;
const KEYS_MAX = 16;
// eslint-disable-next-line no-control-regex -- JSON forbids exactly these characters inside strings.
const CONTROL = /[\u0000-\u001f]/;

interface Text {
  readonly value: string;
  /** The position after the closing quotation mark. */
  readonly end: number;
}

function readText(line: string, start: number): Text | undefined {
  if (line.charCodeAt(start) !== QUOTE) return undefined;
  let end = line.indexOf('"', start + 1);
  let escaped = false;
  for (; end >= 0; end = line.indexOf('"', end + 1)) {
    let back = end - 1;
    while (line.charCodeAt(back) === 92) back--;
    if ((end - back) % 2 === 1) break;
    escaped = true;
  }
  if (end < 0) return undefined;
  const inner = line.slice(start + 1, end);
  if (!escaped && !inner.includes('\\')) {
    const plain = !CONTROL.test(inner) && inner.isWellFormed();
    return plain ? { value: inner, end: end + 1 } : undefined;
  }
  try {
    const value = JSON.parse(line.slice(start, end + 1)) as string;
    return value.isWellFormed() ? { value, end: end + 1 } : undefined;
  } catch {
    return undefined;
  }
}

const skipBlanks = (line: string, at: number): number => {
  while (line.charCodeAt(at) === 32) at++;
  return at;
};

/** The values of `fields` if the line is a flat object of strings with no key twice, else undefined. */
export function readFlatRow(
  line: string,
  fields: readonly string[],
): (string | undefined)[] | undefined {
  if (line.charCodeAt(0) !== BRACE_OPEN) return undefined;
  const values = new Array<string | undefined>(fields.length).fill(undefined);
  const keys: string[] = [];
  for (let at = skipBlanks(line, 1); ;) {
    const key = readText(line, at);
    if (key === undefined || keys.includes(key.value) || keys.length >= KEYS_MAX) return undefined;
    keys.push(key.value);
    at = skipBlanks(line, key.end);
    if (line.charCodeAt(at) !== COLON) return undefined;
    const text = readText(line, skipBlanks(line, at + 1));
    if (text === undefined) return undefined;
    fields.forEach((field, i) => {
      if (field === key.value) values[i] = text.value;
    });
    at = skipBlanks(line, text.end);
    const next = line.charCodeAt(at);
    if (next === BRACE_CLOSE) return skipBlanks(line, at + 1) === line.length ? values : undefined;
    if (next !== COMMA) return undefined;
    at = skipBlanks(line, at + 1);
  }
}
