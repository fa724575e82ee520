/** Why a file of some type is refused before any codec sees it, and what to send instead. */
import { defineErrors } from '../core/index.ts';

/** The refusals of type recognition. */
export const recogniseErrors = defineErrors('TYPE', {
  WEIGHTS: {
    status: 422,
    message: 'the file is {what}, which can hold model weights',
    hint: 'weights are opened only by a quorum; export metrics as CSV or JSON, figures as SVG, or ask for an unseal request.',
  },
  OFFICE: {
    status: 422,
    message: 'the file is {what}, which is not released',
    hint: 'export tables as CSV, text as plain text or Markdown, and figures as SVG.',
  },
  PDF: {
    status: 422,
    message: 'the file is a PDF, which is not released',
    hint: 'export its text as plain text or Markdown, and its figures as SVG.',
  },
  NOTEBOOK: {
    status: 422,
    message: 'the file is a notebook, which is not released',
    hint: 'export the code as text, tables as CSV and figures as SVG, each in a file of its own.',
  },
  COLUMNAR: {
    status: 422,
    message: 'the file is {what}, which is not released',
    hint: 'export the rows as CSV or as JSON lines.',
  },
  PROGRAM: {
    status: 422,
    message: 'the file is {what}, a program',
    hint: 'export the source code as text.',
  },
  MEDIA: {
    status: 422,
    message: 'the file is {what}, which is not released',
    hint: 'send a figure as SVG or PNG, and measurements as CSV.',
  },
  ARCHIVE: {
    status: 422,
    message: 'the file is {what}, which is not opened here',
    hint: 'send the files themselves, or a zip, tar or tar.gz of them.',
  },
  COMPRESSED: {
    status: 422,
    message: 'the file is {what}',
    hint: 'send the file uncompressed; the wire packs it better.',
  },
  ENCRYPTED: {
    status: 422,
    message: 'the file is {what}, whose content cannot be read',
    hint: 'send the content itself; nothing leaves that cannot be read.',
  },
  ENCODING: {
    status: 422,
    message: 'the file is text in another encoding than UTF-8',
    hint: 'save it as UTF-8, for instance with `iconv -f latin1 -t utf-8`.',
  },
  UNKNOWN: {
    status: 422,
    message: 'the bytes are of no type that can be released',
    hint: 'send text, CSV, TSV, JSON, SVG, HTML, PNG or JPEG, or a zip or tar of these.',
  },
  NAME_CLAIMS: {
    status: 422,
    message: 'the name says {claimed}, but the content is {found}',
    hint: 'rename the file to what it is.',
  },
});
