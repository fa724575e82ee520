/** JSONTestSuite on the way in: what must be accepted is decoded, what must be rejected is not JSON, nothing crashes or hangs. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { memorySource } from '../../src/formats/index.ts';
import { judgeScan } from '../../src/ingress/decoded.ts';
import { scanSource } from '../../src/ingress/scan.ts';
import { findVectors } from '../support/vectors.ts';

const { dir, skip } = findVectors('json/test_parsing');

test('every file ends in a verdict', { skip }, () => {
  let accepted = 0;
  for (const name of readdirSync(dir)) {
    const decoded = scanSource(name, memorySource(readFileSync(join(dir, name))));
    const verdict = judgeScan(decoded.findings);
    assert.notEqual(verdict, 'malicious', name);
    if (name.startsWith('n_')) assert.equal(verdict, 'inconclusive', name);
    if (name.startsWith('y_') && verdict === 'clean') {
      assert.deepEqual([decoded.type, decoded.forms.length], ['json', 1], name);
      accepted++;
    } else if (verdict !== 'clean')
      assert.ok((decoded.findings[0]?.sentence ?? '').length > 10, name);
  }
  // The others hold invisible or unassigned characters, which text of any format may not.
  assert.ok(accepted >= 80, `${String(accepted)} of the files that must be accepted were decoded`);
});
