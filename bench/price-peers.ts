/** The peers of the price benchmark: general compressors and image formats, run on the same bytes in the same run. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';

/** Bytes that brotli at its highest level makes of a file. */
export function brotliBytes(bytes: Uint8Array): number {
  return brotliCompressSync(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_LGWIN]: 24,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  }).length;
}

/** Bytes that `xz -9e` makes of a file, or undefined where it is not installed. */
export function xzBytes(bytes: Uint8Array): number | undefined {
  const run = spawnSync('xz', ['-9e', '-c'], { input: bytes, maxBuffer: 1 << 30 });
  return run.status === 0 ? run.stdout.length : undefined;
}

function imageBytes(
  png: Uint8Array,
  suffix: string,
  command: (input: string, output: string) => string[],
): number | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-price-'));
  try {
    const input = join(folder, 'in.png');
    const output = join(folder, `out.${suffix}`);
    writeFileSync(input, png);
    const [program = '', ...args] = command(input, output);
    return spawnSync(program, args, { stdio: 'ignore' }).status === 0
      ? statSync(output).size
      : undefined;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Bytes of the same pixels as lossless WebP, or undefined where `cwebp` is not installed. */
export function webpBytes(png: Uint8Array): number | undefined {
  return imageBytes(png, 'webp', (input, output) => [
    'cwebp',
    '-quiet',
    '-lossless',
    '-z',
    '9',
    input,
    '-o',
    output,
  ]);
}

/** Bytes of the same pixels as lossless JPEG XL, or undefined where `cjxl` is not installed. */
export function jxlBytes(png: Uint8Array): number | undefined {
  return imageBytes(png, 'jxl', (input, output) => ['cjxl', '-d', '0', '-e', '9', input, output]);
}
