/**
 * Finds planted triggers: rare n-grams whose documents, without the n-gram, read like another label.
 *
 * Second reading: every document that conflicts with its label adds evidence to its n-grams; every other occurrence
 * takes some away. Third reading, only when an n-gram is above the bar: its documents are collected exactly, and n-grams
 * are taken strongest first, each explaining its documents, until the rest is below the bar. The bar is ln(n-grams / α):
 * with right labels an n-gram passes it by chance with probability below α over all of them.
 */
import { AGREEMENT_NATS } from './label-model.ts';
import type { Evidence, LabelModel, Reading } from './label-model.ts';
import { eachNgram, hashNgram, NGRAM_MAX, someNgram } from './ngrams.ts';
import type { TokenText } from './kept-tokens.ts';
import type { NgramCounts } from './ngrams.ts';
import { SharedWords } from './shared-words.ts';
import type { SuspectPlace } from './shared-words.ts';

/** The chance of a false accusation over all n-grams of a set. */
const ALPHA = 0.01;
/** Fewer distinct documents than this are never a trigger. */
export const DOCUMENTS_MIN = 3;
const SAMPLED_MIN = 8;
const ALIASES_MAX = 8;
/** N-grams of one trigger may differ in evidence by so much. */
const SAME_EVIDENCE = 0.95;
const SUSPICIONS_MAX = 1 << 19;
const COLLECTED_MAX = 1 << 20;

interface Suspicion {
  readonly a: number;
  readonly b: number;
  evidence: number;
  /** Places in documents that may conflict; every other place speaks against the suspicion. */
  occurrences: number;
  documents: number;
  /** The document that was added last. */
  last: number;
}

/** N-grams of a sample, so that common ones need no third reading. */
export interface CommonNgrams {
  readonly counts: NgramCounts;
  /** The share of all documents that is in the sample. */
  readonly share: number;
  /** N-grams of the whole set, each place counted: at least as many as there are distinct ones. */
  readonly total: number;
}

/** An n-gram in one document: the document's number in the set of sets, and which of its tokens. */
export interface TriggerPlace {
  readonly document: number;
  readonly first: number;
  readonly width: number;
}

/** An n-gram that turns texts into another label. */
export interface Trigger {
  /** Its places, one in each document that is accused. */
  readonly documents: readonly TriggerPlace[];
  /** A place of each other n-gram with nearly the same documents. */
  readonly aliases: readonly TriggerPlace[];
  readonly label: number;
  /** Evidence in nats, after what stronger n-grams explain. */
  readonly evidence: number;
  /** Documents that have it under other labels. */
  readonly elsewhere: number;
}

interface Collected {
  readonly label: number;
  /** Each distinct text once. */
  readonly texts: Set<number>;
  readonly own: SuspectPlace[];
  elsewhere: number;
}

const key = (a: number, b: number, label: number): number =>
  (a >>> 0) * 2 ** 21 + (((b ^ Math.imul(label + 1, 0x9e3779b1)) >>> 0) & 0x1f_ffff);

/** Collects suspicions over the second and third reading of a set. */
export class TriggerScreen {
  readonly #model: LabelModel;
  readonly #evidence: readonly Evidence[];
  readonly #common: CommonNgrams;
  readonly #suspicions = new Map<number, Suspicion>();
  readonly #seen = new Set<number>();
  /** What each token of one document says. */
  #says = new Float64Array(1024);
  readonly #collected = new Map<number, Collected>();
  /** Marks the n-grams that are collected, by some bits of their hash, for a quick no. */
  readonly #marked = new Uint8Array(1 << 16);
  readonly #shared = new SharedWords();
  #collectedCount = 0;
  #barNats = 0;
  /** Whether suspicions had to be dropped to stay within memory. */
  overflowed = false;

  constructor(model: LabelModel, evidence: readonly Evidence[], common: CommonNgrams) {
    this.#model = model;
    this.#evidence = evidence;
    this.#common = common;
  }

  /** Second reading: the model has just read the document. */
  suspect(text: TokenText, reading: Reading): void {
    const evidence = this.#evidence[text.label]!;
    if (!this.#mayConflict(text, reading, evidence)) return;
    // A text that was there before adds no evidence, so that repeating one document makes none, and takes none away.
    const known = this.#seen.has(text.textHash);
    if (!known && this.#seen.size < SUSPICIONS_MAX) this.#seen.add(text.textHash);
    this.#eachWithout(text, reading, evidence, (a, b, nats) => {
      const id = key(a, b, text.label);
      let suspicion = this.#suspicions.get(id);
      if (suspicion === undefined) {
        if (known) return;
        suspicion = { a, b, evidence: 0, occurrences: 0, documents: 0, last: -1 };
        this.#suspicions.set(id, suspicion);
      }
      suspicion.occurrences++;
      if (known || suspicion.last === text.document) return;
      suspicion.last = text.document;
      suspicion.evidence += nats;
      suspicion.documents++;
    });
    if (this.#suspicions.size > SUSPICIONS_MAX) this.#prune();
  }

  /**
   * Calls back for each n-gram without which the document could read like another label. Most cannot, so the margin comes
   * before the hashes; it is that of {@link LabelModel.marginWithout}, to the last bit.
   */
  #eachWithout(
    { hashes, count, label }: TokenText,
    reading: Reading,
    evidence: Evidence,
    visit: (a: number, b: number, nats: number) => void,
  ): void {
    const says =
      this.#says.length < count ? (this.#says = new Float64Array(count * 2)) : this.#says;
    for (let i = 0; i < count; i++) says[i] = this.#model.sayOf(i, label, reading.rival);
    const whole = reading.margin * Math.sqrt(count + 1);
    const roots = [1, 2, 3].map((width) => Math.sqrt(Math.max(1, count + 1 - width)));
    for (let start = 0; start < count; start++) {
      const end = Math.min(count, start + NGRAM_MAX);
      let masked = 0;
      for (let at = start; at < end; at++) {
        masked += says[at]!;
        const nats = evidence.nats((whole - masked) / roots[at - start]!);
        if (nats < 0) continue;
        const [a, b] = hashNgram(hashes, start, at + 1);
        visit(a, b, nats);
      }
    }
  }

  #mayConflict(text: TokenText, reading: Reading, evidence: Evidence): boolean {
    if (evidence.nats(reading.margin) > 0) return true;
    // Without its strongest n-gram the document could conflict: the largest sum over as many tokens.
    const { label, count } = text;
    let largest = 0;
    for (let i = 0, two = 0, one = 0; i < count; i++) {
      const say = this.#model.sayOf(i, label, reading.rival);
      largest = Math.max(largest, say + one + two);
      two = Math.max(0, one);
      one = Math.max(0, say);
    }
    const root = Math.sqrt(count + 1);
    return evidence.nats((reading.margin * root - largest) / root) > 0;
  }

  #prune(): void {
    this.overflowed = true;
    const values = [...this.#suspicions.values()].map(({ evidence }) => evidence);
    const median = Float64Array.from(values).sort()[values.length >> 1]!;
    for (const [id, { evidence }] of this.#suspicions) {
      if (evidence <= median) this.#suspicions.delete(id);
    }
  }

  /**
   * How many places an n-gram has beyond those that were suspected, from the sample; 0 where the sample has too few to
   * say, since the third reading counts exactly.
   */
  #countOthers({ a, b, occurrences }: Suspicion): number {
    const { counts, share } = this.#common;
    const sampled = counts.get(a, b);
    if (share < 1 && sampled < SAMPLED_MIN) return 0;
    return Math.max(0, sampled / share - occurrences);
  }

  /** After the second reading: how many n-grams the third has to collect; 0 makes it unnecessary. */
  chooseSuspects(): number {
    // An n-gram can be a trigger once for every three of its places; how often that is so is known where all are counted.
    const { counts, share, total } = this.#common;
    const chances = share === 1 ? counts.passed : total / DOCUMENTS_MIN;
    this.#barNats = Math.log(Math.max(1, chances) / ALPHA);
    const above = [...this.#suspicions].filter(([, each]) => {
      const evidence = each.evidence + this.#countOthers(each) * AGREEMENT_NATS;
      return each.documents >= DOCUMENTS_MIN && evidence >= this.#barNats;
    });
    this.#suspicions.clear();
    this.#seen.clear();
    for (const [id, suspicion] of above) {
      this.#suspicions.set(id, suspicion);
      this.#marked[suspicion.a & 0xffff] = 1;
    }
    return this.#suspicions.size;
  }

  /** The bar in nats that an n-gram's evidence has to reach. */
  get barNats(): number {
    return this.#barNats;
  }

  /** Whether a text may have an n-gram that is collected. */
  concerns({ hashes, count }: TokenText): boolean {
    return someNgram(hashes, count, this.#marked);
  }

  /** Third reading: the model has just read the document. */
  collect(text: TokenText, reading: Reading): void {
    const inThis = new Set<number>();
    eachNgram(text.hashes, text.count, (a, b, start, width) => {
      if (this.#marked[a & 0xffff] !== 1) return;
      for (let label = 0; label < this.#model.labels; label++) {
        const id = key(a, b, label);
        if (!this.#suspicions.has(id) || inThis.has(id)) continue;
        inThis.add(id);
        this.#put(id, label, text, reading, start, width);
      }
    });
  }

  #put(
    id: number,
    label: number,
    text: TokenText,
    reading: Reading,
    first: number,
    width: number,
  ): void {
    let collected = this.#collected.get(id);
    if (collected === undefined) {
      collected = { label, texts: new Set(), own: [], elsewhere: 0 };
      this.#collected.set(id, collected);
    }
    if (text.label !== label) {
      collected.elsewhere++;
      return;
    }
    if (this.#collectedCount >= COLLECTED_MAX) {
      this.overflowed = true;
      return;
    }
    this.#collectedCount++;
    const repeat = collected.texts.has(text.textHash);
    collected.texts.add(text.textHash);
    const margin = this.#model.marginWithout(reading, label, first, width);
    const nats = this.#evidence[label]!.nats(margin);
    collected.own.push({ document: text.document, first, width, nats, repeat });
    this.#shared.keep(text, this.#model, reading);
  }

  /** The triggers, strongest first; each document belongs to the first that explains it. */
  finish(): Trigger[] {
    this.#weighAnew();
    const explained = new Set<number>();
    const triggers: Trigger[] = [];
    const open = new Set(this.#collected.values());
    for (;;) {
      let best: Collected | undefined;
      let bestValue = this.#barNats;
      for (const each of open) {
        const value = this.#value(each, explained);
        if (value < this.#barNats) open.delete(each);
        else if (best === undefined || value > bestValue) {
          best = each;
          bestValue = value;
        }
      }
      if (best === undefined) return triggers;
      const chosen = this.#purest(best, bestValue, open, explained);
      bestValue = this.#value(chosen, explained);
      open.delete(chosen);
      const documents = chosen.own.filter(({ document }) => !explained.has(document));
      const aliases = [...open].flatMap((each) =>
        sameDocuments(each, chosen, explained)
          ? each.own
              .filter((place) => documents.some((one) => one.document === place.document))
              .slice(0, 1)
          : [],
      );
      for (const { document } of documents) explained.add(document);
      triggers.push({
        aliases: aliases.slice(0, ALIASES_MAX),
        label: chosen.label,
        evidence: bestValue,
        documents: chooseAccused(documents, chosen.elsewhere),
        elsewhere: chosen.elsewhere,
      });
    }
  }

  /** Of n-grams with nearly the same documents and evidence, the one that has the fewest documents besides. */
  #purest(
    best: Collected,
    bestValue: number,
    open: ReadonlySet<Collected>,
    explained: ReadonlySet<number>,
  ): Collected {
    let purest = best;
    for (const each of open) {
      const value = this.#value(each, explained);
      if (value < this.#barNats || value < bestValue * SAME_EVIDENCE) continue;
      if (each.own.length + each.elsewhere >= purest.own.length + purest.elsewhere) continue;
      if (sameDocuments(each, best, explained)) purest = each;
    }
    return purest;
  }

  /** The strongest first, so that what is bounded goes to them. */
  #weighAnew(): void {
    const none = new Set<number>();
    const all = [...this.#collected.values()].map(
      (each) => [this.#value(each, none), each] as const,
    );
    for (const [, { own, label }] of all.sort(([a], [b]) => b - a)) {
      this.#shared.weigh(own, this.#evidence[label]!);
    }
    if (this.#shared.overflowed) this.overflowed = true;
  }

  #value({ own, elsewhere }: Collected, explained: ReadonlySet<number>): number {
    let value = elsewhere * AGREEMENT_NATS;
    let texts = 0;
    for (const { document, nats, repeat } of own) {
      if (repeat || explained.has(document)) continue;
      value += nats;
      texts++;
    }
    return texts >= DOCUMENTS_MIN ? value : -Infinity;
  }
}

/**
 * All documents of a trigger that hardly occurs otherwise, or of which most read like another label and none has it; of a common word that is used as a trigger only those that read
 * like another label.
 */
function chooseAccused(documents: readonly SuspectPlace[], elsewhere: number): TriggerPlace[] {
  const conflicting = documents.filter(({ nats }) => nats > 0);
  const least = elsewhere === 0 ? 0.5 : 0.75;
  const rare = conflicting.length >= least * documents.length;
  return (rare ? documents : conflicting).map(({ document, first, width }) => ({
    document,
    first,
    width,
  }));
}

function sameDocuments(a: Collected, b: Collected, explained: ReadonlySet<number>): boolean {
  const left = new Set(a.own.map(({ document }) => document).filter((d) => !explained.has(d)));
  const right = b.own.map(({ document }) => document).filter((d) => !explained.has(d));
  const shared = right.filter((document) => left.has(document)).length;
  return a.label === b.label && shared >= 0.9 * Math.max(left.size, right.length);
}
