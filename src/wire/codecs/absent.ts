/** Stands in for a content type that this version cannot code: it refuses, and never passes anything. */
import type { Codec, ContentType } from '../codec.ts';
import { wireErrors } from '../errors.ts';

/** A codec that refuses every file of its type. */
export function absentCodec(type: ContentType): Codec<unknown> {
  return {
    type,
    parse: () => wireErrors.refuse('TYPE_ABSENT', { type }),
    emit: () => {
      throw wireErrors.error('TYPE_ABSENT', { type });
    },
    open: () => {
      throw wireErrors.error('TYPE_ABSENT', { type });
    },
  };
}
