/** Everything that a scan can find. Codes are fixed for ever; the hint is the way forward. */
import { defineErrors } from '../core/index.ts';

/** Builds the refusals and findings of the way in. */
export const scanErrors = defineErrors('SCAN', {
  PICKLE_CALL: {
    status: 422,
    message: 'loading it calls {name}, which is not in the grammar of data and can run code',
    hint: 'do not load it; ask the source for safetensors, npy, CSV or JSON',
  },
  PICKLE_CALL_COMPUTED: {
    status: 422,
    message: 'loading it calls something that the stream itself computed ({name})',
    hint: 'do not load it; no serialiser of data writes this',
  },
  PICKLE_NAME_COMPUTED: {
    status: 422,
    message: 'loading it resolves a name that is not spelled out in the stream',
    hint: 'do not load it; no serialiser of data writes this',
  },
  PICKLE_NAME_CHANGED: {
    status: 422,
    message: 'loading it changes {name} in the running program',
    hint: 'do not load it; no serialiser of data writes this',
  },
  PICKLE_FRAME: {
    status: 422,
    message: 'two readers of this pickle see different opcodes: {why}',
    hint: 'do not load it; no serialiser of data writes this',
  },
  PICKLE_NESTED_CALL: {
    status: 422,
    message: 'a value in it is itself a pickle that runs code when it is loaded: {why}',
    hint: 'do not load it; ask the source for plain data',
  },
  PICKLE_NESTED: {
    status: 422,
    message: 'a value in it is itself a pickle',
    hint: 'ask the source to store the inner data directly',
  },
  PICKLE_VALUE_UNREAD: {
    status: 422,
    message: 'a value in it may hide a pickle and is not opened: {why}',
    hint: 'ask the source to store the inner data directly',
  },
  PICKLE_EXPANSION: {
    status: 422,
    message: 'its values unfold to more than {limit} times what it holds',
    hint: 'do not load it; it is made to fill the memory of its reader',
  },
  PICKLE_OBJECT: {
    status: 422,
    message: 'it holds an object of {name}, which is not in the grammar of data',
    hint: 'ask for the parameters alone (a state dict, arrays, or safetensors), or for JSON',
  },
  PICKLE_MASKED: {
    status: 422,
    message: 'it holds a masked array of NumPy, whose mask has no place in a tensor',
    hint: 'ask for the data and the mask as two arrays (`a.data` and `a.mask`), or for CSV',
  },
  PICKLE_REFERENCE: {
    status: 422,
    message: 'it refers to {name}, which is not in the grammar of data',
    hint: 'ask for the parameters alone (a state dict, arrays, or safetensors), or for JSON',
  },
  PICKLE_BROKEN: {
    status: 422,
    message: 'the pickle cannot be read whole: {why}',
    hint: 'fetch it again and compare its digest, or ask for safetensors',
  },
  PICKLE_UNSUPPORTED: {
    status: 422,
    message: 'the pickle holds what the grammar of data does not have: {why}',
    hint: 'ask for safetensors, npy, CSV or JSON',
  },
  PICKLE_TRAILING: {
    status: 422,
    message: 'bytes follow the end of the pickle',
    hint: 'ask the source for a file with nothing behind its data',
  },
  TORCH_BROKEN: {
    status: 422,
    message: 'the PyTorch file contradicts itself: {why}',
    hint: 'ask the source to save the state dict again, best as safetensors',
  },
  TORCH_SCRIPT: {
    status: 422,
    message: 'the PyTorch file holds code (TorchScript)',
    hint: 'ask for the state dict alone, best as safetensors',
  },
  MEMBER_HIDDEN: {
    status: 422,
    message: 'the archive has a member that its format does not: `{name}`',
    hint: 'ask the source for a file with nothing but its data',
  },
  ARRAY_UNSUPPORTED: {
    status: 422,
    message: 'the array cannot be converted: {why}',
    hint: 'ask for numbers of an ordinary type, or for CSV or JSON',
  },
  ARRAY_BROKEN: {
    status: 422,
    message: 'the array file cannot be read: {why}',
    hint: 'ask the source to write it again with `numpy.save`',
  },
  SAFETENSORS_BROKEN: {
    status: 422,
    message: 'the safetensors file breaks a rule of its format: {why}',
    hint: 'ask the source to write it again with the reference library',
  },
  METADATA_UNPLAIN: {
    status: 422,
    message: 'the text of `{name}` in its metadata is not plain data; the safe form leaves it out',
    hint: 'read the text before you admit the safe form',
  },
  METADATA_KEPT: {
    status: 422,
    message: '`{name}` in its metadata is not plain data, and the safe form holds it all the same',
    hint: 'read the text before you admit the safe form, or ask the source to take it out',
  },
  GGUF_BROKEN: {
    status: 422,
    message: 'the GGUF file breaks a rule of its format: {why}',
    hint: 'ask the source to convert the model again',
  },
  MODEL_CODE: {
    status: 422,
    message: 'whoever loads it as a model runs code: {why}',
    hint: 'ask for the weights as safetensors and a configuration of classes that its library has; code enters as source text',
  },
  YAML_CALL: {
    status: 422,
    message: 'it is YAML that calls something when it is loaded with all its tags (`{tag}`)',
    hint: 'do not load it; ask the source for plain YAML or JSON',
  },
  YAML_TAG: {
    status: 422,
    message: 'it has a tag that asks its reader for more than plain data (`{tag}`)',
    hint: 'load it with a safe loader only, or ask the source for plain YAML or JSON',
  },
  TEMPLATE_UNSAFE: {
    status: 422,
    message: 'the template reaches behind its data: {why}',
    hint: 'do not render it; write the chat template anew',
  },
  TEMPLATE_UNSUPPORTED: {
    status: 422,
    message: 'the template is outside the grammar of chat templates: {why}',
    hint: 'simplify the template, or have a person read it',
  },
  TEMPLATE_TOO_LARGE: {
    status: 422,
    message:
      'it has template blocks and is too large to be read as a template: {bytes} bytes, limit {limit}',
    hint: 'send a template alone, and texts that only mention templates as rows of JSON or in parts',
  },
  PARQUET_BROKEN: {
    status: 422,
    message: 'the parquet file cannot be read: {why}',
    hint: 'write it again, or send the rows as JSON lines',
  },
  PARQUET_UNSUPPORTED: {
    status: 422,
    message: 'the parquet file uses what is not read here: {why}',
    hint: 'write it with snappy, zstd or gzip and plain types, or send the rows as JSON lines',
  },
  FORMAT_REFUSED: {
    status: 422,
    message: 'it is {what}, which is not decoded here',
    hint: '{hint}',
  },
  TYPE_DOUBLE: {
    status: 422,
    message: 'it is two files in one: for most readers {type}, and for others a whole pickle',
    hint: 'do not load it; no program that writes files of one type writes this',
  },
  NAME_CLAIMS: {
    status: 422,
    message: 'its name says {claimed}, but its content is not',
    hint: 'rename the file to what it is',
  },
  NAME_TWICE: {
    status: 422,
    message: 'two safe forms would have the name `{name}`',
    hint: 'rename one of the members',
  },
  NAME_FOLDED: {
    status: 422,
    message: 'two members have the name `{name}` where letters of either case are the same',
    hint: 'rename one of the members',
  },
  CONTENT_DROPPED: {
    status: 422,
    message: 'beside its content it has {bytes} bytes that the safe form leaves out ({where})',
    hint: 'ask the source to pack it again without comments, extra fields and filled padding',
  },
  CONTENT_CHANGED: {
    status: 422,
    message: 'the safe form is not word for word what came: {what}',
    hint: 'look at the safe form where that matters; only it is admitted',
  },
  KEYS_TWICE: {
    status: 422,
    message:
      'a name in its JSON is given twice with different values, of which the safe form has the last',
    hint: 'ask the source which value it meant; readers differ in which one they take',
  },
  TOO_LARGE: {
    status: 413,
    message: 'it is larger than what is decoded at once: {bytes} bytes, limit {limit}',
    hint: 'send it in parts; rows as JSON lines or parquet may have any size',
  },
  DEPTH_EXCESS: {
    status: 422,
    message: 'files are inside one another more than {limit} deep',
    hint: 'unpack the outer archives first',
  },
  FILE_UNREADABLE: {
    status: 422,
    message: 'the file cannot be read: {why}',
    hint: 'check that it exists and may be read',
  },
  ENTRY_SKIPPED: {
    status: 422,
    message: 'it was not scanned: {why}',
    hint: 'scan the file itself by its own path, or take the entry out of the folder',
  },
  DECODER_ENDED: {
    status: 422,
    message: 'its decoder did not finish: {why}',
    hint: 'treat the file as hostile; a person has to look at it before anything else does',
  },
  TEXT_TRANSCODED: {
    status: 422,
    message: 'it is not UTF-8; the safe form was read as Latin-1',
    hint: 'check the letters with accents',
  },
  FORM_UNWRITTEN: {
    status: 500,
    message: 'its safe form cannot be written: {why}',
    hint: 'scan it again with `--out` on a disk that has room',
  },
  STOPPED: {
    status: 503,
    message: 'cannot scan: {why}',
    hint: 'start the command again',
  },
  OUT_UNUSABLE: {
    status: 400,
    message: 'cannot write safe forms to `{dir}`: {why}',
    hint: 'name a folder that does not exist yet or is empty',
  },
});
