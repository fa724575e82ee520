/** Error codes of the way out: limits of inspection and what became of its child processes. */
import { defineErrors } from '../core/index.ts';

/** Builds the errors and refusals of the way out. */
export const egressErrors = defineErrors('EGRESS', {
  FILE_TOO_LARGE: {
    status: 413,
    message: 'the file has {bytes} bytes, more than the limit of {limit} per file',
    hint: 'split the file, or send only the rows that are needed.',
  },
  FILES_TOO_MANY: {
    status: 413,
    message: 'the release has {files} files, more than the limit of {limit}',
    hint: 'release fewer files at a time, or join small ones into a table.',
  },
  RELEASE_TOO_LARGE: {
    status: 413,
    message: 'with this file the release passes the limit of {limit} bytes',
    hint: 'release the files in more than one part.',
  },
  INSPECTION_CRASHED: {
    status: 422,
    message: 'reading the file ended its inspection process ({how})',
    hint: 'save the file again with another program; if it happens again, report it.',
  },
  CANONICAL_REFUSED: {
    status: 422,
    message: 'what the file would become outside is refused: {why}',
    hint: 'save the file again with another program, and report the file: no file should do this.',
  },
  INSPECTION_MEMORY: {
    status: 413,
    message: 'reading the file needs more than {limit} MiB of memory',
    hint: 'split the file or make it simpler.',
  },
  INSPECTION_TIME: {
    status: 413,
    message: 'reading the file takes longer than {limit} seconds',
    hint: 'split the file or make it simpler.',
  },
  INSPECTION_STOPPED: {
    status: 503,
    message: 'inspection was stopped',
    hint: 'send the request again.',
  },
  FILE_UNREADABLE: {
    status: 422,
    message: 'the file cannot be read: {why}',
    hint: 'check that the file still exists and may be read.',
  },
  QUOTES_BUSY: {
    status: 429,
    message: '{limit} quotes are being worked out at this moment',
    hint: 'ask again in a moment.',
  },
  FORM_INVALID: {
    status: 400,
    message: 'the form `{form}` is not known',
    hint: 'write `digits:4`, `palette:16`, `scale:0.5`, or several joined by a comma.',
  },
  ARCHIVE_NESTED: {
    status: 422,
    message: 'the archive holds an archive that is nested too deeply',
    hint: 'unpack the inner archive first.',
  },
  NAME_TWICE: {
    status: 422,
    message: 'another file of the release has the same name `{name}`',
    hint: 'give each file its own name.',
  },
  HISTORY_INVALID: {
    status: 422,
    message: 'the history in `{path}` cannot be used: {why}',
    hint: 'give a folder of the frames `1.frame`, `2.frame`, … that the destination received, all of them.',
  },
});
