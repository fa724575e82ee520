/** Findings about sources: who weighs too much, is unlike its labels, is alike another one, or has changed. */
import { sayCount } from '../../core/index.ts';
import { quote } from './describe.ts';
import type { SetFacts } from './describe.ts';
import { findDrift } from './drift.ts';
import type { Drift } from './drift.ts';
import type { ScreenFinding } from './finding.ts';
import type { EarlierReport } from './report.ts';
import { shortLabel } from './sources.ts';
import type { SourceReport } from './sources.ts';

/** Chance of a false accusation over all sources and labels. */
const ALPHA = 0.001;
/** Near-duplicates between two sources: at least so many, and this share of the smaller one. */
const LINKS_MIN = 5;
const LINKED_SHARE_MIN = 0.2;
const LINKS_SHOWN = 20;
/** Fewer documents of a label than this say nothing about shares. */
const LABELLED_MIN = 10;

const plain = (
  code: string,
  severity: ScreenFinding['severity'],
  place: string,
  sentence: string,
  documents: number,
): ScreenFinding => ({ code, severity, place, sentence, documents, ids: [], examples: [] });

/** A source as rows name it: rows that say so where somebody signed for all of them, a source where nobody did. */
const placeOf = ({ signed }: SetFacts, name: string): string =>
  signed === null ? `source ${quote(name)}` : `rows that name ${quote(name)}`;

/** Concentration, conflicts of whole sources, and sources that send the same texts. */
export function describeSources(facts: SetFacts): ScreenFinding[] {
  const { tally, labelNames, signed } = facts;
  const own = signed === null ? [] : describeSigned(facts, signed);
  if (facts.sourced === 0) return own;
  return [
    ...own,
    ...describeConcentration(facts),
    ...tally.findConflicts(ALPHA).map(({ source, label, evidence, documents }) => ({
      ...plain(
        'SCREEN_SOURCE_CONFLICT',
        'hold',
        placeOf(facts, source),
        `of the ${sayCount(documents, 'document')} that it labels ${quote(labelNames[label] ?? '')} most read like another label (evidence ${evidence.toFixed(0)} nats)`,
        documents,
      ),
      source,
    })),
    ...describeLinks(facts),
  ];
}

const sayInfluence = ({ influence }: SourceReport): string =>
  `${(influence * 100).toFixed(0)} % of what all words say for labels`;

function describeConcentration({
  tally,
  labelNames,
  labelCounts,
  signed,
}: SetFacts): ScreenFinding[] {
  const sources = tally.report(labelNames);
  const [largest] = sources;
  if (largest === undefined) return [];
  if (sources.length === 1) {
    if (signed !== null) return [];
    const sentence =
      'all documents come from it, so whoever controls it controls everything that is trained on them';
    const place = `source ${quote(largest.source)}`;
    return [plain('SCREEN_SOURCE_CONCENTRATED', 'info', place, sentence, largest.documents)];
  }
  return labelNames.flatMap((label, i) => {
    const total = labelCounts[i] ?? 0;
    return sources
      .filter((each) => (each.labels[label] ?? 0) > total / 2 && total >= LABELLED_MIN)
      .map((each): ScreenFinding => {
        const count = each.labels[label] ?? 0;
        const part = `${count} of the ${total} documents with the label ${quote(label)}`;
        const more = `more than all others together, and ${sayInfluence(each)} is its`;
        const sentence =
          signed === null
            ? `it sent ${part}, ${more}`
            : `the rows say that it sent ${part}, ${more}; whoever wrote the rows chose its name`;
        const [severity, place] =
          signed === null
            ? (['hold', `source ${quote(each.source)}`] as const)
            : (['info', `rows that name ${quote(each.source)}`] as const);
        const finding = plain('SCREEN_SOURCE_CONCENTRATED', severity, place, sentence, count);
        return { ...finding, source: each.source };
      });
  });
}

/** What the signer weighs among everything that is admitted beside these sets. */
function describeSigned(
  { labelNames, labelCounts, documents }: SetFacts,
  { source }: NonNullable<SetFacts['signed']>,
): ScreenFinding[] {
  if (documents === 0) return [];
  const place = `signed source ${quote(source.name)}`;
  if (source.signers === 0) {
    const sentence =
      'it signed for all of this, and no set of another signer is admitted and screened beside it: whoever controls it controls everything that is trained here';
    return [plain('SCREEN_SOURCE_CONCENTRATED', 'info', place, sentence, documents)];
  }
  const of = (counts: Readonly<Record<string, number>>, label: string): number =>
    Object.hasOwn(counts, label) ? (counts[label] ?? 0) : 0;
  return labelNames.flatMap((label, i) => {
    const own = (labelCounts[i] ?? 0) + of(source.earlier, shortLabel(label));
    const total = own + of(source.others, shortLabel(label));
    if (own * 2 <= total || total < LABELLED_MIN) return [];
    const sentence = `with this, ${own} of the ${total} documents with the label ${quote(label)} that are admitted and screened come from it, more than from the ${sayCount(source.signers, 'other signer')} together`;
    return [plain('SCREEN_SOURCE_CONCENTRATED', 'hold', place, sentence, labelCounts[i] ?? 0)];
  });
}

function describeLinks(facts: SetFacts): ScreenFinding[] {
  const { tally, duplicates, signed } = facts;
  const why =
    signed === null
      ? 'they may be one source under two names, and a certificate would count them as two'
      : 'one text was given two names, by whoever wrote the rows';
  return [...duplicates.links]
    .map(([key, links]) => {
      const [a = -1, b = -1] = key.split(' ').map(Number);
      const smaller = Math.min(tally.documents(a), tally.documents(b));
      return { a, b, links, share: links / Math.max(1, smaller) };
    })
    .filter(({ links, share }) => links >= LINKS_MIN && share >= LINKED_SHARE_MIN)
    .sort((x, y) => y.links - x.links)
    .slice(0, LINKS_SHOWN)
    .map(({ a, b, links, share }) =>
      plain(
        'SCREEN_SOURCES_ALIKE',
        signed === null ? 'hold' : 'info',
        `${signed === null ? 'sources' : 'rows that name'} ${quote(tally.name(a))} and ${quote(tally.name(b))}`,
        `${links} documents of one are near-duplicates of the other's, ${(share * 100).toFixed(0)} % of the smaller one: ${why}`,
        links,
      ),
    );
}

const WHAT = { words: 'words', labels: 'shares of labels', lengths: 'lengths' } as const;

const sayDrift = ({ what, factor }: Drift): string =>
  `its ${WHAT[what]} differ from its earlier delivery ${factor.toFixed(1)} times as much as is usual within one`;

/** Sources whose delivery differs from their earlier one: of who signed, and of the names that rows give. */
export function describeDrift(
  facts: SetFacts,
  previous: EarlierReport | undefined,
): ScreenFinding[] {
  if (previous === undefined) return [];
  const { signed, labelNames, tally } = facts;
  const own = signed?.tally.report(labelNames) ?? [];
  const before = previous.signed === null ? [] : [previous.signed];
  // A signer is the same one under another name: the gate compares with what the same source sent.
  const [now] = own;
  const renamed = before.map((each) => ({ ...each, source: now?.source ?? '' }));
  const sources = tally.report(labelNames);
  return [
    ...findDrift(own, renamed).map((drift) =>
      plain(
        'SCREEN_SOURCE_DRIFT',
        'hold',
        `signed source ${quote(drift.source)}`,
        sayDrift(drift),
        now?.documents ?? 0,
      ),
    ),
    ...findDrift(sources, previous.sources).map((drift) => ({
      ...plain(
        'SCREEN_SOURCE_DRIFT',
        'hold',
        placeOf(facts, drift.source),
        sayDrift(drift),
        sources.find((each) => each.source === drift.source)?.documents ?? 0,
      ),
      source: drift.source,
    })),
  ];
}
