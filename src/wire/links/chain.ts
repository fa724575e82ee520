/** The hash chain over the frames of a wire: two doors with the same head have had the same frames. */
import { createHash } from 'node:crypto';

/** The head of a wire on which nothing was sent. */
export const EMPTY_HEAD = createHash('sha256').update('sallyport wire v1').digest('hex');

/** The head after one more frame. */
export function extendHead(head: string, frame: Uint8Array): string {
  return createHash('sha256').update(Buffer.from(head, 'hex')).update(frame).digest('hex');
}
