/**
 * Checks a receipt (C2SP tlog-proof) in the browser, step by step, so that a person can follow each one.
 *
 * Guaranteed: `ok` only if every step passed. Assumed: the verifier key is the right one; where it came from is for the
 * person to judge. Never throws for bad input.
 */
import { concat, equal, fromBase64, fromUtf8, sha256, toBase64, toHex, utf8 } from './bytes.ts';
import { leafHash, walkInclusion } from './merkle.ts';
import type { PathStep } from './merkle.ts';
import { readCheckpoint, readVkey, verifyCheckpoint } from './note.ts';
import type { Checkpoint } from './note.ts';

type Bytes = Uint8Array<ArrayBuffer>;
const FIRST_LINE = 'c2sp.org/tlog-proof@v1';
const SALT_BYTES = 32;
const PATH_MAX = 63;

/** One step of the check, as it is shown. */
export interface Step {
  readonly title: string;
  readonly ok: boolean;
  readonly sentence: string;
  /** Values to compare by eye. */
  readonly values: readonly (readonly [name: string, value: string])[];
}

/** What the check came to. */
export interface Checked {
  readonly ok: boolean;
  readonly steps: readonly Step[];
  readonly entry: unknown;
  readonly checkpoint: Checkpoint | null;
  readonly path: readonly PathStep[];
}

interface Parts {
  readonly extra: Bytes | null;
  readonly index: number;
  readonly proof: readonly Bytes[];
  readonly note: string;
}

/** Takes a receipt apart; null if it is none. */
export function readReceipt(text: string): Parts | null {
  const middle = text.indexOf('\n\n');
  const lines = middle < 0 ? [] : text.slice(0, middle).split('\n');
  if (lines.shift() !== FIRST_LINE) return null;
  let extra: Bytes | null = null;
  if (lines[0]?.startsWith('extra ') === true) {
    extra = fromBase64(lines.shift()?.slice('extra '.length) ?? '');
    if (extra === null || extra.length === 0) return null;
  }
  const index = /^index (0|[1-9][0-9]{0,15})$/.exec(lines.shift() ?? '')?.[1];
  const proof = lines.map(fromBase64);
  if (index === undefined || proof.length > PATH_MAX) return null;
  if (!proof.every((hash): hash is Bytes => hash?.length === 32)) return null;
  return { extra, index: Number(index), proof, note: text.slice(middle + 2) };
}

/** Canonical JSON (RFC 8785) of a value that was parsed from JSON. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const record = value as Record<string, unknown>;
    const members = Object.keys(record)
      .sort()
      .map((key) => `${JSON.stringify(key)}:${canonicalJson(record[key])}`);
    return `{${members.join(',')}}`;
  }
  return JSON.stringify(value);
}

async function openEntry(
  extra: Bytes,
): Promise<{ entry: unknown; salt: Bytes; commitment: Bytes } | null> {
  const text = fromUtf8(extra);
  if (text === null) return null;
  let value: { entry?: unknown; salt?: unknown };
  try {
    value = JSON.parse(text) as typeof value;
  } catch {
    return null;
  }
  if (canonicalJson(value) !== text || typeof value.salt !== 'string') return null;
  const salt = fromBase64(value.salt);
  if (salt?.length !== SALT_BYTES || Object.keys(value).length !== 2) return null;
  const commitment = await sha256(concat(salt, utf8(canonicalJson(value.entry))));
  return { entry: value.entry, salt, commitment };
}

/** Checks a receipt against a log's verifier key. Stops at the first step that fails. */
export async function checkReceipt(text: string, key: string): Promise<Checked> {
  const steps: Step[] = [];
  const end = (rest: Partial<Checked> = {}): Checked => ({
    ok: steps.every((step) => step.ok),
    steps,
    entry: null,
    checkpoint: null,
    path: [],
    ...rest,
  });
  const add = (title: string, ok: boolean, sentence: string, values: Step['values'] = []) => {
    steps.push({ title, ok, sentence, values });
    return ok;
  };
  const parts = readReceipt(text);
  const opened = parts?.extra == null ? null : await openEntry(parts.extra);
  if (parts === null || opened === null) {
    add('Read the receipt', false, 'It is not a receipt that discloses its entry.');
    return end();
  }
  const { entry } = opened;
  add(
    'Read the receipt',
    true,
    `It is for entry ${String(parts.index)} and holds the entry itself with its salt.`,
    [['salt', toBase64(opened.salt)]],
  );
  const leaf = await leafHash(opened.commitment);
  add(
    'Hash the entry',
    true,
    'SHA-256 of salt and entry is the commitment; the leaf is the hash of that.',
    [
      ['commitment', toHex(opened.commitment)],
      ['leaf', toHex(leaf)],
    ],
  );
  const checkpoint = readCheckpoint(parts.note);
  const size = checkpoint?.size ?? 0;
  const walked = await walkInclusion(parts.index, size, leaf, parts.proof);
  const path = walked?.steps ?? [];
  const leads = walked !== null && checkpoint !== null && equal(walked.root, checkpoint.root);
  const root = walked === null ? 'none' : toHex(walked.root);
  if (
    !add(
      'Walk to the root',
      leads,
      leads
        ? `${String(path.length)} hashes lead from the leaf to the root of the ${String(size)} entries.`
        : 'The path does not lead to the root that was signed.',
      [
        ['root from the path', root],
        ['root that was signed', checkpoint === null ? 'none' : toHex(checkpoint.root)],
      ],
    )
  )
    return end({ entry, path });
  const vkey = await readVkey(key);
  const signed = vkey !== null && checkpoint !== null && (await verifyCheckpoint(checkpoint, vkey));
  add(
    'Check the signature',
    signed,
    signed
      ? `The key of ${checkpoint.origin} signed this root (Ed25519).`
      : 'The ledger’s key did not sign this root.',
    [['key', key]],
  );
  return end({ entry, checkpoint, path });
}
