/** Channels in zip archives: member order, timestamps, comments, extra fields, compression levels. */
import { crc32, deflateRawSync } from 'node:zlib';
import { submit, type Channel, type PlainFile, type Served } from './channel.ts';

const MEMBERS = 64;

interface ZipMember {
  readonly name: string;
  readonly text: string;
  readonly time: number;
  readonly comment: Buffer;
  readonly extra: Buffer;
  readonly stored: boolean;
}

function header(
  member: ZipMember,
  central: boolean,
  data: Buffer,
  plain: Buffer,
  offset: number,
): Buffer {
  const name = Buffer.from(member.name);
  const fields = Buffer.alloc(central ? 46 : 30);
  let at = 0;
  const u16 = (value: number): void => void (at = fields.writeUInt16LE(value, at));
  const u32 = (value: number): void => void (at = fields.writeUInt32LE(value, at));
  u32(central ? 0x02014b50 : 0x04034b50);
  if (central) u16(20);
  u16(20);
  u16(0);
  u16(member.stored ? 0 : 8);
  u16(member.time);
  u16(0x5a21);
  u32(crc32(plain));
  u32(data.length);
  u32(plain.length);
  u16(name.length);
  u16(member.extra.length);
  if (central) {
    u16(member.comment.length);
    u16(0);
    u16(0);
    u32(0);
    u32(offset);
  }
  return Buffer.concat([fields, name, member.extra, ...(central ? [member.comment] : [])]);
}

function writeZip(members: readonly ZipMember[], comment: Buffer): Uint8Array {
  const local: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const member of members) {
    const plain = Buffer.from(member.text);
    const data = member.stored ? plain : deflateRawSync(plain);
    const start = header(member, false, data, plain, 0);
    central.push(header(member, true, data, plain, offset));
    local.push(start, data);
    offset += start.length + data.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  end.writeUInt16LE(comment.length, 20);
  return Buffer.concat([...local, directory, end, comment]);
}

function member(i: number, change: Partial<ZipMember> = {}): ZipMember {
  return {
    name: `part${String(i).padStart(2, '0')}.txt`,
    text: `result of part ${i}\n`,
    time: 0,
    comment: Buffer.alloc(0),
    extra: Buffer.alloc(0),
    stored: true,
    ...change,
  };
}

function zipFile(members: readonly ZipMember[], comment = Buffer.alloc(0)): PlainFile {
  return { name: 'parts.zip', bytes: writeZip(members, comment) };
}

/** Looks for the raw archive among what was served; canonical form never serves one. */
function rawZip(served: readonly Served[]): Buffer {
  for (const release of served) {
    const file = release.files.find((candidate) => candidate.name.endsWith('.zip'));
    if (file !== undefined) return Buffer.from(file.bytes);
  }
  return Buffer.alloc(0);
}

/** Names in the order in which the outside sees them, from the archive or from the list of files. */
function order(served: readonly Served[]): string[] {
  const zip = rawZip(served);
  if (zip.length > 0)
    return (
      zip
        .toString('latin1')
        .match(/part\d\d\.txt/g)
        ?.slice(0, MEMBERS) ?? []
    );
  return (served[0]?.files ?? []).map((file) => file.name.slice(-10));
}

/** Central directory records of a served archive. */
function directory(
  served: readonly Served[],
): { time: number; extra: Buffer; comment: Buffer; method: number }[] {
  const zip = rawZip(served);
  const found = [];
  for (let at = zip.indexOf('PK\x01\x02', 0, 'latin1'); at >= 0 && at + 46 <= zip.length;) {
    const [name, extra, comment] = [28, 30, 32].map((field) => zip.readUInt16LE(at + field));
    const start = at + 46 + (name ?? 0);
    found.push({
      time: zip.readUInt16LE(at + 12),
      method: zip.readUInt16LE(at + 10),
      extra: zip.subarray(start, start + (extra ?? 0)),
      comment: zip.subarray(start + (extra ?? 0), start + (extra ?? 0) + (comment ?? 0)),
    });
    at = zip.indexOf('PK\x01\x02', start, 'latin1');
  }
  return found;
}

function perMember(
  name: string,
  change: (bit: number) => Partial<ZipMember>,
  read: (record: ReturnType<typeof directory>[number]) => number,
): Channel {
  return {
    name,
    expected: 'removed',
    payloadBits: MEMBERS,
    embed: (payload) => [submit(zipFile(payload.map((bit, i) => member(i, change(bit)))))],
    extract: (served) => {
      const records = directory(served);
      return Array.from({ length: MEMBERS }, (_, i) => {
        const record = records[i];
        return record === undefined ? 0 : read(record);
      });
    },
  };
}

/** Every channel in archives. */
export const ARCHIVE_CHANNELS: readonly Channel[] = [
  {
    name: 'zip-member-order',
    expected: 'removed',
    payloadBits: MEMBERS / 2,
    embed: (payload) => [
      submit(
        zipFile(
          payload.flatMap((bit, i) => {
            const pair = [member(2 * i), member(2 * i + 1)];
            return bit === 1 ? pair.reverse() : pair;
          }),
        ),
      ),
    ],
    extract: (served) => {
      const names = order(served);
      const name = (i: number): string => `part${String(i).padStart(2, '0')}.txt`;
      return Array.from({ length: MEMBERS / 2 }, (_, i) =>
        names.indexOf(name(2 * i)) > names.indexOf(name(2 * i + 1)) ? 1 : 0,
      );
    },
  },
  perMember(
    'zip-timestamps',
    (bit) => ({ time: bit * 0x0800 }),
    (record) => (record.time === 0 ? 0 : 1),
  ),
  perMember(
    'zip-member-comments',
    (bit) => ({ comment: Buffer.from(bit === 1 ? 'x' : '') }),
    (record) => record.comment.length,
  ),
  perMember(
    'zip-extra-fields',
    (bit) => ({ extra: bit === 1 ? Buffer.from([0x55, 0x54, 1, 0, 0]) : Buffer.alloc(0) }),
    (record) => (record.extra.length > 0 ? 1 : 0),
  ),
  perMember(
    'zip-compression-method',
    (bit) => ({ stored: bit === 0 }),
    (record) => (record.method === 8 ? 1 : 0),
  ),
  {
    name: 'zip-archive-comment',
    expected: 'removed',
    payloadBits: 64,
    embed: (payload) => [
      submit(zipFile([member(0), member(1)], Buffer.from(payload.map((bit) => 48 + bit)))),
    ],
    extract: (served) => {
      const zip = rawZip(served);
      return Array.from({ length: 64 }, (_, i) => (zip[zip.length - 64 + i] === 49 ? 1 : 0));
    },
  },
];
