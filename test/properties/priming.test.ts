/**
 * Priming was written for this program: no priming text shares 24 bytes in a row with the study corpus, beyond what a public
 * standard or a plotting library's format fixes. What the raster codec knows beforehand is no text: letters that
 * `scripts/draw-letters.py` draws from a public typeface (docs/decisions/0005-raster-coder.md).
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';

const corpus = process.env['SALLYPORT_CORPUS'] ?? '../shared/corpus';
const codecs = 'src/wire/codecs';
const SPAN = 24;

/** What each shared run must contain, and the standard or library that fixes it. */
const ALLOWED: readonly { readonly by: string; readonly pattern: RegExp }[] = [
  { by: 'GitHub Flavored Markdown: delimiter rows and thematic breaks', pattern: /^[-|:=+\s]+$/ },
  { by: 'XML 1.0: declaration', pattern: /version=['"]1\.0['"] encoding=/i },
  { by: 'W3C: namespaces and public identifiers', pattern: /www\.w3\.org|W3C\/\/DTD|xmlns/ },
  { by: 'HTML: document type and first elements', pattern: /<!DOCTYPE html|<meta charset/i },
];
/** Every file `src/wire/codecs/<codec>/priming*.ts`. */
function listPrimings(): string[] {
  return readdirSync(codecs, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap((entry) =>
      readdirSync(join(codecs, entry.name))
        .filter((name) => /^priming.*\.ts$/.test(name) && !name.endsWith('.test.ts'))
        .map((name) => join(codecs, entry.name, name)),
    );
}

/** Every string (of a list, too) that a priming module exports. */
async function readPriming(path: string): Promise<string[]> {
  const module = (await import(pathToFileURL(join(process.cwd(), path)).href)) as Record<
    string,
    unknown
  >;
  const texts: string[] = [];
  const visit = (value: unknown): void => {
    if (typeof value === 'string') texts.push(Buffer.from(value).toString('latin1'));
    else if (value instanceof Uint8Array) texts.push(Buffer.from(value).toString('latin1'));
    else if (Array.isArray(value)) value.forEach(visit);
  };
  Object.values(module).forEach(visit);
  return texts;
}

/** The spans of the priming that stand somewhere in the corpus. */
function findShared(spans: ReadonlySet<string>): Set<string> {
  const shared = new Set<string>();
  for (const entry of readdirSync(corpus, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || /\.(?:png|jpe?g)$/.test(entry.name)) continue;
    const text = readFileSync(join(entry.parentPath, entry.name)).toString('latin1');
    for (let at = 0; at + SPAN <= text.length; at++) {
      const span = text.slice(at, at + SPAN);
      if (spans.has(span)) shared.add(span);
    }
  }
  return shared;
}

/** The longest stretches of a text of which every span is shared. */
function listRuns(text: string, shared: ReadonlySet<string>): string[] {
  const runs: string[] = [];
  for (let at = 0; at + SPAN <= text.length; at++) {
    if (!shared.has(text.slice(at, at + SPAN))) continue;
    let end = at;
    while (end + SPAN <= text.length && shared.has(text.slice(end, end + SPAN))) end++;
    runs.push(text.slice(at, end + SPAN - 1));
    at = end;
  }
  return runs;
}

test(
  'no priming shares 24 bytes with the corpus beyond what a standard fixes',
  { skip: !existsSync(corpus) },
  async () => {
    const texts: { path: string; text: string }[] = [];
    for (const path of listPrimings()) {
      for (const text of await readPriming(path)) texts.push({ path, text });
    }
    const spans = new Set<string>();
    for (const { text } of texts) {
      for (let at = 0; at + SPAN <= text.length; at++) spans.add(text.slice(at, at + SPAN));
    }
    assert.ok(spans.size > 1000, 'there is priming to look at');
    const shared = findShared(spans);
    const unexplained = texts.flatMap(({ path, text }) =>
      listRuns(text, shared)
        .filter((run) => !ALLOWED.some(({ pattern }) => pattern.test(run)))
        .map((run) => `${path}: ${run}`),
    );
    assert.deepEqual(unexplained, []);
  },
);
