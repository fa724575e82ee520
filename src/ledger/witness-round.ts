/** Keeps the witnesses of a log up to date, and notices when they have seen more than we have. */
import type { Store } from '../store/index.ts';
import { ledgerErrors } from './errors.ts';
import { putCosignature, readCosignatures } from './ledger-rows.ts';
import type { Verifier } from './note.ts';
import { parseVkey } from './note.ts';
import type { WitnessConfig, WitnessFetch } from './witness-client.ts';
import { askWitness } from './witness-client.ts';

/** How a witness stands. */
export interface WitnessStatus {
  readonly name: string;
  readonly url: string;
  /** The newest size that it cosigned for us; 0 if none. */
  readonly size: number;
  /** Why its last answer was no cosignature; null if it was one. */
  readonly problem: string | null;
}

interface Known {
  readonly url: string;
  readonly verifier: Verifier;
  size: number;
  line: string;
  problem: string | null;
}

/** What a round needs of its ledger. */
export interface WitnessParts {
  readonly store: Store;
  readonly logId: string;
  readonly fetch?: WitnessFetch;
  consistency(from: number, to: number): Promise<Uint8Array[]>;
}

/** The witnesses of one log. */
export class WitnessRound {
  readonly #parts: WitnessParts;
  readonly #known: Known[] = [];

  private constructor(parts: WitnessParts) {
    this.#parts = parts;
  }

  /** Reads the configuration and what the witnesses cosigned before. */
  static async open(configs: readonly WitnessConfig[], parts: WitnessParts): Promise<WitnessRound> {
    const round = new WitnessRound(parts);
    const rows = configs.length === 0 ? [] : await readCosignatures(parts.store, parts.logId);
    for (const { url, vkey } of configs) {
      const parsed = parseVkey(vkey);
      if (!parsed.ok) throw ledgerErrors.error('KEY_INVALID', { why: parsed.message });
      const row = rows.find((one) => one.witness === parsed.verifier.vkey);
      round.#known.push({
        url,
        verifier: parsed.verifier,
        size: row?.size ?? 0,
        line: row?.line ?? '',
        problem: null,
      });
    }
    return round;
  }

  get status(): WitnessStatus[] {
    return this.#known.map(({ verifier, url, size, problem }) => ({
      name: verifier.name,
      url,
      size,
      problem,
    }));
  }

  /** The cosignature lines of those who cosigned this size. */
  linesFor(size: number): string {
    return this.#known.map((known) => (known.size === size ? known.line : '')).join('');
  }

  /**
   * Asks everybody to cosign. A witness that fails is left behind and asked again next time; one that has seen more
   * entries than we hold throws `LEDGER_DATABASE_ROLLED_BACK`. `everybody` also asks those who, says the database, have
   * cosigned this size: the database may be an old copy.
   */
  async ask(
    head: { size: number; checkpoint: string },
    options: { everybody?: boolean } = {},
  ): Promise<void> {
    const asked = this.#known.filter(
      (known) => options.everybody === true || known.size !== head.size || known.line === '',
    );
    await Promise.all(asked.map((known) => this.#askOne(known, head)));
  }

  async #askOne(known: Known, head: { size: number; checkpoint: string }): Promise<void> {
    let from = Math.min(known.size, head.size);
    // Twice, because the first answer may only tell us where the witness stands.
    for (let attempt = 0; attempt < 2; attempt++) {
      const proof = await this.#parts.consistency(from, head.size);
      const witness = { ...known, fetch: this.#parts.fetch ?? fetch };
      const answer = await askWitness(witness, from, proof, head.checkpoint);
      if (answer.kind === 'cosigned') {
        const { verifier } = known;
        const kept = { witness: verifier.vkey, size: head.size, line: answer.line };
        await putCosignature(this.#parts.store, this.#parts.logId, kept);
        Object.assign(known, { size: head.size, line: answer.line, problem: null });
        return;
      }
      if (answer.kind === 'failed') {
        known.problem = answer.why;
        return;
      }
      if (answer.size > head.size) {
        throw ledgerErrors.error('DATABASE_ROLLED_BACK', {
          held: head.size,
          seen: `witness \`${known.verifier.name}\``,
          size: answer.size,
        });
      }
      from = answer.size;
    }
    known.problem = 'it gave two different sizes';
  }
}
