/** The codes of sources. */
import { defineErrors } from '../../core/index.ts';

/** Builds the errors and refusals of sources. */
export const sourceErrors = defineErrors('SOURCE', {
  NOT_FOUND: {
    status: 404,
    message: 'cannot find the source `{source}`',
    hint: 'see `sallyport source list`',
  },
  EXISTS: {
    status: 409,
    message: 'cannot add the source `{source}`, the project has one of that name',
    hint: 'choose another name; one name is one signer',
  },
  SIGNER_TAKEN: {
    status: 409,
    message:
      'cannot add the source `{source}`, whoever signs for it is a source of this gate already, or was one until its recall',
    hint: 'one signer is one source of one project: import from that one, or have the sender sign with a key of its own',
  },
  KEY_OF_PERSON: {
    status: 409,
    message: 'cannot add the source `{source}`, its key is or was the key of a person of the gate',
    hint: 'add the person with --person, or have the sender sign with a key of its own',
  },
  INVALID: {
    status: 400,
    message: 'cannot add this source: {why}',
    hint: 'see `sallyport source add --help`',
  },
  FULL: {
    status: 409,
    message: 'cannot add a source, the project has {limit} of them',
    hint: 'each source is somebody who can be wrong; recall those that are no longer needed',
  },
  RECALLED: {
    status: 409,
    message: 'cannot import from `{source}`, it was recalled',
    hint: 'have the sender sign with a new key, and add a source of another name with it',
  },
  PROOF_NEEDED: {
    status: 422,
    message: 'nobody signed for these files: {why}',
    hint: 'sign with `sha256sum FILES > SHA256SUMS; ssh-keygen -Y sign -n sallyport-source@v1 -f KEY SHA256SUMS` and send both',
  },
  PROOF_REFUSED: {
    status: 422,
    message: 'the signature does not cover these files: {why}',
    hint: 'ask the source to sign the digests of exactly the files that it sent',
  },
  CARD_UNREADABLE: {
    status: 422,
    message: 'cannot read the card: {why}',
    hint: 'send Croissant JSON-LD, or a data card with YAML between two lines of `---`',
  },
});
