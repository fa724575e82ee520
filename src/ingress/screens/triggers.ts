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
import { NGRAM_A, NGRAM_B, NGRAM_MAX, NgramMarks, stepA, stepB } from './ngrams.ts';
import type { TokenText } from './kept-tokens.ts';
import type { NgramCounts } from './ngrams.ts';
import { SharedWords } from './shared-words.ts';
import type { SuspectPlace } from './shared-words.ts';
import { Suspicions } from './suspicions.ts';

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
/** More than arithmetic rounds margins by. */
const ROUNDING = 1e-6;
const ROOTS = new Array<number>(NGRAM_MAX).fill(0);

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

/** The documents of one suspicion. */
interface Collected {
  readonly label: number;
  /** Each distinct text once. */
  readonly texts: Set<number>;
  readonly own: SuspectPlace[];
  elsewhere: number;
}

/** Collects suspicions over the second and third reading of a set. */
export class TriggerScreen {
  readonly #model: LabelModel;
  readonly #evidence: readonly Evidence[];
  readonly #common: CommonNgrams;
  readonly #suspicions = new Suspicions();
  readonly #seen = new Set<number>();
  /** In the order in which they were met; which of them belongs to the suspicion at a place, and its last document. */
  readonly #collected: Collected[] = [];
  #collectedOf = new Int32Array(0);
  #collectedIn = new Float64Array(0);
  /** Marks the n-grams that are collected, by some bits of their hash, for a quick no. */
  readonly #marked = new NgramMarks();
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
    const says = this.#model.saysOf(text.label, reading.rival);
    if (!mayConflict(says, text.count, reading.margin, evidence)) return;
    // A text that was there before adds no evidence, so that repeating one document makes none, and takes none away.
    const known = this.#seen.has(text.textHash);
    if (!known && this.#seen.size < SUSPICIONS_MAX) this.#seen.add(text.textHash);
    this.#suspectEach(text, says, reading.margin, known);
    if (this.#suspicions.size > SUSPICIONS_MAX) this.#prune();
  }

  /**
   * Suspects each n-gram without which the document could read like another label. Most cannot, so the margin comes
   * before the hashes; it is that of {@link LabelModel.marginWithout}, to the last bit.
   */
  #suspectEach(text: TokenText, says: Float64Array, margin: number, known: boolean): void {
    const { hashes, count } = text;
    const evidence = this.#evidence[text.label]!;
    const whole = margin * Math.sqrt(count + 1);
    const roots = ROOTS.map((_, i) => Math.sqrt(Math.max(1, count - i)));
    const most = roots.map((root) => (evidence.marginMax + ROUNDING) * root);
    for (let start = 0; start < count; start++) {
      const end = Math.min(count, start + NGRAM_MAX);
      let masked = 0;
      let a = NGRAM_A;
      let b = NGRAM_B;
      let hashed = start;
      for (let at = start; at < end; at++) {
        masked += says[at]!;
        if (whole - masked > most[at - start]!) continue;
        const nats = evidence.nats((whole - masked) / roots[at - start]!);
        if (nats < 0) continue;
        for (; hashed <= at; hashed++) {
          a = stepA(a, hashes[hashed]!);
          b = stepB(b, hashes[hashed]!);
        }
        this.#add(a, b, text, nats, known);
      }
    }
  }

  #add(a: number, b: number, { label, document }: TokenText, nats: number, known: boolean): void {
    const suspicions = this.#suspicions;
    if (!known) suspicions.addEvidence(suspicions.meet(a, b, label), document, nats);
    else if (suspicions.find(a, b, label) >= 0) suspicions.meet(a, b, label);
  }

  #prune(): void {
    this.overflowed = true;
    const suspicions = this.#suspicions;
    const values = new Float64Array(suspicions.size);
    let size = 0;
    suspicions.each((at) => {
      values[size++] = suspicions.evidence(at);
    });
    const median = values.sort()[size >> 1]!;
    suspicions.retain((at) => suspicions.evidence(at) > median);
  }

  /**
   * How many places an n-gram has beyond those that were suspected, from the sample; 0 where the sample has too few to
   * say, since the third reading counts exactly.
   */
  #countOthers(at: number): number {
    const { counts, share } = this.#common;
    const suspicions = this.#suspicions;
    const sampled = counts.get(suspicions.a(at), suspicions.b(at));
    if (share < 1 && sampled < SAMPLED_MIN) return 0;
    return Math.max(0, sampled / share - suspicions.occurrences(at));
  }

  /** After the second reading: how many n-grams the third has to collect; 0 makes it unnecessary. */
  chooseSuspects(): number {
    // An n-gram can be a trigger once for every three of its places; how often that is so is known where all are counted.
    const { counts, share, total } = this.#common;
    const chances = share === 1 ? counts.passed : total / DOCUMENTS_MIN;
    this.#barNats = Math.log(Math.max(1, chances) / ALPHA);
    const suspicions = this.#suspicions;
    suspicions.retain((at) => {
      const evidence = suspicions.evidence(at);
      // Others only take evidence away.
      if (suspicions.documents(at) < DOCUMENTS_MIN || evidence < this.#barNats) return false;
      return evidence + this.#countOthers(at) * AGREEMENT_NATS >= this.#barNats;
    });
    this.#seen.clear();
    suspicions.each((at) => {
      this.#marked.add(suspicions.a(at));
    });
    this.#collectedOf = new Int32Array(suspicions.slots).fill(-1);
    this.#collectedIn = new Float64Array(suspicions.slots).fill(-1);
    return suspicions.size;
  }

  /** The bar in nats that an n-gram's evidence has to reach. */
  get barNats(): number {
    return this.#barNats;
  }

  /** Whether a text has an n-gram that is collected. */
  concerns({ hashes, count }: TokenText): boolean {
    return this.#marked.some(hashes, count, (a, b) => {
      for (let label = 0; label < this.#model.labels; label++) {
        if (this.#suspicions.find(a, b, label) >= 0) return true;
      }
      return false;
    });
  }

  /** Third reading: the model has just read the document. */
  collect(text: TokenText, reading: Reading): void {
    const suspicions = this.#suspicions;
    this.#marked.some(text.hashes, text.count, (a, b, start, width) => {
      for (let label = 0; label < this.#model.labels; label++) {
        const at = suspicions.find(a, b, label);
        if (at < 0 || this.#collectedIn[at] === text.document) continue;
        this.#collectedIn[at] = text.document;
        this.#put(this.#collectedAt(at, label), text, reading, start, width);
      }
      return false;
    });
  }

  #collectedAt(at: number, label: number): Collected {
    const known = this.#collectedOf[at]!;
    if (known >= 0) return this.#collected[known]!;
    const collected = { label, texts: new Set<number>(), own: [], elsewhere: 0 };
    this.#collectedOf[at] = this.#collected.length;
    this.#collected.push(collected);
    return collected;
  }

  #put(
    collected: Collected,
    text: TokenText,
    reading: Reading,
    first: number,
    width: number,
  ): void {
    const { label } = collected;
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
    const kept = this.#shared.keep(text, this.#model, reading);
    collected.own.push({ document: text.document, kept, first, width, nats, repeat });
  }

  /** The triggers, strongest first; each document belongs to the first that explains it. */
  finish(): Trigger[] {
    this.#weighAnew();
    const explained = new Set<number>();
    const triggers: Trigger[] = [];
    const open = new Set(this.#collected);
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
      const numbers = new Set(documents.map(({ document }) => document));
      const aliases = [...open].flatMap((each) =>
        each.label === chosen.label && haveSame(numbers, each, explained)
          ? (each.own.find(({ document }) => numbers.has(document)) ?? [])
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
    const numbers = new Set(
      best.own.map(({ document }) => document).filter((each) => !explained.has(each)),
    );
    for (const each of open) {
      const value = this.#value(each, explained);
      if (value < this.#barNats || value < bestValue * SAME_EVIDENCE) continue;
      if (each.own.length + each.elsewhere >= purest.own.length + purest.elsewhere) continue;
      if (each.label === best.label && haveSame(numbers, each, explained)) purest = each;
    }
    return purest;
  }

  /** The strongest first, so that what is bounded goes to them. */
  #weighAnew(): void {
    const none = new Set<number>();
    const all = this.#collected.map((each) => [this.#value(each, none), each] as const);
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

/** Whether nine tenths of these documents and of those of an n-gram that are not explained are the same. */
function haveSame(
  documents: ReadonlySet<number>,
  { own }: Collected,
  explained: ReadonlySet<number>,
): boolean {
  let count = 0;
  let shared = 0;
  for (const { document } of own) {
    if (explained.has(document)) continue;
    count++;
    if (documents.has(document)) shared++;
  }
  return shared >= 0.9 * Math.max(documents.size, count);
}

/** Whether the document could conflict without its strongest n-gram: the largest sum over as many tokens. */
function mayConflict(
  says: Float64Array,
  count: number,
  margin: number,
  evidence: Evidence,
): boolean {
  if (evidence.nats(margin) > 0) return true;
  let largest = 0;
  for (let i = 0, two = 0, one = 0; i < count; i++) {
    const say = says[i]!;
    largest = Math.max(largest, say + one + two);
    two = Math.max(0, one);
    one = Math.max(0, say);
  }
  const root = Math.sqrt(count + 1);
  return evidence.nats((margin * root - largest) / root) > 0;
}
