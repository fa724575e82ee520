/**
 * Characters that a reader does not see. Each kind is hidden unless the script or the emoji around it needs it there, by
 * one rule per kind; kinds that spelling needs often are hidden too where there are more of them than spelling has.
 */
import type { Spot } from './spot.ts';

/** What draws nothing: format and control characters, fillers, blanks of Braille and music, private use, no characters. */
const HIDDEN =
  // eslint-disable-next-line no-control-regex -- they are meant one by one.
  /[\p{Default_Ignorable_Code_Point}\p{Co}\p{Noncharacter_Code_Point}\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u2800\ufff9-\ufffb]|[\u{13430}-\u{1343f}\u{1d159}]/gu;

/** A quick no for most texts: every unit of the above, half letters of other planes among them, and of odd blanks. */
const SUSPECT =
  // eslint-disable-next-line no-control-regex, no-misleading-character-class -- units are meant one by one.
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u202a-\u202e\u205f-\u206f\u2800\u3164\ud800-\uf8ff\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff]/;

const FLAG_PLACES = ['gbeng', 'gbsct', 'gbwls'];
/** Unusual blanks: of other widths, which nobody tells apart. */
const BLANKS = /[\u1680\u2000-\u2008\u205f]/g;
const BLANKS_MIN = 4;
/** How far a line is looked at on either side of a direction control. */
const LINE_MAX = 400;
/** More direction controls than any text has are not looked at one by one. */
const SPANS_MAX = 1000;

/** The classes of characters that say whether a hidden one is spelling. */
const EMOJI_BEFORE = /[\p{Extended_Pictographic}\p{Emoji_Modifier}\p{Regional_Indicator}\ufe0f]$/u;
const PICTURE_BEFORE = /[\p{Extended_Pictographic}\p{Emoji_Modifier}]$/u;
const KEY_BEFORE = /[0-9#*]$/;
const PICTURE_AFTER = /^[\p{Extended_Pictographic}\u2640\u2642]/u;
const VARIED_BEFORE =
  /[\p{Script=Han}\p{Sm}\p{Script=Myanmar}\p{Script=Phags_Pa}\p{Script=Manichaean}]$/u;
const HAN_BEFORE = /\p{Script=Han}$/u;
const MONGOLIAN_BEFORE = /[\p{Script=Mongolian}\p{Script=Phags_Pa}]$/u;
const JAMO = /[\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff]/;
const MUSIC = /[\u{1d100}-\u{1d158}\u{1d15a}-\u{1d172}\u{1d17b}-\u{1d1ff}]/u;
const GLYPH = /[\u{13000}-\u{1342f}]/u;
const MARK_BEFORE = /\p{M}$/u;
const MARK_AFTER = /^\p{M}/u;
/** Scripts in which joiners are spelling: before them stands a letter or a mark of the script. */
const JOINING_BEFORE =
  /[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Mandaic}\p{Script=Nko}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Tamil}\p{Script=Malayalam}\p{Script=Kannada}\p{Script=Telugu}\p{Script=Sinhala}\p{Script=Gujarati}\p{Script=Gurmukhi}\p{Script=Oriya}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Mongolian}\u0640]$/u;
const JOINING_AFTER =
  /^[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Mandaic}\p{Script=Nko}\u0640]/u;
/** Scripts that are written without blanks, whose words U+200B parts. */
const UNPARTED =
  /[\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Tibetan}\p{Script=Tai_Tham}\p{Script=Javanese}\p{Script=Balinese}]/u;
const RIGHT_TO_LEFT =
  /[\p{Script_Extensions=Hebrew}\p{Script_Extensions=Arabic}\p{Script_Extensions=Syriac}\p{Script_Extensions=Thaana}\p{Script_Extensions=Nko}\p{Script=Mandaic}\p{Script=Samaritan}\p{Script=Adlam}]/u;
const SIGNED_AFTER = /^[\u200e\u200f]?[-+\u2212]?\p{Nd}|^[%\u066a\p{Sc}]/u;
const SIGN_BEFORE = /[\p{Nd}%\u066a]$/u;

/** A hidden character as it stands. */
interface Place {
  readonly text: string;
  readonly at: number;
  readonly end: number;
  readonly code: number;
}

const before = ({ text, at }: Place, units = 2): string => text.slice(Math.max(0, at - units), at);
const after = ({ text, end }: Place, units = 2): string => text.slice(end, end + units);

/** What there may be of one kind, against letters of the scripts that use it: more is no spelling. */
class Dose {
  joiners = 0;
  marks = 0;
  selectors = 0;
  hyphens = 0;
  blanks = 0;
}

function nameHidden(code: number): string {
  if (code >= 0xe0000 && code <= 0xe007f) return 'tag characters';
  if ((code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069)) {
    return 'direction controls, which show text in another order';
  }
  if (code < 32 || code === 0x7f) return 'control characters';
  if ((code >= 0xfe00 && code <= 0xfe0f) || (code >= 0xe0100 && code <= 0xe01ef)) {
    return 'variation selectors';
  }
  if ((code >= 0xe000 && code <= 0xf8ff) || code >= 0xf0000) return 'private-use characters';
  if (code === 0xad) return 'soft hyphens';
  return 'invisible characters';
}

/** The region that a black flag's tags spell when it is one that there is. */
function isFlagTag({ text, at, end, code }: Place): boolean {
  if (code < 0xe0020 || code > 0xe007f) return false;
  const near = text.slice(Math.max(0, at - 16), end + 14);
  for (const match of near.matchAll(/\u{1f3f4}([\u{e0061}-\u{e007a}]{5})\u{e007f}/gu)) {
    const from = Math.max(0, at - 16) + match.index;
    const spelled = readTags(match[1] ?? '');
    if (at > from && at < from + match[0].length && FLAG_PLACES.includes(spelled)) return true;
  }
  return false;
}

function isSelector(place: Place, dose: Dose): boolean {
  const { code } = place;
  if (code === 0xfe0f || code === 0xfe0e) {
    if (PICTURE_BEFORE.test(before(place))) return true;
    return KEY_BEFORE.test(before(place, 1)) && after(place, 1) === '\u20e3';
  }
  if (code >= 0xe0100) {
    dose.selectors++;
    return HAN_BEFORE.test(before(place));
  }
  if (code > 0xfe02) return false;
  dose.selectors++;
  return VARIED_BEFORE.test(before(place)) || before(place, 1) === '0';
}

function isJoiner(place: Place, dose: Dose): boolean {
  if (place.code === 0x200d && EMOJI_BEFORE.test(before(place))) {
    return PICTURE_AFTER.test(after(place));
  }
  dose.joiners++;
  const joins = JOINING_BEFORE.test(before(place)) || JOINING_AFTER.test(after(place));
  return joins && !/[\u200c\u200d]$/.test(before(place, 1));
}

function isDirectionMark(place: Place, dose: Dose): boolean {
  dose.marks++;
  const last = before(place, 1);
  if (last === place.text[place.at] || /[\u200e\u200f\u061c]{2}/.test(before(place))) return false;
  if (SIGNED_AFTER.test(after(place, 4)) || SIGN_BEFORE.test(before(place))) return true;
  return RIGHT_TO_LEFT.test(before(place, 24) + after(place, 24));
}

/** Embeddings and isolates that end in their line, around or beside letters that run from right to left. */
function isDirectionSpan({ text, at, code }: Place): boolean {
  if (code === 0x202d || code === 0x202e) return false;
  const head = text.slice(Math.max(0, at - LINE_MAX), at);
  const tail = text.slice(at, at + LINE_MAX);
  const line = head.slice(head.lastIndexOf('\n') + 1) + tail.replace(/\n[^]*/, '');
  let depth = 0;
  for (const each of line.match(/[\u202a-\u202c\u2066-\u2069]/g) ?? []) {
    const closes = each === '\u202c' || each === '\u2069';
    depth += closes ? -1 : 1;
    if (depth < 0 || depth > 1) return false;
  }
  return depth === 0 && RIGHT_TO_LEFT.test(line);
}

/** Soft hyphens between the parts of a long word, none of them shorter than a syllable is. */
function isHyphen(place: Place, dose: Dose): boolean {
  dose.hyphens++;
  const left = /[\p{L}\u00ad]+$/u.exec(before(place, 64))?.[0] ?? '';
  const right = /^[\p{L}\p{M}\u00ad]+/u.exec(after(place, 64))?.[0] ?? '';
  const parts = `${left}\u00ad${right}`.split('\u00ad');
  const letters = parts.reduce((sum, part) => sum + part.length, 0);
  return letters >= 8 && parts.every((part) => part.length >= 2);
}

function isSpelling(place: Place, dose: Dose): boolean {
  const { at, code } = place;
  if (code === 0xfeff) return at === 0;
  if (code === 0xad) return isHyphen(place, dose);
  if ((code >= 0xfe00 && code <= 0xfe0f) || code >= 0xe0100) return isSelector(place, dose);
  if (code === 0x200c || code === 0x200d) return isJoiner(place, dose);
  if (code === 0x200e || code === 0x200f || code === 0x061c) return isDirectionMark(place, dose);
  if (code === 0x200b) {
    dose.joiners++;
    return before(place, 1) !== '\u200b' && UNPARTED.test(before(place) + after(place));
  }
  if ((code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069)) {
    return ++dose.marks <= SPANS_MAX && isDirectionSpan(place);
  }
  if (code === 0x2800) {
    dose.blanks++;
    return true;
  }
  if (code === 0x115f || code === 0x1160) return JAMO.test(before(place) + after(place));
  if (code >= 0x180b && code <= 0x180f) {
    dose.selectors++;
    return MONGOLIAN_BEFORE.test(before(place));
  }
  if (code === 0x034f) return MARK_BEFORE.test(before(place)) && MARK_AFTER.test(after(place));
  if (code >= 0x13430 && code <= 0x1343f) return GLYPH.test(before(place) + after(place));
  if (code >= 0x1d159 && code <= 0x1d17a) return MUSIC.test(before(place) + after(place));
  return isFlagTag(place);
}

/** Whether there is more of a kind than the letters that need it account for; little is always spelling. */
function isOverdosed(text: string, dose: Dose): string | undefined {
  const count = (letters: RegExp): number => text.match(letters)?.length ?? 0;
  if (dose.blanks > 0 && count(/[\u2801-\u28ff]/g) * 4 < dose.blanks)
    return 'blanks of Braille without Braille';
  const some = dose.joiners + dose.marks + dose.selectors + dose.hyphens;
  if (some <= 4) return undefined;
  const letters = count(/[\p{L}\p{M}\p{Nd}]/gu) + 1;
  if (dose.joiners * 2 > letters) return 'joiners, more than spelling needs';
  if (dose.marks * 2 > letters) return 'direction marks, more than spelling needs';
  if (dose.selectors * 4 > letters) return 'variation selectors, more than spelling needs';
  return dose.hyphens * 4 > letters ? 'soft hyphens, more than words need' : undefined;
}

/** Hidden characters that are not spelling, from the first to the last of them that stand near it. */
export function findHidden(text: string): Spot | undefined {
  if (!SUSPECT.test(text)) return undefined;
  const dose = new Dose();
  let count = 0;
  let first: { readonly start: number; readonly code: number } | undefined;
  let last = 0;
  let any = -1;
  for (const match of text.matchAll(HIDDEN)) {
    const at = match.index;
    const end = at + match[0].length;
    if (any < 0) any = at;
    const code = match[0].codePointAt(0) ?? 0;
    if (isSpelling({ text, at, end, code }, dose)) continue;
    count++;
    first ??= { start: at, code };
    last = end;
  }
  if (first !== undefined) {
    const end = Math.min(last, first.start + 80);
    return { start: first.start, end, what: `${count} ${nameHidden(first.code)}` };
  }
  const excess = any < 0 ? undefined : isOverdosed(text, dose);
  if (excess !== undefined) return { start: any, end: any + 1, what: excess };
  return findBlanks(text);
}

/** Blanks of several other widths. */
function findBlanks(text: string): Spot | undefined {
  const found = text.match(BLANKS);
  if (found === null || found.length < BLANKS_MIN || new Set(found).size < 2) return undefined;
  const start = text.search(/[\u1680\u2000-\u2008\u205f]/);
  return { start, end: start + 1, what: `${found.length} blanks of other widths` };
}

const readTags = (tags: string): string =>
  String.fromCodePoint(...Array.from(tags, (tag) => (tag.codePointAt(0) ?? 0) - 0xe0000));

const TAGS = /[\u{e0020}-\u{e007e}]{4,4096}/gu;
const TRAIN = /(?:[\ufe00-\ufe0f]|[\u{e0100}-\u{e01ef}]){4,4096}/gu;

/** What hidden characters spell: tags are letters, selectors are bytes. */
export function* readHidden(text: string): Generator<{ at: number; end: number; bytes: Buffer }> {
  for (const match of text.matchAll(TAGS)) {
    const bytes = Buffer.from(readTags(match[0]), 'latin1');
    yield { at: match.index, end: match.index + match[0].length, bytes };
  }
  for (const match of text.matchAll(TRAIN)) {
    const bytes = Buffer.from(
      Array.from(match[0], (each) => {
        const code = each.codePointAt(0) ?? 0;
        return code >= 0xe0100 ? code - 0xe0100 + 16 : code - 0xfe00;
      }),
    );
    yield { at: match.index, end: match.index + match[0].length, bytes };
  }
}

/** Characters U+0080 to U+009F: in real texts nearly always quotation marks that were decoded wrongly once. */
export function findDamage(text: string): Spot | undefined {
  const start = text.search(/[\u0080-\u009f\ufffd]/);
  return start < 0
    ? undefined
    : { start, end: start + 1, what: 'a character that was decoded wrongly' };
}
