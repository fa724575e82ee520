/** Whether somebody stands for the files of an import at this moment: its proof, its source, and what became of the key. */
import type { Kysely } from 'kysely';
import type { Refusal } from '../../core/index.ts';
import { PROOF, checkProof, sourceErrors } from '../sources/index.ts';
import type { SignedFor, Source } from '../sources/index.ts';
import { listFiles } from './file-store.ts';
import type { Import } from './import.ts';
import type { ImportsHost } from './imports.ts';

interface RecalledKeys {
  recalls: { id: string; target_kind: string; target: string; project: string };
}

const PAGE = 500;

/** Who signed for the files of an import, or the refusal. */
export async function findSigned(
  host: Pick<ImportsHost, 'store' | 'quarantine' | 'sources' | 'clock' | 'roster'>,
  held: Import,
  source: Source,
): Promise<SignedFor | Refusal> {
  const { store, quarantine, sources, clock, roster } = host;
  const proof =
    held.proof === null
      ? null
      : PROOF.parse(JSON.parse(new TextDecoder().decode(await quarantine.forms.read(held.proof))));
  const files: { name: string; sha256: string }[] = [];
  for (let from = 0; ; from += PAGE) {
    const page = await store.read((db: Kysely<unknown>) => listFiles(db, held.id, from, PAGE));
    for (const { name, sha256 } of page) files.push({ name, sha256 });
    if (page.length < PAGE) break;
  }
  const { requester } = held;
  const checked = checkProof({
    ...{ source, proof, files, requester, roster: roster() },
    nowMs: clock.nowMs(),
  });
  if (!checked.ok || checked.by === 'session') return checked;
  const refuse = (why: string): Refusal => sourceErrors.refuse('PROOF_REFUSED', { why });
  // A key that is a source of its own would count as two.
  if (source.kind === 'person' && (await sources.isKeyOfSource(checked.signer)))
    return refuse(`${checked.signer} signs for another source`);
  const recall = await store.read((db: Kysely<RecalledKeys>) =>
    db
      .selectFrom('recalls')
      .select('id')
      .where('target_kind', '=', 'key')
      .where('target', '=', checked.signer)
      .where('project', '=', held.project)
      .executeTakeFirst(),
  );
  return recall === undefined
    ? checked
    : refuse(`${checked.signer} was recalled by \`${recall.id}\``);
}
