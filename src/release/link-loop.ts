/** Runs a sender on a pair of byte streams: writes at the begins of slots only, at a fixed cadence. */
import { LinkReader, parseStatus, slotAt, slotStartMs } from '../wire/index.ts';
import type { Sender } from './sender.ts';

/** The two streams and who hears of trouble. */
export interface LinkLoopParts {
  readonly sender: Sender;
  /** Writes to the wire; resolves when the stream takes more. */
  write(bytes: Uint8Array): Promise<void>;
  /** Chunks of the intake link. */
  readonly intake: AsyncIterable<Uint8Array>;
  /** Until the outer door has said how it counts slots. */
  readonly firstSlotMs: number;
  readonly onFault: (error: unknown) => void;
}

/** A running loop. */
export interface LinkLoop {
  /** Stops at the next slot. */
  stop(): Promise<void>;
}

/** Starts the loop. A fault of one slot is reported and the next slot tries again; the sender keeps what is right. */
export function startLinkLoop(parts: LinkLoopParts): LinkLoop {
  let turn: Promise<void> = Promise.resolve();
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    turn = turn.then(work).catch(parts.onFault);
    return turn;
  };
  const writeSlot = async (): Promise<void> => {
    const records = await parts.sender.onSlot();
    for (const record of records) {
      if (stopped) return;
      await parts.write(record);
    }
  };
  const waitMs = (): number => {
    const { plan } = parts.sender;
    if (plan === undefined) return parts.firstSlotMs;
    const nowMs = parts.sender.nowMs();
    return Math.max(1, slotStartMs(plan, slotAt(plan, nowMs) + 1) - nowMs);
  };
  const arm = (): void => {
    if (stopped) return;
    timer = setTimeout(() => {
      void inTurn(writeSlot).then(arm);
    }, waitMs());
  };
  const read = async (): Promise<void> => {
    const reader = new LinkReader();
    for await (const chunk of parts.intake) {
      for (const record of reader.push(chunk)) {
        if (record.kind === 'status')
          await inTurn(() => parts.sender.onStatus(parseStatus(record)));
      }
      if (stopped) return;
    }
  };
  read().catch(parts.onFault);
  arm();
  return {
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await turn;
    },
  };
}
