/** The words of the grammar of chat templates: functions, methods, filters, tests and statements. */

/** What a template may call; none of them is ever a value, has a key, or is bound anew. */
export const FUNCTIONS = new Set(['range', 'namespace', 'dict', 'raise_exception', 'strftime_now']);
/** Other names that stand for code of the renderer, or for constants; nothing of the template has such a name. */
export const RENDERER_NAMES = new Set([
  ...['lipsum', 'cycler', 'joiner', 'self', 'caller', 'varargs', 'kwargs', 'super', 'context'],
  ...['environment', 'gettext', 'ngettext', 'debug', 'loop'],
]);
export const CONSTANTS = new Set(['true', 'false', 'none', 'True', 'False', 'None']);
/** What the loop says of itself. */
export const LOOP_NUMBERS = new Set([
  ...['index', 'index0', 'revindex', 'revindex0', 'first', 'last', 'length', 'depth', 'depth0'],
]);
export const LOOP_ITEMS = new Set(['previtem', 'nextitem']);

/** Methods that change nothing and whose result is no longer than what goes into them says. */
export const METHODS = new Set([
  ...['strip', 'lstrip', 'rstrip', 'split', 'rsplit', 'splitlines', 'startswith', 'partition'],
  ...['endswith', 'upper', 'lower', 'title', 'capitalize', 'replace', 'items', 'keys', 'values'],
  ...['get', 'join', 'find', 'rfind', 'count', 'index', 'isdigit', 'isalpha', 'isspace', 'copy'],
  ...['removeprefix', 'removesuffix', 'strftime', 'isalnum', 'isnumeric', 'isdecimal', 'islower'],
  ...['isupper', 'rpartition', 'casefold', 'swapcase'],
]);
export const FILTERS = new Set([
  ...['trim', 'tojson', 'upper', 'lower', 'title', 'capitalize', 'length', 'count', 'join'],
  ...['replace', 'default', 'd', 'list', 'string', 'int', 'float', 'first', 'last', 'safe'],
  ...['selectattr', 'rejectattr', 'select', 'reject', 'map', 'items', 'dictsort', 'indent', 'sort'],
  ...['unique', 'reverse', 'abs', 'round', 'sum', 'min', 'max', 'escape', 'e', 'striptags'],
  ...['wordcount'],
]);
/** Filters that `map` may call by name: they take one value and name nothing themselves. */
export const MAPPED_FILTERS = new Set([
  ...['trim', 'tojson', 'upper', 'lower', 'title', 'capitalize', 'length', 'count', 'string'],
  ...['int', 'float', 'abs', 'round', 'escape', 'e', 'first', 'last', 'default', 'd', 'list'],
  ...['replace', 'striptags', 'safe'],
]);
/** Where a filter takes the name of an attribute: the place among its arguments, beside the keyword `attribute`. */
export const ATTRIBUTE_PLACES: Readonly<Record<string, number>> = {
  ...{ selectattr: 0, rejectattr: 0, sum: 0, join: 1, min: 1, max: 1, unique: 1, sort: 2 },
};
/** Where a filter takes the name of a test. */
export const TEST_PLACES: Readonly<Record<string, number>> = {
  ...{ selectattr: 1, rejectattr: 1, select: 0, reject: 0 },
};
/** What gives numbers or truth values. */
export const NUMBERS = new Set([
  ...['length', 'count', 'abs', 'round', 'wordcount', 'find', 'rfind', 'index', 'int', 'float'],
  ...['startswith', 'endswith', 'isdigit', 'isalpha', 'isspace', 'isalnum', 'isnumeric'],
  ...['isdecimal', 'islower', 'isupper'],
]);
/** What hands on what it was given, or a part of it. */
export const HANDS_ON = new Set([
  ...['items', 'keys', 'values', 'get', 'list', 'dictsort', 'sort', 'reverse', 'unique', 'first'],
  ...['last', 'select', 'reject', 'selectattr', 'rejectattr', 'copy', 'min', 'max', 'sum'],
  ...['default', 'd', 'map'],
]);
/** What gives the letters of what it was given, and puts nothing of its own in between. */
export const TRANSFORMS = new Set([
  ...['trim', 'strip', 'lstrip', 'rstrip', 'split', 'rsplit', 'splitlines', 'upper', 'lower'],
  ...['title', 'capitalize', 'replace', 'join', 'removeprefix', 'removesuffix', 'indent'],
  ...['casefold', 'swapcase', 'partition', 'rpartition'],
]);
/** What puts its arguments in between, as often as there is room. */
export const GROWING = new Set(['replace', 'join', 'indent', 'tojson', 'strftime', 'map']);

/** The tests of Jinja. */
export const TESTS = new Set([
  ...['defined', 'undefined', 'none', 'string', 'mapping', 'sequence', 'iterable', 'number'],
  ...['integer', 'float', 'boolean', 'true', 'false', 'odd', 'even', 'divisibleby', 'equalto'],
  ...['eq', 'ne', 'lt', 'le', 'gt', 'ge', 'in', 'sameas', 'lower', 'upper', 'callable'],
  ...['lessthan', 'greaterthan', 'escaped', '==', '!=', '<', '<=', '>', '>='],
]);
export const WORDS = new Set(['and', 'or', 'not', 'in', 'is', 'if', 'else']);
export const STATEMENTS = new Set([
  ...['for', 'endfor', 'if', 'elif', 'else', 'endif', 'set', 'endset', 'macro', 'endmacro'],
  ...['generation', 'endgeneration', 'break', 'continue'],
]);
export const READS_FILES = new Set(['include', 'import', 'from', 'extends']);

/**
 * Methods of texts, lists and numbers of Python that are not in the grammar. On something that the template wrote itself
 * such a name can only mean the method, and a method is no data.
 */
export const FOREIGN_METHODS = new Set([
  ...['format', 'format_map', 'encode', 'decode', 'translate', 'maketrans', 'center', 'ljust'],
  ...['rjust', 'zfill', 'expandtabs', 'sort', 'setdefault', 'popitem', 'fromkeys', 'to_bytes'],
  ...['from_bytes', 'bit_length', 'as_integer_ratio', 'fromhex', 'append', 'extend', 'insert'],
  ...['update', 'pop', 'remove', 'clear', 'mro'],
]);

/** Attributes without an underscore before them by which Python reaches frames, code and the insides of functions. */
const MACHINERY =
  /^(?:(?:gi|cr|ag|tb)_\w+|mro|f_(?:back|builtins|code|generator|globals|lasti|lineno|locals|trace\w*)|func_(?:closure|code|defaults|dict|doc|globals|name)|im_(?:class|func|self)|co_(?:code|consts|names|varnames|filename|freevars|cellvars|lines|positions|qualname|name|flags))$/;

/** Why a name may not be read from a value, or undefined. */
export function whyUnsafeName(name: string): string | undefined {
  if (name.startsWith('_') || name.includes('__')) return 'begins with an underscore';
  return MACHINERY.test(name) ? 'names the machinery of Python' : undefined;
}
