/**
 * The steganographer suite: every known way of hiding bits in an export, played by an attacker with an ideal decoder.
 *
 * Guarantees what it reports: bits recovered of a random payload by a decoder that sees only what is served, against
 * the bits that the gate charged. It does not prove that no other channel exists; the bound (docs/spec/wire.md) does.
 */
import type { Channel, Outcome, Served, Submission, Wall } from './channel.ts';
import { ARCHIVE_CHANNELS } from './channels-archive.ts';
import { PNG_CHANNELS } from './channels-png.ts';
import { RELEASE_CHANNELS } from './channels-release.ts';
import { SVG_CHANNELS } from './channels-svg.ts';
import { TABLE_CHANNELS } from './channels-table.ts';
import { TEXT_CHANNELS } from './channels-text.ts';
import { recoveredBits } from './measure.ts';

/** Every channel of the suite. */
export const CHANNELS: readonly Channel[] = [
  ...TABLE_CHANNELS,
  ...TEXT_CHANNELS,
  ...SVG_CHANNELS,
  ...PNG_CHANNELS,
  ...ARCHIVE_CHANNELS,
  ...RELEASE_CHANNELS,
];

/** What one channel carried. */
export interface ChannelResult {
  readonly channel: string;
  readonly expected: Channel['expected'];
  readonly payloadBits: number;
  readonly recoveredBits: number;
  readonly chargedBits: bigint;
  readonly released: number;
  readonly refused: number;
  /** True when nothing got out that was not paid for: recovered ≤ charged, and 0 where canonical form removes it. */
  readonly held: boolean;
}

/** Decodes what was served; a separate program in the tests, so that it can know nothing else. */
export type Decoder = (channel: Channel, served: readonly Served[]) => Promise<readonly number[]>;

/** A decoder in this process, for the command; it is given only what the outside was served. */
export const decodeHere: Decoder = (channel, served) => Promise.resolve(channel.extract(served));

/** Plays one channel against a wall. `randomBytes` gives the payload. */
export async function playChannel(
  channel: Channel,
  wall: Wall,
  randomBytes: (count: number) => Uint8Array,
  decode: Decoder = decodeHere,
): Promise<ChannelResult> {
  const random = randomBytes(Math.ceil(channel.payloadBits / 8));
  const payload = Array.from(
    { length: channel.payloadBits },
    (_, i) => ((random[i >> 3] ?? 0) >> (i & 7)) & 1,
  );
  const outcomes: Outcome[] = [];
  for (const submission of channel.embed(payload)) outcomes.push(await wall.submit(submission));
  const recovered = recoveredBits(payload, await decode(channel, await wall.served()));
  const charged = outcomes.reduce((sum, outcome) => sum + outcome.chargeBits, 0n);
  return {
    channel: channel.name,
    expected: channel.expected,
    payloadBits: channel.payloadBits,
    recoveredBits: recovered,
    chargedBits: charged,
    released: outcomes.filter((outcome) => outcome.released).length,
    refused: outcomes.filter((outcome) => !outcome.released).length,
    held: channel.expected === 'removed' ? recovered === 0 : recovered <= Number(charged),
  };
}

/**
 * A wall without countermeasures: files come out as they went in and cost nothing. Shows that each channel works,
 * so that a 0 elsewhere is the gate's doing and not a broken attacker's.
 */
export function openWall(): Wall {
  const out: Served[] = [];
  let slot = 0;
  return {
    submit: (submission: Submission) => {
      slot += submission.waitSlots + 1;
      // Even without a gate, what is refused does not come out.
      const released = submission.files.every((file) => file.bytes[0] !== 0x80);
      if (released)
        out.push({ files: submission.files, destination: submission.destination, slot });
      return Promise.resolve({ released, chargeBits: 0n });
    },
    served: () => Promise.resolve(out),
  };
}
