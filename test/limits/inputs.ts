/** The largest inputs that are promised to pass, made by a seeded generator so that every run measures the same bytes. */
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { encodePng } from './picture.ts';

const MASK = 0xffffffff;

/** A small generator of uniform numbers; quality matters little, equality on every machine does. */
export function openRandom(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state &= MASK;
    return (state >>> 0) / 2 ** 32;
  };
}

const COHORTS = ['control', 'low dose', 'high dose', 'washout', 'follow-up, late'];
const SITES = Array.from({ length: 40 }, (_, i) => `site-${String(i + 1).padStart(2, '0')}`);
const METRICS = ['accuracy', 'loss', 'f1', 'auc', 'brier', 'ece'];

/** A table of results as studies have them: ids, categories, floats, and columns that follow from others. */
export function writeLargeCsv(file: string, bytesMin: number): number {
  const random = openRandom(20_261_123);
  const handle = openSync(file, 'w');
  let pending =
    'id,participant,site,cohort,metric,date,n,estimate,se,ci_low,ci_high,z,share,total,flag,note\n';
  let written = 0;
  let total = 0;
  for (let row = 1; written + pending.length < bytesMin; row++) {
    const participant = 1000 + Math.floor(row / METRICS.length);
    const n = 20 + Math.floor(random() * 400);
    const estimate = random() * 4 - 1;
    const se = 0.01 + random() * 0.5;
    const share = n / 420;
    total += n;
    const day = String(1 + (participant % 28)).padStart(2, '0');
    const month = String(1 + (Math.floor(participant / 28) % 12)).padStart(2, '0');
    const cells = [
      String(row),
      `P${String(participant)}`,
      SITES[participant % SITES.length] ?? '',
      quote(COHORTS[Math.floor(random() * COHORTS.length)] ?? ''),
      METRICS[row % METRICS.length] ?? '',
      `2026-${month}-${day}`,
      String(n),
      fix(estimate, 4),
      fix(se, 4),
      fix(estimate - 1.96 * se, 4),
      fix(estimate + 1.96 * se, 4),
      fix(estimate / se, 3),
      fix(share, 6),
      String(total),
      random() < 0.5 ? 'true' : 'false',
      quote(random() < 0.02 ? 'outlier, checked by hand' : ''),
    ];
    pending += cells.join(',') + '\n';
    if (pending.length > 1 << 20) {
      written += writeSync(handle, pending);
      pending = '';
    }
  }
  written += writeSync(handle, pending);
  closeSync(handle);
  return written;
}

/** Fixed decimals without the sign of a zero, which a canonical table would spell in another way. */
const fix = (value: number, decimals: number): string => {
  const text = value.toFixed(decimals);
  return Number(text) === 0 ? text.replace('-', '') : text;
};

const quote = (cell: string): string => (cell.includes(',') ? `"${cell}"` : cell);

/** A plot of `width` × `height` pixels: axes, grid, smooth lines with soft edges, points, and labels of small glyphs. */
export function writeLargePlot(file: string, width: number, height: number): void {
  const pixels = new Uint8Array(width * height * 3).fill(255);
  const random = openRandom(50_000_000);
  const shade = (x: number, y: number, cover: number, colour: readonly number[]): void => {
    if (x < 0 || y < 0 || x >= width || y >= height || cover <= 0) return;
    const at = (y * width + x) * 3;
    const part = Math.min(1, cover);
    for (let c = 0; c < 3; c++) {
      const under = pixels[at + c] ?? 0;
      pixels[at + c] = Math.round(under + ((colour[c] ?? 0) - under) * part);
    }
  };
  for (let x = 100; x < width; x += 400) {
    for (let y = 0; y < height; y++) shade(x, y, 1, [225, 225, 225]);
  }
  for (let y = 100; y < height; y += 400) {
    for (let x = 0; x < width; x++) shade(x, y, 1, [225, 225, 225]);
  }
  const colours = [
    [31, 119, 180],
    [255, 127, 14],
    [44, 160, 44],
    [214, 39, 40],
    [148, 103, 189],
    [140, 86, 75],
    [227, 119, 194],
    [127, 127, 127],
  ];
  for (const [i, colour] of colours.entries()) {
    let y = (height * (i + 1)) / (colours.length + 1);
    let slope = 0;
    for (let x = 0; x < width; x++) {
      slope = Math.max(-2, Math.min(2, slope * 0.98 + (random() - 0.5) * 0.2));
      y = Math.max(20, Math.min(height - 20, y + slope));
      const reach = 2.5 * Math.sqrt(1 + slope * slope);
      for (let at = Math.floor(y - reach - 1); at <= y + reach + 1; at++) {
        shade(x, at, reach - Math.abs(at - y) + 0.5, colour);
      }
    }
  }
  for (let i = 0; i < (width * height) / 10_000; i++) {
    const centreX = random() * width;
    const centreY = random() * height;
    const colour = colours[Math.floor(random() * colours.length)] ?? [0, 0, 0];
    for (let y = Math.floor(centreY - 5); y < centreY + 6; y++) {
      for (let x = Math.floor(centreX - 5); x < centreX + 6; x++) {
        shade(x, y, 4.5 - Math.hypot(x - centreX, y - centreY), colour);
      }
    }
  }
  writeGlyphs(width, height, random, shade);
  writeFileSync(file, encodePng(width, height, pixels));
}

type Shade = (x: number, y: number, cover: number, colour: readonly number[]) => void;

/** Words of a made-up alphabet: each letter is the same soft-edged shape wherever it stands, as in a real font. */
function writeGlyphs(width: number, height: number, random: () => number, shade: Shade): void {
  const letters = Array.from({ length: 40 }, () => {
    return Array.from({ length: 10 * 16 }, () => (random() < 0.35 ? random() : 0));
  });
  for (let top = 60; top + 16 < height; top += 200) {
    for (let left = 40; left + 200 < width; left += 400) {
      const length = 4 + Math.floor(random() * 12);
      for (let i = 0; i < length; i++) {
        const letter = letters[Math.floor(random() * letters.length)] ?? [];
        letter.forEach((cover, at) => {
          shade(left + i * 12 + (at % 10), top + Math.floor(at / 10), cover, [0, 0, 0]);
        });
      }
    }
  }
}

/** `count` small files in a hundred folders: tables, JSON records and texts. */
export function writeManyFiles(dir: string, count: number): void {
  const random = openRandom(10_000);
  for (let i = 0; i < count; i++) {
    const folder = path.join(dir, `run-${String(i % 100).padStart(3, '0')}`);
    if (i < 100) mkdirSync(folder, { recursive: true });
    const name = path.join(folder, `part-${String(i).padStart(5, '0')}`);
    const score = random().toFixed(6);
    if (i % 3 === 0) {
      let rows = 'step,loss,accuracy\n';
      for (let step = 0; step < 8; step++) {
        rows += `${String(step * 100)},${(3 / (step + 1) + random() * 0.1).toFixed(4)},${random().toFixed(4)}\n`;
      }
      writeFileSync(`${name}.csv`, rows);
    } else if (i % 3 === 1) {
      const seed = Math.floor(random() * 1e6);
      const layers = [64, 128, Math.floor(random() * 512)];
      writeFileSync(
        `${name}.json`,
        JSON.stringify({ run: i, seed, score: Number(score), layers, done: true }, null, 2) + '\n',
      );
    } else {
      writeFileSync(
        `${name}.txt`,
        `run ${String(i)} finished\nscore ${score} after ${String(Math.floor(random() * 900))} steps\n`,
      );
    }
  }
}
