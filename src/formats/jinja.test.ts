import assert from 'node:assert/strict';
import { test } from 'node:test';
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
  "{{ odd() }}{{ ''.__class__ }}",
  "{% set k = '__class__' %}",
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
  "{% set k = 'a' ~ b %}{{ messages[k] }}",
  "{% for k in ['a' ~ b] %}{{ messages[k] }}{% endfor %}",
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
  const used = (text: string): number => {
    const before = process.cpuUsage();
    readTemplate(text);
    const { user, system } = process.cpuUsage(before);
    return user + system;
  };
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
    used(small);
    const ratio = used(small.repeat(8)) / Math.max(used(small), used(small), 3_000);
    assert.ok(ratio < 24, `${unit}: 8 times the text took ${String(ratio)} times as long`);
  }
});
