/**
 * Stretches of a text that spell bytes: base64, base32, hexadecimal and binary digits in one run or in many lines, base85,
 * and numbers in a row. Found from the tokens alone, so that a text without such stretches costs next to nothing.
 */
import { decodeBase32, decodeBase85 } from '../pickle/encodings.ts';
import { decodeNumbers, OPAQUE_MIN } from './numbers.ts';
import type { Spelled, Visit } from './numbers.ts';
import {
  areLines,
  eachRuns,
  findChunks,
  findTail,
  opensAsBase85,
  opensAsRun,
  opensParted,
} from './stretches.ts';
import type { Stretch } from './stretches.ts';
import type { TokenReader } from './tokens.ts';

const PIECES_MAX = 8;

const share = (text: string, pattern: RegExp): number =>
  (text.match(pattern) ?? []).join('').length / text.length;

/** A run of base64 changes case about every second place, has digits throughout and no words; names and paths do not. */
function looksLikeBase64(run: string): boolean {
  if (run.length < OPAQUE_MIN) return false;
  const digits = share(run, /[0-9]/g);
  const words = share(run, /[a-z]{7,}|[A-Z]{7,}/g);
  const turns = (run.match(/[a-z][A-Z]|[A-Z][a-z]/g) ?? []).length / run.length;
  return digits >= 0.03 && words <= 0.25 && turns >= 0.15;
}

const looksLikeHex = (run: string): boolean =>
  run.length >= OPAQUE_MIN && new Set(run.toLowerCase()).size >= 8;

const looksLikeBase32 = (run: string): boolean => {
  const digits = share(run, /[2-7]/g);
  return run.length >= OPAQUE_MIN && digits >= 0.06 && digits <= 0.4 && new Set(run).size >= 20;
};

function bitsOf(run: string): Uint8Array {
  return Uint8Array.from({ length: run.length >> 3 }, (_, i) =>
    Number.parseInt(run.slice(i * 8, i * 8 + 8), 2),
  );
}

/** What one run of letters may spell. */
function decodeRun(run: string, at: Stretch, visit: Visit): void {
  const spell = (kind: string, bytes: Uint8Array, isSure: boolean): Spelled => ({
    ...{ start: at.start, end: at.end, kind, symbols: run.length, bytes, isSure },
  });
  const bare = run.replace(/=+$/, '');
  if (/^[01]+$/.test(bare)) {
    visit(spell('binary digits', bitsOf(bare), bare.length >= OPAQUE_MIN && bare.includes('10')));
    return;
  }
  if (/^(?:0x)?[0-9a-fA-F]+$/.test(bare)) {
    const digits = bare.replace(/^0x/, '');
    visit(spell('hexadecimal', Buffer.from(digits, 'hex'), looksLikeHex(digits)));
  }
  if (/^(?:[A-Z2-7]+|[a-z2-7]+)$/.test(bare)) {
    const bytes = decodeBase32(Buffer.from(bare, 'latin1'));
    if (bytes !== undefined) visit(spell('base32', bytes, looksLikeBase32(bare)));
  }
  visit(spell('base64', Buffer.from(bare, 'base64'), looksLikeBase64(bare)));
}

/** What lines of runs spell together, and what each does from its beginning or from behind a mark in it. */
function decodeGroup(
  text: string,
  group: readonly Stretch[],
  tail: Stretch | undefined,
  visit: Visit,
): void {
  const { start: first } = group[0]!;
  const pieces = group.map(({ start, end }) => text.slice(start, end));
  const whole = pieces.join('');
  if (pieces.length > 1) decodeRun(whole, { start: first, end: group.at(-1)!.end }, visit);
  for (const [i, run] of pieces.entries()) {
    const { start, end } = group[i]!;
    decodeRun(run, { start, end }, visit);
    let tries = 0;
    for (const mark of run.matchAll(/[/_=-](?=[A-Za-z0-9+/_-]{16})/g)) {
      if (++tries > PIECES_MAX) break;
      const from = mark.index + 1;
      decodeRun(run.slice(from), { start: start + from, end }, visit);
    }
  }
  // A word behind an encoding looks like its last line; what it adds is read only after the rest.
  if (tail !== undefined) {
    const { start, end } = tail;
    decodeRun(whole + text.slice(start, end), { start: first, end }, visit);
  }
}

const ASCII85_LETTERS = /^[!-uz]+$/;

/** A chunk in base85: marks and letters in even shares, and no words. */
function looksLikeBase85(run: string): boolean {
  if (run.length < OPAQUE_MIN || new Set(run).size < 40) return false;
  const marks = share(run, /[^A-Za-z0-9]/g);
  return marks >= 0.12 && marks <= 0.6 && share(run, /[a-z]{5,}|[A-Z]{5,}/g) < 0.15;
}

/** What chunks of nearly every printable sign spell in base85: one by one, and the lines of a stretch together. */
function decodeChunks(
  text: string,
  tokens: TokenReader,
  chunks: readonly Stretch[],
  visit: Visit,
): void {
  for (let i = 0; i < chunks.length;) {
    let last = i;
    while (last + 1 < chunks.length && areLines(tokens, chunks[last]!, chunks[last + 1]!)) last++;
    const { start } = chunks[i]!;
    const { end } = chunks[last]!;
    if (end - start >= OPAQUE_MIN || opensAsBase85(tokens, chunks[i]!)) {
      decodeBases85(text.slice(start, end).replace(/\s+/g, ''), start, end, visit);
    }
    i = last + 1;
  }
}

/** With the signs around it and without: they are letters of these encodings too. */
function decodeBases85(chunk: string, start: number, end: number, visit: Visit): void {
  const bare = chunk.replace(/^["'`=(:,]*(?:<~)?/, '').replace(/(?:~>)?["'`),;.]*$/, '');
  decodeBase85Run(bare, { start, end }, chunk.startsWith('<~'), visit);
  if (bare !== chunk) decodeBase85Run(chunk, { start, end }, false, visit);
}

function decodeBase85Run(
  run: string,
  { start, end }: Stretch,
  isMarked: boolean,
  visit: Visit,
): void {
  if (run.length < 20) return;
  const spell = (kind: string, bytes: Uint8Array, isSure: boolean): Spelled => ({
    ...{ start, end, kind, symbols: run.length, bytes, isSure },
  });
  const letters = Buffer.from(run, 'latin1');
  if (ASCII85_LETTERS.test(run)) {
    const bytes = decodeBase85(letters, 'ascii85');
    if (bytes !== undefined) visit(spell('ascii85', bytes, looksLikeBase85(run) || isMarked));
  }
  const bytes = decodeBase85(letters, 'base85');
  if (bytes !== undefined) visit(spell('base85', bytes, looksLikeBase85(run)));
}

/** All stretches of a text that may spell something, the likeliest reading of each first. */
export function findSpelled(text: string, tokens: TokenReader, visit: Visit): void {
  const chunks = findChunks(tokens);
  if (chunks.length > 0) {
    eachRuns(tokens, chunks, (group) => {
      const letters = group.reduce((sum, { start, end }) => sum + end - start, 0);
      if (letters >= OPAQUE_MIN || group.some((run) => opensAsRun(tokens, run))) {
        decodeGroup(text, group, findTail(tokens, group.at(-1)!), visit);
      }
    });
    decodeChunks(text, tokens, chunks, visit);
  }
  decodeNumbers(tokens, visit);
  decodeParted(text, tokens, visit);
}

const isAlnum = (code: number): boolean =>
  (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
const LETTERS_ONLY = /^[A-Za-z0-9+/=_-]+$/;
const GROUPS_MIN = 4;

/** Whether a token follows the one before it behind just this unit. */
function followsBehind(
  { starts, ends, codes, count }: TokenReader,
  token: number,
  parting: number,
): boolean {
  return (
    token < count &&
    starts[token]! - ends[token - 1]! === 1 &&
    codes[ends[token - 1]!] === parting &&
    isAlnum(codes[starts[token]!]!)
  );
}

/** Base64 and hexadecimal digits in groups of equal length, with the same blank or mark between each two. */
function decodeParted(text: string, tokens: TokenReader, visit: Visit): void {
  const { starts, ends, codes, count } = tokens;
  for (let i = 0, next = 1; i < count; i = next, next = i + 1) {
    const length = ends[i]! - starts[i]!;
    if (length < 3 || length > 15 || next >= count) continue;
    // Most tokens have a neighbour of another length.
    if (ends[next]! - starts[next]! !== length || starts[next]! - ends[i]! !== 1) continue;
    const parting = codes[ends[i]!]!;
    while (followsBehind(tokens, next, parting) && ends[next]! - starts[next]! === length) next++;
    if (next - i < GROUPS_MIN || !opensParted(tokens, i, next)) continue;
    const start = starts[i]!;
    const end = ends[followsBehind(tokens, next, parting) ? next : next - 1]!;
    const joined = text.slice(start, end).replace(/[\s.,:|-]/g, '');
    if (LETTERS_ONLY.test(joined)) decodeRun(joined, { start, end }, visit);
  }
}
