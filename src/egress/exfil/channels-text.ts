/** Channels in text and JSON: white space, Unicode forms, invisible characters, key order, number spelling. */
import { servedText, submit, textFile, type Channel, type Served } from './channel.ts';

const LINES = 64;

function sentence(i: number): string {
  return `the résumé of run ${i} shows a cafe near the coast`;
}

function perLine(
  name: string,
  expected: Channel['expected'],
  write: (i: number, bit: number) => string,
  read: (line: string) => number,
): Channel {
  return {
    name,
    expected,
    payloadBits: LINES,
    embed: (payload) => [
      submit(textFile('notes.txt', `${payload.map((bit, i) => write(i, bit)).join('\n')}\n`)),
    ],
    extract: (served) => {
      const lines = servedText(served, 'notes.txt').split('\n');
      return Array.from({ length: LINES }, (_, i) => read(lines[i] ?? ''));
    },
  };
}

/** JSON lines whose objects mean the same in both spellings. */
function perObject(
  name: string,
  write: (i: number, bit: number) => string,
  read: (line: string) => number,
): Channel {
  return {
    name,
    expected: 'removed',
    payloadBits: LINES,
    embed: (payload) => [
      submit(textFile('log.jsonl', `${payload.map((bit, i) => write(i, bit)).join('\n')}\n`)),
    ],
    extract: (served: readonly Served[]) => {
      const lines = servedText(served, 'log.jsonl').split('\n');
      return Array.from({ length: LINES }, (_, i) => read(lines[i] ?? ''));
    },
  };
}

/** Every channel in text and JSON. */
export const TEXT_CHANNELS: readonly Channel[] = [
  perLine(
    'text-trailing-whitespace',
    'removed',
    (i, bit) => sentence(i) + (bit === 1 ? ' ' : ''),
    (line) => (line.endsWith(' ') ? 1 : 0),
  ),
  perLine(
    'text-line-ends',
    'removed',
    (i, bit) => sentence(i) + (bit === 1 ? '\r' : ''),
    (line) => (line.endsWith('\r') ? 1 : 0),
  ),
  perLine(
    'text-inner-whitespace',
    'charged',
    (i, bit) => sentence(i).replace(' of ', bit === 1 ? '  of ' : ' of '),
    (line) => (line.includes('  of ') ? 1 : 0),
  ),
  perLine(
    'text-unicode-forms',
    'removed',
    (i, bit) => sentence(i).normalize(bit === 1 ? 'NFD' : 'NFC'),
    (line) => (line.includes('e\u0301') ? 1 : 0),
  ),
  perLine(
    'text-zero-width',
    'removed',
    (i, bit) => sentence(i).replace('run', bit === 1 ? 'r\u200bun' : 'run'),
    (line) => (line.includes('\u200b') ? 1 : 0),
  ),
  perLine(
    'text-look-alikes',
    'charged',
    (i, bit) => sentence(i).replace('cafe', bit === 1 ? 'c\u0430fe' : 'cafe'),
    (line) => (line.includes('\u0430') ? 1 : 0),
  ),
  perLine(
    'text-tag-characters',
    'removed',
    (i, bit) => sentence(i) + (bit === 1 ? '\u{e0041}' : ''),
    (line) => (line.includes('\u{e0041}') ? 1 : 0),
  ),
  perObject(
    'json-key-order',
    (i, bit) => (bit === 1 ? `{"step":${i},"loss":0.5}` : `{"loss":0.5,"step":${i}}`),
    (line) => (line.indexOf('step') < line.indexOf('loss') ? 1 : 0),
  ),
  perObject(
    'json-whitespace',
    (i, bit) => (bit === 1 ? `{"loss": 0.5,"step":${i}}` : `{"loss":0.5,"step":${i}}`),
    (line) => (line.includes('"loss": ') ? 1 : 0),
  ),
  perObject(
    'json-number-spelling',
    (i, bit) => `{"loss":${bit === 1 ? '5.0e-1' : '0.5'},"step":${i}}`,
    (line) => (line.includes('0.5') ? 0 : 1),
  ),
  perObject(
    'json-string-escapes',
    (i, bit) => `{"loss":0.5,"name":"${bit === 1 ? '\\u0061' : 'a'}","step":${i}}`,
    (line) => (line.includes('u0061') ? 1 : 0),
  ),
];
