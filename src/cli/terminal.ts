/** How the commands look: colour only on a terminal and never with NO_COLOR, columns, numbers, one progress line. */
import type { WriteStream } from 'node:tty';
import { stripVTControlCharacters } from 'node:util';

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

const CODES: Readonly<Record<Style, readonly [number, number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
};

/** Paints text on a stream that shows colour, and leaves it as it is elsewhere. */
export type Paint = (style: Style, text: string) => string;

/** Whether a stream shows colour: a terminal, not `NO_COLOR`, not `TERM=dumb`. */
export function openPaint(
  stream: { isTTY?: boolean },
  env: Readonly<Record<string, string | undefined>>,
): Paint {
  const colour = stream.isTTY === true && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
  return (style, text) =>
    colour ? `\u001b[${String(CODES[style][0])}m${text}\u001b[${String(CODES[style][1])}m` : text;
}

/** `24128` as `24,128`. */
export function formatCount(value: number | bigint): string {
  return value.toString().replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

/** Three significant digits and a unit: `3.02 kB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? String(value) : value.toPrecision(3)} ${units[unit] ?? ''}`;
}

/** The number of columns that a text takes on a terminal, near enough: marks take none, wide letters two. */
export function measureColumns(text: string): number {
  let columns = 0;
  for (const character of stripVTControlCharacters(text)) {
    if (/\p{M}/u.test(character)) continue;
    columns +=
      /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\u{1f300}-\u{1faff}]/u.test(
        character,
      )
        ? 2
        : 1;
  }
  return columns;
}

/** Fills with blanks to a number of columns. */
export function pad(text: string, columns: number, align: 'left' | 'right' = 'left'): string {
  const blanks = ' '.repeat(Math.max(0, columns - measureColumns(text)));
  return align === 'left' ? text + blanks : blanks + text;
}

/** Shortens a path in the middle, so that its start and its file name stay readable. */
export function shorten(path: string, columns: number): string {
  if (measureColumns(path) <= columns) return path;
  const letters = Array.from(path);
  const tail = Math.ceil((columns - 1) * 0.65);
  return `${letters.slice(0, columns - 1 - tail).join('')}…${letters.slice(-tail).join('')}`;
}

/** Breaks a sentence into lines of at most `columns`; a word that is longer is cut in its middle. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const whole of text.split(' ')) {
    const word = shorten(whole, columns);
    if (line !== '' && measureColumns(line) + 1 + measureColumns(word) > columns) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  if (line !== '') lines.push(line);
  return lines;
}

/** Text from files or names, made safe to show: control and invisible characters become visible. */
export function showSafely(text: string): string {
  return text.replace(
    /[\p{C}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

/** One line that shows how far work has come; it is on the terminal only while work goes on, and nowhere else. */
export interface Progress {
  show(label: string, done: number, total: number): void;
  end(): void;
}

const BAR_COLUMNS = 28;

/** Opens a progress line on a terminal; on anything else it shows nothing. */
export function openProgress(
  stream: WriteStream | (NodeJS.WritableStream & { isTTY?: boolean }),
  nowMs: () => number,
): Progress {
  let shownMs = -1000;
  let shown = false;
  return {
    show: (label, done, total) => {
      if (stream.isTTY !== true || nowMs() - shownMs < 80) return;
      shownMs = nowMs();
      shown = true;
      const part = total === 0 ? 0 : Math.min(1, done / total);
      const full = Math.floor(part * BAR_COLUMNS);
      const bar = '━'.repeat(full) + ' '.repeat(BAR_COLUMNS - full);
      stream.write(
        `\r\u001b[K${pad(label, 16)} ▕${bar}▏ ${formatCount(done)} of ${formatCount(total)}`,
      );
    },
    end: () => {
      if (shown) stream.write('\r\u001b[K');
      shown = false;
    },
  };
}
