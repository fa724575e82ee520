/** Error codes of the command line itself. */
import { defineErrors } from '../core/index.ts';

/** Builds the errors of the command line. */
export const cliErrors = defineErrors('CLI', {
  USAGE: {
    status: 400,
    message: 'the command line cannot be read: {why}',
    hint: '`sallyport --help` shows the commands, `sallyport COMMAND --help` what one takes.',
  },
  PATH_UNREADABLE: {
    status: 400,
    message: 'cannot use `{path}`: {why}',
    hint: 'name a file or folder that exists, and that you may read, or write where the command writes.',
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
  OPTION_MISSING: {
    status: 400,
    message: 'there is no `{option}`: {why}',
    hint: 'give it, or run the command with `--help` to see what it takes.',
  },
  AGENT_UNREACHABLE: {
    status: 400,
    message: 'cannot talk to the ssh-agent at `{path}`: {why}',
    hint: 'start one with `eval $(ssh-agent)` and add the key with `ssh-add`.',
  },
  KEY_MISSING: {
    status: 400,
    message: 'cannot sign, there is no key at `{path}` and none in an agent',
    hint: 'name one with `--key FILE`, or make one with `ssh-keygen -t ed25519`.',
  },
  DIGEST_DIFFERS: {
    status: 400,
    message: 'the gate says the digest {said}, but the request that it shows has {own}',
    hint: 'sign nothing; tell security that the gate shows something else than it says.',
  },
  SUBJECT_FROM_LATER: {
    status: 409,
    message: 'will not sign it, it says that it was made at {at}, which has not come',
    hint: 'check the clock of this machine; if it is right, tell security: the gate shows a text that would stay good for too long',
  },
  NOTHING_TO_SIGN: {
    status: 409,
    message: 'there is nothing to sign in {id}, it is {state}',
    hint: 'found the gate first, or see `sallyport request show ID`.',
  },
  NOT_YOURS: {
    status: 403,
    message: 'you cannot sign {id}: {why}',
    hint: 'see who can with `sallyport request show {id}`.',
  },
  NOT_SIGNED: {
    status: 409,
    message: 'the request {id} was not signed',
    hint: 'answer y, or give `--yes` where nobody can be asked.',
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
