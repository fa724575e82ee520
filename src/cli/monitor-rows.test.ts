import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { parseExclusions } from '../ingress/index.ts';
import { readRows } from './monitor-rows.ts';
import type { Excluded, SetExclusions } from './monitor-rows.ts';

const FIELDS = { text: 'text', label: 'label', source: 'source' };

describe('rows of sets with exclusion lists', () => {
  let dir = '';
  let set = '';
  before(async () => {
    dir = await mkdtemp(path.join(tmpdir(), 'rows-'));
    set = path.join(dir, 'set.jsonl');
    const rows = ['a', 'b', 'c'].map((source) => ({ text: `of ${source}`, label: 'x', source }));
    await writeFile(set, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  });
  after(() => rm(dir, { recursive: true }));

  const list = (text: string): Excluded['lists'][number] => {
    const parsed = parseExclusions(text);
    assert.ok(parsed.ok);
    return parsed.list;
  };
  const read = async (exclusions: SetExclusions): Promise<string[]> => {
    const sources: string[] = [];
    for await (const row of readRows(set, FIELDS, undefined, exclusions)) sources.push(row.source);
    return sources;
  };

  it('keeps what the list of another set says of rows out of this one', async () => {
    const own = list('rows ["source","a"] planted\n');
    const other = list('rows ["source","b"] planted\n');
    const mine = list('rows ["source","c"] mine\n');
    const excluded: Excluded = {
      lists: [own, other, mine],
      ...{ bound: new Set([own.digest, other.digest]), found: new Set<string>() },
    };
    assert.deepEqual(await read({ excluded, own: own.digest }), ['b']);
    assert.deepEqual([...excluded.found], ['rows ["source","a"]', 'rows ["source","c"]']);
    assert.deepEqual(await read({ excluded, own: null }), ['a', 'b']);
  });
});
