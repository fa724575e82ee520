import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { makeParquet } from '../../test/support/parquet-files.ts';
import { memorySource } from '../formats/index.ts';
import type { Finding } from '../inspect/index.ts';
import { judgeScan } from './decoded.ts';
import { scanSource } from './scan.ts';

/** A pickle that calls a function, in bytes that are long enough to hold something. */
const PICKLE = Buffer.from("cos\nsystem\n(S'echo a longer command'\ntR.", 'latin1');

const scan = (file: Uint8Array): readonly Finding[] =>
  scanSource('a.parquet', memorySource(file)).findings;

/** The file with bytes between its columns and its footer; offsets into the columns stay what they were. */
function withHole(bytes: Uint8Array): Buffer {
  const file = makeParquet();
  const footerAt = file.length - 8 - file.readUInt32LE(file.length - 8);
  return Buffer.concat([file.subarray(0, footerAt), bytes, file.subarray(footerAt)]);
}

/** The file with bytes behind the structure of its footer. */
function withTail(bytes: Uint8Array): Buffer {
  const file = makeParquet();
  const end = file.length - 8;
  const out = Buffer.concat([file.subarray(0, end), bytes, file.subarray(end)]);
  out.writeUInt32LE(file.readUInt32LE(end) + bytes.length, out.length - 8);
  return out;
}

describe('bytes of a parquet file that belong to nothing', () => {
  it('are none in a sound file', () => {
    assert.deepEqual(scan(makeParquet()), []);
  });

  for (const [where, put] of [
    ['between its columns', withHole],
    ['behind its footer', withTail],
  ] as const) {
    it(`are told: ${where}`, () => {
      const [finding] = scan(put(Buffer.from('left over')));
      assert.ok(finding);
      assert.equal(finding.code, 'SCAN_CONTENT_DROPPED');
      assert.equal(finding.severity, 'info');
      assert.match(finding.sentence, new RegExp(`has 9 bytes .*${where}`));
    });

    it(`are held when they hold a pickle: ${where}`, () => {
      const findings = scan(put(PICKLE));
      assert.ok(findings.some(({ code }) => code === 'SCAN_CONTENT_DROPPED'));
      assert.notEqual(judgeScan(findings), 'clean');
    });

    it(`are held when they are many: ${where}`, () => {
      assert.equal(judgeScan(scan(put(Buffer.alloc(5000, 7)))), 'inconclusive');
    });
  }

  it('that are no parquet get a sentence of ours', () => {
    const bytes = Buffer.concat([Buffer.from('PAR1'), Buffer.alloc(8), Buffer.from('PAR1')]);
    const [finding] = scan(bytes);
    assert.ok(finding);
    assert.equal(finding.code, 'SCAN_PARQUET_BROKEN');
    assert.doesNotMatch(finding.sentence, /undefined/);
  });
});
