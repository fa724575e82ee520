/**
 * Which earlier file helps to code a member. Candidates are the destination's files, newest first, and then the
 * members of the same body before this one. The encoder chooses; its choice is coded as a place in this list, ordered
 * by what both sides know, so that the usual choice (the newest file of the same name) is the cheapest.
 */
import type { ContentType } from '../codec.ts';

/** One file that both sides have. `load` gives its emitted bytes. */
export interface HistoryFile {
  readonly name: string;
  readonly type: ContentType;
  load(): Uint8Array;
}

/** What both sides have of a destination: its files from the first `prefix` frames, oldest first. */
export interface History {
  /** Number of frames at the destination that this view covers. */
  readonly prefix: number;
  readonly files: readonly HistoryFile[];
}

const CANDIDATES_MAX = 64;
/** Only the newest files of a type are compared by name, so that a release of many files takes linear time. */
const RECENT_MAX = 1024;
const SAMPLED_MAX = 256;
const REFERENCE_BYTES_MAX = 64 * 1024 * 1024;

/** How alike two names are: the same, or the number of shared bytes at both ends. */
function scoreNames(a: string, b: string): number {
  if (a === b) return 1_000_000;
  const shortest = Math.min(a.length, b.length);
  let head = 0;
  while (head < shortest && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < shortest - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  const sameFile = a.slice(a.lastIndexOf('/') + 1) === b.slice(b.lastIndexOf('/') + 1) ? 1000 : 0;
  return sameFile + head + tail;
}

/** The files that both sides have, by type and by name; later members of a body are added as they are coded. */
export class ReferenceIndex {
  readonly #byType = new Map<ContentType, HistoryFile[]>();
  readonly #byName = new Map<string, HistoryFile>();

  constructor(files: readonly HistoryFile[]) {
    for (const file of files) this.add(file);
  }

  /** Adds a file that is newer than all others. */
  add(file: HistoryFile): void {
    const same = this.#byType.get(file.type);
    if (same === undefined) this.#byType.set(file.type, [file]);
    else same.push(file);
    this.#byName.set(`${file.type} ${file.name}`, file);
  }

  /** The candidates for a member, best guess first: same type only, by name, newest first among equals. */
  rank(name: string, type: ContentType): HistoryFile[] {
    const files = this.#byType.get(type) ?? [];
    const scored: { file: HistoryFile; score: number; age: number }[] = [];
    for (let age = 1; age <= Math.min(files.length, RECENT_MAX); age++) {
      const file = files[files.length - age];
      if (file !== undefined) scored.push({ file, score: scoreNames(name, file.name), age });
    }
    scored.sort((a, b) => b.score - a.score || a.age - b.age);
    const ranked = scored.slice(0, CANDIDATES_MAX).map((entry) => entry.file);
    const named = this.#byName.get(`${type} ${name}`);
    return named === undefined || ranked.includes(named) ? ranked : [named, ...ranked];
  }
}

/** A sample of the content's 12-byte shingles, for telling which files are alike. */
function sampleShingles(bytes: Uint8Array): Set<number> {
  const sample = new Set<number>();
  const end = Math.min(bytes.length, 256 * 1024);
  let rolling = 0;
  for (let i = 0; i < end; i++) {
    rolling = (Math.imul(rolling, 0x08088405) + (bytes[i] ?? 0) + 1) >>> 0;
    const mixed = Math.imul(rolling ^ (rolling >>> 15), 0x85ebca6b) >>> 0;
    if (i >= 12 && mixed < 0x08000000) sample.add(mixed);
    if (sample.size >= 1024) break;
  }
  return sample;
}

const sampled = new Map<HistoryFile, Set<number>>();

/** The sample of a candidate, kept while others are coded. */
function sampleFile(file: HistoryFile, bytes: Uint8Array): Set<number> {
  const held = sampled.get(file);
  if (held !== undefined) return held;
  const fresh = sampleShingles(bytes);
  const [oldest] = sampled.keys();
  if (sampled.size >= SAMPLED_MAX && oldest !== undefined) sampled.delete(oldest);
  sampled.set(file, fresh);
  return fresh;
}

/** Where a PNG names its width and height. */
const PNG_SIZE = { from: 16, to: 24 } as const;
const PNG_MARK = Buffer.from([0x89, 0x50, 0x4e, 0x47]);

/** The place of the first picture that is the same or has the same size, or -1: only such a one shares pixels by place. */
function choosePicture(bytes: Uint8Array, ranked: readonly HistoryFile[]): number {
  let best = -1;
  const size = bytes.subarray(PNG_SIZE.from, PNG_SIZE.to);
  for (const [place, file] of ranked.entries()) {
    const theirs = file.load();
    if (equalBytes(theirs, bytes)) return place;
    if (theirs.length > REFERENCE_BYTES_MAX || best >= 0) continue;
    if (equalBytes(theirs.subarray(PNG_SIZE.from, PNG_SIZE.to), size)) best = place;
  }
  return best;
}

/** The place of the best candidate in `ranked`, or -1 when none is worth its training time. */
export function chooseReference(bytes: Uint8Array, ranked: readonly HistoryFile[]): number {
  if (equalBytes(bytes.subarray(0, PNG_MARK.length), PNG_MARK)) {
    const picture = choosePicture(bytes, ranked);
    if (picture >= 0) return picture;
  }
  const mine = sampleShingles(bytes);
  let best = -1;
  let bestShared = -1;
  for (const [place, file] of ranked.entries()) {
    const theirs = file.load();
    if (theirs.length > REFERENCE_BYTES_MAX) continue;
    if (equalBytes(theirs, bytes)) return place;
    let shared = 0;
    for (const shingle of sampleFile(file, theirs)) if (mine.has(shingle)) shared++;
    if (shared > bestShared * 1.1 + 1) {
      best = place;
      bestShared = shared;
    }
    if (place >= 15 && best >= 0) break;
  }
  return best;
}

/** Whether two files are the same bytes. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && Buffer.compare(a, b) === 0;
}
