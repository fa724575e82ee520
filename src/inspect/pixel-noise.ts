/**
 * Low bits that look like noise. Where neighbours agree in all but their lowest bits, a plot has the same lowest bits
 * too; hidden data and photographs do not. A finding, never a bound: the charge already counts every such bit.
 */
import type { Finding } from './finding.ts';

/** The parts of a canonical raster that are looked at. */
interface Pixels {
  readonly kind: 'palette' | 'colour';
  readonly width: number;
  readonly height: number;
  readonly channels?: number;
  readonly palette?: Uint32Array;
  readonly pixels: Uint8Array;
}

const BLOCK = 32;
/** Pixels that agree with their neighbours but for the lowest bits, before a block is judged. */
const PAIRS_MIN = 200;
/** A quarter of the pixels differ from all neighbours when one random bit per pixel is hidden, more with colours. */
const NOISY_SHARE = 0.12;
const BLOCKS_MIN = 3;

function isPixels(value: unknown): value is Pixels {
  return typeof value === 'object' && value !== null && 'pixels' in value && 'width' in value;
}

/** The colour of a pixel as 0xRRGGBB. */
function colourAt(picture: Pixels, index: number): number {
  if (picture.kind === 'palette') return (picture.palette?.[picture.pixels[index] ?? 0] ?? 0) >>> 8;
  const at = index * (picture.channels ?? 3);
  const { pixels } = picture;
  return ((pixels[at] ?? 0) << 16) | ((pixels[at + 1] ?? 0) << 8) | (pixels[at + 2] ?? 0);
}

/** Blocks in which pixels differ from all their neighbours in the lowest bits, and only there. */
function countNoisyBlocks(picture: Pixels): { noisy: number; judged: number; first: string } {
  const { width, height } = picture;
  let noisy = 0;
  let judged = 0;
  let first = '';
  for (let top = 0; top < height; top += BLOCK) {
    for (let left = 0; left < width; left += BLOCK) {
      let pairs = 0;
      let different = 0;
      for (let y = Math.max(1, top); y < Math.min(height, top + BLOCK); y++) {
        for (let x = Math.max(1, left); x < Math.min(width, left + BLOCK); x++) {
          const at = y * width + x;
          const now = colourAt(picture, at);
          const before = colourAt(picture, at - 1);
          const above = colourAt(picture, at - width);
          if (((now ^ before) & 0xfcfcfc) !== 0 || ((now ^ above) & 0xfcfcfc) !== 0) continue;
          pairs++;
          if (now === before || now === above) continue;
          // A gradient goes on as it came: left plus above less the corner, in all three colours at once.
          if (now !== before + above - colourAt(picture, at - width - 1)) different++;
        }
      }
      if (pairs < PAIRS_MIN) continue;
      judged++;
      if (different < pairs * NOISY_SHARE) continue;
      noisy++;
      if (first === '') first = `column ${String(left)}, row ${String(top)}`;
    }
  }
  return { noisy, judged, first };
}

/** Finds noise in the lowest bits of a picture. */
export function findPixelNoise(value: unknown): Finding[] {
  if (!isPixels(value)) return [];
  const { noisy, judged, first } = countNoisyBlocks(value);
  if (noisy < BLOCKS_MIN) return [];
  return [
    {
      code: 'INSPECT_PIXELS_NOISE',
      severity: 'hold',
      place: first,
      sentence: `the lowest bits of the colours look like noise in ${String(noisy)} of ${String(judged)} parts, as hidden data or a photograph does; send a plot as SVG or with \`--form palette:16\``,
    },
  ];
}
