/**
 * Where safe forms are written below one folder: each has a place of its own, also when two files give forms of one name, on
 * file systems that tell no case apart, and when one's name is the other's folder.
 */
import path from 'node:path';
import { sha256 } from '../core/index.ts';

/** The longest part of a name that every file system takes, and the longest name. */
const PART_BYTES_MAX = 255;
const NAME_BYTES_MAX = 2048;
const PART_BYTES_KEPT = 180;
const ENDING_BYTES_MAX = 40;

const keyOf = (name: string): string => name.normalize('NFC').toLowerCase();

/** The places that are taken. */
export class FormNames {
  readonly #files = new Set<string>();
  readonly #folders = new Set<string>();

  /** The place of a form, relative, with `/`: its own name, or one below the name of the file that it was made of. */
  place(file: string, form: string): string {
    const whole = form.split('/').map(shortenPart).join('/');
    const base = shortenPart(form.split('/').at(-1) ?? form);
    const isShort = Buffer.byteLength(whole) <= NAME_BYTES_MAX;
    if (isShort && this.#isFree(whole)) return this.#take(whole);
    const folder =
      file
        .split('/')
        .map((part) => shortenPart(`${part}.forms`))
        .at(-1) ?? 'forms';
    const above = file.split('/').slice(0, -1).map(shortenPart);
    const below = [...above, folder, base].join('/');
    if (Buffer.byteLength(below) <= NAME_BYTES_MAX && this.#isFree(below)) return this.#take(below);
    // Every number is another folder at the top, so that one of them is free.
    for (let number = 2; ; number++) {
      const name = `forms-${String(number)}/${base}`;
      if (this.#isFree(name)) return this.#take(name);
    }
  }

  #isFree(name: string): boolean {
    const key = keyOf(name);
    if (this.#files.has(key) || this.#folders.has(key)) return false;
    return foldersOf(key).every((folder) => !this.#files.has(folder));
  }

  #take(name: string): string {
    const key = keyOf(name);
    this.#files.add(key);
    for (const folder of foldersOf(key)) this.#folders.add(folder);
    return name;
  }
}

/** A part that no file system would take is cut, with its digest, so that two of them stay apart, and its ending. */
function shortenPart(part: string): string {
  if (Buffer.byteLength(part) <= PART_BYTES_MAX) return part;
  let kept = '';
  for (const letter of part) {
    if (Buffer.byteLength(kept + letter) > PART_BYTES_KEPT) break;
    kept += letter;
  }
  const ending = /(?:\.[A-Za-z0-9]{1,16}){1,3}$/.exec(part)?.[0] ?? '';
  const shown = ending.length <= ENDING_BYTES_MAX ? ending : '';
  return `${kept}~${sha256(part).slice(0, 16)}${shown}`;
}

function foldersOf(name: string): readonly string[] {
  const folders: string[] = [];
  for (let at = path.posix.dirname(name); at !== '.' && at !== '/'; at = path.posix.dirname(at))
    folders.push(at);
  return folders;
}
