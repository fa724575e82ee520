/** What the fake door holds in memory, and how a test makes it behave. */
import { createHash } from 'node:crypto';
import type {
  FoundingState,
  KeyShown,
  LockShown,
  RequestDetails,
  RequestShown,
  Shares,
} from '../../../console/src/api/types.ts';
import { writeToBeSigned } from '../../../console/src/verify/approval.ts';
import { makeFiles } from './files.ts';
import type { FakeFile } from './files.ts';
import type { FakePasskey } from './passkeys.ts';
import { listLocks } from './numbers.ts';
import { makeChange, makeDetails, makeRequest, makeShowcase } from './requests.ts';
import { FakeSettings } from './settings.ts';
import { listShares, makeShare } from './shares.ts';

/** How the door behaves: with data, without, refusing everything, or never answering. */
export type Mode = 'data' | 'empty' | 'error' | 'hang';

/** What a test asks for. */
export interface FakeOptions {
  readonly founded?: boolean;
  /** The person whose session is there from the beginning; null for nobody. */
  readonly person?: string | null;
  readonly requests?: number;
  readonly people?: number;
}

/** A founder while the gate is being founded. */
export interface Founder {
  readonly id: string;
  readonly name: string;
  readonly groups: readonly string[];
  readonly passkeys: FakePasskey[];
  readonly sshKeys: string[];
  signed: boolean;
}

/** The state. Everything in it is made once per test. */
export class FakeState {
  mode: Mode = 'data';
  founded: boolean;
  person: string | null;
  readonly files: readonly FakeFile[] = makeFiles();
  readonly details = new Map<string, RequestDetails>();
  readonly founders: Founder[] = [];
  readonly challenges = new Map<string, string>();
  /** Who said that they sign in, by challenge. */
  readonly asked = new Map<string, string>();
  /** Passkeys of people beyond the ones that are only shown. */
  readonly passkeys = new Map<string, FakePasskey[]>();
  readonly listeners = new Set<(text: string) => void>();
  locks: LockShown[];
  shares: Shares;
  readonly settings: FakeSettings;
  readonly now = Date.now();
  readonly count: number;
  readonly peopleExtra: number;
  /** Calls that changed something, for tests: `POST /v1/…`. */
  readonly calls: string[] = [];
  #requests: RequestShown[] | null = null;

  constructor(options: FakeOptions) {
    this.founded = options.founded ?? true;
    this.person = options.person === undefined ? 'ada' : options.person;
    this.count = options.requests ?? 240;
    this.peopleExtra = options.people ?? 0;
    this.locks = listLocks(this.now);
    this.shares = listShares(this.now);
    this.settings = new FakeSettings(this.now);
  }

  get viewer(): string {
    return this.person ?? 'nobody';
  }

  /** Makes the requests with all that belongs to them. */
  async prepare(): Promise<void> {
    const showcase = await makeShowcase(this.viewer, this.files, this.now);
    const change = await makeChange(this.viewer, this.now);
    const share = await makeShare(this.viewer, this.now);
    for (const each of [showcase, change, share]) this.details.set(each.id, each);
  }

  /** All requests, the ones that have everything first. */
  requests(): readonly RequestShown[] {
    if (this.mode === 'empty') return [];
    this.#requests ??= Array.from({ length: this.count }, (_, i) =>
      makeRequest(i + 1, this.viewer, this.now),
    );
    return [...this.details.values(), ...this.#requests.filter(({ id }) => !this.details.has(id))];
  }

  /** One request with its details; they are made when it is first asked for. */
  async find(id: string): Promise<RequestDetails | null> {
    const kept = this.details.get(id);
    if (kept !== undefined) return kept;
    const shown = this.requests().find((each) => each.id === id);
    if (shown === undefined) return null;
    const details = await makeDetails(shown, this.files.slice(0, Math.max(1, shown.files)));
    this.details.set(id, details);
    return details;
  }

  /** Replaces a request and tells everybody who listens. */
  keep(details: RequestDetails): RequestDetails {
    this.details.set(details.id, details);
    this.tell({ type: 'request', id: details.id, state: details.state });
    return details;
  }

  /** Sends an event to every open page. */
  tell(event: object): void {
    for (const listener of this.listeners) listener(JSON.stringify(event));
  }

  /** The keys that a person is shown to have. */
  keysOf(person: string): readonly KeyShown[] | undefined {
    return this.passkeys.get(person)?.map((key, i) => ({
      id: `SHA256:${createHash('sha256').update(key.spki).digest('base64').slice(0, 43)}`,
      label: `passkey ${String(i + 1)}`,
      kind: 'passkey' as const,
      deviceBound: true,
      until: null,
      credential: key.credential,
    }));
  }

  /** The founding as it stands. */
  async founding(): Promise<FoundingState> {
    const people = this.founders.map(({ id, name, groups }) => ({ id, name, groups }));
    const document = JSON.stringify({ format: 'sallyport-roster@v1', people, version: 1 });
    const digest = createHash('sha256').update(document).digest('hex');
    const blob = await writeToBeSigned('sallyport-founding@v1', 'sha512', document);
    return {
      people: this.founders.map((founder) => ({
        id: founder.id,
        name: founder.name,
        groups: founder.groups,
        signed: founder.signed,
        keys: [
          ...(this.keysOf(founder.id) ?? []),
          ...founder.sshKeys.map((line, i) => ({
            id: `SHA256:ssh-${String(i)}`,
            label: line.split(' ')[0] ?? 'ssh',
            kind: 'ssh' as const,
            deviceBound: false,
            until: null,
          })),
        ],
      })),
      warnings: [],
      document,
      digest,
      challenge: Buffer.from(blob).toString('base64url'),
      namespace: 'sallyport-founding@v1',
    };
  }
}
