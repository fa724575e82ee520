/**
 * Tags of YAML: by them a file asks its reader for objects of Python and of other languages, and for calls. YAML is not decoded
 * here, it enters as text; so the text is searched for tags where a value may begin. A call is malicious, what only asks for an
 * object is for a person. Tags are read as readers have them: shorthands by `%TAG` lines, and letters written as `%xx`.
 */
import type { Finding } from '../inspect/index.ts';
import type { ContentType } from '../wire/index.ts';
import { find } from './decoded.ts';

const YAML_NAME = /\.ya?ml$/i;
const FOUND_MAX = 8;
const TAG_LENGTH_MAX = 1024;

const DIRECTIVE = /^%TAG[ \t]+(!(?:[\w-]*!)?)[ \t]+(\S{1,1024})/gm;
/** What every reader makes plain data of. */
const PLAIN =
  /^tag:yaml\.org,2002:(?:str|int|float|bool|null|map|seq|set|omap|pairs|binary|timestamp|merge|value)$/;
const CALL = /^tag:yaml\.org,2002:python\/object\/(?:apply|new):/;
const PYTHON = /!!?<?(?:tag:yaml\.org,2002:)?python\//;

/** The findings about tags in a canonical text. */
export function judgeYamlTags(name: string, type: ContentType, bytes: Uint8Array): Finding[] {
  if (type === 'json' || type === 'jsonl' || type === 'raster') return [];
  const isYaml = YAML_NAME.test(name);
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (!buffer.includes('!') || !(isYaml || buffer.includes('python/'))) return [];
  const text = buffer.toString('utf8');
  // Texts about YAML show such tags; under another name they are for a person, and other tags are only signs.
  if (!isYaml && !PYTHON.test(text)) return [];
  return judgeTags(text, isYaml);
}

function judgeTags(text: string, isYaml: boolean): Finding[] {
  const handles = new Map([['!!', 'tag:yaml.org,2002:']]);
  for (const [, handle = '', prefix = ''] of text.matchAll(DIRECTIVE)) handles.set(handle, prefix);
  const held: Finding[] = [];
  const lines = new LineCount(text);
  for (const { at, own } of findTags(text)) {
    const tag = resolveTag(own, handles);
    if (tag === undefined || PLAIN.test(tag)) continue;
    const isCall = CALL.test(tag);
    if (!isYaml && !tag.startsWith('tag:yaml.org,2002:python/')) continue;
    const place = `line ${String(lines.at(at))}`;
    const shown = own.slice(0, 80);
    if (isCall && isYaml) return [find('deny', 'YAML_CALL', { tag: shown }, place)];
    if (held.length < FOUND_MAX) held.push(find('hold', 'YAML_TAG', { tag: shown }, place));
  }
  return held;
}

const isBlank = (sign: string | undefined): boolean => sign === ' ' || sign === '\t';
const ENDS_TAG = /[\s,[\]{}]/;

/** Tags where a value may begin, in order; time is linear. */
function* findTags(text: string): Generator<{ readonly at: number; readonly own: string }> {
  for (let at = text.indexOf('!'); at >= 0; at = text.indexOf('!', at + 1)) {
    if (!beginsValue(text, at)) continue;
    const isVerbatim = text[at + 1] === '<';
    let end = at + 1;
    while (end < text.length && end - at <= TAG_LENGTH_MAX) {
      const sign = text.charAt(end);
      if (isVerbatim ? /\s/.test(sign) : ENDS_TAG.test(sign)) break;
      end++;
      if (isVerbatim && sign === '>') break;
    }
    yield { at, own: text.slice(at, end) };
  }
}

/** Whether a value may begin here: on a new line, or behind a sign of structure, an anchor or another tag. */
function beginsValue(text: string, at: number): boolean {
  let before = at - 1;
  while (isBlank(text[before]) && at - before <= TAG_LENGTH_MAX) before--;
  const sign = text[before];
  if (sign === undefined || '\n[{,'.includes(sign) || isBlank(sign)) return true;
  if (before === at - 1) return false;
  if (':-?'.includes(sign)) return true;
  const floor = Math.max(0, before - TAG_LENGTH_MAX);
  while (before > floor && !ENDS_TAG.test(text.charAt(before - 1))) before--;
  return text[before] === '&' || text[before] === '!';
}

/** The whole tag behind a shorthand; undefined for the mark of a value without one. */
function resolveTag(own: string, handles: ReadonlyMap<string, string>): string | undefined {
  if (own === '!') return undefined;
  const verbatim = /^!<(.*)>$/.exec(own)?.[1];
  if (verbatim !== undefined) return decodeLetters(verbatim);
  const handle = /^!(?:[\w-]*!)?/.exec(own)?.[0] ?? '!';
  return decodeLetters((handles.get(handle) ?? handle) + own.slice(handle.length));
}

const decodeLetters = (tag: string): string =>
  tag.replace(/%([\da-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));

/** Numbers of lines, asked for in order. */
class LineCount {
  readonly #text: string;
  #line = 1;
  /** Where this line ends; kept, since one line may hold all tags. */
  #end: number;

  constructor(text: string) {
    this.#text = text;
    this.#end = this.#endFrom(0);
  }

  at(index: number): number {
    while (this.#end < index) {
      this.#line++;
      this.#end = this.#endFrom(this.#end + 1);
    }
    return this.#line;
  }

  #endFrom(start: number): number {
    const end = this.#text.indexOf('\n', start);
    return end < 0 ? this.#text.length : end;
  }
}
