/** Error codes of the command line itself. */
import { defineErrors } from '../core/index.ts';

/** Builds the errors of the command line. */
export const cliErrors = defineErrors('CLI', {
  PATH_UNREADABLE: {
    status: 400,
    message: 'cannot use `{path}`: {why}',
    hint: 'give files or folders that exist and may be read.',
  },
  PATHS_EMPTY: {
    status: 400,
    message: 'there is no file in what was given',
    hint: 'give at least one file, or a folder that has one.',
  },
  NAME_TWICE: {
    status: 400,
    message: 'two of the paths have the same name `{name}` in the release',
    hint: 'run the command from a folder that contains both.',
  },
  OPTION_INVALID: {
    status: 400,
    message: 'the value `{value}` of `{option}` cannot be used: {why}',
    hint: 'run the command with `--help` to see what it takes.',
  },
  AGENT_UNREACHABLE: {
    status: 400,
    message: 'cannot talk to the ssh-agent at `{path}`: {why}',
    hint: 'start one with `eval $(ssh-agent)` and add the key with `ssh-add`.',
  },
  KEYGEN_MISSING: {
    status: 400,
    message: 'cannot run `ssh-keygen`: {why}',
    hint: 'install the OpenSSH client, version 8.9 or later.',
  },
  DEMO_FAILED: {
    status: 500,
    message: 'the demo stopped at `{step}` with status {status}',
    hint: 'read what the step printed above, and try it by hand with `sallyport start`',
  },
});
