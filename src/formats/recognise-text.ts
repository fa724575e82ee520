/** First looks at text: which grammars are worth trying. Each look is linear and never throws. */

const LOOK_BYTES = 64 * 1024;
const UTF8 = new TextDecoder();

function start(bytes: Uint8Array): string {
  return UTF8.decode(bytes.subarray(0, LOOK_BYTES)).replace(/^\s+/, '');
}

/** What markup the text starts with: a page, an SVG, XML with a declaration, or only something in angle brackets. */
export function startOfMarkup(bytes: Uint8Array): 'html' | 'svg' | 'xml' | 'tag' | undefined {
  let text = start(bytes);
  if (!text.startsWith('<')) return undefined;
  if (/^<!doctype\s+html/i.test(text)) return 'html';
  const declared = /^<\?xml[\s?]|^<!DOCTYPE\s/.test(text);
  for (;;) {
    const skipped =
      /^(?:<\?[^>]{0,4096}\?>|<!--[^]{0,60000}?-->|<![A-Za-z][^>[]{0,4096}(?:\[[^\]]{0,8192}\]\s*)?>|\s+)/.exec(
        text,
      );
    if (skipped === null) break;
    text = text.slice(skipped[0].length);
  }
  const root = /^<(?:[\w-]+:)?([A-Za-z][\w-]*)[\s/>]/.exec(text)?.[1]?.toLowerCase();
  if (root === undefined) return declared ? 'xml' : undefined;
  if (root === 'svg') return 'svg';
  if (root === 'html' || root === 'head' || root === 'body' || root === 'script') return 'html';
  return declared ? 'xml' : 'tag';
}

/** More than one line, each of which starts and ends like a JSON object or array. */
export function looksLikeJsonLines(bytes: Uint8Array): boolean {
  const lines = start(bytes).split(/\r?\n/);
  if (bytes.length > LOOK_BYTES) lines.pop();
  const full = lines.filter((line) => line.trim() !== '');
  return full.length > 1 && full.every((line) => /^\s*(?:\{.*\}|\[.*\])\s*$/.test(line));
}

/** At least two columns and two lines, and the same number of separators outside quotes on each of them. */
export function looksLikeTable(bytes: Uint8Array): boolean {
  const text = start(bytes);
  const lines = text.split(/\r?\n/);
  if (bytes.length > LOOK_BYTES) lines.pop();
  while (lines.at(-1) === '') lines.pop();
  if (lines.length < 3) return false;
  return [',', '\t'].some((separator) => {
    const counts = lines.map((line) => line.replace(/"[^"]*"/g, '').split(separator).length);
    // A comma followed by a blank is prose, not a separator.
    if (separator === ',' && lines.some((line) => /,\s/.test(line.replace(/"[^"]*"/g, ''))))
      return false;
    return (counts[0] ?? 0) >= 2 && counts.every((count) => count === counts[0]);
  });
}

/**
 * A Jupyter notebook: a JSON object with `nbformat` and `cells` (or `worksheets`) among its own keys. Walks the text
 * once, so that a string or a nested object that only mentions these words is not mistaken for one.
 */
export function looksLikeNotebook(bytes: Uint8Array): boolean {
  let at = 0;
  while (at < bytes.length && (bytes[at] ?? 0) <= 32) at++;
  if (bytes[at] !== 0x7b) return false;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (!buffer.includes('"nbformat"')) return false;
  const keys = new Set<string>();
  let depth = 0;
  for (; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === 0x22) {
      const from = at + 1;
      for (at++; at < bytes.length && bytes[at] !== 0x22; at++) if (bytes[at] === 0x5c) at++;
      if (depth === 1 && at - from <= 16) keys.add(buffer.toString('latin1', from, at));
    } else if (byte === 0x7b || byte === 0x5b) depth++;
    else if (byte === 0x7d || byte === 0x5d) depth--;
  }
  return (
    keys.has('nbformat') && (keys.has('cells') || keys.has('worksheets') || keys.has('metadata'))
  );
}

/** Text in an encoding of one byte per character: no control characters, and mostly letters of ASCII. */
export function looksLikeOldText(bytes: Uint8Array): boolean {
  const look = bytes.subarray(0, LOOK_BYTES);
  let high = 0;
  for (const byte of look) {
    if (byte < 32 ? byte < 9 || byte > 13 : byte === 127) return false;
    if (byte > 127) high++;
  }
  return high * 4 <= look.length;
}
