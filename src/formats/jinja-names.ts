/** The words of the grammar of chat templates: functions, methods, filters and statements. */

export const FUNCTIONS = new Set([
  'range',
  'namespace',
  'dict',
  'raise_exception',
  'strftime_now',
  'caller',
]);
export const METHODS = new Set([
  ...['append', 'strip', 'lstrip', 'rstrip', 'split', 'rsplit', 'splitlines', 'startswith'],
  ...['endswith', 'upper', 'lower', 'title', 'capitalize', 'replace', 'items', 'keys', 'values'],
  ...['get', 'join', 'find', 'count', 'index', 'isdigit', 'isalpha', 'isspace', 'removeprefix'],
  ...['removesuffix', 'strftime', 'copy', 'update', 'pop', 'extend', 'insert'],
]);
export const FILTERS = new Set([
  ...[
    'trim',
    'tojson',
    'upper',
    'lower',
    'title',
    'capitalize',
    'length',
    'count',
    'join',
    'replace',
  ],
  ...['default', 'd', 'list', 'string', 'int', 'float', 'first', 'last', 'safe', 'selectattr'],
  ...['rejectattr', 'select', 'reject', 'map', 'items', 'dictsort', 'indent', 'sort', 'unique'],
  ...['reverse', 'abs', 'round', 'sum', 'min', 'max', 'escape', 'e', 'striptags', 'wordcount'],
]);
/** Filters whose texts name attributes, tests or other filters. */
export const NAMING_FILTERS = new Set([
  'selectattr',
  'rejectattr',
  'map',
  'select',
  'reject',
  'sort',
  'sum',
  'min',
  'max',
  'unique',
]);
/** What gives numbers, and what hands on what it was given; everything else may make a text. */
export const NUMBERS = new Set([
  'range',
  'length',
  'count',
  'int',
  'float',
  'abs',
  'round',
  'wordcount',
  'find',
  'index',
]);
export const HANDS_ON = new Set([
  ...['items', 'keys', 'values', 'get', 'list', 'dictsort', 'sort', 'reverse', 'unique', 'first'],
  ...['last', 'select', 'reject', 'selectattr', 'rejectattr', 'copy'],
]);
export const WORDS = new Set(['and', 'or', 'not', 'in', 'is', 'if', 'else']);
export const STATEMENTS = new Set([
  ...['for', 'endfor', 'if', 'elif', 'else', 'endif', 'set', 'endset', 'macro', 'endmacro'],
  ...['generation', 'endgeneration', 'break', 'continue', 'call', 'endcall'],
]);
export const READS_FILES = new Set(['include', 'import', 'from', 'extends']);
