/**
 * The body of a frame: all members of one release behind one arithmetic coder, so that each is cheaper because of the
 * ones before it. Order on the wire: number of members, size class, then per member name, type, form, reference, content.
 */
import { SallyportError, sha256 } from '../../core/index.ts';
import { CONTENT_TYPES } from '../codec.ts';
import type { Codec, CodecSession, ContentType } from '../codec.ts';
import { CODECS } from '../codecs/index.ts';
import { openDecoder, openEncoder } from '../engine/index.ts';
import type { Decoder, Engine } from '../engine/index.ts';
import { wireErrors } from '../errors.ts';
import { codeForm, FRAME_CONTEXT, NameCoder } from './name-coder.ts';
import { checkForm, checkName, compareNames } from './names.ts';
import { chooseReference, equalBytes, ReferenceIndex } from './references.ts';
import type { History, HistoryFile } from './references.ts';

/** One file of a release: its canonical value and where it is to stand outside. */
export interface Member {
  readonly name: string;
  readonly type: ContentType;
  /** The lossy form that was taken, such as `digits:4`; absent for none. */
  readonly form?: string;
  /** The codec's canonical value. */
  readonly value: unknown;
  /** Digest of the file that was inspected and shown; a value that emits another one is not coded. */
  readonly sha256?: string;
}

/** One file that came out of a body. */
export interface DecodedMember {
  readonly name: string;
  readonly type: ContentType;
  readonly form?: string;
  /** The emitted canonical file. */
  readonly bytes: Uint8Array;
}

/** What a decoder accepts before it refuses. */
export interface BodyLimits {
  readonly membersMax: number;
  /** Emitted bytes of all members together. */
  readonly bytesMax: number;
}

/** Limits that hold unless the caller gives others; the encoder keeps them too. */
export const BODY_LIMITS: BodyLimits = { membersMax: 20_000, bytesMax: 1024 * 1024 * 1024 };

/** Choices of the encoder that change the price and never the result. */
export interface EncodeOptions {
  /** Looks for references in the history and among earlier members; default true. */
  readonly references?: boolean;
  /** Called after each member with its place in sorted order. */
  readonly onMember?: (done: number, total: number) => void;
}

const UTF8 = new TextEncoder();
/** The size class is log2 of the release's emitted bytes, from 2^12 to 2^27, in four bits. */
const SIZE_CLASS_MIN = 12;
const SIZE_CLASS_BITS = 4;

function classifySize(members: readonly Member[]): number {
  let total = 0;
  for (const { type, value } of members) {
    total += value instanceof Uint8Array ? value.length : CODECS[type].emit(value).length;
  }
  return Math.min(SIZE_CLASS_MIN + 15, Math.max(SIZE_CLASS_MIN, Math.ceil(Math.log2(total + 1))));
}

/** Raw bits halve the coder's interval exactly, so the first four bits of the body are the size class. */
function readSizeClass(body: Uint8Array): number {
  return 15 - ((body[0] ?? 0) >> 4);
}

/** Codes the members' frame of a body in either direction and keeps the sessions of the codecs. */
class BodyCoder {
  readonly engine: Engine;
  readonly decoding: boolean;
  readonly #names: NameCoder;
  readonly #sessions = new Map<ContentType, CodecSession<unknown>>();
  readonly files: ReferenceIndex;
  #lastType = 0;

  constructor(engine: Engine, history: History) {
    this.engine = engine;
    this.decoding = engine.mode === 'decode';
    this.files = new ReferenceIndex(history.files);
    this.#names = new NameCoder(
      engine,
      history.files.map((file) => file.name),
    );
  }

  name(name: string): string {
    return new TextDecoder('utf-8', { fatal: true }).decode(
      this.#names.code(UTF8.encode(name), this.decoding),
    );
  }

  type(type: ContentType): ContentType {
    const coded = this.engine.uint(CONTENT_TYPES.indexOf(type), FRAME_CONTEXT + 8 + this.#lastType);
    const found = CONTENT_TYPES[coded];
    if (found === undefined) throw wireErrors.error('BODY_INVALID', { why: 'a type is unknown' });
    this.#lastType = coded + 1;
    return found;
  }

  /** 0 for none, 1 + place otherwise. */
  reference(choice: number, candidates: number): number {
    if (candidates === 0) return 0;
    const coded = this.engine.uint(choice === 0 ? 1 : choice === 1 ? 0 : choice, FRAME_CONTEXT + 5);
    const read = coded === 0 ? 1 : coded === 1 ? 0 : coded;
    if (read > candidates)
      throw wireErrors.error('BODY_INVALID', { why: 'a reference does not exist' });
    return read;
  }

  /** Whether the member is the same file as its reference. */
  same(same: boolean): boolean {
    return this.engine.uint(same ? 0 : 1, FRAME_CONTEXT + 6) === 0;
  }

  session(type: ContentType): CodecSession<unknown> {
    const open = this.#sessions.get(type) ?? CODECS[type].open(this.engine);
    this.#sessions.set(type, open);
    return open;
  }
}

function parseReference(codec: Codec<unknown>, file: HistoryFile): unknown {
  const parsed = codec.parse(file.load());
  if (!parsed.ok) {
    throw wireErrors.error('BODY_INVALID', {
      why: `the reference \`${file.name}\` is not in the history`,
    });
  }
  return parsed.value;
}

function checkMembers(
  members: readonly Member[],
): { member: Member; index: number; key: Uint8Array }[] {
  if (members.length === 0) throw wireErrors.error('MEMBERS_NONE');
  if (members.length > BODY_LIMITS.membersMax) {
    throw wireErrors.error('BODY_LIMIT', { limit: BODY_LIMITS.membersMax, unit: 'files' });
  }
  const names = new Set<string>();
  for (const member of members) {
    checkName(member.name);
    if (member.form !== undefined) checkForm(member.form);
    if (names.has(member.name)) throw wireErrors.error('NAME_TWICE', { name: member.name });
    names.add(member.name);
  }
  for (const name of names) checkFolders(name, names);
  return members
    .map((member, index) => ({ member, index, key: UTF8.encode(member.name) }))
    .sort((a, b) => compareNames(a.key, b.key));
}

function checkFolders(name: string, names: ReadonlySet<string>): void {
  for (let cut = name.indexOf('/'); cut > 0; cut = name.indexOf('/', cut + 1)) {
    if (names.has(name.slice(0, cut)))
      throw wireErrors.error('NAME_TWICE', { name: name.slice(0, cut) });
  }
}

function encodeMember(coder: BodyCoder, member: Member, options: EncodeOptions): void {
  const codec = CODECS[member.type];
  const { engine } = coder;
  coder.name(member.name);
  coder.type(member.type);
  codeForm(engine, member.form ?? '', false);
  const bytes = codec.emit(member.value);
  if (member.sha256 !== undefined && sha256(bytes) !== member.sha256)
    throw wireErrors.error('MEMBER_NOT_CANONICAL', { name: member.name });
  const ranked = coder.files.rank(member.name, member.type);
  const choice = options.references === false ? 0 : chooseReference(bytes, ranked) + 1;
  coder.reference(choice, ranked.length);
  const reference = ranked[choice - 1];
  const same = reference !== undefined && equalBytes(reference.load(), bytes);
  if (reference !== undefined) coder.same(same);
  if (!same) {
    const references = reference === undefined ? [] : [parseReference(codec, reference)];
    coder.session(member.type).encode(member.value, references);
  }
  coder.files.add({ name: member.name, type: member.type, load: () => bytes });
}

/**
 * Codes a release against a history. The members may come in any order and cross in the order of their names;
 * `memberCostBits` is in the order in which they were given and adds up to the body's cost before rounding to bytes.
 */
export function encodeBody(
  members: readonly Member[],
  history: History,
  options: EncodeOptions = {},
): { body: Uint8Array; memberCostBits: number[] } {
  const sorted = checkMembers(members);
  const sizeClass = classifySize(members);
  const engine = openEncoder({ sizeBytes: 2 ** sizeClass });
  try {
    engine.rawBits(sizeClass - SIZE_CLASS_MIN, SIZE_CLASS_BITS);
    engine.uint(members.length, FRAME_CONTEXT);
    const coder = new BodyCoder(engine, history);
    const memberCostBits = new Array<number>(members.length).fill(0);
    let before = 0;
    for (const [done, { member, index }] of sorted.entries()) {
      encodeMember(coder, member, options);
      const cost = engine.costBits();
      memberCostBits[index] = cost - before;
      before = cost;
      options.onMember?.(done + 1, members.length);
    }
    return { body: engine.finish(), memberCostBits };
  } finally {
    engine.close();
  }
}

function decodeMember(coder: BodyCoder, names: Set<string>): DecodedMember {
  const name = coder.name('');
  checkName(name);
  names.add(name);
  checkFolders(name, names);
  const type = coder.type('text');
  const codec = CODECS[type];
  const form = codeForm(coder.engine, '', true);
  if (form !== '') checkForm(form);
  const ranked = coder.files.rank(name, type);
  const reference = ranked[coder.reference(0, ranked.length) - 1];
  const same = reference !== undefined && coder.same(false);
  let bytes: Uint8Array;
  if (same) {
    bytes = reference.load();
  } else {
    const references = reference === undefined ? [] : [parseReference(codec, reference)];
    bytes = codec.emit(coder.session(type).decode(references));
  }
  coder.files.add({ name, type, load: () => bytes });
  return { name, type, bytes, ...(form === '' ? {} : { form }) };
}

/** Decodes a body with nothing but its bytes and the history; throws a typed error on anything no encoder writes. */
export function decodeBody(
  body: Uint8Array,
  history: History,
  limits: BodyLimits = BODY_LIMITS,
): DecodedMember[] {
  const sizeClass = SIZE_CLASS_MIN + readSizeClass(body);
  const engine = openDecoder(body, { sizeBytes: 2 ** sizeClass, valueBytesMax: limits.bytesMax });
  try {
    engine.rawBits(0, SIZE_CLASS_BITS);
    const out = decodeMembers(engine, history, limits);
    engine.checkEnd();
    return out;
  } catch (error) {
    if (error instanceof SallyportError) throw error;
    // A codec that trips over bytes that no encoder writes must not crash the outer process.
    throw wireErrors.error(
      'BODY_INVALID',
      { why: 'its content cannot be decoded' },
      { cause: error },
    );
  } finally {
    engine.close();
  }
}

function decodeMembers(engine: Decoder, history: History, limits: BodyLimits): DecodedMember[] {
  const count = engine.uint(0, FRAME_CONTEXT);
  if (count === 0) throw wireErrors.error('BODY_INVALID', { why: 'it has no files' });
  if (count > limits.membersMax) {
    throw wireErrors.error('BODY_LIMIT', { limit: limits.membersMax, unit: 'files' });
  }
  const coder = new BodyCoder(engine, history);
  const names = new Set<string>();
  const out: DecodedMember[] = [];
  let total = 0;
  for (let i = 0; i < count; i++) {
    const member = decodeMember(coder, names);
    total += member.bytes.length;
    if (total > limits.bytesMax) {
      throw wireErrors.error('BODY_LIMIT', { limit: limits.bytesMax, unit: 'bytes' });
    }
    out.push(member);
  }
  return out;
}

/**
 * The price of each member in whole bits, adding up to the frame's charge: every member is rounded up and the last one
 * in the given order absorbs what is left of the frame (header, length, check value, rounding to bytes).
 */
export function shareCharge(memberCostBits: readonly number[], chargeBits: bigint): bigint[] {
  const shares = memberCostBits.map((cost) => BigInt(Math.ceil(cost)));
  const total = shares.reduce((sum, share) => sum + share, 0n);
  let rest = chargeBits - total;
  for (let i = shares.length - 1; i >= 0 && rest !== 0n; i--) {
    const share = (shares[i] ?? 0n) + rest;
    shares[i] = share < 0n ? 0n : share;
    rest = share < 0n ? share : 0n;
  }
  return shares;
}
