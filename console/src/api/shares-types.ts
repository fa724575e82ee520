/** Results that one project lets another one read. */

export interface SharedFile {
  readonly index: number;
  readonly name: string;
  readonly type: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** Whether this session may end a share, and if not, the gate's own sentence for it. */
export interface Revoke {
  readonly allowed: boolean;
  readonly reason: string | null;
}

/** What a request of the kind share is about. */
export interface ShareDetails {
  readonly from: string;
  readonly to: string;
  readonly until: string | null;
  readonly files: readonly SharedFile[];
  /** The request whose files they are; null for whoever may not read it there. */
  readonly result: string | null;
  /** Whether its files can be read now. */
  readonly open: boolean;
  readonly reads: number;
  readonly revoke: Revoke;
}

export interface ShareSeen {
  readonly id: string;
  readonly to: string;
  /** Null for whoever is not read into the project that shares it. */
  readonly from: string | null;
  readonly sharedAt: string;
  readonly until: string | null;
  readonly files: readonly SharedFile[];
}

export interface ShareOwn {
  readonly id: string;
  readonly state: string;
  readonly from: string;
  readonly to: string;
  readonly until: string | null;
  readonly result: { readonly request: string; readonly file: string | null };
  readonly requester: string;
  readonly why: string;
  readonly sharedAt: string | null;
  readonly endedAt: string | null;
  readonly endedBy: string | null;
  readonly reason: string | null;
  readonly reads: number;
  readonly lastReadAt: string | null;
  readonly revoke: Revoke;
}

export interface Shares {
  readonly withUs: readonly ShareSeen[];
  readonly byUs: readonly ShareOwn[];
}
