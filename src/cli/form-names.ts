/**
 * Where safe forms are written below one folder: each has a place of its own, also when two files give forms of one name, on
 * file systems that tell no case apart, and when one's name is the other's folder.
 */
import path from 'node:path';

const keyOf = (name: string): string => name.normalize('NFC').toLowerCase();

/** The places that are taken. */
export class FormNames {
  readonly #files = new Set<string>();
  readonly #folders = new Set<string>();

  /** The place of a form, relative, with `/`: its own name, or one below the name of the file that it was made of. */
  place(file: string, form: string): string {
    const base = form.split('/').at(-1) ?? form;
    if (this.#isFree(form)) return this.#take(form);
    const below = `${file}.forms/${base}`;
    if (this.#isFree(below)) return this.#take(below);
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

function foldersOf(name: string): readonly string[] {
  const folders: string[] = [];
  for (let at = path.posix.dirname(name); at !== '.' && at !== '/'; at = path.posix.dirname(at))
    folders.push(at);
  return folders;
}
