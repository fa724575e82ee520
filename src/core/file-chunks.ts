/** Reading files in pieces. */
import { createReadStream } from 'node:fs';

/**
 * The bytes of a file in pieces. It is opened when the first piece is asked for, so that whoever waits for the pieces
 * hears why there are none; a stream that is opened earlier would end the process when nobody listens yet.
 */
export async function* readChunks(file: string): AsyncGenerator<Uint8Array, void, undefined> {
  yield* createReadStream(file) as AsyncIterable<Uint8Array>;
}
