/**
 * A small witness (C2SP tlog-witness): it cosigns a checkpoint only if it continues the last one it cosigned.
 *
 * Run it outside the gate's failure domain: on another host, or on an auditor's laptop. Its state is one durable file,
 * written before each answer; it must never be restored from a copy.
 */
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { Clock, FileOps, Json } from '../core/index.ts';
import {
  canonicalJson,
  fromBase64,
  fromUtf8,
  parseJsonStrict,
  sha256,
  systemFiles,
  utf8,
  writeFileDurable,
} from '../core/index.ts';
import type { Checkpoint } from './checkpoint.ts';
import { cosign, parseCheckpoint } from './checkpoint.ts';
import { ledgerErrors } from './errors.ts';
import { EMPTY_ROOT, HASH_BYTES, verifyConsistency } from './merkle.ts';
import type { Signer, Verifier } from './note.ts';
import { checkNote, parseVkey } from './note.ts';
import { equalBytes } from '../core/index.ts';

/** How to run a witness. */
export interface WitnessOptions {
  /** Signs cosignatures; a key of type 4. */
  readonly key: Signer;
  /** Verifier keys of the logs that it knows. */
  readonly logs: readonly string[];
  /** Where it remembers what it cosigned. */
  readonly stateFile: string;
  readonly clock: Clock;
  readonly files?: FileOps;
}

/** An HTTP answer. */
export interface WitnessReply {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

const PROOF_MAX = 63;
const BODY_BYTES_MAX = 256 * 1024;

interface Request {
  readonly oldSize: number;
  readonly proof: readonly Uint8Array[];
  readonly checkpoint: Checkpoint;
}

function reply(status: number, body: string, type = 'text/plain; charset=utf-8'): WitnessReply {
  return { status, type, body };
}

function parseRequest(body: string): Request | null {
  const middle = body.indexOf('\n\n');
  const [first = '', ...rest] = body.slice(0, Math.max(0, middle)).split('\n');
  const oldSize = /^old (0|[1-9][0-9]{0,15})$/.exec(first)?.[1];
  if (oldSize === undefined || rest.length > PROOF_MAX) return null;
  const proof: Uint8Array[] = [];
  for (const line of rest) {
    const hash = fromBase64(line);
    if (hash?.length !== HASH_BYTES) return null;
    proof.push(hash);
  }
  const parsed = parseCheckpoint(body.slice(middle + 2));
  return parsed.ok ? { oldSize: Number(oldSize), proof, checkpoint: parsed.checkpoint } : null;
}

/** A running witness. */
export class Witness {
  readonly #options: WitnessOptions;
  readonly #logs = new Map<string, Verifier>();
  /** The newest cosigned checkpoint of each origin, with its cosignature. */
  readonly #newest: Map<string, string>;
  #turn: Promise<unknown> = Promise.resolve();

  /** Use {@link openWitness}. */
  constructor(options: WitnessOptions, logs: readonly Verifier[], newest: Map<string, string>) {
    this.#options = options;
    for (const log of logs) this.#logs.set(log.name, log);
    this.#newest = newest;
  }

  /** Its verifier key. */
  get vkey(): string {
    return this.#options.key.verifier.vkey;
  }

  /** Answers one request. Requests are taken one at a time, so that checking and remembering are one step. */
  handle(method: string, path: string, body: string): Promise<WitnessReply> {
    const next = this.#turn.then(() => this.#answer(method, path, body));
    this.#turn = next.catch(() => undefined);
    return next;
  }

  async #answer(method: string, path: string, body: string): Promise<WitnessReply> {
    if (method === 'GET') return this.#monitor(path);
    if (method !== 'POST' || path !== '/add-checkpoint') return reply(404, 'not found\n');
    const request = parseRequest(body);
    if (request === null) return reply(400, 'malformed request\n');
    const { checkpoint, oldSize } = request;
    const log = this.#logs.get(checkpoint.origin);
    if (log === undefined) return reply(404, 'unknown log\n');
    if (checkNote(checkpoint.note, log) !== null) return reply(403, 'bad signature\n');
    if (oldSize > checkpoint.size) return reply(400, 'old size is larger\n');
    const before = this.#before(checkpoint.origin);
    if (oldSize !== before.size) {
      return reply(409, `${String(before.size)}\n`, 'text/x.tlog.size');
    }
    if (!continues(request, before)) return reply(422, 'not a continuation\n');
    const seconds = BigInt(Math.floor(this.#options.clock.nowMs() / 1_000));
    const line = cosign(checkpoint.note.text, this.#options.key, seconds);
    const logLines = checkpoint.note.signatures
      .filter((one) => one.name === log.name && one.keyId === log.keyId)
      .map((one) => one.line)
      .join('');
    await this.#remember(checkpoint.origin, `${checkpoint.note.text}\n${logLines}${line}`);
    return reply(200, line);
  }

  #monitor(path: string): WitnessReply {
    for (const [origin, checkpoint] of this.#newest) {
      if (path === `/${sha256(origin)}/checkpoint`) return reply(200, checkpoint);
    }
    return reply(404, 'not found\n');
  }

  #before(origin: string): { size: number; root: Uint8Array } {
    const parsed = parseCheckpoint(this.#newest.get(origin) ?? '');
    return parsed.ok ? parsed.checkpoint : { size: 0, root: EMPTY_ROOT };
  }

  async #remember(origin: string, checkpoint: string): Promise<void> {
    const state = { ...Object.fromEntries(this.#newest), [origin]: checkpoint };
    const files = this.#options.files ?? systemFiles;
    await writeFileDurable(this.#options.stateFile, utf8(canonicalJson(state)), { files });
    this.#newest.set(origin, checkpoint);
  }
}

function continues(request: Request, before: { size: number; root: Uint8Array }): boolean {
  const { checkpoint, proof } = request;
  if (checkpoint.size === 0 && !equalBytes(checkpoint.root, EMPTY_ROOT)) return false;
  if (before.size === 0) return proof.length === 0;
  return verifyConsistency({
    size1: BigInt(before.size),
    size2: BigInt(checkpoint.size),
    proof,
    root1: before.root,
    root2: checkpoint.root,
  });
}

/** Opens a witness with what it remembers. A state that cannot be read is a fault: it must not begin anew. */
export async function openWitness(options: WitnessOptions): Promise<Witness> {
  const logs = options.logs.map((vkey) => {
    const parsed = parseVkey(vkey);
    if (!parsed.ok) throw ledgerErrors.error('KEY_INVALID', { why: parsed.message });
    return parsed.verifier;
  });
  const held = await (options.files ?? systemFiles).read(options.stateFile);
  const newest = new Map<string, string>();
  if (held !== null) {
    const parsed = parseJsonStrict(fromUtf8(held) ?? '');
    const value: Json = parsed.ok ? parsed.value : null;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw ledgerErrors.error('CHECKPOINT_INVALID', {
        why: 'the state of the witness is damaged',
      });
    }
    for (const [origin, text] of Object.entries(value)) {
      if (typeof text !== 'string' || !parseCheckpoint(text).ok) {
        throw ledgerErrors.error('CHECKPOINT_INVALID', {
          why: 'the state of the witness is damaged',
        });
      }
      newest.set(origin, text);
    }
  }
  return new Witness(options, logs, newest);
}

/** Serves a witness over HTTP; the caller makes it listen. */
export function witnessServer(witness: Witness): Server {
  return createServer((request, response) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > BODY_BYTES_MAX) request.destroy();
      else chunks.push(chunk);
    });
    request.on('end', () => {
      const path = new URL(request.url ?? '/', 'http://witness').pathname;
      const body = fromUtf8(Buffer.concat(chunks)) ?? '';
      witness
        .handle(request.method ?? '', path, body)
        .catch(() => reply(500, 'fault\n'))
        .then((answer) => {
          response.writeHead(answer.status, { 'content-type': answer.type });
          response.end(answer.body);
        })
        .catch(() => response.destroy());
    });
  });
}
