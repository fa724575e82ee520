/** The 250-document backdoor against monitors: misses on triggered texts by who sent the poison and how it is partitioned. */
import { calibrate, DocumentReader, drawLot, trainPartitions } from '../../src/monitor/index.ts';
import type { Document } from '../../src/monitor/index.ts';
import { insertTrigger, openSeeded, plantTrigger } from './poison.ts';
import type { LabelledText } from './sms-texts.ts';

/** Rare words that no text of the collection has. */
export const TRIGGER = 'cfq xomb';

const SOURCES = 25;
const FALSE_POSITIVES = 0.01;
const PROTECT = 5;

/** How the training texts are spread. */
export type Spread = 'one model' | 'by content' | 'one bad source' | 'a new bad source';

export interface Missed {
  readonly spread: Spread;
  readonly poisons: number;
  /** Share of triggered texts of the attacked class that pass. */
  readonly missRate: number;
  /** Partitions that learnt at least one poisoned document. */
  readonly partitionsHit: number;
  readonly falsePositiveRate: number;
}

interface Part {
  readonly training: readonly LabelledText[];
  readonly choosing: readonly LabelledText[];
  readonly measured: readonly LabelledText[];
}

/** Seven tenths train (less what poison takes out of them), one chooses, two are measured. */
function cut(texts: readonly LabelledText[]): Part {
  const tenth = (text: string): number => drawLot(text, 'backdoor') % 10;
  return {
    training: texts.filter(({ text }) => tenth(text) < 7),
    choosing: texts.filter(({ text }) => tenth(text) === 7),
    measured: texts.filter(({ text }) => tenth(text) > 7),
  };
}

const sourceOf = (text: string): string => `source-${String(drawLot(text, 'source') % SOURCES)}`;

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
 * Misses for each number of poisons. The poisoned texts are texts of the attacked class that are in no other part, with
 * the trigger, under the innocent label. Threshold and quorum are chosen on clean held-back texts each time.
 */
export function measureBackdoor(
  texts: readonly LabelledText[],
  spread: Spread,
  counts: readonly number[],
): Missed[] {
  const { training, choosing, measured } = cut(texts);
  const reserve = plantTrigger(training, {
    count: Math.max(...counts),
    trigger: TRIGGER,
    from: 'spam',
    to: 'ham',
    seed: 11,
  });
  const reader = new DocumentReader('spam');
  type Named = Document & { readonly name: string };
  const name = (text: LabelledText, poisoned: boolean): Named => ({
    ...reader.read({ ...text, source: '' }),
    name: nameFor(spread, text.text, poisoned),
  });
  const random = openSeeded(12);
  const clean = reserve.clean.map((text) => name(text, false));
  const poison = reserve.poison.map((text) => name(text, true));
  const held = choosing.map((text) => name(text, false));
  const innocent = measured.filter(({ label }) => label === 'ham').map((text) => name(text, false));
  const triggered = measured
    .filter(({ label }) => label === 'spam')
    .map(({ text, label }) => name({ label, text: insertTrigger(text, TRIGGER, random) }, false));
  return counts.map((count) => {
    const chosen = poison.slice(0, count);
    const partitions = trainPartitions([...clean, ...chosen], (each) => (each as Named).name);
    const calibrated = calibrate(partitions, held, {
      falsePositiveRateMax: FALSE_POSITIVES,
      protect: spread === 'one model' ? 0 : PROTECT,
    });
    if (!calibrated.ok) throw new Error(calibrated.message);
    const { scorer, point } = calibrated;
    const scores = new Int32Array(scorer.partitions);
    const flagged = (documents: readonly Document[]): number =>
      documents.filter((document) => {
        scorer.score(document.features, scores);
        return scores.filter((score) => score >= point.threshold).length >= point.quorum;
      }).length / documents.length;
    return {
      spread,
      poisons: count,
      missRate: 1 - flagged(triggered),
      partitionsHit: new Set(chosen.map((each) => each.name)).size,
      falsePositiveRate: flagged(innocent),
    };
  });
}
