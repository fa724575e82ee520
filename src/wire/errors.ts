/** Error codes of the wire: frames, bodies, names and the engine behind the codecs. */
import { defineErrors } from '../core/index.ts';

/** Builds the wire's errors and refusals. */
export const wireErrors = defineErrors('WIRE', {
  FRAME_TRUNCATED: {
    status: 422,
    message: 'the frame ends in the middle',
    hint: 'ask for the frame again; a frame is complete or refused.',
  },
  FRAME_TRAILING: {
    status: 422,
    message: 'bytes follow the end of the frame',
    hint: 'store exactly one frame in a file.',
  },
  FRAME_CHECK: {
    status: 422,
    message: 'the check value of the frame does not match its bytes',
    hint: 'ask for the frame again; it was changed on the way.',
  },
  FRAME_VERSION: {
    status: 422,
    message: 'frames of table version {version} are unknown here',
    hint: 'install a version of the program that knows this table version.',
  },
  FRAME_NUMBER: {
    status: 422,
    message: 'a number in the frame is out of range or not in its shortest form',
    hint: 'the sender is broken or hostile; keep the frame and report it.',
  },
  FRAME_TOO_LARGE: {
    status: 422,
    message: 'the frame has {bytes} bytes, more than the limit of {limit}',
    hint: 'release fewer or smaller files at a time.',
  },
  BODY_INVALID: {
    status: 422,
    message: 'the body of the frame is not what an encoder writes: {why}',
    hint: 'the frame was made with another history, another table version, or by hand.',
  },
  BODY_LIMIT: {
    status: 422,
    message: 'the body of the frame decodes to more than the limit of {limit} {unit}',
    hint: 'release fewer or smaller files at a time, or raise the limit on both sides.',
  },
  MEMBERS_NONE: {
    status: 400,
    message: 'a release without files cannot be encoded',
    hint: 'name at least one file.',
  },
  MEMBER_NOT_CANONICAL: {
    status: 422,
    message: 'the canonical form of `{name}` reads as another file than the one that was inspected',
    hint: 'save the file again with another program, and report the file: no file should do this.',
  },
  NAME_UNSAFE: {
    status: 400,
    message: 'the file name `{name}` cannot cross: {why}',
    hint: 'rename the file: relative, no empty, `.` or `..` part, no control, hidden or backslash characters.',
  },
  NAME_TWICE: {
    status: 400,
    message: 'the file name `{name}` is used twice, or is also a folder',
    hint: 'give each file of a release its own name.',
  },
  FORM_INVALID: {
    status: 400,
    message: 'the form `{form}` is not a form',
    hint: 'write a form as `digits:4`, `palette:16` or `scale:0.5`, joined by commas.',
  },
  TYPE_ABSENT: {
    status: 400,
    message: 'files of type `{type}` are not supported by this version',
    hint: 'send the result as text or as a table.',
  },
  ENGINE_MISUSED: {
    status: 500,
    message: 'the coding engine was misused: {why}',
    hint: 'report this as a fault of the program.',
  },
});
