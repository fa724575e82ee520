/** What recipients can be shown: the read side of the outer door, from which its HTTP server is made. */
import type { Readable } from 'node:stream';
import type { ContentType } from '../wire/index.ts';

/** Who asks, and what they may see: one recipient sees one destination. */
export interface Recipient {
  readonly id: string;
  readonly name: string;
  readonly destination: number;
  readonly destinationName: string;
}

/** One released file. */
export interface ReleasedFile {
  /** The number of its release on the wire. */
  readonly release: number;
  readonly name: string;
  readonly type: ContentType;
  /** The lossy form that was chosen, when one was. */
  readonly form?: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** One published frame. */
export interface PublishedRelease {
  /** The frame's number on the wire. */
  readonly release: number;
  readonly slot: number;
  readonly publishedSlot: number;
  /** The begin of the publication slot, ISO 8601. */
  readonly publishedAt: string;
  readonly chargeBits: bigint;
  readonly frameSha256: string;
  /** Empty when the frame could not be decoded. */
  readonly outcome: 'stored' | 'void';
  readonly logIndex: number;
  readonly files: readonly ReleasedFile[];
}

/** Everything that may be served. Each answer is a function of the wire, the slot of the call, and outside inputs. */
export interface OuterView {
  /** Resolves when everything that the current slot shows is in the log; called before each answer. */
  settle(): Promise<void>;
  findRecipient(token: string): Promise<Recipient | undefined>;
  /** Published releases of a destination, oldest first. */
  listReleases(destination: number): Promise<PublishedRelease[]>;
  findRelease(destination: number, release: number): Promise<PublishedRelease | undefined>;
  openFile(sha256: string): Promise<Readable>;
  /** The `.tlog-proof` of a release. */
  receiptOf(release: PublishedRelease): Promise<string>;
  /** The list of a release's files in the spelling whose digest the receipt names when the list is long. */
  manifestOf(release: PublishedRelease): string;
  /** The signed checkpoint of the log as of the last published slot. */
  checkpoint(): Promise<string>;
  /** A tile of the log by its path below `tile/`, without entries; undefined where there is none. */
  tile(path: string): Promise<Uint8Array | undefined>;
  /** The key that the log signs with, in the signed-note form. */
  readonly verifierKey: string;
}
