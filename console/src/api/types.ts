/** What the inner door answers, as the console reads it. Times are ISO 8601; amounts are bits unless their name says otherwise. */

/** Whether this session may do something to a request, and if not, the gate's own sentence for it. */
export interface Can {
  readonly event: string;
  readonly allowed: boolean;
  readonly reason: string | null;
}

/** A key of the signed-in person. */
export interface KeyShown {
  readonly id: string;
  readonly label: string;
  readonly kind: 'passkey' | 'security-key' | 'ssh';
  readonly deviceBound: boolean;
  readonly until: string | null;
  /** A passkey's credential id, base64url, of one's own keys; null for other keys. */
  readonly credential?: string | null;
}

export interface Whoami {
  readonly id: string;
  readonly kind: 'person' | 'agent' | 'workload';
  readonly name: string;
  readonly sponsor: string | null;
  readonly role: string;
  readonly roles: {
    readonly groups: readonly string[];
    readonly projects: Readonly<Record<string, readonly string[]>>;
    readonly models: Readonly<Record<string, readonly string[]>>;
  };
  readonly can: readonly Can[];
  readonly keys: readonly KeyShown[];
}

export interface StartState {
  readonly founded: boolean;
  readonly gate: string;
  readonly at: string;
}

export interface SignInChallenge {
  readonly id: string;
  readonly challenge: string;
  readonly message: string;
  readonly passkeys: readonly { readonly id: string }[];
  readonly rpId: string;
  readonly expiresAt: string;
}

export type RequestKind =
  'export' | 'import' | 'access' | 'window' | 'unlock' | 'policy' | 'review';
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

export interface PreviewColumn {
  readonly name: string;
  readonly kind: string;
  readonly min: string | number | null;
  readonly max: string | number | null;
  readonly distinct: number;
  readonly blank: number;
}

export interface TreeNode {
  readonly name: string;
  readonly kind: string;
  readonly value: string | null;
  readonly children: readonly TreeNode[];
  /** Children that are not shown. */
  readonly more: number;
}

export type Preview =
  | {
      readonly type: 'table';
      readonly columns: readonly PreviewColumn[];
      readonly rows: readonly (readonly string[])[];
      readonly total: number;
      /** Of how many rows the columns tell. */
      readonly summarised: number;
    }
  | { readonly type: 'text'; readonly text: string; readonly truncated: boolean }
  | { readonly type: 'svg'; readonly text: string; readonly truncated: boolean }
  | { readonly type: 'tree'; readonly root: TreeNode; readonly truncated: boolean }
  | {
      readonly type: 'image';
      readonly width: number;
      readonly height: number;
    };

export interface DifferenceFile {
  readonly name: string;
  readonly state: 'same' | 'changed' | 'new' | 'gone';
  readonly summary: string;
  readonly hunks: readonly {
    readonly kind: 'same' | 'added' | 'removed';
    readonly text: string;
  }[];
}

export interface Difference {
  readonly previous: { readonly request: string; readonly at: string } | null;
  readonly files: readonly DifferenceFile[];
}

export interface ApprovalShown {
  readonly person: string;
  readonly key: string;
  readonly at: string;
  readonly signature: string;
  /** The line of an allowed-signers file; null once the key left the roster. */
  readonly allowedSigners: string | null;
}

export interface QuoteShown {
  readonly files: readonly FileShown[];
  readonly total: { readonly bytes: number; readonly chargeBits: number };
  readonly means: { readonly sentence: string };
  /** What would happen to it now. */
  readonly verdict: Verdict;
  readonly reasons: readonly Reason[];
}

export interface CapShown {
  readonly cap: string;
  readonly rule: string;
  readonly verdict: 'within' | 'above' | 'unknown';
  readonly mostBits: number;
  readonly allowedBits: number | null;
}

export interface BudgetShown {
  readonly budget: string;
  readonly leftBits: number;
  readonly burstBits: number;
  readonly spentBits: number;
  readonly lifetimeBits: number | null;
  readonly rateBits: number;
  readonly ratePeriodMs: number;
  readonly fullAt: string | null;
  readonly declared: {
    readonly rate: string;
    readonly burst: string;
    readonly lifetime: string | null;
  };
  readonly applied: {
    readonly bitsPerYear: string;
    readonly bytesPerDay: string;
    readonly percentPerYear: string | null;
    readonly yearsToExfiltrate: string | null;
    readonly burst: string;
  };
  readonly effectiveSizeBits: number | null;
  readonly caps: readonly CapShown[];
  readonly cutBy: readonly string[];
  readonly usedBy: readonly {
    readonly principal: string;
    readonly bits: number;
    readonly debits: number;
    readonly lastAt: string;
  }[];
}

export interface Alarm {
  readonly at: string;
  readonly sentence: string;
}

export interface ChargeDay {
  readonly day: string;
  readonly chargeBits: number;
  readonly releases: number;
}

export interface Home {
  readonly waitingForMe: readonly RequestShown[];
  readonly mine: readonly RequestShown[];
  /** How many there are of each; the lists stop somewhere. */
  readonly counts: { readonly waitingForMe: number; readonly mine: number };
  readonly alarms: readonly Alarm[];
  readonly leaving: readonly ChargeDay[];
  readonly budgets: readonly BudgetShown[];
}

export interface Charges {
  readonly days: readonly ChargeDay[];
  readonly byProject: readonly {
    readonly project: string;
    readonly chargeBits: number;
    readonly releases: number;
  }[];
}

export interface Percentiles {
  readonly p50: number;
  readonly p75: number;
  readonly p95: number;
}

export interface Waiting {
  readonly tiers: readonly {
    readonly tier: string;
    readonly count: number;
    readonly firstView: Percentiles | null;
    readonly quorum: Percentiles | null;
  }[];
  /** From 0 to 1. */
  readonly automaticShare: number;
  readonly expiredUnseen: number;
  readonly fastApprovals: readonly {
    readonly person: string;
    readonly count: number;
    readonly share: number;
  }[];
  readonly bottlenecks: readonly {
    readonly group?: string;
    readonly person?: string;
    readonly waiting: number;
    readonly medianMs: number;
  }[];
  readonly byDay: readonly {
    readonly day: string;
    readonly automatic: number;
    readonly held: number;
    readonly denied: number;
    readonly quorumP50: number | null;
  }[];
}

export interface PersonShown {
  readonly id: string;
  readonly name: string;
  readonly kind: 'person' | 'agent' | 'workload';
  readonly sponsor: string | null;
  readonly groups: readonly string[];
  /** Roles by project. */
  readonly projects: Readonly<Record<string, readonly string[]>>;
  readonly keys: readonly KeyShown[];
  readonly until: string | null;
}

export interface ProjectShown {
  readonly id: string;
  readonly title: string;
  readonly members: readonly string[];
  readonly models: readonly string[];
  readonly destinations: readonly { readonly name: string; readonly number: number }[];
}

export interface RuleShown {
  readonly kind: string;
  readonly tier: string;
  readonly when: string;
  readonly quorum: string;
  readonly words: string;
}

export interface PolicyShown {
  readonly rules: readonly RuleShown[];
  readonly cedar: string;
  readonly sha256: string;
  readonly sentences: readonly { readonly id: string; readonly says: string }[];
  readonly matrix: readonly {
    readonly action: string;
    /** What it is done to, in words. */
    readonly on: string;
    readonly cells: Readonly<Record<string, { readonly own: boolean; readonly foreign: boolean }>>;
  }[];
}

export interface Explained {
  readonly allowed: boolean;
  readonly reasons: readonly string[];
}

export interface ReplayCounts {
  readonly automatic: number;
  readonly held: number;
  readonly denied: number;
}

export interface Replay {
  readonly requests: number;
  readonly now: ReplayCounts;
  readonly proposed: ReplayCounts;
  readonly changed: readonly {
    readonly id: string;
    readonly from: string;
    readonly to: string;
    readonly why: string;
  }[];
  readonly extraApprovals: number;
  readonly waitingMs: number;
}

export interface LockShown {
  readonly id: string;
  readonly target: {
    readonly kind: 'principal' | 'project' | 'model' | 'lane';
    readonly id: string;
  };
  readonly by: string;
  readonly reason: string;
  readonly at: string;
  readonly liftedAt: string | null;
}

export interface WindowShown {
  /** The request that opened it. */
  readonly request: string;
  readonly requester: string;
  readonly project: string;
  readonly destination: string;
  readonly job: string;
  readonly types: readonly string[];
  readonly bitsEach: number;
  readonly bitsTotal: number;
  readonly usedBits: number;
  readonly uses: number;
  readonly used: number;
  readonly until: string;
}

export interface LedgerEntry {
  readonly index: number;
  readonly id: string;
  readonly entry: {
    readonly kind: string;
    readonly by: string;
    readonly at: string;
    readonly [member: string]: unknown;
  };
}

export interface FoundingState {
  readonly people: readonly {
    readonly id: string;
    readonly name: string;
    readonly groups: readonly string[];
    readonly keys: readonly KeyShown[];
    readonly signed: boolean;
  }[];
  /** The text that everybody signs; null until everybody has a key. */
  readonly document: string | null;
  readonly digest: string | null;
  readonly challenge: string | null;
  readonly namespace: string;
}

export interface RosterShown {
  readonly version: number;
  readonly sha256: string;
  readonly chain: readonly {
    readonly version: number;
    readonly sha256: string;
    readonly at: string;
    readonly signatures: number;
    readonly changes: readonly string[];
  }[];
}
