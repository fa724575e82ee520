/** Refusals of XML, SVG and HTML: what was found, and what to send instead. */
import { defineErrors } from '../core/index.ts';

export const markupErrors = defineErrors('MARKUP', {
  ENCODING_INVALID: {
    status: 422,
    message: 'the file is not UTF-8',
    hint: 'Save the file as UTF-8.',
  },
  SYNTAX_INVALID: {
    status: 422,
    message: 'the file is not well-formed: {reason}',
    hint: 'Write the file again with a tool that closes and quotes what it opens.',
  },
  TOO_LARGE: {
    status: 413,
    message: 'the file has {bytes} bytes, more than the limit of {limit}',
    hint: 'Split the file, or send the data behind it as a table.',
  },
  NEVER_SETTLED: {
    status: 422,
    message: 'the canonical file reads as another file each time',
    hint: 'Save the file as plain static content, and report it: no file should do this.',
  },
  TOO_DEEP: {
    status: 422,
    message: 'elements are nested deeper than {limit}',
    hint: 'Flatten the document.',
  },
  TOO_MANY: {
    status: 422,
    message: 'the file holds more than {limit} {thing}',
    hint: 'Split the file, or send the data behind it as a table.',
  },
  DOCTYPE_ACTIVE: {
    status: 422,
    message: 'the document type declares entities or elements of its own',
    hint: 'Save the file without an internal document type subset.',
  },
  ENTITY_UNKNOWN: {
    status: 422,
    message: 'the entity `&{name};` is not one of the predefined ones',
    hint: 'Write the character itself.',
  },
  CHARACTER_HIDDEN: {
    status: 422,
    message: 'the text holds {character}, which cannot be seen',
    hint: 'Remove invisible, bidirectional and look-alike characters.',
  },
  SCRIPT_PRESENT: {
    status: 422,
    message: 'the drawing holds `{name}`, which is active or foreign content',
    hint: 'Save the drawing as plain static SVG.',
  },
  REFERENCE_EXTERNAL: {
    status: 422,
    message: 'the file refers to `{target}` outside of itself',
    hint: 'Remove the reference; only references to ids in the same file can cross.',
  },
  IMAGE_EMBEDDED: {
    status: 422,
    message: 'the drawing embeds a picture',
    hint: 'Send the picture as a PNG file of its own, or save the figure without rasterised parts.',
  },
  ELEMENT_UNKNOWN: {
    status: 422,
    message: 'the element `{name}` is not part of the accepted vocabulary',
    hint: 'Save the file with a plotting or reporting library, or send the data as a table.',
  },
  VALUE_INVALID: {
    status: 422,
    message: 'the attribute `{name}` has a value that its grammar does not allow',
    hint: 'Write the value as the standard of the format says.',
  },
  STYLE_INVALID: {
    status: 422,
    message: 'the style sheet cannot be read: {reason}',
    hint: 'Use plain rules of selectors and declarations.',
  },
  NAMESPACE_ACTIVE: {
    status: 422,
    message: 'the file holds elements of the namespace `{name}`',
    hint: 'Send web pages as HTML and drawings as SVG.',
  },
});
