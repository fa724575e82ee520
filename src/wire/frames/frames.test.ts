/** Frames and bodies: what goes in comes out, everything else is refused with a typed error. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SallyportError, sha256 } from '../../core/index.ts';
import {
  chargeBits,
  decodeBody,
  encodeBody,
  FrameReader,
  openFrame,
  sealFrame,
  shareCharge,
  TABLE_VERSION,
} from './index.ts';
import type { DecodedMember, History, Member } from './index.ts';

const NONE: History = { prefix: 0, files: [] };
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const textMember = (name: string, text: string): Member => ({
  name,
  type: 'text',
  value: utf8(text),
});

function historyOf(members: readonly DecodedMember[]): History {
  return {
    prefix: 1,
    files: members.map(({ name, type, bytes }) => ({ name, type, load: () => bytes })),
  };
}

test('a frame opens to what was sealed and is charged for every byte', () => {
  const fields = { slotGap: 300, destination: 7, historyPrefix: 2, body: Uint8Array.of(1, 2, 3) };
  const frame = sealFrame(fields);
  assert.equal(chargeBits(frame), BigInt(frame.length) * 8n);
  assert.deepEqual(openFrame(frame), { tableVersion: TABLE_VERSION, ...fields });
});

test('every bit flip, every cut and every trailing byte of a frame is refused', () => {
  const frame = sealFrame({
    slotGap: 1,
    destination: 2,
    historyPrefix: 3,
    body: utf8('some body'),
  });
  for (let bit = 0; bit < frame.length * 8; bit++) {
    const changed = Uint8Array.from(frame);
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    assert.throws(() => openFrame(changed), SallyportError);
  }
  for (let end = 0; end < frame.length; end++)
    assert.throws(() => openFrame(frame.subarray(0, end)), SallyportError);
  assert.throws(() => openFrame(Uint8Array.of(...frame, 0)), { code: 'WIRE_FRAME_TRAILING' });
});

test('numbers have one spelling', () => {
  const frame = Uint8Array.of(TABLE_VERSION, 0x80, 0x00, 0, 0, 0, 0, 0, 0, 0);
  assert.throws(() => openFrame(frame), { code: 'WIRE_FRAME_NUMBER' });
});

test('a reader cuts a stream into the same frames however it is chunked', () => {
  const frames = [0, 1, 200, 70_000].map((length, i) =>
    sealFrame({
      slotGap: i,
      destination: 1,
      historyPrefix: 0,
      body: new Uint8Array(length).fill(i),
    }),
  );
  const stream = Buffer.concat(frames);
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 40_000 }), { minLength: 1, maxLength: 20 }),
      (sizes) => {
        const reader = new FrameReader();
        const seen: Uint8Array[] = [];
        for (let at = 0, i = 0; at < stream.length; i++) {
          const size = sizes[i % sizes.length] ?? 1;
          for (const { bytes } of reader.push(stream.subarray(at, at + size))) seen.push(bytes);
          at += size;
        }
        assert.deepEqual(
          seen.map((bytes) => Buffer.from(bytes)),
          frames.map((bytes) => Buffer.from(bytes)),
        );
        assert.equal(reader.pendingBytes, 0);
      },
    ),
    { numRuns: 20 },
  );
  const small = new FrameReader(100);
  assert.throws(() => [...small.push(stream)], { code: 'WIRE_FRAME_TOO_LARGE' });
});

test('members come out sorted, with their types and forms, whatever order they were given in', () => {
  const members: Member[] = [
    textMember('b/x.txt', 'beta\n'),
    { ...textMember('a.txt', 'alpha\n'), form: 'digits:4' },
  ];
  const { body, memberCostBits } = encodeBody(members, NONE);
  assert.deepEqual(encodeBody(members.toReversed(), NONE).body, body);
  assert.deepEqual(decodeBody(body, NONE), [
    { name: 'a.txt', type: 'text', form: 'digits:4', bytes: utf8('alpha\n') },
    { name: 'b/x.txt', type: 'text', bytes: utf8('beta\n') },
  ]);
  const total = chargeBits(sealFrame({ slotGap: 0, destination: 0, historyPrefix: 0, body }));
  const shares = shareCharge(memberCostBits, total);
  assert.equal(
    shares.reduce((sum, share) => sum + share, 0n),
    total,
  );
});

test('a file that the destination has costs a few bytes, a changed one little more', () => {
  const text = Array.from({ length: 200 }, (_, i) => `line ${String(i * 7919)} of the log\n`).join(
    '',
  );
  const first = encodeBody([textMember('run.log', text)], NONE).body;
  const history = historyOf(decodeBody(first, NONE));
  const again = encodeBody([textMember('run.log', text)], history).body;
  assert.ok(again.length <= 4, String(again.length));
  const changed = encodeBody([textMember('run.log', text.replace('79190', '79191'))], history).body;
  assert.ok(
    changed.length < first.length / 4,
    `${String(changed.length)} of ${String(first.length)}`,
  );
  assert.deepEqual(decodeBody(again, history)[0]?.bytes, utf8(text));
  assert.throws(() => decodeBody(again, NONE), SallyportError);
});

test('a value that emits another file than the one inspected is not coded', () => {
  const member = textMember('a.txt', 'one line\n');
  const digest = sha256(utf8('one line\n'));
  assert.equal(encodeBody([{ ...member, sha256: digest }], NONE).memberCostBits.length, 1);
  assert.throws(
    () => encodeBody([{ ...member, sha256: sha256(utf8('another\n')) }], NONE),
    (error) => error instanceof SallyportError && error.code === 'WIRE_MEMBER_NOT_CANONICAL',
  );
});

test('unsafe and repeated names are refused', () => {
  const bad = [
    '',
    '/a',
    'a//b',
    '../a',
    'a/..',
    'a\\b',
    'a\u0000b',
    'a\u202eb',
    'e\u0301',
    'con.txt',
    'a ',
    'a.',
    'x'.repeat(300),
    'a\u200bb',
    'a:b',
  ];
  for (const name of bad)
    assert.throws(
      () => encodeBody([textMember(name, 'x\n')], NONE),
      SallyportError,
      JSON.stringify(name),
    );
  assert.throws(
    () => encodeBody([textMember(' a"b', 'x\n')], NONE),
    /file name ` a\\"b` cannot cross/,
  );
  assert.throws(() => encodeBody([textMember('a', 'x\n'), textMember('a', 'y\n')], NONE), {
    code: 'WIRE_NAME_TWICE',
  });
  assert.throws(() => encodeBody([textMember('a', 'x\n'), textMember('a/b', 'y\n')], NONE), {
    code: 'WIRE_NAME_TWICE',
  });
  assert.throws(() => encodeBody([], NONE), { code: 'WIRE_MEMBERS_NONE' });
});

test('decoding random bytes ends in a typed error or in a value that encodes to the same bytes', () => {
  const limits = { membersMax: 4, bytesMax: 20_000 };
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      let members;
      try {
        members = decodeBody(bytes, NONE, limits);
      } catch (error) {
        assert.ok(error instanceof SallyportError);
        return;
      }
      assert.ok(members.reduce((sum, member) => sum + member.bytes.length, 0) <= limits.bytesMax);
    }),
    { numRuns: 100 },
  );
});

test('limits on members and bytes hold while decoding', () => {
  const members = Array.from({ length: 5 }, (_, i) =>
    textMember(`f${String(i)}`, `${'a'.repeat(5000)}\n`),
  );
  const { body } = encodeBody(members, NONE);
  assert.throws(() => decodeBody(body, NONE, { membersMax: 4, bytesMax: 1e6 }), {
    code: 'WIRE_BODY_LIMIT',
  });
  assert.throws(() => decodeBody(body, NONE, { membersMax: 9, bytesMax: 20_000 }), {
    code: 'WIRE_BODY_LIMIT',
  });
  assert.throws(() => decodeBody(body, NONE, { membersMax: 9, bytesMax: 4000 }), {
    code: 'WIRE_BODY_LIMIT',
  });
});
