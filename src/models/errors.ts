/** Error codes of guarded models. */
import { defineErrors } from '../core/index.ts';

/** Builds the module's errors. */
export const errors = defineErrors('MODEL', {
  NOT_FOUND: {
    status: 404,
    message: 'cannot find the model `{model}`, none of that name is declared',
    hint: 'see `sallyport model list`',
  },
  EXISTS: {
    status: 409,
    message: 'cannot declare the model `{model}`, it is declared already',
    hint: 'change it with `sallyport model set {model}`',
  },
  NAME_UNUSABLE: {
    status: 400,
    message:
      'cannot use the name `{model}`, it is not 1 to 64 of a-z, 0-9, dot, hyphen and underscore',
    hint: 'choose a short name such as `atlas-70b`',
  },
  NUMBER_UNUSABLE: {
    status: 400,
    message: 'cannot use `{value}` as {what}, it is no number in the allowed range',
    hint: 'write it like `70e9` parameters or `0.16` bits per parameter',
  },
});
