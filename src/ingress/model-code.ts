/**
 * Models whose description has its loader run code: a Keras architecture with a Lambda layer, a configuration that names code
 * beside it, a network that names a library. The description itself is plain data and enters as such; a person decides.
 */
import { JsonObject, parseJson } from '../formats/index.ts';
import type { JsonValue } from '../formats/index.ts';
import type { Finding } from '../inspect/index.ts';
import type { ContentType } from '../wire/index.ts';
import { find } from './decoded.ts';

const FOUND_MAX = 8;

/** Classes of Keras whose configuration is Python code. */
const CODE_CLASSES = new Set(['Lambda', '__lambda__']);
/** Keys by which loaders of models find classes in files beside the configuration. */
const CODE_KEYS = new Set(['auto_map', 'custom_pipelines', 'trust_remote_code']);
/** A text without any of these has none of the above; canonical JSON has one spelling of each. */
const TELLING = ['Lambda', '__lambda__', ...CODE_KEYS].map((word) => `"${word}"`);

/** OpenVINO's description of a network, and an attribute by which it names a library. */
const NETWORK = /^(?:\s|<\?[^>]{0,1000}\?>|<!--[^]{0,4000}?-->){0,20}<net[\s>]/;
const NETWORK_HEAD = 16_384;
const LIBRARY = /[\s"']library\s{0,100}=\s{0,100}["']/;

/** The findings about a canonical file. */
export function judgeModelCode(type: ContentType, bytes: Uint8Array): Finding[] {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  switch (type) {
    case 'json': {
      if (!TELLING.some((word) => text.includes(word))) return [];
      const parsed = parseJson(bytes);
      return parsed.ok ? judgeJson(parsed.value.root) : [];
    }
    case 'xml':
    case 'html':
    case 'text':
      if (!NETWORK.test(text.toString('latin1', 0, NETWORK_HEAD))) return [];
      return LIBRARY.test(text.toString('latin1'))
        ? [runs('it names a library for a layer', 'whole file')]
        : [];
    case 'jsonl':
    case 'table':
    case 'raster':
      return [];
  }
}

const runs = (why: string, place: string): Finding => find('hold', 'MODEL_CODE', { why }, place);

function judgeJson(root: JsonValue): Finding[] {
  const found: Finding[] = [];
  const open: (readonly [value: JsonValue, place: string])[] = [[root, '$']];
  for (let next = open.pop(); next !== undefined && found.length < FOUND_MAX; next = open.pop()) {
    const [value, place] = next;
    if (value instanceof JsonObject) {
      const why = findCode(value);
      if (why !== undefined) found.push(runs(why, place));
      for (const [i, key] of value.keys.entries())
        open.push([value.values[i] ?? null, `${place}.${key.slice(0, 40)}`]);
    } else if (Array.isArray(value))
      for (const [i, each] of (value as readonly JsonValue[]).entries())
        open.push([each, `${place}[${String(i)}]`]);
  }
  return found;
}

function findCode(object: JsonObject): string | undefined {
  const get = (name: string): JsonValue | undefined => object.values[object.keys.indexOf(name)];
  const own = get('class_name');
  if (typeof own === 'string' && CODE_CLASSES.has(own) && get('config') instanceof JsonObject)
    return `it has a \`${own}\` of Keras, which holds code of Python`;
  const key = object.keys.find((name, i) => CODE_KEYS.has(name) && asksFor(object.values[i]));
  return key === undefined ? undefined : `\`${key}\` names code that comes with the model`;
}

/** Whether a value under such a key asks for code: names in an object or a list, or yes. */
function asksFor(value: JsonValue | undefined): boolean {
  if (value instanceof JsonObject) return value.keys.length > 0;
  return value === true || (Array.isArray(value) && value.length > 0);
}
