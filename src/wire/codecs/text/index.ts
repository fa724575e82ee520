/**
 * Plain text. Guaranteed: the canonical file is what `src/formats/text.ts` says; coding is by bytes, with contexts made for
 * prose, logs and tables drawn with characters. See docs/spec/wire.md for the contexts.
 */
import { parseText } from '../../../formats/index.ts';
import type { Codec } from '../../codec.ts';
import { TextSession } from './model.ts';

/** The codec of plain text; its value is the canonical UTF-8 bytes. */
export const textCodec: Codec<Uint8Array> = {
  type: 'text',
  parse: (bytes) => {
    const parsed = parseText(bytes);
    return parsed.ok ? { ok: true, value: parsed.bytes } : parsed;
  },
  emit: (value) => value,
  open: (engine) => new TextSession(engine),
};
