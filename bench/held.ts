/** What the screens of single texts hold in real texts that nobody tampered with. */
import { globSync, readFileSync } from 'node:fs';
import { screenTexts } from '../src/ingress/index.ts';
import type { ScreenRow } from '../src/ingress/index.ts';
import { emojiTexts, localeTexts, SENTENCES } from '../test/support/languages.ts';
import { readSmsTexts } from '../test/support/sms-texts.ts';
import type { BenchTable } from './table.ts';

const PARAGRAPHS_MAX = 60_000;
const CODES: readonly (readonly [code: string, name: string])[] = [
  ['SCREEN_CHARACTERS_HIDDEN', 'hidden'],
  ['SCREEN_CHARACTERS_LOOKALIKE', 'lookalike'],
  ['SCREEN_BLOB_ENCODED', 'encoded'],
  ['SCREEN_PHRASE_INJECTION', 'to models'],
  ['SCREEN_PHRASE_MONITOR', 'on monitors'],
];

/** Paragraphs of files, those that are text. */
function readParagraphs(...patterns: readonly string[]): string[] {
  const paragraphs: string[] = [];
  for (const file of globSync(patterns).sort()) {
    let text;
    try {
      text = readFileSync(file, 'utf8');
    } catch {
      continue;
    }
    for (const paragraph of text.split(/\n\s*\n/)) {
      if (paragraph.length >= 40 && paragraph.length <= 4000) paragraphs.push(paragraph);
    }
    if (paragraphs.length > PARAGRAPHS_MAX) break;
  }
  return paragraphs;
}

/** The compiler's messages as its translators wrote them, in 13 languages. */
function readMessages(): string[] {
  return globSync('node_modules/typescript/lib/*/diagnosticMessages.generated.json')
    .sort()
    .flatMap((file) => Object.values(JSON.parse(readFileSync(file, 'utf8')) as object) as string[]);
}

/** The table. */
export async function benchHeld(): Promise<BenchTable> {
  const sets: Readonly<Record<string, readonly string[]>> = {
    'SMS messages, as word stems': readSmsTexts().map(({ text }) => text),
    'names, dates and numbers of 108 locales': Array.from(localeTexts(), ({ text }) => text),
    'emoji, and sentences in 27 scripts and languages': [...emojiTexts(), ...SENTENCES],
    'messages of a compiler in 13 languages': readMessages(),
    'documentation of packages, paragraphs': readParagraphs('node_modules/**/*.md'),
    'JavaScript of packages, paragraphs': readParagraphs('node_modules/**/*.js'),
    'this documentation, paragraphs': readParagraphs('*.md', 'docs/**/*.md'),
  };
  const rows: string[][] = [];
  for (const [name, texts] of Object.entries(sets)) {
    const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
    const { findings } = await screenTexts({
      bytes,
      rows: async function* (): AsyncGenerator<ScreenRow> {
        for (const [row, text] of texts.entries()) {
          yield await Promise.resolve({ set: name, row: row + 1, text });
        }
      },
    });
    const count = (code: string): string =>
      String(findings.find((finding) => finding.code === code)?.documents ?? 0);
    rows.push([name, String(texts.length), ...CODES.map(([code]) => count(code))]);
  }
  return {
    title: 'Held in real texts',
    note: 'Documents held by the screens of single texts, without labels, in sets that nobody tampered with.',
    columns: ['set', 'documents', ...CODES.map(([, name]) => name)],
    rows,
  };
}
