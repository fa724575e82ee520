import assert from 'node:assert/strict';
import { test } from 'node:test';
import { leastThreadMs } from '../../test/support/thread-time.ts';
import { readTemplate } from './jinja.ts';

/** Written for this test in the manner of published chat templates. */
const TEMPLATES: Readonly<Record<string, string>> = {
  'roles and marks': `{% for message in messages %}{{'<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}`,
  'a system message': `{{ bos_token }}{% if messages[0]['role'] == 'system' %}{% set loop_messages = messages[1:] %}{% set system_message = messages[0]['content'] %}{% else %}{% set loop_messages = messages %}{% set system_message = false %}{% endif %}{% for message in loop_messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}{% endif %}{% if loop.index0 == 0 and system_message != false %}{% set content = '<<SYS>>\\n' + system_message + '\\n<</SYS>>\\n\\n' + message['content'] %}{% else %}{% set content = message['content'] %}{% endif %}{{ ' ' + content.strip() + ' ' + eos_token }}{% endfor %}`,
  tools: `{%- set ns = namespace(is_first=true, tool_count=0) -%}{%- if tools is defined and tools is not none %}{%- for tool in tools %}{{- tool | tojson(indent=4) -}}{%- set ns.tool_count = ns.tool_count + 1 -%}{%- endfor %}{%- endif %}{%- for message in messages | selectattr('role', 'equalto', 'tool') | list %}{{ message.tool_calls[0].function.name ~ '(' ~ message['arguments'] ~ ')' }}{%- endfor %}`,
  macros: `{%- macro render(item, depth=0) -%}{{ item.name | default('x', true) | trim }}{%- endmacro -%}{{ render(messages[-1], depth=1) }}{{ {'a': 1, 'b': [1, 2.5, true]} | tojson }}{% for key, value in params.items() %}{{ key }}: {{ value if value is string else value | tojson }}{% endfor %}`,
  'thinking and dates': `{% if not date_string is defined %}{% set date_string = strftime_now("%d %b %Y") %}{% endif %}{{ message.content.split('</think>')[-1].lstrip('\\n') }}{% for i in range(0, messages | length, 2) %}{{ messages[i].content }}{% endfor %}{% generation %}{{ x }}{% endgeneration %}`,
};

for (const [what, text] of Object.entries(TEMPLATES)) {
  test(`a template of ${what} is inside the grammar`, () => {
    const read = readTemplate(text);
    assert.ok(read.ok, JSON.stringify(read));
  });
}

const UNSAFE = [
  "{{ ''.__class__.__mro__ }}",
  "{{ messages['__class__'] }}",
  "{{ messages['\\x5f\\x5fclass\\x5f\\x5f'] }}",
  "{{ messages['\\u005f_init__'] }}",
  "{{ messages['__cla' ~ 'ss__'] }}",
  "{{ messages['__cla' + 'ss__'] }}",
  "{{ messages[['__', 'class', '__'] | join] }}",
  "{{ messages | attr('x') }}",
  "{{ messages | map(attribute='__class__') | list }}",
  "{{ messages | map('attr', 'x') | list }}",
  "{{ messages | selectattr('a.__init__') | list }}",
  '{% set x = cycler.__init__ %}',
  "{% include 'x' %}",
  "{% import 'x' as y %}",
  "{% extends 'x' %}",
  '{{ _secret }}',
  '{% set _secret = x %}{{ __secret }}',
  "{{ odd() }}{{ ''.__class__ }}",
  "{% set k = '__class__' %}",
  // The keys are spelled with escapes of every kind.
  '{{ messages["\\137\\137class\\137\\137"] }}',
  '{{ messages["\\N{LOW LINE}\\N{LOW LINE}class\\N{LOW LINE}\\N{LOW LINE}"] }}',
  '{{ messages["_" "_class__"] }}',
  // Code has no keys and no attributes, whatever its name is bound to.
  '{% set range = namespace["\\N{LOW LINE}x"]["os"]["system"] %}{{ range("id") }}',
  "{{ namespace['x'] }}",
  '{{ range.x }}',
  "{{ lipsum['x'] }}",
  '{% macro f() %}{% endmacro %}{{ f.x }}',
  '{% set x = cycler.current %}',
  // Frames need no underscore before their names.
  "{{ (messages | map('upper')).gi_frame.f_back }}",
  "{{ messages['gi_frame'] }}",
  "{{ messages | map(attribute='f_globals.os') | list }}",
  "{{ messages | join(',', attribute='__class__') }}",
  "{{ messages | sum('__class__') }}",
  "{{ messages | map(attribute='_' ~ '_class__') | list }}",
  "{{ messages | map('_a' ~ 'ttr', 'x') | list }}",
  // What a key is read from says nothing of what the key is made of.
  "{{ messages[['_' ~ '_init__'][0]] }}",
  "{{ messages[('_' ~ '_init__') if x else 'y'] }}",
];

for (const text of UNSAFE) {
  test(`unsafe: ${text}`, () => {
    const read = readTemplate(text);
    assert.ok(!read.ok && read.unsafe, JSON.stringify(read));
  });
}

const OUTSIDE = [
  '{{ lipsum() }}',
  '{{ messages.append }}{{ messages.clear() }}',
  "{{ '%s' | format }}",
  "{{ 'a'.format(x) }}",
  "{% set k = '_a' ~ b %}{{ messages[k] }}",
  "{% for k in ['_a' ~ b] %}{{ messages[k] }}{% endfor %}",
  // A key that is bound further down is there in the second round of a loop.
  "{% set ns = namespace(k='') %}{% for m in messages %}{{ m[ns.k] }}{% set ns.k = '_a' ~ m %}{% endfor %}",
  "{% macro f(k) %}{{ messages[k] }}{% endmacro %}{{ f('_a' ~ b) }}",
  "{% set d = {'i': '_' ~ '_init__'} %}{{ messages[d.i] }}",
  "{% set ns = namespace(i='_' ~ '_init__') %}{{ messages[ns.i] }}",
  // A computed key leads to data once, and from there no further.
  '{{ messages[a][b] }}',
  '{% set x = messages[a] %}{{ x.y[b] }}',
  '{% for x in messages[a] %}{{ x[b] }}{% endfor %}',
  "{{ messages['%s' % a]['x' % b][c] }}",
  '{{ (messages | tojson)[a] }}',
  "{{ {'strip': messages[a]}.strip('id') }}",
  "{{ dict(strip=messages[a]).strip('id') }}",
  "{{ {'strip': 'x'.format}.strip(x) }}",
  // Names of code are bound to nothing else, and code is no value.
  "{% set range = messages['x'] %}{{ range('id') }}",
  '{% for namespace in messages %}{{ namespace(x) }}{% endfor %}',
  '{% macro f(dict) %}{{ dict(x) }}{% endmacro %}',
  '{% macro f(x) %}{{ x }}{% endmacro %}{% set f = messages.x %}{{ f(1) }}',
  '{% set f = messages.x %}{% macro f(x) %}{{ x }}{% endmacro %}',
  '{% macro f() %}{% endmacro %}{% macro f() %}{% endmacro %}',
  '{% macro f() %}{% endmacro %}{{ [f] }}',
  "{% for x in [namespace] | map(attribute='a') %}{{ x }}{% endfor %}",
  '{% set loop = x %}',
  '{{ loop }}',
  '{{ loop[x] }}',
  '{% set ns = namespace(a=1) %}{{ ns }}',
  '{% set x = [namespace(a=1)] %}',
  '{{ messages | map(x) | list }}',
  "{{ messages | map('sort') | list }}",
  "{{ messages | selectattr(x, 'eq', 1) | list }}",
  "{{ messages | selectattr('x', y, 1) | list }}",
  '{{ messages | sort(attribute=messages[0].role) | list }}',
  '{{ x is odd_one }}',
  '{{ messages.append(1) }}',
  '{{ "\\N{LOW LINE}" }}',
  '{{ "\\x5" }}',
  // What is rendered has an end, and not too far off.
  '{{ 9**9**9 }}',
  '{{ 2 ** x }}',
  '{{ "a" * 99999999999 }}',
  '{% set n = 99999999999 %}{{ "a" * n }}',
  '{% set n = 100000 * 100000 %}{{ "a" * n }}',
  '{{ "a" * ("99999999999" | int) }}',
  '{% for i in range(99999999999) %}x{% endfor %}',
  '{% for i in range(9999) %}{% for j in range(9999) %}{% for k in range(9999) %}x{% endfor %}{% endfor %}{% endfor %}',
  '{{ "%99999999999d" % 1 }}',
  '{{ "a" | indent(99999999999) }}',
  '{{ "abc" | replace("a", "b" * 10000) | replace("b", "c" * 10000) }}',
  '{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}',
  '{% macro f(x) %}{{ f(x) }}{{ f(x) }}{% endmacro %}{{ f(1) }}',
  '{% macro f(x) %}{% for y in x %}{{ f(y) }}{{ f(y) }}{% endfor %}{% endmacro %}{{ f(messages) }}',
  '{% macro f(x) %}{{ f({"a": x.a}) }}{{ f({"a": x.a}) }}{% endmacro %}{{ f(messages) }}',
  '{% macro f(x) %}{{ f(x[0]) }}{{ f(x[1]) }}{% endmacro %}{{ f(messages) }}',
  '{% macro f(x, y) %}{{ f(x.a, y) }}{{ f(x, y.a) }}{% endmacro %}{{ f(messages, messages) }}',
  '{% macro f(x) %}{% set x = [x, x] %}{{ f(x.a) }}{% endmacro %}{{ f(messages) }}',
  '{% macro f(x) %}{{ g(x.a) }}{% endmacro %}{% macro g(x) %}{{ f(x.a) }}{{ f(x.b) }}{% endmacro %}{{ f(x) }}',
  '{% macro f(x) %}{% macro g(y) %}{{ f(y) }}{% endmacro %}{{ g(x) }}{% endmacro %}{{ f(x) }}',
  '{% for x in messages recursive %}{{ loop(x) }}{% endfor %}',
  '{% set ns = namespace(s="x") %}{% for m in messages %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}',
  '{% set ns = namespace(a="x", b="") %}{% for m in messages %}{% set ns.b = ns.a ~ ns.a %}{% set ns.a = ns.b %}{% endfor %}',
  '{% macro d() %}{{ ns.s }}{{ ns.s }}{% endmacro %}{% set ns = namespace(s="x") %}{% for m in messages %}{% set ns.s = d() %}{% endfor %}',
  '{% set s = "xxxxxxxx" %}' + '{% set s = s ~ s %}'.repeat(40) + '{{ s }}',
  '{% macro d(x) %}{{ x }}{{ x }}{{ x }}{% endmacro %}{{ ' +
    'd('.repeat(30) +
    'y' +
    ')'.repeat(30) +
    ' }}',
  '{% macro m0() %}xxxxxxxxxx{% endmacro %}' +
    Array.from(
      { length: 30 },
      (_, i) =>
        `{% macro m${String(i + 1)}() %}{{ m${String(i)}() }}{{ m${String(i)}() }}{% endmacro %}`,
    ).join('') +
    '{{ m30() }}',
  '{{ ' + '-'.repeat(100_000) + 'x }}',
  '{{ x' + '.a'.repeat(100_000) + ' }}',
  '{{ x' + ' + a'.repeat(100_000) + ' }}',
  '{{ ' + 'not '.repeat(100_000) + 'x == 1 }}',
  '{{ x if y else ' + '(x, '.repeat(90) + 'y' + ')'.repeat(90) + ' }}',
  '{% if x %}',
  '{% endif %}',
  '{{ x',
  "{{ 'x }}",
  '{{ }}',
  '{% raw %}{% endraw %}',
  '{{ ' + '('.repeat(100) + 'x' + ')'.repeat(100) + ' }}',
];

for (const text of OUTSIDE) {
  test(`outside the grammar, but not unsafe: ${text.slice(0, 60)}`, () => {
    const read = readTemplate(text);
    assert.ok(!read.ok && !read.unsafe, JSON.stringify(read));
  });
}

test('time grows at most linearly with a template', () => {
  const used = (text: string): number => leastThreadMs(() => readTemplate(text));
  const units = [
    "{{ a['b'] + 'c' }}",
    '{# x #}',
    "{% set x = [1, 'a'] %}",
    'text { ',
    "'",
    '{{ "\\x41" }}',
  ];
  for (const unit of units) {
    const small = unit.repeat(2_000);
    const ratio = used(small.repeat(8)) / used(small);
    assert.ok(ratio < 24, `${unit}: 8 times the text took ${String(ratio)} times as long`);
  }
});
