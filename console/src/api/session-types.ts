/** Who is signed in, and how a gate begins. */
import type { Can } from './requests-types.ts';

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
  /** What the loss of one key would close for good, and what rules ask for that nobody could give. */
  readonly warnings: readonly string[];
}
