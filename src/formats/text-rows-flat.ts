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

/** Names of fields as most rows write them; JSON has more spellings of each, which cost more to read. */
const spelled = new WeakMap<readonly string[], readonly string[]>();

function spellKeys(fields: readonly string[]): readonly string[] {
  let keys = spelled.get(fields);
  if (keys === undefined) {
    // What is not well-formed is left to the strict reader; no line holds a U+0000.
    keys = fields.map((field) => (field.isWellFormed() ? `${JSON.stringify(field)}:` : '\0'));
    spelled.set(fields, keys);
  }
  return keys;
}

/** The values of `fields` if the line is a flat object of strings with no key twice, else undefined. */
export function readFlatRow(
  line: string,
  fields: readonly string[],
): (string | undefined)[] | undefined {
  if (line.charCodeAt(0) !== BRACE_OPEN) return undefined;
  const known = spellKeys(fields);
  const values = new Array<string | undefined>(fields.length).fill(undefined);
  const keys: string[] = [];
  for (let at = skipBlanks(line, 1); ;) {
    // Rows mostly have the fields in one order.
    const next = known[keys.length];
    let name = next !== undefined && line.startsWith(next, at) ? fields[keys.length] : undefined;
    if (name === undefined) {
      const key = readText(line, at);
      if (key === undefined) return undefined;
      name = key.value;
      at = skipBlanks(line, key.end);
      if (line.charCodeAt(at) !== COLON) return undefined;
      at++;
    } else at += next!.length;
    if (keys.includes(name) || keys.length >= KEYS_MAX) return undefined;
    keys.push(name);
    const text = readText(line, skipBlanks(line, at));
    if (text === undefined) return undefined;
    for (let i = 0; i < fields.length; i++) if (fields[i] === name) values[i] = text.value;
    at = skipBlanks(line, text.end);
    const sign = line.charCodeAt(at);
    if (sign === BRACE_CLOSE) return skipBlanks(line, at + 1) === line.length ? values : undefined;
    if (sign !== COMMA) return undefined;
    at = skipBlanks(line, at + 1);
  }
}
