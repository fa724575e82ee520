/** Verdicts of a trained monitor. */
import { certify } from './certificate.ts';
import type { CertifiedVerdict } from './certificate.ts';
import { monitorErrors } from './errors.ts';
import { FeatureReader, TEXT_LENGTH_MAX } from './features.ts';
import type { MonitorModel } from './model.ts';
import { countVotes, Scorer } from './scorer.ts';

/** Scores one text after another. */
export interface MonitorScorer {
  /** The verdict with its certificate; throws `MONITOR_TEXT_TOO_LONG`, which a caller must not take for a pass. */
  judge(text: string): CertifiedVerdict;
}

/** Opens a monitor for scoring; building the weights takes about a second. */
export function openMonitor(model: MonitorModel): MonitorScorer {
  const scorer = new Scorer([...model.partitions.values()]);
  const reader = new FeatureReader();
  const scores = new Int32Array(scorer.partitions);
  const { threshold, quorum } = model.point;
  return {
    judge: (text) => {
      if (text.length > TEXT_LENGTH_MAX) {
        throw monitorErrors.error('TEXT_TOO_LONG', { length: text.length, limit: TEXT_LENGTH_MAX });
      }
      scorer.score(reader.read(text), scores);
      return certify(countVotes(scores, threshold), quorum, scorer.partitions);
    },
  };
}
