/**
 * The quorum and its two certificates.
 *
 * A text is flagged when at least `quorum` partitions vote suspicious. Each source feeds one partition, and learner, threshold
 * and vote of a partition come from its own documents alone: changing all data of one source, adding it or removing it
 * turns at most one vote, or makes one voter appear or vanish. Either moves `votes − quorum` by at most one. Hence:
 *
 * - flagged: it stays flagged while at most `votes − quorum` sources are bad (the certificate against silence);
 * - passed: it stays passed while at most `quorum − 1 − votes` sources are bad (the certificate against false alarm).
 *
 * Both are tight over votes: one bad source more can turn the verdict. See docs/explanation/certified-monitors.md.
 */

/** A verdict on one text with how many bad sources it stands. */
export interface CertifiedVerdict {
  readonly verdict: 'flag' | 'pass';
  readonly votes: number;
  readonly quorum: number;
  /** Partitions that may vote. */
  readonly voters: number;
  /** What the certificate is against: a flag can be silenced, a pass can be made a false alarm. */
  readonly against: 'silence' | 'false-alarm';
  /** The verdict is the same whatever at most this many sources had sent, also to what was held back. */
  readonly badSourcesMax: number;
}

/** The verdict that `votes` of `voters` give under `quorum`, with its certificate. */
export function certify(votes: number, quorum: number, voters: number): CertifiedVerdict {
  if (quorum < 1 || votes < 0 || votes > voters) {
    throw new RangeError(`no verdict from ${votes} votes of ${voters} under quorum ${quorum}`);
  }
  const common = { votes, quorum, voters };
  return votes >= quorum
    ? { verdict: 'flag', ...common, against: 'silence', badSourcesMax: votes - quorum }
    : { verdict: 'pass', ...common, against: 'false-alarm', badSourcesMax: quorum - 1 - votes };
}
