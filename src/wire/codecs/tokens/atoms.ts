/** Atoms: strings from an open vocabulary, guessed whole from where they stand and what came before. */
import type { Engine, Mix } from '../../engine/index.ts';
import type { CandidateCoder } from './candidates.ts';
import { hash2, hash3 } from './hash.ts';
import type { TokenHistory } from './history.ts';
import { ContextMemory, RecentValues } from './memory.ts';
import type { SavedMemory } from './memory.ts';

const ATOMS_MAX = 1 << 20;
const RECENT_MAX = 63;
const SLOTS_MAX = 1 << 15;

/** Spells an atom that is in no list. */
export type Spell = (value: string) => string;

/** A vocabulary that can be taken up again. */
export interface SavedAtoms {
  readonly memory: SavedMemory;
  readonly recent: ReadonlyMap<number, RecentValues>;
  readonly texts: readonly string[];
}

/** Codes atoms; equal strings get equal numbers, so that tokens compare fast. */
export class AtomCoder {
  readonly #engine: Engine;
  readonly #candidates: CandidateCoder;
  readonly #history: TokenHistory;
  readonly #memory = new ContextMemory(17);
  readonly #recent = new Map<number, RecentValues>();
  readonly #rank: Mix;
  readonly #numbers = new Map<string, number>();
  #texts: string[] = [];

  constructor(engine: Engine, candidates: CandidateCoder, history: TokenHistory) {
    this.#engine = engine;
    this.#candidates = candidates;
    this.#history = history;
    this.#rank = engine.mix({
      contexts: 4,
      guesses: 0,
      selectors: [64],
      symbolBits: 6,
      tableBits: 18,
    });
  }

  /** The models of this coder. */
  get mixes(): readonly Mix[] {
    return [this.#rank];
  }

  /** A copy of the vocabulary and of what follows what. */
  save(): SavedAtoms {
    return {
      memory: this.#memory.save(),
      recent: new Map([...this.#recent].map(([slot, recent]) => [slot, recent.copy()])),
      texts: [...this.#texts],
    };
  }

  /** Takes up what was saved. */
  restore(saved: SavedAtoms): void {
    this.#memory.restore(saved.memory);
    for (const [slot, recent] of saved.recent) this.#recent.set(slot, recent.copy());
    this.#texts = [...saved.texts];
    for (const [number, text] of saved.texts.entries()) this.#numbers.set(text, number);
  }

  /** The number of a string, the same for equal strings as long as the vocabulary is not full. */
  intern(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    if (this.#texts.length >= ATOMS_MAX) {
      // The vocabulary starts anew; old numbers may now mean other texts, in encoder and decoder alike.
      this.#numbers.clear();
      this.#texts = [];
    }
    const number = this.#texts.length;
    this.#texts.push(text);
    this.#numbers.set(text, number);
    return number;
  }

  /**
   * Codes an atom in a slot. `contexts` are hashes that say what is known, most telling first; `spell` codes the
   * string itself when it was not seen here before.
   */
  atom(value: string, slot: number, contexts: readonly number[], spell: Spell): string {
    const decoding = this.#engine.mode === 'decode';
    // Unknown strings get their number after they were spelled, when the decoder gives them theirs.
    const wanted = decoding ? NaN : (this.#numbers.get(value) ?? -1);
    const votes = this.#candidates;
    votes.reset();
    votes.vote(this.#known(this.#history.predict(slot)), this.#history.confidence);
    for (const context of contexts) {
      const key = hash2(slot, context);
      votes.vote(this.#known(this.#memory.get(key)), this.#memory.grade(key));
    }
    const last = hash2(slot, 0x1a57);
    votes.vote(this.#known(this.#memory.get(last)), this.#memory.grade(last));
    let found = votes.code(wanted, slot, contexts[0] ?? 0);
    if (Number.isNaN(found)) found = this.#listed(wanted, value, slot, contexts[0] ?? 0, spell);
    this.#recentOf(slot).use(found);
    for (const context of contexts) this.#memory.set(hash2(slot, context), found);
    this.#memory.set(last, found);
    this.#history.push(slot, found);
    return this.#texts[found] ?? '';
  }

  /** A number that stood for an atom before the vocabulary started anew may be out of range. */
  #known(number: number): number {
    return number < this.#texts.length ? number : NaN;
  }

  #listed(wanted: number, value: string, slot: number, context: number, spell: Spell): number {
    const recent = this.#recentOf(slot);
    const { contexts, selectors } = this.#rank;
    const size = Math.min(recent.size, RECENT_MAX);
    const rank = recent.rank(wanted);
    if (size > 0) {
      contexts[0] = hash2(slot, 1);
      contexts[1] = hash3(slot, 2, context);
      contexts[2] = hash2(size, 3);
      contexts[3] = hash3(slot, size, 4);
      selectors[0] = size;
      const coded = this.#rank.code(rank >= 0 && rank < size ? rank + 1 : 0);
      if (coded > 0) return this.#known(recent.at(coded - 1)) || 0;
    }
    return this.intern(spell(value));
  }

  #recentOf(slot: number): RecentValues {
    let recent = this.#recent.get(slot);
    if (recent === undefined) {
      if (this.#recent.size >= SLOTS_MAX) this.#recent.clear();
      recent = new RecentValues(RECENT_MAX);
      this.#recent.set(slot, recent);
    }
    return recent;
  }
}
