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
/** Neighbour pairs that a block must have before it is judged. */
const PAIRS_MIN = 256;
const NOISY_SHARE = 0.3;
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

/** Blocks in which the lowest bits differ between neighbours about as often as they agree. */
function countNoisyBlocks(picture: Pixels): { noisy: number; judged: number; first: string } {
  const { width, height } = picture;
  let noisy = 0;
  let judged = 0;
  let first = '';
  for (let top = 0; top < height; top += BLOCK) {
    for (let left = 0; left < width; left += BLOCK) {
      let pairs = 0;
      let different = 0;
      for (let y = top; y < Math.min(height, top + BLOCK); y++) {
        let before = colourAt(picture, y * width + left);
        for (let x = left + 1; x < Math.min(width, left + BLOCK); x++) {
          const now = colourAt(picture, y * width + x);
          if (((now ^ before) & 0xfcfcfc) === 0) {
            pairs++;
            if (now !== before) different++;
          }
          before = now;
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
