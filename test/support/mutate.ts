/** Seeded mutations of bytes: the same seed gives the same inputs on every machine. */

/** A small generator of 32-bit numbers (xorshift). */
export function seededNumbers(seed: number): (below: number) => number {
  let state = (seed * 2654435761 + 1) >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state % Math.max(1, below);
  };
}

const EDGES = [0, 1, 0x7f, 0x80, 0xff, 0x28, 0x2e, 0x52, 0x95, 0x7b, 0x22, 0x0a];

/** One to four mutations of one of the seeds. */
export function mutate(seeds: readonly Uint8Array[], next: (below: number) => number): Uint8Array {
  let bytes = Buffer.from(seeds[next(seeds.length)] ?? []);
  for (let times = 1 + next(4); times > 0; times--) {
    const at = next(bytes.length + 1);
    switch (next(7)) {
      case 0:
        if (at < bytes.length) bytes[at] = (bytes[at] ?? 0) ^ (1 << next(8));
        break;
      case 1:
        if (at < bytes.length) bytes[at] = EDGES[next(EDGES.length)] ?? 0;
        break;
      case 2:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + next(8))]);
        break;
      case 3: {
        const piece = bytes.subarray(next(bytes.length + 1)).subarray(0, 1 + next(24));
        bytes = Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at)]);
        break;
      }
      case 4:
        bytes = Buffer.from(bytes.subarray(0, at));
        break;
      case 5: {
        const other = seeds[next(seeds.length)] ?? bytes;
        bytes = Buffer.concat([bytes.subarray(0, at), other.subarray(next(other.length + 1))]);
        break;
      }
      default:
        if (at + 4 <= bytes.length)
          bytes.writeUInt32LE((next(2) === 0 ? 0xffffffff : next(1 << 16)) >>> 0, at);
    }
  }
  return bytes;
}
