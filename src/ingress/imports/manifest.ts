/**
 * The manifest of an import: one canonical line per file, with what came, what was found and what would be admitted. Its
 * digest is what approvers sign, so that nobody can change a file, a verdict or a safe form afterwards.
 */
import type { Kysely } from 'kysely';
import { canonicalJson, sha256Stream, utf8 } from '../../core/index.ts';
import type { Json } from '../../core/index.ts';
import type { Store } from '../../store/index.ts';
import { listFiles, listForms } from './file-store.ts';
import type { ImportFile, ImportForm } from './import.ts';

/** The format of a manifest. */
export const MANIFEST_FORMAT = 'sallyport-import@v1';
const PAGE = 500;

/** A file with its safe forms. */
export interface ManifestFile {
  readonly file: ImportFile;
  readonly forms: readonly ImportForm[];
  /** Whether its forms would be admitted: it is not malicious and has some. */
  readonly admissible: boolean;
}

/** Every file of an import in its order, in bounded memory. */
export async function* readManifestFiles(
  store: Store,
  id: string,
): AsyncGenerator<ManifestFile, void, undefined> {
  for (let from = 0; ;) {
    const files = await store.read((db: Kysely<unknown>) => listFiles(db, id, from, PAGE));
    const last = files.at(-1);
    if (last === undefined) return;
    const forms = await store.read((db: Kysely<unknown>) => listForms(db, id, from, last.position));
    for (const file of files) {
      const own = forms.filter((form) => form.file === file.position);
      yield { file, forms: own, admissible: file.verdict !== 'malicious' && own.length > 0 };
    }
    from = last.position + 1;
  }
}

/** A file's line, without its newline. */
export function writeManifestLine({ file, forms, admissible }: ManifestFile): string {
  return canonicalJson({
    name: file.name,
    sha256: file.sha256,
    bytes: file.bytes,
    type: file.type,
    verdict: file.verdict,
    rules: file.rules,
    findings: file.findings as unknown as Json,
    admitted: admissible,
    forms: forms.map(({ name, type, sha256, bytes }) => ({ name, type, sha256, bytes })),
  });
}

/** What a manifest adds up to. */
export interface ManifestFacts {
  /** SHA-256 over the digests of the originals in their order, and over those of the safe forms. */
  readonly originalsSha256: string;
  readonly formsSha256: string;
  readonly admissible: number;
  readonly forms: number;
  readonly formBytes: number;
  /** The oldest rules that gave a verdict. */
  readonly rules: number;
}

/** Writes the manifest piece by piece; the facts are there when the last piece was taken. */
export function streamManifest(
  store: Store,
  id: string,
): { readonly chunks: AsyncIterable<Uint8Array>; facts(): ManifestFacts } {
  const originals = sha256Stream();
  const safe = sha256Stream();
  const counts = { admissible: 0, forms: 0, formBytes: 0, rules: Number.MAX_SAFE_INTEGER };
  let done = false;
  async function* write(): AsyncGenerator<Uint8Array> {
    yield utf8(`${canonicalJson({ format: MANIFEST_FORMAT, import: id })}\n`);
    for await (const entry of readManifestFiles(store, id)) {
      originals.update(utf8(`${entry.file.sha256}  ${entry.file.name}\n`));
      counts.rules = Math.min(counts.rules, entry.file.rules ?? 0);
      if (entry.admissible) {
        counts.admissible += 1;
        counts.forms += entry.forms.length;
        for (const form of entry.forms) {
          counts.formBytes += form.bytes;
          safe.update(utf8(`${form.sha256}  ${form.name}\n`));
        }
      }
      yield utf8(`${writeManifestLine(entry)}\n`);
    }
    done = true;
  }
  return {
    chunks: write(),
    facts: () => {
      if (!done) throw new TypeError('the manifest was not read to its end');
      return { ...counts, originalsSha256: originals.hex(), formsSha256: safe.hex() };
    },
  };
}
