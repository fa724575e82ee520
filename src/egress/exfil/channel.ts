/**
 * What a way of hiding bits is: an attacker inside who owns the files, and an ideal decoder outside who sees only what
 * the outer door serves.
 */

/** A file as the attacker hands it in, or as the outside receives it. */
export interface PlainFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** One release that the attacker asks for. */
export interface Submission {
  readonly files: readonly PlainFile[];
  /** Which of the attacker's destinations, counted from 0. */
  readonly destination: number;
  /** Slots that the attacker lets pass before asking. */
  readonly waitSlots: number;
}

/** One release as the outside sees it. */
export interface Served {
  readonly files: readonly PlainFile[];
  readonly destination: number;
  /** The slot in which it was published. */
  readonly slot: number;
}

/** What the gate charged for one submission; a refused one charges nothing. */
export interface Outcome {
  readonly released: boolean;
  readonly chargeBits: bigint;
}

/** The wall between the two halves of the attacker. */
export interface Wall {
  submit(submission: Submission): Promise<Outcome>;
  /** Everything served so far, in the order of publication. */
  served(): Promise<readonly Served[]>;
}

/** One channel. `extract` sees what the outside sees and nothing else. */
export interface Channel {
  readonly name: string;
  /** `removed`: canonical form leaves nothing of it. `charged`: it carries bits and each one is paid for. */
  readonly expected: 'removed' | 'charged';
  /** Payload length in bits that the channel offers to carry in one run. */
  readonly payloadBits: number;
  embed(payload: readonly number[]): readonly Submission[];
  /** The decoder's best guess of the payload. */
  extract(served: readonly Served[]): readonly number[];
}

/** One plain submission at once to the first destination. */
export function submit(...files: readonly PlainFile[]): Submission {
  return { files, destination: 0, waitSlots: 0 };
}

const encoder = new TextEncoder();

export function textFile(name: string, text: string): PlainFile {
  return { name, bytes: encoder.encode(text) };
}

/** The first served file whose name ends as given, as text; empty when nothing of it came out. */
export function servedText(served: readonly Served[], suffix: string): string {
  return new TextDecoder().decode(servedBytes(served, suffix));
}

export function servedBytes(served: readonly Served[], suffix: string): Uint8Array {
  for (const release of served) {
    const file = release.files.find((candidate) => candidate.name.endsWith(suffix));
    if (file !== undefined) return file.bytes;
  }
  return new Uint8Array(0);
}

/** The bits of a number, most significant first. */
export function toBits(value: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => Math.floor(value / 2 ** (count - 1 - i)) % 2);
}

export function fromBits(bits: readonly number[]): number {
  return bits.reduce((value, bit) => value * 2 + bit, 0);
}

/** The payload cut into groups of `size` bits. */
export function groups(payload: readonly number[], size: number): number[][] {
  return Array.from({ length: Math.ceil(payload.length / size) }, (_, i) =>
    payload.slice(i * size, (i + 1) * size),
  );
}
