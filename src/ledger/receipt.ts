/**
 * Receipts: C2SP `.tlog-proof` files that anyone can check offline with the log's public key alone.
 *
 * The `extra` line holds canonical JSON `{"entry":…,"salt":"<base64>"}`, from which the leaf is computed; a receipt
 * without it proves only a commitment that the holder must already know.
 */
import type { Json, Refusal } from '../core/index.ts';
import {
  canonicalJson,
  fromBase64,
  fromUtf8,
  parseJsonStrict,
  toBase64,
  utf8,
} from '../core/index.ts';
import { cosignersOf, openCheckpoint, parseCheckpoint } from './checkpoint.ts';
import type { Entry } from './entry.ts';
import { commitment, ENTRY_BYTES_MAX, SALT_BYTES } from './entry.ts';
import { ledgerErrors } from './errors.ts';
import { HASH_BYTES, leafHash, verifyInclusion } from './merkle.ts';
import type { Verifier } from './note.ts';
import { parseVkey } from './note.ts';

const FIRST_LINE = 'c2sp.org/tlog-proof@v1';
const RECEIPT_BYTES_MAX = 512 * 1024;
const PATH_MAX = 63;

/** What a receipt is made of. */
export interface ReceiptParts {
  readonly index: number;
  readonly proof: readonly Uint8Array[];
  /** The signed note, verbatim. */
  readonly checkpoint: string;
  /** Left out when the holder must not see the entry. */
  readonly disclosed?: { readonly entry: Entry; readonly salt: Uint8Array };
}

/** Whom the verifier of a receipt trusts. */
export interface ReceiptPolicy {
  /** The log's verifier key. */
  readonly key: string;
  /** Verifier keys of witnesses. */
  readonly witnesses?: readonly string[];
  /** How many of them must have cosigned; all checks of known ones are made in any case. */
  readonly quorum?: number;
  /** The commitment, for a receipt that does not disclose its entry. */
  readonly commitment?: Uint8Array;
}

/** What a valid receipt proves. */
export interface VerifiedReceipt {
  readonly ok: true;
  readonly origin: string;
  readonly index: number;
  readonly size: number;
  readonly root: Uint8Array;
  readonly commitment: Uint8Array;
  readonly entry: Entry | null;
  /** Names of the trusted witnesses that cosigned. */
  readonly cosigners: readonly string[];
}

/** Writes a receipt. */
export function writeReceipt(parts: ReceiptParts): string {
  const lines = [FIRST_LINE];
  if (parts.disclosed !== undefined) {
    const { entry, salt } = parts.disclosed;
    lines.push(`extra ${toBase64(utf8(canonicalJson({ entry, salt: toBase64(salt) })))}`);
  }
  lines.push(`index ${String(parts.index)}`);
  for (const hash of parts.proof) lines.push(toBase64(hash));
  return `${lines.join('\n')}\n\n${parts.checkpoint}`;
}

function invalid(why: string): Refusal {
  return ledgerErrors.refuse('RECEIPT_INVALID', { why });
}

interface Parsed {
  readonly ok: true;
  readonly extra: Uint8Array | null;
  readonly index: number;
  readonly proof: readonly Uint8Array[];
  readonly checkpoint: string;
}

function parse(input: Uint8Array): Parsed | Refusal {
  const text = input.length > RECEIPT_BYTES_MAX ? null : fromUtf8(input);
  if (text === null) return invalid('it is too long or not UTF-8');
  const middle = text.indexOf('\n\n');
  if (middle < 0) return invalid('it has no checkpoint');
  const lines = text.slice(0, middle).split('\n');
  if (lines.shift() !== FIRST_LINE) return invalid('it is not a tlog-proof');
  let extra: Uint8Array | null = null;
  if (lines[0]?.startsWith('extra ') === true) {
    extra = fromBase64(lines.shift()?.slice('extra '.length) ?? '');
    if (extra === null || extra.length === 0) return invalid('its extra line is malformed');
  }
  const match = /^index (0|[1-9][0-9]{0,15})$/.exec(lines.shift() ?? '');
  const index = Number(match?.[1] ?? 'none');
  if (!Number.isSafeInteger(index)) return invalid('its index is malformed');
  if (lines.length > PATH_MAX) return invalid('its path is too long');
  const proof: Uint8Array[] = [];
  for (const line of lines) {
    const hash = fromBase64(line);
    if (hash?.length !== HASH_BYTES) return invalid('its path is malformed');
    proof.push(hash);
  }
  return { ok: true, extra, index, proof, checkpoint: text.slice(middle + 2) };
}

function isEntry(value: Json | undefined): value is Entry {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const entry = value as Record<string, Json>;
  return (['kind', 'by', 'at'] as const).every((member) => typeof entry[member] === 'string');
}

/** Reads the disclosed entry; every other spelling of the same values is refused. */
function disclose(extra: Uint8Array): { ok: true; entry: Entry; commitment: Uint8Array } | Refusal {
  const text = fromUtf8(extra);
  const parsed = text === null ? invalid('its extra line is not UTF-8') : parseJsonStrict(text);
  if (!parsed.ok) return parsed;
  const value = parsed.value;
  if (typeof value !== 'object' || value === null || canonicalJson(value) !== text) {
    return invalid('its extra line is not canonical');
  }
  const { entry, salt: saltText, ...rest } = value as Record<string, Json>;
  const salt = typeof saltText === 'string' ? fromBase64(saltText) : null;
  if (!isEntry(entry) || salt?.length !== SALT_BYTES || Object.keys(rest).length > 0) {
    return invalid('its extra line is not an entry with its salt');
  }
  const bytes = utf8(canonicalJson(entry));
  if (bytes.length > ENTRY_BYTES_MAX) return invalid('its entry is too long');
  return { ok: true, entry, commitment: commitment(salt, bytes) };
}

function readKeys(
  policy: ReceiptPolicy,
): { ok: true; log: Verifier; witnesses: Verifier[] } | Refusal {
  const log = parseVkey(policy.key);
  if (!log.ok) return log;
  const witnesses: Verifier[] = [];
  for (const vkey of policy.witnesses ?? []) {
    const witness = parseVkey(vkey);
    if (!witness.ok) return witness;
    witnesses.push(witness.verifier);
  }
  return { ok: true, log: log.verifier, witnesses };
}

/** The log that a receipt says it is of, or null for what is no receipt. Nothing is verified. */
export function originOf(input: Uint8Array): string | null {
  const parsed = parse(input);
  if (!parsed.ok) return null;
  const opened = parseCheckpoint(parsed.checkpoint);
  return opened.ok ? opened.checkpoint.origin : null;
}

/** Checks a receipt with nothing but public keys: no network, no database. Never throws for bad input. */
export function verifyReceipt(
  input: Uint8Array,
  trust: string | ReceiptPolicy,
): VerifiedReceipt | Refusal {
  const policy = typeof trust === 'string' ? { key: trust } : trust;
  const keys = readKeys(policy);
  if (!keys.ok) return keys;
  const parsed = parse(input);
  if (!parsed.ok) return parsed;
  const opened = openCheckpoint(parsed.checkpoint, keys.log);
  if (!opened.ok) return opened;
  const cosigners = cosignersOf(opened.checkpoint.note, keys.witnesses);
  if (cosigners === null) return invalid('a witness signature does not verify');
  if (cosigners.length < (policy.quorum ?? 0)) return invalid('too few witnesses cosigned');
  const disclosed = parsed.extra === null ? null : disclose(parsed.extra);
  if (disclosed?.ok === false) return disclosed;
  const leafData = disclosed?.commitment ?? policy.commitment;
  if (leafData === undefined) {
    return invalid('it does not disclose its entry, so the commitment must be given');
  }
  const { origin, size, root } = opened.checkpoint;
  const included = verifyInclusion({
    index: BigInt(parsed.index),
    size: BigInt(size),
    leaf: leafHash(leafData),
    proof: parsed.proof,
    root,
  });
  if (!included) return invalid('its path does not lead to the signed root');
  return {
    ok: true,
    origin,
    index: parsed.index,
    size,
    root,
    commitment: leafData,
    entry: disclosed?.entry ?? null,
    cosigners,
  };
}
