/**
 * XML and SVG. Guaranteed: the value is a canonical tree (`src/formats/xml.ts`), and whatever is decoded is checked by the
 * same grammar again, so that no frame makes an active drawing. See docs/spec/xml.md.
 */
import { emitMarkup, parseMarkup } from '../../../formats/index.ts';
import type { Markup } from '../../../formats/index.ts';
import type { Codec } from '../../codec.ts';
import { SVG_PRIMING } from './priming.ts';
import { MarkupSession } from './session.ts';

/** The codec of XML and SVG. */
export const xmlCodec: Codec<Markup> = {
  type: 'xml',
  parse: (bytes) => parseMarkup(bytes),
  emit: (value) => emitMarkup(value.root),
  open: (engine) =>
    new MarkupSession(engine, {
      type: 'xml',
      priming: SVG_PRIMING,
      parse: parseMarkup,
      emit: emitMarkup,
    }),
};
