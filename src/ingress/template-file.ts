/** Chat templates in text files and in JSON (tokenizer settings): every one is read by the grammar of templates. */
import {
  parseJson,
  readLines,
  readTemplate,
  JsonObject,
  JsonReader,
  TEMPLATE_LENGTH_MAX,
} from '../formats/index.ts';
import type { JsonValue } from '../formats/index.ts';
import type { Finding } from '../inspect/index.ts';
import type { ContentType } from '../wire/index.ts';
import { find } from './decoded.ts';

/** Findings of one severity that are kept; a worse one is never crowded out by milder ones. */
const FINDINGS_MAX = 8;
/** A file under such a name is loaded as a template. */
const TEMPLATE_NAME =
  /(?:\.(?:jinja2?|j2)|(?:^|\/)chat_template[^/]*(?<!\.(?:csv|tsv|jsonl|ndjson)))$/i;
/** Loaders render what lies under this key. */
const CHAT_TEMPLATE_KEY = /chat_template/i;
/** What lies under such a key is likely a template, of this kind or another. */
const TEMPLATE_KEY = /template/i;

/** What the place of a text says: it is a template by its format, by its name alone, or not at all. */
type Claim = 'declared' | 'named' | 'none';

class Findings {
  readonly list: Finding[] = [];
  readonly #counts = { info: 0, hold: 0, deny: 0 };

  add(findings: readonly Finding[]): void {
    for (const finding of findings) {
      if (this.#counts[finding.severity]++ < FINDINGS_MAX) this.list.push(finding);
    }
  }
}

/** The findings about the templates of a canonical file. */
export function judgeTemplates(name: string, type: ContentType, bytes: Uint8Array): Finding[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  switch (type) {
    case 'json': {
      const parsed = parseJson(bytes);
      if (!parsed.ok) return [find('hold', 'TEMPLATE_UNSUPPORTED', { why: parsed.message })];
      return judgeJson(parsed.value.root, TEMPLATE_NAME.test(name) ? 'declared' : 'none');
    }
    case 'jsonl':
      return judgeLines(bytes);
    case 'text':
    case 'html':
    case 'xml':
    case 'table':
      return judgeText(name, buffer);
    case 'raster':
      return [];
  }
}

/** One template; `isDeclared`: its place says that it is one, so that it has to be inside the grammar. */
export function judgeTemplate(text: string, isDeclared: boolean, place: string): Finding[] {
  return judgeClaimed(text, isDeclared ? 'declared' : 'named', place);
}

function judgeClaimed(text: string, claim: Claim, place: string): Finding[] {
  if (claim !== 'declared') {
    if (!hasBlocks(text)) return [];
    if (text.length > TEMPLATE_LENGTH_MAX) {
      return claim === 'none'
        ? judgeBlocks(Buffer.from(text, 'utf8'), place)
        : [tooLarge(text.length, place)];
    }
  }
  const read = readTemplate(text);
  if (read.ok) return [];
  const spot = `${place}, character ${String(read.at)}`;
  // Source code and prose about templates hold the same signs; a person decides about them.
  if (read.unsafe) {
    const severity = claim === 'none' ? 'hold' : 'deny';
    return [find(severity, 'TEMPLATE_UNSAFE', { why: read.why }, spot)];
  }
  const { why } = read;
  return claim === 'declared' ? [find('hold', 'TEMPLATE_UNSUPPORTED', { why }, spot)] : [];
}

/**
 * Text that is too long for a template and says nowhere that it is one is only text, but for a block in it that would reach
 * behind the data of whoever renders it all the same. Each block is read by itself; time is linear.
 */
function judgeBlocks(bytes: Buffer, place: string): Finding[] {
  const next = { '{{': 0, '{%': 0 };
  for (let at = 0; ;) {
    for (const sign of ['{{', '{%'] as const) {
      if (next[sign] >= 0 && next[sign] < at) next[sign] = bytes.indexOf(sign, at);
      else if (at === 0) next[sign] = bytes.indexOf(sign);
    }
    const isOutput = next['{%'] < 0 || (next['{{'] >= 0 && next['{{'] < next['{%']);
    const sign = isOutput ? '{{' : '{%';
    const open = next[sign];
    if (open < 0) return [];
    const close = bytes.indexOf(isOutput ? '}}' : '%}', open + 2);
    if (close < 0) {
      // There is no end further on either.
      next[sign] = -1;
      continue;
    }
    if (close - open > TEMPLATE_LENGTH_MAX) return [tooLarge(close - open, place)];
    const read = readTemplate(bytes.toString('utf8', open, close + 2));
    if (!read.ok && read.unsafe) {
      return [find('hold', 'TEMPLATE_UNSAFE', { why: read.why }, `${place}, byte ${String(open)}`)];
    }
    at = close + 2;
  }
}

function tooLarge(bytes: number, place: string): Finding {
  return find('hold', 'TEMPLATE_TOO_LARGE', { bytes, limit: TEMPLATE_LENGTH_MAX }, place);
}

/** Whether a text, or the bytes of one, has a block of code; time is linear in its length. */
function hasBlocks(text: string | Buffer): boolean {
  return [
    ['{{', '}}'],
    ['{%', '%}'],
  ].some(([open = '', close = '']) => {
    const at = text.indexOf(open);
    return at >= 0 && text.lastIndexOf(close) > at;
  });
}

/** A text is a template when its name says so; in other texts only what reaches behind its data is of interest. */
function judgeText(name: string, bytes: Buffer): Finding[] {
  const isDeclared = TEMPLATE_NAME.test(name);
  if (!isDeclared && !hasBlocks(bytes)) return [];
  // Above this size a text is not a template that any loader is meant for; as one it is not read.
  if (bytes.length > TEMPLATE_LENGTH_MAX * 4) {
    return isDeclared ? [tooLarge(bytes.length, 'whole file')] : judgeBlocks(bytes, 'whole file');
  }
  return judgeClaimed(bytes.toString('utf8'), isDeclared ? 'declared' : 'none', 'whole file');
}

function judgeLines(bytes: Uint8Array): Finding[] {
  const reader = new JsonReader();
  const findings = new Findings();
  for (const { number, text } of readLines(bytes)) {
    if (text !== undefined && !text.includes('{{') && !text.includes('{%')) continue;
    const place = `line ${String(number)}`;
    const read = text === undefined ? undefined : reader.read(text);
    if (read?.ok !== true) {
      findings.add([find('hold', 'TEMPLATE_UNSUPPORTED', { why: 'a row cannot be read' }, place)]);
      continue;
    }
    findings.add(
      judgeStrings(read.value, 'none').map(({ claim, finding }) => ({
        ...finding,
        // Rows of data are not rendered by whoever trains on them, unless a loader's own key says so.
        severity: claim === 'declared' ? finding.severity : 'info',
        place: `${place}, ${finding.place}`,
      })),
    );
  }
  return findings.list;
}

function judgeJson(root: JsonValue, claim: Claim): Finding[] {
  const findings = new Findings();
  for (const { finding } of judgeStrings(root, claim)) findings.add([finding]);
  return findings.list;
}

function claimOf(key: string, outer: Claim): Claim {
  if (outer === 'declared' || CHAT_TEMPLATE_KEY.test(key)) return 'declared';
  return TEMPLATE_KEY.test(key) ? 'named' : outer;
}

/** All strings of a value; a canonical string is escaped text. */
function judgeStrings(
  root: JsonValue,
  outer: Claim,
): { readonly claim: Claim; readonly finding: Finding }[] {
  const found: { claim: Claim; finding: Finding }[] = [];
  const walk = (value: JsonValue, place: string, claim: Claim): void => {
    if (typeof value === 'string') {
      if (!value.includes('{')) return;
      const text = JSON.parse(`"${value}"`) as string;
      for (const finding of judgeClaimed(text, claim, place)) found.push({ claim, finding });
    } else if (value instanceof JsonObject) {
      for (const [i, key] of value.keys.entries()) {
        walk(value.values[i] ?? null, `${place}.${key}`, claimOf(key, claim));
      }
    } else if (Array.isArray(value)) {
      for (const [i, item] of (value as readonly JsonValue[]).entries()) {
        walk(item, `${place}[${String(i)}]`, claim);
      }
    }
  };
  walk(root, '$', outer);
  return found;
}
