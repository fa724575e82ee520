/**
 * Looks at what a body emits with the inspectors of the way out, so that what people were told of a file is not the gate's
 * word alone. Inspectors know no guarded model here, and no file as it was handed in: what they hold is a part of what
 * an honest gate holds. Pure.
 */
import { inspectContent } from '../../inspect/index.ts';
import type { ContentType } from '../../wire/index.ts';
import { CODECS } from '../../wire/index.ts';

/** The codes of what is held in one canonical file, each once. Throws for bytes that are no canonical picture. */
export function lookAtFile(type: ContentType, bytes: Uint8Array): readonly string[] {
  let value: unknown;
  if (type === 'raster') {
    const parsed = CODECS.raster.parse(bytes);
    if (!parsed.ok) throw new TypeError(`an emitted picture is none: ${parsed.message}`);
    ({ value } = parsed);
  }
  const { findings } = inspectContent(type, bytes, {}, value);
  const held = findings.flatMap(({ code, severity }) => (severity === 'hold' ? [code] : []));
  return [...new Set(held)];
}
