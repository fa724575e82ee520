/**
 * The canonical request: the exact bytes that an approval signs (docs/spec/approval.md). One text per request and
 * version; any edit gives another text, so that earlier approvals say nothing about it.
 */
import { canonicalJson, sha256, sha256Bytes, utf8 } from '../core/index.ts';
import type { Json, JsonObject } from '../core/index.ts';
import type { Tier } from '../people/index.ts';
import { errors } from './errors.ts';

/** The SSHSIG namespace of approvals. */
export const APPROVAL_NAMESPACE = 'sallyport-approval@v1';

/** What a reviewer signs. Bit counts are decimal strings, so that no reader can round them. */
export interface Subject {
  readonly format: 'sallyport-request@v1';
  readonly gate: string;
  readonly id: string;
  /** Grows with every edit. */
  readonly edition: number;
  readonly kind: string;
  readonly requester: string;
  /** The person who answers for an agent or workload; never counts as approver. */
  readonly sponsor: string | null;
  readonly project: string;
  /** The number is what the wire says. */
  readonly destination: { readonly name: string; readonly number: number } | null;
  readonly why: string;
  readonly tier: Tier;
  /** Models in reach, whose owners a rule may ask. */
  readonly models: readonly string[];
  readonly chargeBitsMax: string;
  readonly rosterVersion: number;
  readonly rosterSha256: string;
  readonly ledgerSize: number;
  readonly askedAt: string;
  /**
   * When this text was made, which is no later than anybody can have signed it. Texts of earlier versions do not say it.
   */
  readonly writtenAt?: string;
  /** Nothing is released under these approvals after this time. */
  readonly releaseBy: string;
  /** How long what is granted lasts, from the approval on; null for what happens once. */
  readonly grantMs: number | null;
  /** Whether this is an emergency that is reviewed afterwards. */
  readonly breakGlass: boolean;
  /** What the kind of request adds: files by digest, changes of the roster, … */
  readonly facts: JsonObject;
}

/** The exact text that is signed. */
export function writeSubject(subject: Subject): string {
  return canonicalJson(subject as unknown as Json);
}

const MEMBERS = [
  'askedAt',
  'breakGlass',
  'chargeBitsMax',
  'destination',
  'edition',
  'facts',
  'format',
  'gate',
  'grantMs',
  'id',
  'kind',
  'ledgerSize',
  'models',
  'project',
  'releaseBy',
  'requester',
  'rosterSha256',
  'rosterVersion',
  'sponsor',
  'tier',
  'why',
] as const;

const SUBJECT_CHARACTERS_MAX = 16 * 1024 * 1024;

function isDestination(value: unknown): boolean {
  if (value === null) return true;
  if (typeof value !== 'object') return false;
  const { name, number, ...rest } = value as Record<string, unknown>;
  return typeof name === 'string' && Number.isSafeInteger(number) && Object.keys(rest).length === 0;
}

function isSubject(value: unknown): value is Subject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const held = value as Record<string, unknown>;
  const { writtenAt, ...always } = held;
  if (Object.keys(always).sort().join() !== MEMBERS.join()) return false;
  // Left out it is a text of an earlier version; null would be none at all.
  const said = 'writtenAt' in held ? writtenAt : held['askedAt'];
  if (typeof said !== 'string' || !Number.isFinite(Date.parse(said))) return false;
  const texts = ['gate', 'id', 'kind', 'requester', 'project', 'why', 'rosterSha256'] as const;
  const numbers = ['edition', 'rosterVersion', 'ledgerSize'] as const;
  return (
    held['format'] === 'sallyport-request@v1' &&
    texts.every((name) => typeof held[name] === 'string') &&
    numbers.every((name) => Number.isSafeInteger(held[name])) &&
    (held['sponsor'] === null || typeof held['sponsor'] === 'string') &&
    (held['grantMs'] === null || Number.isSafeInteger(held['grantMs'])) &&
    typeof held['breakGlass'] === 'boolean' &&
    ['self', 'one', 'quorum'].includes(String(held['tier'])) &&
    /^(0|[1-9][0-9]{0,18})$/.test(String(held['chargeBitsMax'])) &&
    Array.isArray(held['models']) &&
    held['models'].every((each) => typeof each === 'string') &&
    Number.isFinite(Date.parse(String(held['askedAt']))) &&
    Number.isFinite(Date.parse(String(held['releaseBy']))) &&
    isDestination(held['destination']) &&
    typeof held['facts'] === 'object' &&
    held['facts'] !== null
  );
}

/** Reads a subject back; throws `REQUEST_SUBJECT_INVALID` for every text that {@link writeSubject} cannot have written. */
export function readSubject(text: string): Subject {
  let value: unknown;
  try {
    value = text.length > SUBJECT_CHARACTERS_MAX ? undefined : JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (!isSubject(value) || writeSubject(value) !== text) throw errors.error('SUBJECT_INVALID');
  return value;
}

/** The digest of a subject, as shown and compared. */
export function subjectDigest(text: string): string {
  return sha256(text);
}

/**
 * The digest in six groups of four letters, to be compared by voice between two screens. 120 bits of it: nobody finds a
 * second request with the same one.
 */
export function fingerprintOf(text: string): string {
  const alphabet = 'abcdefghijkmnpqrstuvwxyz23456789';
  const bytes = sha256Bytes(utf8(text));
  let groups = '';
  for (let i = 0; i < 24; i++) {
    if (i > 0 && i % 4 === 0) groups += '-';
    const bit = i * 5;
    const pair = ((bytes[bit >> 3] ?? 0) << 8) | (bytes[(bit >> 3) + 1] ?? 0);
    groups += alphabet[(pair >> (11 - (bit & 7))) & 31] ?? '';
  }
  return groups;
}
