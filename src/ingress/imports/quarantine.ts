/** Where files lie that nobody has admitted yet. Given by whoever wires the room. */
import type { Blobs, Parts } from '../../store/index.ts';

/** The quarantine of a gate. */
export interface Quarantine {
  /** Files as they came, by digest. Nothing but the decoder's child process reads them. */
  readonly originals: Blobs;
  /** Safe forms, manifests, statements and proofs, by digest. */
  readonly forms: Blobs;
  /** Files that are not whole yet. */
  readonly parts: Parts;
  /** A folder of its own for one decoding. */
  readonly scratch: {
    open(name: string): Promise<string>;
    remove(name: string): Promise<void>;
  };
}
