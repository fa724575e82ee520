/**
 * What becomes of imports that nobody finishes, and of the files of those that ended without admission: originals and safe
 * forms go as soon as no other import needs them. The manifest and the proof stay; approvers have signed by them.
 *
 * What holds if we die: a closed import is cleaned again until that is noted, and what is gone stays gone.
 */
import type { Kysely } from 'kysely';
import type { Clock } from '../../core/index.ts';
import type { Store } from '../../store/index.ts';
import { isFormHeld, isHeldIn, listFiles, listForms } from './file-store.ts';
import type { ImportFile, ImportForm } from './import.ts';
import { partName } from './import.ts';
import { listUncleaned, markCleaned } from './import-store.ts';
import type { Quarantine } from './quarantine.ts';

/** What cleaning stands on. */
export interface CleaningHost {
  readonly store: Store;
  readonly clock: Clock;
  readonly quarantine: Quarantine;
}

const PAGE = 500;
const AT_ONCE = 20;

/** Removes the files of one closed import. */
export async function cleanClosed(host: CleaningHost, id: string): Promise<void> {
  const { store, clock } = host;
  for (let from = 0; ;) {
    const [files, forms] = await store.read(async (db: Kysely<unknown>) => {
      const page = await listFiles(db, id, from, PAGE);
      const last = page.at(-1)?.position ?? from;
      return [page, await listForms(db, id, from, last)] as const;
    });
    const last = files.at(-1);
    if (last === undefined) break;
    for (const file of files)
      await cleanFile(
        host,
        id,
        file,
        forms.filter((form) => form.file === file.position),
      );
    from = last.position + 1;
  }
  await store.write((tx: Kysely<unknown>) => markCleaned(tx, id, clock.nowMs()));
}

async function cleanFile(
  { store, quarantine }: CleaningHost,
  id: string,
  file: ImportFile,
  forms: readonly ImportForm[],
): Promise<void> {
  const { position, sha256, bytes } = file;
  await quarantine.parts.remove(partName(id, position));
  const needed = await store.read((db: Kysely<unknown>) => isHeldIn(db, null, sha256, bytes));
  // The same original in another import is decoded to the same forms, perhaps at this moment.
  if (needed) return;
  await quarantine.originals.remove(sha256);
  for (const form of forms) {
    const held = await store.read((db: Kysely<unknown>) => isFormHeld(db, form.sha256));
    if (!held) await quarantine.forms.remove(form.sha256);
  }
}

/** Cleans closed imports whose cleaning did not come to its end. */
export async function cleanRest(host: CleaningHost): Promise<void> {
  const ids = await host.store.read((db: Kysely<unknown>) => listUncleaned(db, AT_ONCE));
  for (const id of ids) await cleanClosed(host, id);
}
