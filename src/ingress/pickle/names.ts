/**
 * What a name in a pickle can be. Nothing is looked up or imported: a name is a pair of strings that either is a
 * terminal of the closed grammar or is not. No list of dangerous names takes part in a decision; the names below are the
 * grammar's own, and shapes that tell an object that cannot be decoded from a call that runs a function.
 */
import { isStandardModule } from './standard-modules.ts';

/** The role of a name when it is called. */
export type NameRole =
  /** A terminal of the grammar: the interpreter knows what its call means as data. */
  | 'grammar'
  /** An ordinary product of a serialiser that has no safe form here. */
  | 'known'
  /** Spelled like a class. */
  | 'type'
  /** Anything else: calling it runs whatever it names. */
  | 'function';

const NUMPY_CORE = ['numpy.core.multiarray', 'numpy._core.multiarray'];
const NUMPY_NUMERIC = ['numpy.core.numeric', 'numpy._core.numeric'];
const BUILTINS = ['builtins', '__builtin__'];

const GRAMMAR: readonly (readonly [readonly string[], readonly string[]])[] = [
  [['collections'], ['OrderedDict', 'defaultdict', 'Counter', 'deque']],
  [
    BUILTINS,
    [
      ...['set', 'frozenset', 'bytearray', 'bytes', 'complex', 'range', 'xrange', 'slice'],
      ...['list', 'dict', 'tuple', 'int', 'float', 'str', 'bool', 'object', 'unicode', 'long'],
    ],
  ],
  [['_codecs'], ['encode']],
  [['datetime'], ['datetime', 'date', 'time', 'timedelta', 'timezone']],
  [['decimal'], ['Decimal']],
  [['fractions'], ['Fraction']],
  [['uuid'], ['UUID']],
  [
    ['pathlib', 'pathlib._local'],
    ['Path', 'PosixPath', 'PurePath', 'PurePosixPath', 'WindowsPath', 'PureWindowsPath'],
  ],
  [NUMPY_CORE, ['_reconstruct', 'scalar']],
  [NUMPY_NUMERIC, ['_frombuffer']],
  [['numpy'], ['ndarray', 'dtype']],
  [['torch._utils'], ['_rebuild_tensor', '_rebuild_tensor_v2', '_rebuild_parameter']],
  [['torch._utils'], ['_rebuild_tensor_v3', '_rebuild_qtensor']],
  [['torch._utils'], ['_rebuild_sparse_tensor', '_rebuild_sparse_csr_tensor']],
  [['torch.serialization'], ['_get_layout']],
  [['torch'], ['Size', 'device']],
  [
    ['torch', 'torch.storage'],
    ['UntypedStorage', '_UntypedStorage'],
  ],
  [['joblib.numpy_pickle'], ['NumpyArrayWrapper']],
];

const TERMINALS = new Set<string>(
  GRAMMAR.flatMap(([modules, names]) =>
    modules.flatMap((module) => names.map((name) => `${module} ${name}`)),
  ),
);

/** Names that stand for a type of number or storage; they are only ever arguments. */
const TORCH_TYPE =
  /^torch (?:(?:Float|Double|Half|BFloat16|Long|Int|Short|Char|Byte|Bool|ComplexFloat|ComplexDouble|QInt8|QUInt8|QInt32)Storage|per_(?:tensor|channel)_affine|per_channel_affine_float_qparams|float(?:16|32|64)|half|double|bfloat16|u?int(?:8|16|32|64)|long|short|bool|complex(?:64|128)|float8_e[45]m[23](?:fn|fnuz)?|strided|contiguous_format|preserve_format)$/;
const NUMPY_TYPE =
  /^numpy (?:float(?:16|32|64)|u?int(?:8|16|32|64)|bool_?|complex(?:64|128)|str_|bytes_)$/;

/** Reconstructors that read something of the class that they are handed first: of anything else it may be a call. */
const CLASS_FIRST = /^pandas\.core\.indexes\.\w+ _new_(?:Datetime|Interval|Period|Timedelta)Index$/;

/** What serialisers of common libraries call; their results are objects that have no safe form here. */
const KNOWN: readonly RegExp[] = [
  /^torch\._utils _rebuild_\w+$/,
  /^torch\._tensor _rebuild_from_type(?:_v2)?$/,
  /^torch\.jit\._pickle \w+$/,
  /^torch\.storage _load_from_bytes$/,
  // Cython writes these functions for its classes; they make an empty object and check its layout.
  /^[\w.]+ __pyx_unpickle_\w+$/,
  /^numpy\.random\._pickle __(?:randomstate|generator|bit_generator)_ctor$/,
  /^numpy\.ma\.core _mareconstruct$/,
  /^numpy\.(?:_core|core)(?:\._internal)? (?:_ufunc_reconstruct|_convert_to_stringdtype_kwargs|_DType_reconstruct)$/,
  // The standard library's own ways to write its plain objects.
  /^re _compile$/,
  /^array (?:array|_array_reconstructor)$/,
  /^(?:builtins|__builtin__) (?:iter|reversed|enumerate|zip|memoryview)$/,
  /^itertools (?:count|cycle|repeat|chain|islice|zip_longest|product|permutations|combinations)$/,
  /^operator (?:itemgetter|attrgetter|methodcaller)$/,
  // Flags of an enumeration, and types such as `list[int]`.
  /^_?operator or_$/,
  /^types GenericAlias$/,
  /^types SimpleNamespace$/,
  /^zoneinfo ZoneInfo(?:\._unpickle)?$/,
  /^ipaddress IPv[46](?:Address|Network|Interface)$/,
  /^(?:random (?:System)?Random|decimal Context|string Template|uuid SafeUUID)$/,
  /^collections (?:ChainMap|UserDict|UserList|UserString)$/,
  /^_?io (?:BytesIO|StringIO)$/,
  /^inspect (?:_ParameterKind|Parameter|Signature)$/,
  // Enumerations and tuples with names: a call looks a number up or holds what it is handed.
  /^(?:http HTTP(?:Status|Method)|signal (?:Signals|Handlers|Sigmasks))$/,
  /^socket (?:AddressFamily|SocketKind|MsgFlag|AddressInfo)$/,
  /^(?:time struct_time|os (?:terminal_size|(?:stat|statvfs|times|uname)_result))$/,
  /^_?ast [A-Z]\w*$/,
  // pyarrow's arrays, tables and their types; none of these opens anything.
  /^pyarrow\.lib (?:type_for_alias|py_buffer|_restore_array|chunked_array|_reconstruct_(?:table|record_batch)|schema|field)$/,
  /^pyarrow\.lib (?:(?:large_|fixed_size_)?list_|struct|map_|dictionary|timestamp|time(?:32|64)|duration|decimal(?:32|64|128|256)|(?:large_)?binary)$/,
  /^xml\.etree\.ElementTree Element$/,
  /^pytz _(?:p|UTC)$/,
  /^pandas\._libs\.tslibs\.\w+ (?:_fromtimestamp|_nat_unpickle|__nat_unpickle)$/,
  /^(?:copyreg|copy_reg) (?:_reconstructor|__newobj__)$/,
  /^functools partial$/,
  /^pandas\.(?:core\.indexes\.base _new_Index|_libs\.internals _unpickle_block|_libs\.arrays __pyx_unpickle_NDArrayBacked)$/,
  /^pandas\._libs\.tslibs\.\w+ (?:_unpickle_(?:timestamp|timedelta)|_(?:timestamp|timedelta)_unpickle)$/,
  CLASS_FIRST,
  /^sklearn\.[\w.]+ newObj$/,
];

/** The packages whose classes serialisers call with arguments. Calling any other class with arguments runs it. */
const LIBRARIES = new Set([
  ...['__main__', 'torch', 'torchvision', 'torchaudio', 'numpy', 'scipy', 'sklearn', 'pandas'],
  ...['xgboost', 'lightgbm', 'catboost', 'transformers', 'tokenizers', 'keras', 'tensorflow'],
  ...['jax', 'jaxlib', 'flax', 'optax', 'spacy', 'thinc', 'gensim', 'ultralytics', 'timm'],
  ...['diffusers', 'peft', 'fastai', 'lightning', 'pytorch_lightning', 'omegaconf', 'models'],
  ...['sentence_transformers', 'statsmodels', 'networkx', 'joblib', 'dask', 'detectron2'],
  ...['mmcv', 'mmdet', 'mmengine', 'imblearn', 'skops', 'onnx', 'accelerate', 'datasets'],
]);

/** Whether a module is of Python itself or of a package that is on many machines. */
export function isKnownModule(module: string): boolean {
  return isStandardModule(module) || LIBRARIES.has(module.split('.', 1)[0] ?? '');
}

const IDENTIFIERS = /^[\p{L}_][\p{L}\p{N}\p{M}_-]*(?:\.[\p{L}_][\p{L}\p{N}\p{M}_-]*)*$/u;
const TYPE_NAME = /(?:^|\.)_*\p{Lu}[\p{L}\p{N}_]*$/u;

/** Whether a module can have this name at all; for anything else the load stops before it runs anything. */
export function isModuleName(module: string): boolean {
  return IDENTIFIERS.test(module);
}

/** The role of a name, by grammar and spelling. */
export function findRole(module: string, name: string): NameRole {
  const pair = `${module} ${name}`;
  if (TERMINALS.has(pair) || TORCH_TYPE.test(pair) || NUMPY_TYPE.test(pair)) return 'grammar';
  if (KNOWN.some((shape) => shape.test(pair))) return 'known';
  return TYPE_NAME.test(name) ? 'type' : 'function';
}

/** Whether a call of a class is an ordinary product of a library's serialiser. */
export function isLibraryType(module: string, name: string): boolean {
  if (module === 'builtins' || module === 'exceptions') return TYPE_NAME.test(name);
  return LIBRARIES.has(module.split('.', 1)[0] ?? '');
}

/** Whether the name gives an attribute of what it is handed. */
export function isGetattr(module: string, name: string): boolean {
  return BUILTINS.includes(module) && name === 'getattr';
}

/** Whether the name only gives a reference to something that there is, which is judged when it is called or changed. */
export function findReferring(module: string, name: string): 'always' | 'of a name' | 'never' {
  if (isGetattr(module, name) || (module === 'logging' && name === 'getLogger')) return 'always';
  // `typing.List[int]`: an item of a value that the pickle made can be a call.
  return /^_?operator$/.test(module) && name === 'getitem' ? 'of a name' : 'never';
}

/** Whether the name gives the class of the one value that it is handed; with more it makes a class. */
export function findsClass(module: string, name: string): boolean {
  return BUILTINS.includes(module) && name === 'type';
}

/** Whether what the name gives may be there already; whether it is, what it is handed decides. */
export function isReference(module: string, name: string): boolean {
  return findReferring(module, name) !== 'never' || findsClass(module, name);
}

/** Whether the name reads something of the class that it is handed first. */
export function takesClass(module: string, name: string): boolean {
  return CLASS_FIRST.test(`${module} ${name}`);
}

const REBUILDER = /^(?:_*\p{Lu}\w*\.)?_*(?:reconstruct|recreate|rebuild|unpickle)(?:_\w+)?$/u;

/** Whether a name says that it makes an object again: what a library of data calls for its own classes. */
export function isRebuilder(module: string, name: string): boolean {
  return !isStandardModule(module) && REBUILDER.test(name);
}

/** Whether a class may be one of any library that has data: it is not of Python itself and reaches into no module. */
export function isForeignType(module: string, name: string): boolean {
  if (isStandardModule(module)) return false;
  return name.split('.').every((part) => /^_*\p{Lu}/u.test(part));
}

/** Known names whose products call something when they are called. */
const CALLABLE =
  /^(?:functools partial|operator (?:itemgetter|attrgetter|methodcaller)|types GenericAlias)$/;
/** Names of the grammar, and known ones, that read the items of what they are handed. */
const CONSUMING =
  /^(?:(?:builtins|__builtin__) (?:list|dict|tuple|set|frozenset|bytes|bytearray)|collections (?:OrderedDict|Counter|deque|UserDict|UserList|UserString)|torch Size|array array|_?operator or_)$/;

/** Whether what the name makes can be called and then calls something else. */
export function isCallable(module: string, name: string): boolean {
  return CALLABLE.test(`${module} ${name}`);
}

/** Whether the name calls its first argument with the others. */
export function callsFirst(module: string, name: string): boolean {
  return module === 'torch._tensor' && name.startsWith('_rebuild_from_type');
}

/** The arguments whose items the name reads. */
export function findConsumed(module: string, name: string): 'none' | 'later' | 'all' {
  if (module === 'collections' && name === 'defaultdict') return 'later';
  return CONSUMING.test(`${module} ${name}`) ? 'all' : 'none';
}

/** Whether the name is joblib's wrapper, behind whose state raw array bytes lie in the stream. */
export function isJoblibWrapper(module: string, name: string): boolean {
  return module === 'joblib.numpy_pickle' && name === 'NumpyArrayWrapper';
}
