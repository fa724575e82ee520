/**
 * The wall made of the running codecs: each submission is opened, encoded, sealed into a real frame, and decoded from
 * that frame and the destination's history alone. What is served is what the frame gave.
 */
import { chargeBits, decodeBody, encodeBody, openFrame, sealFrame } from '../../wire/index.ts';
import type { HistoryFile, Member } from '../../wire/index.ts';
import { openInput } from '../canonical.ts';
import type { Outcome, PlainFile, Served, Submission, Wall } from './channel.ts';

/** Which countermeasure to leave out, so that a test can see its channel open. */
export type Weakness =
  | 'none'
  /** Serves the files as they were handed in. */
  | 'original-bytes'
  /** Releases without charge. */
  | 'no-charge';

interface Lane {
  prefix: number;
  readonly files: HistoryFile[];
}

/** Opens every file of a submission; undefined when one of them is refused. */
function openAll(files: readonly PlainFile[]): Member[] | undefined {
  const members: Member[] = [];
  for (const file of files) {
    for (const opened of openInput(file.name, file.bytes, {})) {
      if (!opened.result.ok) return undefined;
      const { name, type, value } = opened.result;
      members.push({ name, type, value });
    }
  }
  return members;
}

/** A wall of codecs and frames, without the doors around it. */
export function codecWall(weakness: Weakness = 'none'): Wall {
  const lanes = new Map<number, Lane>();
  const out: Served[] = [];
  let slot = 0;
  let lastSlot = 0;
  const laneOf = (destination: number): Lane => {
    const lane = lanes.get(destination) ?? { prefix: 0, files: [] };
    lanes.set(destination, lane);
    return lane;
  };
  const submit = (submission: Submission): Outcome => {
    slot += submission.waitSlots + 1;
    const members = openAll(submission.files);
    if (members === undefined) return { released: false, chargeBits: 0n };
    const lane = laneOf(submission.destination);
    const { body } = encodeBody(members, lane);
    const frame = sealFrame({
      slotGap: slot - lastSlot,
      destination: submission.destination + 1,
      historyPrefix: lane.prefix,
      body,
    });
    lastSlot = slot;
    out.push(receive(frame, submission, weakness, lane, slot));
    return { released: true, chargeBits: weakness === 'no-charge' ? 0n : chargeBits(frame) };
  };
  return {
    submit: (submission) => Promise.resolve(submit(submission)),
    served: () => Promise.resolve(out),
  };
}

/** The outside: decodes the frame with nothing but its bytes and what the destination had before. */
function receive(
  frame: Uint8Array,
  submission: Submission,
  weakness: Weakness,
  lane: Lane,
  slot: number,
): Served {
  const fields = openFrame(frame);
  const decoded = decodeBody(fields.body, { prefix: fields.historyPrefix, files: [...lane.files] });
  lane.prefix++;
  for (const file of decoded) {
    lane.files.push({ name: file.name, type: file.type, load: () => file.bytes });
  }
  return {
    files: weakness === 'original-bytes' ? submission.files : decoded,
    destination: fields.destination - 1,
    slot,
  };
}
