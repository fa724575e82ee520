/** Opening a log: taking the fence, loading the tree, holding both to their roots. */
import type { Kysely } from 'kysely';
import { systemFiles } from '../core/index.ts';
import { signCheckpoint } from './checkpoint.ts';
import { ledgerErrors } from './errors.ts';
import type { LedgerOptions } from './ledger-options.ts';
import type { LedgerTables } from './ledger-rows.ts';
import { takeFence } from './ledger-rows.ts';
import { Ledger } from './ledger.ts';
import { loadTree } from './load-tree.ts';
import { TileFolder } from './tile-folder.ts';

/** Opens a log, making it if it is new, and takes it over from whoever held it. Recovery is nothing else than this. */
export async function openLedger(options: LedgerOptions): Promise<Ledger> {
  const { store, logId, key } = options;
  const origin = key.verifier.name;
  const folder = new TileFolder(options.dir, options.files ?? systemFiles);
  const head = await store.write((tx: Kysely<LedgerTables>) => takeFence(tx, logId, origin));
  if (head.origin !== origin) {
    throw ledgerErrors.error('ORIGIN_MISMATCH', { held: head.origin, asked: origin });
  }
  const loaded = await loadTree(logId, head, { store, folder, verifier: key.verifier });
  const signed = signCheckpoint({ origin, size: head.size, root: head.root }, key);
  if (head.size > 0 && signed !== head.checkpoint) {
    throw ledgerErrors.error('ORIGIN_MISMATCH', { held: 'another key', asked: key.verifier.vkey });
  }
  const ledger = new Ledger(options, { head: { ...head, checkpoint: signed }, folder, ...loaded });
  await ledger.start();
  return ledger;
}
