/** Requests, their files, votes and what is signed. */
import type { TextDifference } from './looks-types.ts';
import type { ShareDetails } from './shares-types.ts';

/** Whether this session may do something to a request, and if not, the gate's own sentence for it. */
export interface Can {
  readonly event: string;
  readonly allowed: boolean;
  readonly reason: string | null;
}

export type RequestKind =
  'export' | 'import' | 'share' | 'access' | 'window' | 'unlock' | 'policy' | 'review';

export type Verdict = 'allow' | 'hold' | 'deny';

export interface Votes {
  readonly approved: number;
  readonly needed: number;
  readonly denied: number;
}

export interface RequestShown {
  readonly id: string;
  readonly kind: RequestKind;
  readonly title: string;
  readonly state: string;
  readonly stateSentence: string;
  readonly tier: string | null;
  readonly verdict: Verdict | null;
  readonly reason: string | null;
  readonly chargeBits: number;
  readonly requester: string;
  /** The person who answers for it; null when a person asks. */
  readonly sponsor: string | null;
  readonly project: string;
  readonly destination: string;
  readonly job: string | null;
  readonly why: string;
  readonly files: number;
  readonly risk: number;
  readonly askedAt: string;
  readonly changedAt: string;
  readonly deadline: string | null;
  readonly waitsFor: string | null;
  readonly escalation: {
    readonly level: number;
    readonly sentence: string;
    readonly nextAt: string | null;
  } | null;
  readonly progress: {
    readonly phase: string;
    readonly done: number;
    readonly total: number;
  } | null;
  readonly votes: Votes;
  readonly firstViewedAt: string | null;
  readonly quorumAt: string | null;
  readonly can: readonly Can[];
  readonly receipt: string | null;
  /** What let it through: `approvals`, `window`, `break-glass`, `automatic`. */
  readonly releasedAs: string | null;
}

export interface Reason {
  readonly code: string;
  readonly severity: 'hold' | 'deny';
  readonly sentence: string;
  readonly wayForward: string;
  /** The file it is about. */
  readonly place?: string;
}

export interface Finding {
  readonly code: string;
  readonly severity: 'info' | 'hold' | 'deny';
  readonly place: string;
  readonly sentence: string;
}

export interface CheaperForm {
  readonly form: string;
  readonly chargeBits: number;
}

export interface EmittedFile {
  readonly index: number;
  readonly name: string;
  readonly type: string;
  readonly form: string | null;
  readonly sha256: string;
  readonly bytes: number;
}

export interface FileShown {
  readonly path: string;
  readonly type: string | null;
  readonly bytes: number;
  readonly chargeBits: number;
  readonly verdict: 'quoted' | 'refused';
  readonly reason: string | null;
  readonly findings: readonly Finding[];
  readonly emitted: EmittedFile | null;
  readonly cheaper?: readonly CheaperForm[];
}

export interface MissingApproval {
  readonly clause: string;
  readonly count: number;
  readonly candidates: readonly string[];
}

export interface Vote {
  readonly person: string;
  readonly vote: 'approve' | 'deny';
  readonly at: string;
  readonly key: string | null;
  readonly own: boolean;
}

export interface Quorum {
  readonly rule: string;
  readonly words: string;
  readonly state: 'open' | 'met' | 'denied' | 'impossible';
  readonly missing: readonly MissingApproval[];
  /** Which kinds of key are still missing, in words. */
  readonly keysMissing: readonly string[];
  readonly votes: readonly Vote[];
  readonly blind: boolean;
}

/** The exact text that an approval signs. */
export interface Subject {
  readonly text: string;
  readonly sha256: string;
  readonly fingerprint: string;
  /** What the text says, in words made from it alone. */
  readonly said: readonly { readonly label: string; readonly lines: readonly string[] }[];
  /** The bytes that a key signs (the SSHSIG's message with its frame), base64url. */
  readonly challenge: string;
}

export interface HistoryLine {
  readonly at: string;
  readonly event: string;
  readonly by: string;
  readonly sentence: string;
}

export interface Comment {
  readonly id: string;
  readonly by: string;
  readonly at: string;
  readonly text: string;
}

export interface RequestDetails extends RequestShown {
  readonly reasons: readonly Reason[];
  readonly fileList: readonly FileShown[];
  readonly history: readonly HistoryLine[];
  readonly comments: readonly Comment[];
  readonly quorum: Quorum | null;
  readonly subject: Subject | null;
  readonly clocks: {
    readonly waitUntil: string | null;
    readonly approvalsValidMs: number | null;
    readonly grantMs: number | null;
    readonly releaseBy: string | null;
  } | null;
  readonly previous: { readonly request: string; readonly at: string } | null;
  /** What a change would change, in sentences. */
  readonly changes: readonly string[];
  /** Policies that it would put in force, against those that are. */
  readonly policies: ({ readonly text: string; readonly sha256: string } & TextDifference) | null;
  /** What rules would ask for after it and nobody could give. */
  readonly warnings: readonly string[];
  /** What it shares; null for a request of another kind. */
  readonly share: ShareDetails | null;
  /** The bits that an emergency may take; null where there can be none. */
  readonly breakGlass: { readonly burstBits: number; readonly bitsPerDay: number } | null;
}

export interface RequestPage {
  readonly requests: readonly RequestShown[];
  readonly next: string | null;
  readonly counts: { readonly forMe: number; readonly mine: number; readonly held: number };
  /** How many requests the filter matches. */
  readonly total: number;
}

export interface ApprovalShown {
  readonly person: string;
  readonly key: string;
  readonly at: string;
  readonly signature: string;
  /** The line of an allowed-signers file; null once the key left the roster. */
  readonly allowedSigners: string | null;
}
