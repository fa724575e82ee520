/** Why an archive is refused, and what to send instead. */
import { defineErrors } from '../core/index.ts';

/** The refusals of archive formats. */
export const archiveErrors = defineErrors('ARCHIVE', {
  BROKEN: {
    status: 422,
    message: 'cannot read the {kind}: {why}',
    hint: 'unpack it and send the files, or pack them again with an ordinary tool.',
  },
  ENCRYPTED: {
    status: 422,
    message: 'cannot read the {kind}: a member is encrypted',
    hint: 'send the files without a password; nothing passes that cannot be read here.',
  },
  MEMBER_KIND: {
    status: 422,
    message: 'cannot take the {kind}: `{name}` is {what}',
    hint: 'pack plain files and folders only; put a copy in place of a link.',
  },
  NAME_UNSAFE: {
    status: 422,
    message: 'cannot take the {kind}: the name of a member is unsafe, {why}',
    hint: 'rename it: relative, with `/` between folders, no `.` or `..`, no control characters.',
  },
  NAME_TWICE: {
    status: 422,
    message: 'cannot take the {kind}: `{name}` is in it twice, or is both a file and a folder',
    hint: 'give each member a name of its own.',
  },
  MEMBERS_EXCESS: {
    status: 413,
    message: 'cannot take the {kind}: it has more than {limit} members',
    hint: 'send it in parts.',
  },
  BYTES_EXCESS: {
    status: 413,
    message: 'cannot take the {kind}: unpacked it is above {limit} bytes',
    hint: 'send it in parts.',
  },
  DEPTH_EXCESS: {
    status: 422,
    message: 'cannot take the {kind}: archives are inside one another more than {limit} deep',
    hint: 'unpack the inner archives first.',
  },
  EMPTY: {
    status: 422,
    message: 'cannot take the {kind}: it has no files',
    hint: 'pack at least one file.',
  },
});
