/** The public test data of RFC 8785: our reader and our canonical writer give its bytes. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { canonicalJson, parseJsonStrict } from '../../src/core/index.ts';

const folder = path.resolve(process.env['SALLYPORT_VECTORS'] ?? '../shared/vectors', 'jcs');

describe('JCS vectors', { skip: !existsSync(folder) && 'no vectors here' }, () => {
  for (const name of existsSync(folder) ? readdirSync(path.join(folder, 'input')) : []) {
    it(name, () => {
      const parsed = parseJsonStrict(readFileSync(path.join(folder, 'input', name), 'utf8'));
      assert.ok(parsed.ok, parsed.ok ? '' : parsed.message);
      const wanted = readFileSync(path.join(folder, 'output', name), 'utf8');
      assert.equal(canonicalJson(parsed.value), wanted.trimEnd());
      const again = parseJsonStrict(wanted);
      assert.ok(again.ok);
      assert.equal(canonicalJson(again.value), wanted.trimEnd());
    });
  }
});
