import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { utf8 } from '../core/index.ts';
import { CODECS } from '../wire/index.ts';
import type { ContentType } from '../wire/index.ts';
import { PREVIEW_LIMITS, previewFile } from './preview.ts';

function emit(type: ContentType, text: string): Uint8Array {
  const parsed = CODECS[type].parse(utf8(text));
  if (!parsed.ok) assert.fail(parsed.message);
  return CODECS[type].emit(parsed.value);
}

describe('the preview of a canonical file', () => {
  it('sums up the columns of a table', () => {
    const shown = previewFile('table', emit('table', 'step,name,note\n3,x,\n10,y,\n3,x,\n'));
    if (shown.type !== 'table') assert.fail(shown.type);
    assert.deepEqual([shown.total, shown.summarised], [3, 3]);
    assert.deepEqual(shown.columns, [
      { name: 'step', kind: 'number', min: 3, max: 10, distinct: 2, blank: 0 },
      { name: 'name', kind: 'text', min: 'x', max: 'y', distinct: 2, blank: 0 },
      { name: 'note', kind: 'blank', min: null, max: null, distinct: 0, blank: 3 },
    ]);
    assert.deepEqual(shown.rows[1], ['10', 'y', '']);
  });

  it('shows trees, pictures and texts as what they are', () => {
    const json = previewFile('json', emit('json', '{"a":[1,true,"x"],"b":null}'));
    assert.equal(json.type === 'tree' && json.root.children[0]?.children.length, 3);
    const lines = previewFile('jsonl', emit('jsonl', '{"a":1}\n{"a":2}\n'));
    assert.equal(lines.type === 'tree' && lines.root.children[1]?.name, 'line 2');
    const svg = '<svg xmlns="http://www.w3.org/2000/svg"><g/></svg>';
    assert.equal(previewFile('xml', emit('xml', svg)).type, 'svg');
    const html = previewFile('html', emit('html', '<p title="t">a</p>'));
    assert.equal(html.type, 'tree');
    assert.deepEqual(previewFile('text', utf8('a\n')), {
      type: 'text',
      text: 'a\n',
      truncated: false,
    });
  });

  it('stays small whatever the file is', () => {
    const wide = Array.from({ length: 1_000 }, (_, i) => `c${String(i)}`).join(',');
    const cells = Array.from({ length: 1_000 }, () => 'v'.repeat(300)).join(',');
    const table = previewFile('table', emit('table', `${wide}\n${`${cells}\n`.repeat(30)}`));
    assert.ok(table.type === 'table' && table.columns.length === PREVIEW_LIMITS.columns);
    const deep = `${'['.repeat(100)}${']'.repeat(100)}`;
    const tree = previewFile('json', emit('json', `[${deep},${'1,'.repeat(5_000)}1]`));
    assert.ok(tree.type === 'tree' && tree.truncated && tree.root.more > 4_000);
    const text = previewFile('text', utf8('é'.repeat(100_000)));
    assert.ok(text.type === 'text' && text.truncated && text.text.endsWith('é'));
    for (const shown of [table, tree, text]) assert.ok(JSON.stringify(shown).length < 2_500_000);
  });
});
