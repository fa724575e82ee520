/**
 * HTML reports. Guaranteed: the value is a canonical static page (`src/formats/html.ts`), and whatever is decoded is checked
 * by the same grammar again, so that no frame makes an active page. See docs/spec/xml.md.
 */
import { emitPage, parsePage } from '../../../formats/index.ts';
import type { Markup } from '../../../formats/index.ts';
import type { Codec } from '../../codec.ts';
import { MarkupSession } from '../xml/session.ts';
import { HTML_PRIMING } from './priming.ts';

/** The codec of HTML. */
export const htmlCodec: Codec<Markup> = {
  type: 'html',
  parse: (bytes) => parsePage(bytes),
  emit: (value) => emitPage(value.root),
  open: (engine) =>
    new MarkupSession(engine, {
      type: 'html',
      priming: HTML_PRIMING,
      parse: parsePage,
      emit: emitPage,
    }),
};
