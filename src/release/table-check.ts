/** Holds the release queue and its files to the ledger: nothing waits for the wire that no entry says was released. */
import type { Kysely } from 'kysely';
import { canonicalJson, sha256 } from '../core/index.ts';
import { textOf } from '../ledger/index.ts';
import type { ShownEntry, TableCheck } from '../ledger/index.ts';
import type { ReleaseTables } from './store.ts';

/** A release as the ledger has it. */
interface SaidRelease {
  readonly sequence: number;
  readonly destination: number;
  readonly filesSha256: string;
  readonly bodySha256: string;
  debitedBits: bigint;
}

/** What a frame may be shorter than it was debited: the slot gap is the only field that is not known before it is sent. */
const GAP_BITS_MAX = 8n * 7n;

/** Whether a frame that was debited so much can have this charge; before it is sent, a longer one is debited the rest. */
function isChargeOf(chargeBits: bigint, debitedBits: bigint): boolean {
  return (
    chargeBits <= debitedBits && debitedBits - chargeBits <= GAP_BITS_MAX && chargeBits % 8n === 0n
  );
}

class ReleaseCheck implements TableCheck {
  readonly #said = new Map<string, SaidRelease>();

  see({ entry }: ShownEntry): void {
    const request = textOf(entry, 'request');
    if (entry.kind === 'export.released') {
      this.#said.set(request, {
        sequence: Number(entry['sequence']),
        destination: Number(entry['number']),
        filesSha256: textOf(entry, 'filesSha256'),
        bodySha256: textOf(entry, 'bodySha256'),
        debitedBits: BigInt(textOf(entry, 'chargeBits') || '0'),
      });
    }
    const said = entry.kind === 'release.topped-up' ? this.#said.get(request) : undefined;
    if (said !== undefined) said.debitedBits = BigInt(textOf(entry, 'chargeBits') || '0');
  }

  async compare(database: Kysely<unknown>): Promise<readonly string[]> {
    const db = database as Kysely<ReleaseTables>;
    const problems: string[] = [];
    const missing = new Set(this.#said.keys());
    const rows = await db.selectFrom('release_queue').selectAll().orderBy('sequence').execute();
    for (const row of rows) {
      const said = this.#said.get(row.request_id);
      missing.delete(row.request_id);
      const name = `release ${String(row.sequence)} of ${row.request_id}`;
      if (said === undefined) {
        problems.push(`${name} is in the queue and not in the ledger`);
        continue;
      }
      if (said.sequence !== Number(row.sequence) || said.destination !== Number(row.destination))
        problems.push(`${name} has another place in the queue than in the ledger`);
      if (said.debitedBits !== row.debited_bits)
        problems.push(
          `${name} was debited ${String(row.debited_bits)} bits, by the ledger ${String(said.debitedBits)}`,
        );
      if (row.charge_bits !== null && !isChargeOf(row.charge_bits, said.debitedBits))
        problems.push(
          `${name} was charged ${String(row.charge_bits)} bits, which no frame debited ${String(said.debitedBits)} bits can have`,
        );
      const files = await db
        .selectFrom('release_files')
        .select(['name', 'type', 'sha256', 'bytes'])
        .where('sequence', '=', row.sequence)
        .orderBy('position')
        .execute();
      const listed = files.map((file) => ({ ...file, bytes: Number(file.bytes) }));
      if (row.body_sha256 !== said.bodySha256 || sha256(canonicalJson(listed)) !== said.filesSha256)
        problems.push(`${name} holds other files than in the ledger`);
    }
    for (const request of missing)
      problems.push(`the release of ${request} is in the ledger and not in the queue`);
    return problems;
  }
}

/** The check of this room's tables. */
export function checkReleaseTables(): TableCheck {
  return new ReleaseCheck();
}
