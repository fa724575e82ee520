/** Small files for tests of imports. */

/** A protocol-2 pickle that calls `os.NAME('true')` when it is loaded. */
export function pickleOf(name: string): Uint8Array {
  return Buffer.concat([
    Buffer.from([0x80, 2]),
    Buffer.from(`cos\n${name}\n`),
    Buffer.from([0x58, 4, 0, 0, 0]),
    Buffer.from('true'),
    Buffer.from([0x85, 0x52, 0x2e]),
  ]);
}
