/**
 * Text, tables, JSON, JSON lines, markup and pictures: parsed whole by the codecs of the way out and emitted in their
 * canonical form. What no parser reads is inconclusive, with the reason and what to send instead.
 */
import { SallyportError } from '../core/index.ts';
import type { Refusal } from '../core/index.ts';
import { DELIMITERS, memorySource, readRecords, recognise } from '../formats/index.ts';
import type { ByteSource, Candidate } from '../formats/index.ts';
import type { Finding } from '../inspect/index.ts';
import { CODECS } from '../wire/index.ts';
import type { ContentType } from '../wire/index.ts';
import { describeChanges } from './changed.ts';
import { find, fromRefusal, judgeScan, refused } from './decoded.ts';
import type { Decoded, SafeForm } from './decoded.ts';
import { decodeLargeLines } from './large-lines.ts';
import { judgeModelCode } from './model-code.ts';
import { carvePickles } from './pickle-carve.ts';
import { judgePlainValues } from './plain-values.ts';
import type { CanonicalText } from './plain-values.ts';
import { judgeTemplates } from './template-file.ts';
import { judgeYamlTags } from './yaml-tags.ts';

/** The largest file that is parsed in memory. */
export const PLAIN_BYTES_MAX = 256 * 1024 * 1024;
const LATIN1_BYTES_MAX = 16 * 1024 * 1024;

/** Names that promise a pickle; a file that is none under such a name is not what it says. */
const PICKLE_NAME = /\.(?:pkl|pickle|p|pt|pth|ckpt|joblib|dill|npy|npz|safetensors|gguf)$/i;

/** What parts the cells of a line, or quotes one: `,`, `;`, `|`, tab, `"`. */
const TABLE_MARKS = [0x2c, 0x3b, 0x7c, 0x09, 0x22];
/** Names that promise a grammar of their own, in UTF-8; only other texts are read as Latin-1. */
const STRUCTURED_NAME = /\.(?:json|jsonl|ndjson|csv|tsv|xml|svg|html?|xhtml|ya?ml|jinja2?|j2)$/i;

interface Canonical extends CanonicalText {
  readonly changes: readonly Finding[];
}

function canonicalise(bytes: Uint8Array, candidates: readonly Candidate[]): Canonical | Refusal {
  let refusal: Refusal | undefined;
  for (const { type, binding } of candidates) {
    const codec = CODECS[type];
    try {
      const parsed = codec.parse(bytes);
      if (parsed.ok) {
        const changes = describeChanges(type, bytes, parsed);
        const { delimiter } = parsed.value as { readonly delimiter?: string };
        const parted = type === 'table' && delimiter !== undefined ? { delimiter } : {};
        return { type, bytes: codec.emit(parsed.value), changes, ...parted };
      }
      refusal = binding ? parsed : (refusal ?? parsed);
      if (binding) break;
    } catch (error) {
      if (!(error instanceof SallyportError)) throw error;
      return { ok: false, code: error.code, message: error.message, hint: error.hint };
    }
  }
  return refusal as Refusal;
}

/** Bytes of one printable letter each, as texts were before UTF-8. Undefined when they are not that. */
function transcode(bytes: Uint8Array): Uint8Array | undefined {
  if (bytes.length > LATIN1_BYTES_MAX) return undefined;
  for (const byte of bytes) {
    const printable = (byte >= 32 && byte < 127) || byte >= 160;
    if (!printable && byte !== 9 && byte !== 10 && byte !== 13) return undefined;
  }
  return Buffer.from(Buffer.from(bytes).toString('latin1'), 'utf8');
}

function nameOfForm(name: string, type: ContentType): string {
  if (type !== 'raster' || /\.png$/i.test(name)) return name;
  return /\.jpe?g$/i.test(name) ? name.replace(/\.jpe?g$/i, '.png') : `${name}.png`;
}

/** Decodes a file that is none of the binary containers. */
export function decodePlain(name: string, source: ByteSource): Decoded {
  if (source.size > PLAIN_BYTES_MAX) {
    const lines = decodeLargeLines(name, source);
    if (lines !== undefined) return lines;
    const details = { bytes: source.size, limit: PLAIN_BYTES_MAX };
    return refused('unknown', find('hold', 'TOO_LARGE', details));
  }
  const bytes = source.read(0, source.size);
  const found = recognise(bytes, name);
  if (found.ok) {
    if (found.kind === 'archive')
      return refused(found.format, find('hold', 'NAME_CLAIMS', { claimed: found.format }));
    return decodeAs(name, bytes, found.candidates, []);
  }
  const isText = found.code === 'TYPE_UNKNOWN' || found.code === 'TYPE_ENCODING';
  const isBare = isText && !STRUCTURED_NAME.test(name);
  const text = isBare ? transcode(bytes) : undefined;
  if (text === undefined) return describeRefused(found, source);
  const transcoded = find('info', 'TEXT_TRANSCODED');
  return decodeAs(name, text, [{ type: 'text', binding: true }], [transcoded]);
}

/** What to send instead of a format that is recognised and not decoded here, by the code of its recognition. */
const INSTEAD: Readonly<Record<string, string>> = {
  TYPE_WEIGHTS: 'ask for the weights as safetensors and for everything else as JSON',
  TYPE_ARCHIVE: 'unpack it and send the files, or a zip, tar or tar.gz of them',
  TYPE_COMPRESSED:
    'send the file uncompressed or as gzip; a file of joblib is saved again with `joblib.dump(joblib.load(FILE), OTHER, compress=("gzip", 3))`',
  TYPE_COLUMNAR: 'send the rows as parquet, CSV or JSON lines',
  TYPE_ENCRYPTED: 'send the content itself; nothing enters that cannot be read',
  TYPE_PROGRAM: 'programs enter as packages or as source code, not as data',
  TYPE_OFFICE: 'send text, CSV or JSON',
  TYPE_PDF: 'send its text, and its pictures as PNG',
  TYPE_MEDIA: 'send pictures as PNG or JPEG',
  TYPE_NOTEBOOK: 'send the code as text and tables as CSV',
};

/** A file that is recognised and not decoded: inconclusive, or malicious when a pickle that runs code lies in it. */
function describeRefused(refusal: Refusal, source: ByteSource): Decoded {
  const type = refusal.code.replace(/^TYPE_/, '').toLowerCase();
  const what = /^the file is (.*?)(?:, which [^,]*|, whose [^,]*|, a program)?$/.exec(
    refusal.message,
  )?.[1];
  const hint = INSTEAD[refusal.code];
  const finding =
    what === undefined || hint === undefined
      ? fromRefusal(refusal)
      : find('hold', 'FORMAT_REFUSED', { what, hint });
  return refused(type, finding, ...carvePickles(source));
}

/**
 * How readers of tables read a text. Without a mark that parts or quotes there is one column, and every reader sees the
 * same lines; so there is when each record is one cell, quoted or not, whatever parts cells.
 */
function readAsTable(bytes: Uint8Array): 'lines' | 'one column' | 'unclear' {
  if (!TABLE_MARKS.some((mark) => bytes.includes(mark))) return 'lines';
  const isColumn = DELIMITERS.every((delimiter) => {
    let isOne = true;
    const refusal = readRecords(bytes, delimiter, (cells) => {
      isOne = cells.length === 1;
      return isOne ? undefined : 'stop';
    });
    return refusal === undefined && isOne;
  });
  return isColumn ? 'one column' : 'unclear';
}

function decodeAs(
  name: string,
  bytes: Uint8Array,
  candidates: readonly Candidate[],
  findings: Finding[],
): Decoded {
  const canonical = canonicalise(bytes, candidates);
  if ('ok' in canonical) {
    const type = candidates[0]?.type ?? 'unknown';
    // Bytes behind a picture, or in the place of one, are what a file of two kinds is made of.
    const hidden = type === 'raster' ? carvePickles(memorySource(bytes)) : [];
    return refused(type, ...findings, fromRefusal(canonical), ...hidden);
  }
  const { type } = canonical;
  const asTable = type === 'text' && /\.[ct]sv$/i.test(name) ? readAsTable(canonical.bytes) : 'no';
  findings.push(...canonical.changes);
  if (PICKLE_NAME.test(name))
    findings.push(find('hold', 'NAME_CLAIMS', { claimed: 'another type' }));
  // Readers of tables go by the name, and read otherwise than the grammar that found none.
  if (asTable === 'unclear') findings.push(find('hold', 'NAME_CLAIMS', { claimed: 'a table' }));
  findings.push(
    ...judgeTemplates(name, type, canonical.bytes),
    ...judgePlainValues(asTable === 'one column' ? { ...canonical, delimiter: ',' } : canonical),
    ...judgeYamlTags(name, type, canonical.bytes),
    ...judgeModelCode(type, canonical.bytes),
  );
  if (judgeScan(findings) === 'malicious') return refused(type, ...findings);
  const form: SafeForm = { name: nameOfForm(name, type), type, pieces: () => [canonical.bytes] };
  return { type, findings, forms: [form] };
}
