import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { tempDir } from '../../test/support/temp-dir.ts';
import { readFolder } from './posture-folder.ts';

test('evidence of any type is read; reports that lie beside the assessment are not', async (context) => {
  const dir = await tempDir(context);
  await mkdir(path.join(dir, 'evidence'));
  for (const file of ['assessment.yaml', 'report.html', 'measures.csv'])
    await writeFile(path.join(dir, file), 'x');
  for (const file of ['access.csv', 'scan.html'])
    await writeFile(path.join(dir, 'evidence', file), 'x');
  assert.deepEqual(
    readFolder(dir).map((file) => file.path),
    ['assessment.yaml', 'evidence/access.csv', 'evidence/scan.html'],
  );
});
