/**
 * What a single text shows by itself: characters that nobody sees, letters that look like others, encoded blobs. Each
 * check starts with a test that plain text fails at once, so that ordinary sets are read at full speed.
 */

/** A place in a text, and what is there in a few words. */
export interface Spot {
  readonly start: number;
  readonly end: number;
  readonly what: string;
}

// eslint-disable-next-line no-control-regex -- hidden characters are what this looks for.
const BEYOND_ASCII = /[^\u0009\u000a\u000d\u0020-\u007e]/;
/** Whether a text has anything but printable ASCII and white space; one that has not shows nothing of the below. */
export function isPlain(text: string): boolean {
  return !BEYOND_ASCII.test(text);
}

const HIDDEN =
  // eslint-disable-next-line no-control-regex, no-misleading-character-class -- they are meant one by one.
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\ue000-\uf8ff]|[\u{e0000}-\u{e0fff}\u{1d173}-\u{1d17a}\u{f0000}-\u{10ffff}]/gu;
const EMOJI_BEFORE = /[\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f\u20e3#*0-9]$/u;
/** Scripts in which the joiners U+200C and U+200D and direction marks are spelling. */
const JOINING =
  /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Tamil}\p{Script=Malayalam}\p{Script=Kannada}\p{Script=Telugu}\p{Script=Sinhala}\p{Script=Gujarati}\p{Script=Gurmukhi}\p{Script=Oriya}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Mongolian}]/u;

function nameHidden(code: number): string {
  if (code >= 0xe0000 && code <= 0xe007f) return 'tag characters, which spell hidden text';
  if ((code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069)) {
    return 'direction controls, which show text in another order';
  }
  if (code < 32 || code === 0x7f) return 'control characters';
  if ((code >= 0xfe00 && code <= 0xfe0f) || code >= 0xe0100) return 'variation selectors';
  if ((code >= 0xe000 && code <= 0xf8ff) || code >= 0xf0000) return 'private-use characters';
  return 'invisible characters';
}

/** Hidden characters that are not spelling: none in emoji sequences, in scripts that join, or at a line's start as a mark. */
export function findHidden(text: string): Spot | undefined {
  let count = 0;
  let first: { readonly start: number; readonly code: number } | undefined;
  let last = 0;
  for (const match of text.matchAll(HIDDEN)) {
    const code = match[0].codePointAt(0) ?? 0;
    if (isSpelling(text, match.index, code)) continue;
    count++;
    first ??= { start: match.index, code };
    last = match.index + match[0].length;
  }
  if (first === undefined) return undefined;
  const what = `${count} ${nameHidden(first.code)}`;
  return { start: first.start, end: Math.min(last, first.start + 80), what };
}

function isSpelling(text: string, at: number, code: number): boolean {
  if (code === 0xfeff) return at === 0;
  const before = text.slice(Math.max(0, at - 2), at);
  if (code === 0xfe0f || code === 0xfe0e || code === 0x200d) {
    if (EMOJI_BEFORE.test(before)) return true;
  }
  if (code === 0x200c || code === 0x200d || code === 0x200e || code === 0x200f || code === 0x061c) {
    return JOINING.test(text.slice(Math.max(0, at - 4), at + 5));
  }
  // A flag of a region is a black flag with tag characters and their end.
  if (code >= 0xe0020 && code <= 0xe007f) {
    return /\u{1f3f4}[\u{e0020}-\u{e007e}]{0,6}$/u.test(text.slice(Math.max(0, at - 16), at));
  }
  // A soft hyphen inside a word of letters is a hyphenation mark; several in one word are not.
  if (code === 0xad)
    return /[\p{L}]$/u.test(before) && /^\u00ad\p{L}{2}/u.test(text.slice(at, at + 3));
  return false;
}

/** Characters U+0080 to U+009F: in real texts nearly always quotation marks that were decoded wrongly once. */
export function findDamage(text: string): Spot | undefined {
  const start = text.search(/[\u0080-\u009f\ufffd]/);
  return start < 0
    ? undefined
    : { start, end: start + 1, what: 'a character that was decoded wrongly' };
}

/** Letters of other scripts that look like a Latin letter. */
const LOOKALIKES = 'аеорсухіјѕһԁԛԝᴀвнкмтАВЕКМНОРСТУХІЈЅΑΒΕΖΗΙΚΜΝΟΡΤΥΧοανυρχікɑɡıⅼ';
const MIXED_WORD = new RegExp(`(?:[A-Za-z][${LOOKALIKES}]|[${LOOKALIKES}][A-Za-z])`, 'u');
const WIDE = /[\uff21-\uff3a\uff41-\uff5a]{2}|[\u{1d400}-\u{1d7ff}]{2}/u;

/** A word of Latin letters with letters of another script in it, or letters of mathematical or full-width alphabets. */
export function findLookalike(text: string): Spot | undefined {
  const mixed = MIXED_WORD.exec(text);
  if (mixed !== null) {
    const what = 'a word that mixes Latin letters with ones that look like them';
    return { start: mixed.index, end: mixed.index + 2, what };
  }
  const wide = WIDE.exec(text);
  if (wide === null) return undefined;
  const what = 'letters of a mathematical or full-width alphabet';
  return { start: wide.index, end: wide.index + 2, what };
}

const BLOB = /[A-Za-z0-9+/=_-]{120,}/g;

/** A run that looks like base64 or hexadecimal: long, with digits and letters throughout, and no words in it. */
export function findBlob(text: string): Spot | undefined {
  if (text.length < 120) return undefined;
  for (const match of text.matchAll(BLOB)) {
    const run = match[0];
    const digits = run.replace(/[^0-9]/g, '').length / run.length;
    const words = (run.match(/[a-z]{7,}|[A-Z]{7,}/g) ?? []).join('').length / run.length;
    const hex = /^[0-9a-fA-F]+$/.test(run);
    // Letters of base64 change case about every second place; paths and long names do not.
    const turns = (run.match(/[a-z][A-Z]|[A-Z][a-z]/g) ?? []).length / run.length;
    if (digits < 0.03 || words > 0.25 || (!hex && turns < 0.15)) continue;
    const kind = hex ? 'hexadecimal' : 'base64';
    const what = `${run.length} characters that look like ${kind}`;
    return { start: match.index, end: match.index + run.length, what };
  }
  return undefined;
}
