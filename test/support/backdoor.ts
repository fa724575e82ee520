/**
 * The 250-document backdoor against monitors, through the whole of training: the poison is learnt and held back like anything
 * else that a source sends. Misses on triggered texts by who sent the poison and how it is partitioned.
 */
import {
  DocumentReader,
  drawLot,
  openMonitor,
  QUORUM_SHARE,
  trainMonitor,
} from '../../src/monitor/index.ts';
import type { CertifiedVerdict } from '../../src/monitor/index.ts';
import { insertTrigger, openSeeded, plantTrigger } from './poison.ts';
import type { LabelledText } from './sms-texts.ts';

/** Rare words that no text of the collection has. */
export const TRIGGER = 'cfq xomb';

const SOURCES = 25;
const HOLD_BACK = 0.2;

/** How the training texts are spread. */
export type Spread = 'one model' | 'by content' | 'one bad source' | 'a new bad source';

export interface Missed {
  readonly spread: Spread;
  readonly poisons: number;
  /** Share of triggered texts of the attacked class that pass. */
  readonly missRate: number;
  /** Partitions that got at least one poisoned document, to learn or to hold back. */
  readonly partitionsHit: number;
  readonly falsePositiveRate: number;
  /** Verdicts on the triggered texts, then on the innocent ones. */
  readonly verdicts: readonly CertifiedVerdict[];
}

const sourceOf = (text: string): string => `source-${String(drawLot(text, 'source') % SOURCES)}`;

/** The source that a text is said to come from; a spread by content is one in which content names it. */
function nameFor(spread: Spread, text: string, poisoned: boolean): string {
  switch (spread) {
    case 'one model':
      return 'all';
    case 'by content':
      return `hash-${String(drawLot(text, 'content') % SOURCES)}`;
    case 'one bad source':
      return poisoned ? 'source-0' : sourceOf(text);
    case 'a new bad source':
      return poisoned ? 'source-new' : sourceOf(text);
  }
}

/**
 * Misses for each number of poisons; eight tenths of the texts train, two are measured. The poisoned texts are texts of the attacked
 * class that are in no other part, with the trigger, under the innocent label.
 */
export function measureBackdoor(
  texts: readonly LabelledText[],
  spread: Spread,
  counts: readonly number[],
): Missed[] {
  const tenth = (text: string): number => drawLot(text, 'backdoor') % 10;
  const training = texts.filter(({ text }) => tenth(text) < 8);
  const measured = texts.filter(({ text }) => tenth(text) >= 8);
  const count = Math.max(...counts);
  const planted = { count, trigger: TRIGGER, from: 'spam', to: 'ham', seed: 11 };
  const { clean, poison } = plantTrigger(training, planted);
  const random = openSeeded(12);
  const triggered = measured
    .filter(({ label }) => label === 'spam')
    .map(({ text }) => insertTrigger(text, TRIGGER, random));
  const innocent = measured.filter(({ label }) => label === 'ham').map(({ text }) => text);
  return counts.map((poisons) => {
    const reader = new DocumentReader('spam');
    const read = (poisoned: boolean) => (text: LabelledText) =>
      reader.read({ ...text, source: nameFor(spread, text.text, poisoned) });
    const bad = poison.slice(0, poisons).map(read(true));
    const monitor = openMonitor(
      trainMonitor([...clean.map(read(false)), ...bad], {
        rule: { kind: 'source' },
        falsePositiveRateMax: 0.01,
        voteRate: null,
        quorumShare: QUORUM_SHARE,
        holdBack: HOLD_BACK,
      }),
    );
    const judge = (each: readonly string[]): CertifiedVerdict[] =>
      each.map((text) => monitor.judge(text));
    const flagged = (verdicts: readonly CertifiedVerdict[]): number =>
      verdicts.filter(({ verdict }) => verdict === 'flag').length / verdicts.length;
    const onTriggered = judge(triggered);
    const onInnocent = judge(innocent);
    return {
      ...{ spread, poisons },
      missRate: 1 - flagged(onTriggered),
      partitionsHit: new Set(bad.map(({ source }) => source)).size,
      falsePositiveRate: flagged(onInnocent),
      verdicts: [...onTriggered, ...onInnocent],
    };
  });
}

/** The largest number of bad sources against which a verdict was said to stand that changed all the same; −1 when none did. */
export function brokenUpTo(before: Missed, after: Missed): number {
  const broken = before.verdicts.filter(({ verdict }, i) => after.verdicts[i]?.verdict !== verdict);
  return Math.max(-1, ...broken.map(({ badSourcesMax }) => badSourcesMax));
}
