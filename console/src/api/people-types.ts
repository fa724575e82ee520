/** People, projects, rules, locks and windows. */
import type { TextDifference } from './looks-types.ts';
import type { Can } from './requests-types.ts';
import type { KeyShown } from './session-types.ts';

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

/** Somebody who is read into a project: by a role, by a grant that ends, or both. */
export interface ReadInShown extends PersonShown {
  readonly grantedUntil: string | null;
}

/** A token of an agent or workload, without its secret. */
export interface TokenShown {
  readonly id: string;
  readonly principal: string;
  readonly sponsor: string | null;
  readonly state: 'in force' | 'waits for its sponsor' | 'revoked';
  readonly addedAt: string;
}

/** A token just made. */
export interface TokenMade {
  readonly id: string;
  readonly token: string;
}

export interface ProjectShown {
  readonly id: string;
  readonly title: string;
  readonly members: readonly string[];
  readonly models: readonly string[];
  readonly destinations: readonly { readonly name: string; readonly number: number }[];
  readonly can: readonly Can[];
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
  /** What put them in force; null before the founding. */
  readonly inForce: {
    readonly shipped: boolean;
    readonly version: number;
    readonly since: string;
    readonly request: string | null;
    readonly by: readonly string[];
  } | null;
  readonly shipped: {
    readonly cedar: string;
    readonly sha256: string;
    /** From the shipped ones to those in force; null when they are the same. */
    readonly difference: TextDifference | null;
  };
  readonly sentences: readonly { readonly id: string; readonly says: string }[];
  readonly matrix: readonly {
    readonly action: string;
    /** What it is done to, in words. */
    readonly on: string;
    readonly cells: Readonly<Record<string, { readonly own: boolean; readonly foreign: boolean }>>;
  }[];
}

/** What stands against proposed policies, and what they would change. */
export interface PolicyChecked {
  readonly sha256: string;
  readonly refusals: readonly string[];
  readonly difference: TextDifference | null;
  readonly permissions: readonly {
    readonly action: string;
    readonly on: string;
    readonly role: string;
    readonly place: 'own' | 'foreign';
    readonly allowed: boolean;
  }[];
}

export interface Explained {
  readonly allowed: boolean;
  readonly reasons: readonly string[];
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
