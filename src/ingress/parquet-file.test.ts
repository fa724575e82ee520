import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as code from '../../test/support/pickle-code.ts';
import { makeParquet } from '../../test/support/parquet-files.ts';
import { memorySource } from '../formats/index.ts';
import type { Finding } from '../inspect/index.ts';
import { judgeScan } from './decoded.ts';
import { ParquetCells } from './parquet-cells.ts';
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

describe('pickles in the cells of a parquet file', () => {
  const SHELL = code.pickle(code.call('os', 'system', 'id'));
  for (const [what, cell] of Object.entries({
    'a text of lines': PICKLE.toString('latin1'),
    'a text in base64': SHELL.toString('base64'),
    bytes: SHELL,
    'bytes behind others': Buffer.concat([Buffer.alloc(30, 0xff), SHELL]),
  })) {
    it(`are malicious, with their place: ${what}`, () => {
      const scanned = scanSource('a.parquet', memorySource(makeParquet(3, ['plain', cell])));
      assert.equal(judgeScan(scanned.findings), 'malicious');
      assert.deepEqual(scanned.forms, []);
      assert.equal(scanned.findings[0]?.place, 'row 2, column `name`');
    });
  }

  it('are found behind any number of those that are held', () => {
    const held = Array.from({ length: 12 }, () => `see ${SHELL.toString('base64')} there`);
    const findings = scan(makeParquet(13, [...held, SHELL]));
    assert.deepEqual(
      findings.map(({ severity, place }) => [severity, place]),
      [['deny', 'row 13, column `name`']],
    );
  });

  it('are looked for once in a dictionary, and told of the first row that has them', () => {
    const cells = new ParquetCells();
    const text = SHELL.toString('base64');
    cells.lookAtText(Buffer.from(text), text);
    cells.placeFound(['a', [null, 'b', text], text], 'x');
    assert.deepEqual(
      cells.findings.map(({ place }) => place),
      ['row 2, column `x`'],
    );
  });

  it('are not what bytes happen to be', () => {
    // Random bytes: two texts, an opcode for another kind of value, a name that is none of them, and no opcode.
    const chance = Buffer.from(
      'Q5FSnVd06WNbuV2vU2/o2ydqWsrJldGQOYZVHBa67zpD9hPC2X0kYya4npS+70jFPHK5Gnt7RjDE7Ab7p3aXdt+l' +
        'XCGaS7qoLDfqKbPGAobZ+bxMnUzBdg6C5ROPk2B6GODCTOhCfmXuxW5QpfKKZpxbD9Dppwb5E+1TOpy7u8wGCuMH' +
        'd4P7E6O2yBLbM3BnIlDyQ1xAYwMJdD85OH7ca60BbrY2opQ6XwksbPDPPNtTKHxhlnZImoTgCXAE/MzKeyKCbIuc' +
        'cfvIBmCKaPxnVFS7KIb/wC9EEGkrKvny/mRbsagU7EpSu+trj4rZw+UaYZMiDM4B6C4tBaH7rd/mfuLZV+0=',
      'base64',
    );
    assert.deepEqual(scan(makeParquet(3, [chance])), []);
    const behind = Buffer.concat([chance, SHELL]);
    assert.equal(judgeScan(scan(makeParquet(3, [behind]))), 'malicious');
  });
});

/** What pyarrow writes for no rows, and for three row groups of which the second has none. */
const EMPTY = {
  'with a dictionary':
    'UEFSMRUEFQAVAkwVABUAEgAAABUEGSw1ABgGc2NoZW1hFQIAFQIlAhgBaQAWABkcGRwmABwVAhklAAYZGAFpFQIWAB' +
    'YcFh4mACYIKRwVBBUAFQIAAAAWHBYAJggWHgAoIHBhcnF1ZXQtY3BwLWFycm93IHZlcnNpb24gMjUuMC4xGRwcAAAA' +
    'dAAAAFBBUjE=',
  'without one':
    'UEFSMRUEGSw1ABgGc2NoZW1hFQIAFQIlAhgBaQAWABkcGRwmABwVAhkVBhkYAWkVABYAFgAWACYASQwAABYAFgAmAB' +
    'YAACggcGFycXVldC1jcHAtYXJyb3cgdmVyc2lvbiAyNS4wLjEZHBwAAABqAAAAUEFSMQ==',
};
const GROUPS =
  'UEFSMRUEFQgVDEwVAhUAEgAABAwHAAAAFQAVEhUWLBUCFRAVBhUGHAAAAAkgAgAAAAIBAQIAFQQVABUCTBUAFQASAA' +
  'AAFQQVCBUMTBUCFQASAAAEDAgAAAAVABUSFRYsFQIVEBUGFQYcAAAACSACAAAAAgEBAgAVBBksNQAYBnNjaGVtYRUC' +
  'ABUCJQIYAWkAFgQZPBkcJgAcFQIZNQAGEBkYAWkVAhYCFlwWZCYwJggpLBUEFQAVAgAVABUQFQIAPCkGGSYAAgAAAB' +
  'ZcFgImCBZkABkcJgAcFQIZJQAGGRgBaRUCFgAWHBYeJgAmbCkcFQQVABUCAAAAFhwWACZsFh4AGRwmABwVAhk1AAYQ' +
  'GRgBaRUCFgIWXBZkJrIBJooBKSwVBBUAFQIAFQAVEBUCADwpBhkmAAIAAAAWXBYCJooBFmQAKCBwYXJxdWV0LWNwcC' +
  '1hcnJvdyB2ZXJzaW9uIDI1LjAuMRkcHAAAAPUAAABQQVIx';

describe('a parquet file without rows', () => {
  for (const [what, text] of Object.entries(EMPTY)) {
    it(`is an empty table: ${what}`, () => {
      const { findings, forms } = scanSource(
        'a.parquet',
        memorySource(Buffer.from(text, 'base64')),
      );
      assert.deepEqual(findings, []);
      assert.equal(Buffer.concat([...forms[0]!.pieces()]).length, 0);
    });
  }

  it('may be one of its row groups', () => {
    const { findings, forms } = scanSource(
      'a.parquet',
      memorySource(Buffer.from(GROUPS, 'base64')),
    );
    assert.deepEqual(findings, []);
    assert.equal(Buffer.concat([...forms[0]!.pieces()]).toString(), '{"i":7}\n{"i":8}\n');
  });
});
