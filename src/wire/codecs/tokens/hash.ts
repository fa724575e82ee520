/** 32-bit hashes of small integers and strings; the same on every machine. */

/** Mixes two 32-bit integers into one. */
export function hash2(a: number, b: number): number {
  let h = Math.imul(a ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(b + 0x7f4a7c15, 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  return (h ^ (h >>> 13)) >>> 0;
}

/** Mixes three 32-bit integers into one. */
export function hash3(a: number, b: number, c: number): number {
  return hash2(hash2(a, b), c);
}

/** Hashes a number that may be larger than 32 bits. */
export function hashNumber(value: number): number {
  const low = value | 0;
  return hash2(low, Math.trunc((value - low) / 4294967296));
}

/** Hashes the code units of a string. */
export function hashText(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return (h ^ (h >>> 15)) >>> 0;
}
