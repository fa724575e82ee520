/** Writes ZIP files of stored members, sound or with a fault. */
import { crc32 } from 'node:zlib';

/** What a member may be given that contradicts the rest. */
export interface ZipFault {
  readonly localName?: string;
  readonly flags?: number;
  readonly crc?: number;
}

/** The bytes of a ZIP with these members. */
export function makeZip(members: readonly (readonly [string, Uint8Array, ZipFault?])[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, data, fault = {}] of members) {
    const field = Buffer.alloc(26);
    field.writeUInt16LE(20, 0);
    field.writeUInt16LE(fault.flags ?? 0, 2);
    field.writeUInt32LE(0x00210000, 6);
    field.writeUInt32LE(fault.crc ?? crc32(data), 10);
    field.writeUInt32LE(data.length, 14);
    field.writeUInt32LE(data.length, 18);
    const own = Buffer.from(name, 'utf8');
    field.writeUInt16LE(own.length, 22);
    const local = Buffer.from(fault.localName ?? name, 'utf8');
    const head = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), field, local]);
    const entry = Buffer.alloc(14);
    entry.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00', 'latin1'), field, entry, own]));
    parts.push(head, Buffer.from(data));
    offset += head.length + data.length;
  }
  const list = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(list.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, list, end]);
}
