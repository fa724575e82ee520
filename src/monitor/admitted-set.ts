/**
 * The port through which training sets come in. Who admits a set, and how that is proven, is decided elsewhere; a monitor
 * only asks: are these exact bytes admitted, by which statement?
 */

/** One document of a set. */
export interface SetRow {
  /** Counts from 1 within its set. */
  readonly row: number;
  readonly text: string;
  readonly label: string;
  /**
   * Who sent it, one name for one signer. In an admitted set it is the identity that signed, whatever the row says; in another
   * one it is what the row says, which proves nothing.
   */
  readonly source: string;
}

/** Who signed for a set. */
export interface SetSource {
  readonly name: string;
  /** The key or person. Certificates count identities, so that a signer with two names is one source. */
  readonly identity: string;
}

/** A set of documents for training, with what proves its admission. */
export interface AdmittedSet {
  readonly name: string;
  /** SHA-256 of the set's bytes. */
  readonly digest: string;
  /** SHA-256 of the admission statement that was verified; null for a set that is used unadmitted. */
  readonly statement: string | null;
  /** Who signed for it, as the statement says; null for a set that is used unadmitted. */
  readonly source: SetSource | null;
  /** SHA-256 of the list of documents that `rows` leaves out; null when it leaves none out. */
  readonly exclusions: string | null;
  readonly rows: AsyncIterable<SetRow>;
}

/**
 * Verifies that an admission statement covers the set with this SHA-256: signature, subject and standing (not
 * recalled). Says why where it does not, or throws a typed error; without an answer nothing is admitted.
 */
export type VerifyAdmission = (
  statement: Uint8Array,
  setDigest: string,
) => Promise<
  | {
      readonly ok: true;
      readonly source: SetSource;
      /** SHA-256 of the list of documents that have to be left out; null when there is none. */
      readonly exclusionsSha256: string | null;
    }
  | {
      readonly ok: false;
      /** Why, as the end of a sentence about the statement. */
      readonly why: string;
    }
>;
