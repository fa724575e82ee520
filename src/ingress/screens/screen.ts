/**
 * Screens a labelled text set in up to four readings: everything that needs no model, how documents stand to their labels, the
 * documents of suspected n-grams, and the rows that findings show. The middle two read from memory what fits there.
 *
 * Memory is bounded whatever the set's size; the limits that this sets are in the report, never silent.
 */
import { sayCount } from '../../core/index.ts';
import { Collector } from './collector.ts';
import type { ScreenRow } from './collector.ts';
import { ContentScreens } from './content-screens.ts';
import { Sample } from './calibration.ts';
import { documentId } from './exclusions.ts';
import type { ExclusionList } from './exclusions.ts';
import { LISTED_MAX } from './finding.ts';
import type { ScreenFinding } from './finding.ts';
import { LABELS_MAX, LabelModel, foldOf } from './label-model.ts';
import type { Reading } from './label-model.ts';
import { KeptTokens, TOKENS_KEPT_MAX } from './kept-tokens.ts';
import type { TokenText } from './kept-tokens.ts';
import { NearDuplicates } from './near-duplicates.ts';
import { NGRAM_MAX } from './ngrams.ts';
import { describeDuplicates, describeTriggers, listTriggers } from './describe.ts';
import type { SetFacts, SignedSource } from './describe.ts';
import { describeDrift, describeSources } from './describe-sources.ts';
import type { EarlierReport, ScreenReport, TriggerReport } from './report.ts';
import { REPORT_FORMAT, SCREEN_RULES_VERSION } from './report.ts';
import { SourceTally } from './sources.ts';
import { TokenReader } from './tokens.ts';
import { DOCUMENTS_MIN, TriggerScreen } from './triggers.ts';
import type { Trigger } from './triggers.ts';

/** What is screened. */
export interface ScreenInput {
  /** All rows of all sets, one by one or some together, the same ones in the same order each time it is called. */
  readonly rows: () => AsyncIterable<ScreenRow | readonly ScreenRow[]>;
  /** About how many bytes they have, for the size of tables. */
  readonly bytes: number;
  /** A description of the monitor that the text is for. */
  readonly monitor?: string;
  /** The report of an earlier delivery. */
  readonly previous?: EarlierReport;
  readonly exclusions?: ExclusionList;
  /** Who signed for all of it, at the gate. */
  readonly signed?: SignedSource;
  /** Tokens that are kept in memory between readings; sets with more are read again. Default 2^25, 4 bytes each. */
  readonly tokensKeptMax?: number;
}

/** A row that takes part, with its number among those that do. */
interface Reader {
  readonly row: ScreenRow;
  readonly text: string;
  readonly document: number;
  readonly label: number;
  readonly source: number;
}

class Screening implements SetFacts {
  readonly labelNames: string[] = [];
  readonly labelCounts: number[] = [];
  readonly tally = new SourceTally();
  readonly signed: SetFacts['signed'];
  readonly duplicates: NearDuplicates;
  /** Documents of pairs, with how they stand to their labels once that is known. */
  readonly pairNats = new Map<number, number>();
  triggers: readonly Trigger[] = [];
  sourced = 0;
  documents = 0;

  readonly #input: ScreenInput;
  readonly #tokens = new TokenReader();
  readonly #kept: KeptTokens;
  readonly #model: LabelModel;
  readonly #content: ContentScreens;
  readonly #unreadable = new Collector('SCREEN_ROW_UNREADABLE');
  readonly #applied = new Map<string, string>();
  /** How many rows each rule of the exclusion list took out that were not named by their ids as well. */
  readonly #ruled = new Map<string, number>();
  readonly #labels = new Map<string, number>();
  #ngrams = 0;
  #barNats: number | null = null;
  #labelsLost = 0;
  #unlabelled = 0;
  #overflowed = false;

  constructor(input: ScreenInput) {
    this.#input = input;
    this.#content = new ContentScreens(input.monitor);
    const { signed } = input;
    this.signed = signed === undefined ? null : { tally: new SourceTally(), source: signed };
    this.signed?.tally.number(this.signed.source.name);
    this.#model = new LabelModel(input.bytes);
    this.duplicates = new NearDuplicates(input.bytes);
    this.#kept = new KeptTokens(input.tokensKeptMax ?? TOKENS_KEPT_MAX);
  }

  async run(): Promise<Omit<ScreenReport, 'sets'>> {
    const sample = new Sample();
    await this.#each((reader) => {
      this.#readFirst(reader, sample);
    }, true);
    for (const pair of this.duplicates.pairs) {
      for (const { document } of pair) this.pairNats.set(document, 0);
    }
    if (this.#labels.size >= 2) await this.#screenLabels(sample);
    const rows = await this.#resolve();
    const findings = [
      ...describeTriggers(this, rows),
      ...describeDuplicates(this, rows),
      ...this.#content.finish(),
      ...describeSources(this),
      ...describeDrift(this, this.#input.previous),
      ...this.#unreadable.finish(
        (first, n) =>
          `${n} ${n === 1 ? 'row' : 'rows'} could not be read and were not screened; the first is ${first}`,
      ),
    ];
    return this.#report(findings, listTriggers(this, rows));
  }

  #readFirst(reader: Reader, sample: Sample): void {
    const tokens = this.#tokens;
    this.#content.look(reader.row, reader.text, tokens);
    this.#ngrams += tokens.count * NGRAM_MAX;
    if (reader.label >= 0) {
      this.labelCounts[reader.label] = (this.labelCounts[reader.label] ?? 0) + 1;
      this.#model.add(tokens.hashes, tokens.count, reader.label, foldOf(tokens.textHash));
      sample.add(tokens, reader.label);
    } else this.#unlabelled++;
    if (reader.source >= 0) {
      this.sourced++;
      this.tally.add(reader.source, reader.label, tokens);
    }
    this.signed?.tally.add(0, reader.label, tokens);
    this.duplicates.add(tokens, reader);
    this.#kept.add(tokens, reader.label, reader.source);
  }

  async #screenLabels(sample: Sample): Promise<void> {
    this.#model.freeze();
    const evidence = sample.calibrate(this.#model);
    const thresholds = Array.from(
      { length: this.#model.labels },
      (_, i) => DOCUMENTS_MIN * (i + 1),
    );
    const counts = sample.countNgrams(thresholds);
    const common = { counts, share: sample.share, total: this.#ngrams };
    const reading: Reading = { rival: 0, margin: 0 };
    const triggers = new TriggerScreen(this.#model, evidence, common);
    const read = ({ hashes, count, textHash, label }: TokenText): void => {
      this.#model.read(hashes, count, label, foldOf(textHash), reading);
    };
    await this.#eachLabelled((text) => {
      read(text);
      const nats = evidence[text.label]!.nats(reading.margin);
      if (text.source >= 0 || this.signed !== null) {
        let say = 0;
        const says = this.#model.saysOf(text.label, reading.rival);
        for (let i = 0; i < text.count; i++) say += Math.abs(says[i]!);
        if (text.source >= 0) this.tally.addReading(text.source, text.label, say, nats);
        this.signed?.tally.addReading(0, text.label, say, nats);
      }
      if (this.pairNats.has(text.document)) this.pairNats.set(text.document, nats);
      triggers.suspect(text, reading);
    });
    const suspects = triggers.chooseSuspects();
    this.#barNats = triggers.barNats;
    if (suspects > 0) {
      await this.#eachLabelled((text) => {
        if (!triggers.concerns(text)) return;
        read(text);
        triggers.collect(text, reading);
      });
      this.triggers = triggers.finish();
    }
    this.#overflowed = triggers.overflowed;
  }

  /** Calls back for every labelled document, from memory where it is kept. */
  async #eachLabelled(visit: (text: TokenText) => void): Promise<void> {
    const take = (text: TokenText): void => {
      if (text.label >= 0) visit(text);
    };
    if (this.#kept.complete) {
      this.#kept.each(take);
      return;
    }
    await this.#each(({ label, source, document }) => {
      const { hashes, count, textHash } = this.#tokens;
      take({ hashes, count, textHash, label, source, document });
    });
  }

  /** Reads once more for the rows that findings show, if there are any. */
  async #resolve(): Promise<Map<number, ScreenRow>> {
    const wanted = new Set(this.pairNats.keys());
    for (const { documents } of this.triggers) {
      for (const { document } of documents.slice(0, LISTED_MAX)) wanted.add(document);
    }
    const rows = new Map<number, ScreenRow>();
    if (wanted.size === 0) return rows;
    let document = 0;
    await this.#eachRow((row) => {
      if (row.text === undefined || this.#isExcluded(row)) return;
      if (wanted.has(document)) rows.set(document, row);
      document++;
    });
    return rows;
  }

  #isExcluded(row: ScreenRow, first = false): boolean {
    const { exclusions } = this.#input;
    if (exclusions === undefined || exclusions.reasons.size === 0) return false;
    const { reasons, rules } = exclusions;
    const rule = rules.find(row.ruled ?? []);
    const id = reasons.size > rules.all.length ? documentId(row) : '';
    const why = reasons.get(id);
    if (why !== undefined) this.#applied.set(id, why);
    if (rule !== undefined && first)
      this.#ruled.set(rule, (this.#ruled.get(rule) ?? 0) + (why === undefined ? 1 : 0));
    return rule !== undefined || why !== undefined;
  }

  /** Calls back for every row that takes part, with its tokens read. */
  async #each(visit: (reader: Reader) => void, first = false): Promise<void> {
    let document = 0;
    await this.#eachRow((row) => {
      const { text } = row;
      if (text === undefined) {
        if (first) this.#unreadable.add(row, 0, 0, row.problem ?? 'without text');
        return;
      }
      if (this.#isExcluded(row, first)) return;
      this.#tokens.read(text);
      const label = this.#numberLabel(row.label?.toWellFormed());
      const source = row.source === undefined ? -1 : this.tally.number(row.source.toWellFormed());
      visit({ row, text, document, label, source });
      document++;
    });
    this.documents = document;
  }

  async #eachRow(visit: (row: ScreenRow) => void): Promise<void> {
    for await (const given of this.#input.rows()) {
      if ('set' in given) visit(given);
      else for (const row of given) visit(row);
    }
  }

  #numberLabel(name: string | undefined): number {
    if (name === undefined) return -1;
    const known = this.#labels.get(name);
    if (known !== undefined) return known;
    if (this.#labels.size >= LABELS_MAX) {
      this.#labelsLost++;
      return -1;
    }
    this.#labels.set(name, this.labelNames.length);
    this.labelNames.push(name);
    return this.labelNames.length - 1;
  }

  #limits(): ScreenReport['limits'] {
    const limits: { screen: string; why: string }[] = [];
    const add = (screen: string, why: string): void => {
      limits.push({ screen, why });
    };
    if (this.#labels.size < 2) {
      add('labels', 'there are fewer than two labels, so nothing can conflict with them');
    } else if (this.#unlabelled > 0) {
      const why = this.#labelsLost > 0 ? `, and only ${LABELS_MAX} labels are told apart` : '';
      add(
        'labels',
        `${sayCount(this.#unlabelled, 'document has', 'documents have')} no label that is told apart${why}`,
      );
    }
    if (this.signed === null && this.sourced < this.documents) {
      add(
        'sources',
        `${sayCount(this.documents - this.sourced, 'document names', 'documents name')} no source`,
      );
    }
    if (this.#overflowed) add('triggers', 'there were too many suspicions to keep all of them');
    if (this.duplicates.compared > this.duplicates.capacity) {
      add(
        'duplicates',
        `each document was compared with the ${this.duplicates.capacity} before it`,
      );
    }
    if (this.#input.monitor === undefined) add('monitor', 'no description of a monitor was given');
    const { previous } = this.#input;
    if (previous === undefined) add('drift', 'no earlier report was given');
    else if (this.signed !== null && previous.signed === null)
      add('drift', 'the earlier report does not say what the signed source sent in all');
    return limits;
  }

  #report(
    findings: readonly ScreenFinding[],
    found: readonly TriggerReport[],
  ): Omit<ScreenReport, 'sets'> {
    const { exclusions, previous } = this.#input;
    const labels = this.labelNames.map((name, i): [string, number] => [
      name,
      this.labelCounts[i] ?? 0,
    ]);
    return {
      format: REPORT_FORMAT,
      rules: SCREEN_RULES_VERSION,
      verdict: findings.some(({ severity }) => severity === 'hold') ? 'inconclusive' : 'clean',
      documents: this.documents,
      unreadable: this.#unreadable.documents,
      labels: Object.fromEntries(labels),
      findings,
      conflicts:
        this.#barNats === null ? null : { barNats: Math.round(this.#barNats * 10) / 10, found },
      sources: this.tally.report(this.labelNames),
      signed: this.signed?.tally.report(this.labelNames)[0] ?? null,
      limits: this.#limits(),
      exclusions: {
        list: exclusions?.digest ?? null,
        applied: [...this.#applied].map(([id, why]) => ({ id, why })),
        rules: [...this.#ruled].map(([rule, documents]) => ({
          ...{ rule, documents, why: exclusions?.reasons.get(rule) ?? '' },
        })),
        unknown: [...(exclusions?.reasons.keys() ?? [])].filter(
          (each) => !this.#applied.has(each) && !this.#ruled.has(each),
        ),
      },
      previous: previous?.digest ?? null,
    };
  }
}

/** Screens the rows. Throws only what reading them throws. */
export async function screenTexts(input: ScreenInput): Promise<Omit<ScreenReport, 'sets'>> {
  return new Screening(input).run();
}
