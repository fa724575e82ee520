/**
 * Messages between the gate and the sender's process: a JSON header and raw bytes, each with its length in front. Only
 * whole messages are handed on; a message over the limit ends the channel.
 */
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';

/** One message. */
export interface Message {
  readonly header: Readonly<Record<string, unknown>>;
  readonly payload: Uint8Array;
}

const HEADER_BYTES_MAX = 64 * 1024 * 1024;
const PAYLOAD_BYTES_MAX = 520 * 1024 * 1024;
const NOTHING = new Uint8Array(0);

/** Writes a message; resolves when the stream takes more. */
export async function writeMessage(
  stream: Writable,
  header: object,
  payload: Uint8Array = NOTHING,
): Promise<void> {
  if (stream.destroyed || stream.writableEnded) return;
  const text = Buffer.from(JSON.stringify(header), 'utf8');
  const lengths = Buffer.alloc(8);
  lengths.writeUInt32BE(text.length, 0);
  lengths.writeUInt32BE(payload.length, 4);
  stream.write(lengths);
  let more = stream.write(text);
  if (payload.length > 0) more = stream.write(payload);
  if (!more) await drained(stream);
}

/** Waits until a stream takes more, or is gone. Never rejects: whoever owns the stream hears of its end elsewhere. */
export async function drained(stream: Writable): Promise<void> {
  await Promise.race([once(stream, 'drain'), once(stream, 'close')]).catch(() => undefined);
}

/** Cuts a stream into messages; throws when it cannot be one of ours. */
export async function* readMessages(stream: Readable): AsyncGenerator<Message> {
  let held: Buffer[] = [];
  let size = 0;
  let needed = 8;
  for await (const chunk of stream) {
    held.push(chunk as Buffer);
    size += (chunk as Buffer).length;
    while (size >= needed) {
      const bytes = held.length === 1 ? held[0]! : Buffer.concat(held);
      const headerBytes = bytes.readUInt32BE(0);
      const payloadBytes = bytes.readUInt32BE(4);
      if (headerBytes > HEADER_BYTES_MAX || payloadBytes > PAYLOAD_BYTES_MAX)
        throw new RangeError('a message of the sender’s channel is too long');
      const end = 8 + headerBytes + payloadBytes;
      if (size < end) {
        held = [bytes];
        needed = end;
        break;
      }
      const header = JSON.parse(bytes.toString('utf8', 8, 8 + headerBytes)) as Message['header'];
      yield { header, payload: new Uint8Array(bytes.subarray(8 + headerBytes, end)) };
      held = [bytes.subarray(end)];
      size -= end;
      needed = 8;
    }
  }
}
