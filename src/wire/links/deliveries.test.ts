/** The delivery link: records and manifests, whole and under attack. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SallyportError, sha256, utf8 } from '../../core/index.ts';
import {
  DELIVERY_LIMITS,
  DELIVERY_PAYLOAD_BYTES_MAX,
  DeliveryReader,
  encodeDeliveryRecord,
  readDeliveryManifest,
  writeDeliveryFile,
  writeDeliveryHead,
} from './index.ts';
import type { DeliveryFile, DeliveryHead, DeliveryRecord } from './index.ts';

const DELIVERY = sha256('a delivery');
const OBJECT = sha256('an object');
const record = (offset: number, payload: Uint8Array, total = 1_000_000): DeliveryRecord => ({
  ...{ kind: 'file' as const, delivery: DELIVERY, object: OBJECT, offset, total, payload },
});

/** A small generator of numbers that is the same in every run. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state % below;
  };
}

describe('records of the delivery link', () => {
  it('come out as they went in, however the stream is cut', () => {
    const sent = [
      record(0, new Uint8Array(0), 0),
      record(7, utf8('SYPD SYPD')),
      record(0, new Uint8Array(DELIVERY_PAYLOAD_BYTES_MAX).fill(7)),
      record(6 * 2 ** 40, utf8('far'), 7 * 2 ** 40),
      { ...record(0, utf8('m')), kind: 'manifest' as const, object: DELIVERY },
    ];
    const bytes = Buffer.concat(sent.map((each) => encodeDeliveryRecord(each)));
    for (const step of [1, 2, 97, 65_536, bytes.length]) {
      const reader = new DeliveryReader();
      const read: DeliveryRecord[] = [];
      for (let at = 0; at < bytes.length; at += step)
        read.push(...reader.push(bytes.subarray(at, at + step)));
      assert.deepEqual(read, sent);
      assert.equal(reader.skippedBytes, 0);
    }
  });

  it('give out nothing that was not sent when bytes are changed, lost or repeated', () => {
    const next = numbers(20_261_126);
    const sent = Array.from({ length: 6 }, (_, i) => record(i * 100, new Uint8Array(100).fill(i)));
    const texts = new Set(sent.map((each) => JSON.stringify(each)));
    for (let round = 0; round < 2_000; round++) {
      let bytes = Buffer.concat(sent.map((each) => encodeDeliveryRecord(each)));
      for (let change = 0; change <= next(4); change++) {
        const at = next(bytes.length);
        const kind = next(3);
        if (kind === 0) bytes[at] = (bytes[at] ?? 0) ^ (1 + next(255));
        else if (kind === 1)
          bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + next(300))]);
        else bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(next(at + 1))]);
        if (bytes.length === 0) bytes = Buffer.from([0]);
      }
      const reader = new DeliveryReader();
      for (let at = 0; at < bytes.length;) {
        const end = at + 1 + next(400);
        for (const read of reader.push(bytes.subarray(at, end)))
          assert.ok(texts.has(JSON.stringify(read)));
        at = end;
      }
    }
  });

  it('of another end than their object’s are none', () => {
    const reader = new DeliveryReader();
    assert.deepEqual(reader.push(encodeDeliveryRecord(record(999_999, utf8('ab')))), []);
    assert.ok(reader.skippedBytes > 0);
  });
});

const FILES: readonly DeliveryFile[] = [
  { name: 'a/x.csv', sha256: sha256('x'), bytes: 1 },
  { name: 'b.csv', sha256: sha256('y'), bytes: 2 },
];
const HEAD = { inbox: 'lab', name: 'set', files: 2, bytes: 3 };

function manifest(head: object, files: readonly object[]): string {
  return (
    writeDeliveryHead(head as typeof HEAD) +
    files.map((file) => writeDeliveryFile(file as DeliveryFile)).join('')
  );
}

async function read(text: string, step = 1_000): Promise<readonly DeliveryFile[]> {
  const bytes = utf8(text);
  async function* cut(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += step) yield bytes.subarray(at, at + step);
  }
  const files: DeliveryFile[] = [];
  for await (const page of readDeliveryManifest(cut(), 1)) files.push(...page.files);
  return files;
}

/** Reads a manifest and spells again what it said. */
async function respell(text: string): Promise<string> {
  let head: DeliveryHead | undefined;
  const files: DeliveryFile[] = [];
  for await (const page of readDeliveryManifest(ReadableStream.from([utf8(text)]), 1)) {
    ({ head } = page);
    files.push(...page.files);
  }
  assert.ok(head !== undefined);
  return manifest(head, files);
}

const refused = (error: unknown): boolean =>
  error instanceof SallyportError && error.code === 'LINK_DELIVERY_INVALID';

describe('the manifest of a delivery', () => {
  it('is read in pages, however it is cut', async () => {
    for (const step of [1, 7, 1_000])
      assert.deepEqual(await read(manifest(HEAD, FILES), step), FILES);
  });

  const [first, second] = FILES as [DeliveryFile, DeliveryFile];
  const good = manifest(HEAD, FILES);
  const bad: Readonly<Record<string, string>> = {
    'is empty': '',
    'has no files': manifest({ ...HEAD, files: 0, bytes: 0 }, []),
    'has too many files': manifest({ ...HEAD, files: DELIVERY_LIMITS.files + 1 }, FILES),
    'says fewer files than it has': manifest({ ...HEAD, files: 1, bytes: 1 }, FILES),
    'says more files than it has': manifest({ ...HEAD, files: 3 }, FILES),
    'says other sizes': manifest({ ...HEAD, bytes: 4 }, FILES),
    'names an inbox with a slash': manifest({ ...HEAD, inbox: '../lab' }, FILES),
    'has a name with a slash': manifest({ ...HEAD, name: 'a/b' }, FILES),
    'has a name with a line break': manifest({ ...HEAD, name: 'a\nb' }, FILES),
    'climbs out': manifest(HEAD, [{ ...first, name: '../x.csv' }, second]),
    'starts at the root': manifest(HEAD, [{ ...first, name: '/x.csv' }, second]),
    'has a backslash': manifest(HEAD, [{ ...first, name: 'a\\x.csv' }, second]),
    'has one name twice': manifest(HEAD, [first, { ...second, name: first.name }]),
    'is out of order': manifest(HEAD, [second, first]),
    'has a digest of another spelling': manifest(HEAD, [
      { ...first, sha256: first.sha256.toUpperCase() },
      second,
    ]),
    'has a negative size': manifest(HEAD, [
      { ...first, bytes: -1 },
      { ...second, bytes: 4 },
    ]),
    'has a fraction of a byte': manifest(HEAD, [{ ...first, bytes: 1.5 }, second]),
    'has a line more': `${good}x`,
    'has a space more': good.replace('{', '{ '),
    'has a field more': good.replace('"bytes":1', '"bytes":1,"mode":7'),
    'has no line break at its end': good.slice(0, -1),
    'is one endless line': 'x'.repeat(100_000),
  };
  for (const [what, text] of Object.entries(bad))
    it(`that ${what} is refused`, () => assert.rejects(read(text), refused));

  it('that is no UTF-8 is refused', async () => {
    async function* bytes(): AsyncGenerator<Uint8Array> {
      yield Uint8Array.of(0xc3, 0x28, 0x0a);
    }
    await assert.rejects(async () => {
      for await (const page of readDeliveryManifest(bytes(), 1)) assert.ok(page.files);
    }, refused);
  });

  it('changed in any place is refused, or says exactly what was changed', async () => {
    const next = numbers(7);
    const outcomes = { refused: 0, read: 0 };
    for (let round = 0; round < 1_000; round++) {
      const at = next(good.length);
      const changed = good.slice(0, at) + String.fromCharCode(32 + next(95)) + good.slice(at + 1);
      const spelt = await respell(changed).catch((error: unknown) => {
        assert.ok(refused(error), String(error));
        return null;
      });
      if (spelt !== null) assert.equal(spelt, changed);
      outcomes[spelt === null ? 'refused' : 'read'] += 1;
    }
    assert.ok(outcomes.refused > 500 && outcomes.read > 50, JSON.stringify(outcomes));
  });
});
