/** Chat templates in text files and in JSON (tokenizer settings): every one is read by the grammar of templates. */
import { parseJson, readLines, readTemplate, JsonObject, JsonReader } from '../formats/index.ts';
import type { JsonValue } from '../formats/index.ts';
import type { Finding } from '../inspect/index.ts';
import type { ContentType } from '../wire/index.ts';
import { find } from './decoded.ts';

const FINDINGS_MAX = 8;
const TEXT_BYTES_MAX = 16 * 1024 * 1024;
const TEMPLATE_NAME = /(?:\.(?:jinja2?|j2)|(?:^|\/)chat_template[^/]*)$/i;
const TEMPLATE_KEY = /chat_template/;

/** The findings about the templates of a canonical file. */
export function judgeTemplates(name: string, type: ContentType, bytes: Uint8Array): Finding[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (!buffer.includes('{{') && !buffer.includes('{%') && !buffer.includes('chat_template'))
    return [];
  switch (type) {
    case 'json': {
      const parsed = parseJson(bytes);
      return parsed.ok ? judgeJson(parsed.value.root) : [];
    }
    case 'jsonl':
      return judgeLines(bytes);
    case 'text':
    case 'html':
    case 'xml':
    case 'table':
      return bytes.length > TEXT_BYTES_MAX ? [] : judgeText(name, buffer.toString('utf8'));
    case 'raster':
      return [];
  }
}

/** One template; `isDeclared`: its place says that it is one, so that it has to be inside the grammar. */
export function judgeTemplate(text: string, isDeclared: boolean, place: string): Finding[] {
  const read = readTemplate(text);
  if (read.ok) return [];
  const spot = `${place}, character ${String(read.at)}`;
  if (read.unsafe) return [find('deny', 'TEMPLATE_UNSAFE', { why: read.why }, spot)];
  return isDeclared ? [find('hold', 'TEMPLATE_UNSUPPORTED', { why: read.why }, spot)] : [];
}

const hasBlocks = (text: string): boolean => /\{\{[^]*\}\}|\{%[^]*%\}/.test(text);

/** A text is a template when its name says so; in other texts only what reaches behind its data is of interest. */
function judgeText(name: string, text: string): Finding[] {
  if (TEMPLATE_NAME.test(name)) return judgeTemplate(text, true, 'whole file');
  if (!hasBlocks(text)) return [];
  // Source code and prose about templates hold the same signs; a person decides.
  return judgeTemplate(text, false, 'whole file').map((finding) => ({
    ...finding,
    severity: 'hold',
  }));
}

function judgeLines(bytes: Uint8Array): Finding[] {
  const reader = new JsonReader();
  const findings: Finding[] = [];
  for (const { number, text } of readLines(bytes)) {
    if (findings.length >= FINDINGS_MAX) break;
    if (text === undefined || (!text.includes('{{') && !text.includes('{%'))) continue;
    const read = reader.read(text);
    if (!read.ok) continue;
    // Rows of data are not rendered by whoever trains on them.
    for (const finding of judgeJson(read.value)) {
      findings.push({
        ...finding,
        severity: 'info',
        place: `line ${String(number)}, ${finding.place}`,
      });
    }
  }
  return findings;
}

/** All strings of a value; a canonical string is escaped text. */
function judgeJson(root: JsonValue): Finding[] {
  const findings: Finding[] = [];
  const walk = (value: JsonValue, place: string, declared: boolean): void => {
    if (findings.length >= FINDINGS_MAX) return;
    if (typeof value === 'string') {
      if (!value.includes('{')) return;
      const text = JSON.parse(`"${value}"`) as string;
      if (declared || hasBlocks(text)) findings.push(...judgeTemplate(text, declared, place));
    } else if (value instanceof JsonObject) {
      for (const [i, key] of value.keys.entries()) {
        const own = declared || TEMPLATE_KEY.test(key);
        walk(value.values[i] ?? null, `${place}.${key}`, own);
      }
    } else if (Array.isArray(value)) {
      for (const [i, item] of (value as readonly JsonValue[]).entries()) {
        walk(item, `${place}[${String(i)}]`, declared);
      }
    }
  };
  walk(root, '$', false);
  return findings;
}
