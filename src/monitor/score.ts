/** Verdicts of a trained monitor. */
import { certify } from './certificate.ts';
import type { CertifiedVerdict } from './certificate.ts';
import { monitorErrors } from './errors.ts';
import { FeatureReader, TEXT_LENGTH_MAX } from './features.ts';
import type { MonitorModel } from './model.ts';
import { openVotes } from './scorer.ts';

/** Scores one text after another. */
export interface MonitorScorer {
  /** The verdict with its certificate; throws `MONITOR_TEXT_TOO_LONG`, which a caller must not take for a pass. */
  judge(text: string): CertifiedVerdict;
}

/** Opens a monitor for scoring; building the weights takes about a second. */
export function openMonitor(model: Pick<MonitorModel, 'partitions' | 'point'>): MonitorScorer {
  const votes = openVotes(model.partitions.values());
  const reader = new FeatureReader();
  const { quorum } = model.point;
  return {
    judge: (text) => {
      if (text.length > TEXT_LENGTH_MAX) {
        throw monitorErrors.error('TEXT_TOO_LONG', { length: text.length, limit: TEXT_LENGTH_MAX });
      }
      return certify(votes.count(reader.read(text)), quorum, votes.voters);
    },
  };
}
