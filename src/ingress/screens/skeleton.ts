/**
 * Texts as they look: what is hidden left out, compatibility forms and marks undone, letters of other scripts that look
 * like Latin ones replaced by these, all small. Each piece knows where it came from.
 */

/** By Latin letter, what looks like it: Greek, Cyrillic, Armenian, Cherokee, Lisu, Coptic, IPA and turned letters. */
const LOOKALIKES: Readonly<Record<string, string>> = {
  a: 'αаɑаᴀɐᎪꓮΑАⲀⲁ𐊠ａ',
  b: 'ЬƄᏏʙΒВꓐᏴƀɓвᖯᑲ',
  c: 'ϲсᴄⅽСϹⲤⲥᏟꓚɔᲽ',
  d: 'ԁⅾᏧᎠꓓᴅɖɗժꓒ',
  e: 'еҽєᴇεΕЕᎬꓰǝɘѐℯεԑⲉ',
  f: 'ƒꓝϜꞘſꬵքᖴɟ',
  g: 'ɡցɢᏀԌꓖᶃƍ',
  h: 'һհʜΗНᎻꓧⲎɥᏂнհհⱨ',
  i: 'іıιɩΙІᎥӀⅰᏆɪⲒꙇ',
  j: 'јϳЈᎫꓙյᴊɉʝɾ',
  k: 'κкΚКᏦꓗⲔᴋҝқʞ',
  l: 'ⅼʟլᏞꓡⳐɫӏꓲⲗ',
  m: 'мⅿᴍΜМᎷꓟⲘɯ',
  n: 'ոռɴΝꓠⲚᴎηпղ',
  o: 'οоօσᴏΟОՕⲞⲟꓳ૦๐ဝ໐೦ഠθѳ',
  p: 'ρрᴘΡРᏢꓑⲢⲣրք',
  q: 'ԛզգϙᑫԚ',
  r: 'гᴦⲅʀᎡᏒꓣɹᖇ',
  s: 'ѕꜱЅՏᏚꓢʂᏕֆ',
  t: 'тτᴛΤТᎢꓔⲦեʇտ',
  u: 'υսᴜՍꓴᑌʋцմ',
  v: 'νѵᴠѴᏙꓦⅴ',
  w: 'ԝѡաᴡᎳᏔꓪωшʍɯԜ',
  x: 'хⅹΧХꓫⲬᕁ×χ',
  y: 'уүγʏΥҮУꓬⲨყᎩʎ',
  z: 'ᴢΖᏃꓜⲌʐ',
};

/** Words of Latin letters are spelled by these in disguise; a word that has one beside Latin letters is no word. */
const SKELETON = new Map<string, string>();
for (const [letter, likes] of Object.entries(LOOKALIKES)) {
  for (const like of likes) if (!SKELETON.has(like)) SKELETON.set(like, letter);
}
/** Ranges of letters in circles and squares, and of flags' letters. */
const RANGES: readonly (readonly [first: number, last: number])[] = [
  [0x1f150, 0x1f169],
  [0x1f170, 0x1f189],
  [0x1f1e6, 0x1f1ff],
  [0xe0041, 0xe005a],
  [0xe0061, 0xe007a],
];

const HIDDEN = /[\p{Default_Ignorable_Code_Point}\p{Co}\p{Cc}\p{M}\ufff9-\ufffb]/u;
const CONTROLS_KEPT = /[\t\n\r]/;
const BLANK = /[\u2800\u3164\uffa0\u115f\u1160\p{Z}]/u;
const PARTING = /^(?=[\p{P}\p{S}])\P{ASCII}$/u;
/** Kana and Hangul lose their sounds without their marks. */
const WHOLE = /[\u3040-\u30ff\uac00-\ud7a3]/;

/** The Latin letter that a character looks like. */
export function latinOf(character: string): string | undefined {
  return SKELETON.get(character);
}

function fold(character: string): string {
  if (CONTROLS_KEPT.test(character)) return character;
  if (BLANK.test(character)) return ' ';
  if (WHOLE.test(character)) return character;
  const code = character.codePointAt(0) ?? 0;
  const range = RANGES.find(([first, last]) => code >= first && code <= last);
  if (range !== undefined) return String.fromCharCode(97 + code - range[0]);
  if (HIDDEN.test(character)) return '';
  let out = '';
  for (const part of character.normalize('NFKD')) {
    if (HIDDEN.test(part)) continue;
    const own = SKELETON.get(part) ?? part.toLowerCase().replace(/\p{M}/gu, '');
    // Signs beyond ASCII part words like those of ASCII.
    out += SKELETON.get(own) ?? (PARTING.test(own) ? ' ' : own);
  }
  return out;
}

/** Of the first plane by code, of others as they come up to a limit. */
const plane = new Array<string | undefined>(1 << 16).fill(undefined);
const KNOWN_MAX = 1 << 16;
const known = new Map<number, string>();

function foldCode(code: number): string {
  if (code < 0x10000) return (plane[code] ??= fold(String.fromCharCode(code)));
  let folded = known.get(code);
  if (folded === undefined) {
    folded = fold(String.fromCodePoint(code));
    if (known.size < KNOWN_MAX) known.set(code, folded);
  }
  return folded;
}

/** A text as it looks. */
export interface Look {
  readonly text: string;
  /** For each unit of `text`, where it came from. */
  readonly places: Uint32Array;
}

/** How a text looks; a unit for itself where it is plain. */
export function lookAt(text: string): Look {
  // A ligature of a whole phrase is a dozen letters; nothing that is folded is longer than its share of this.
  const units = new Uint16Array(text.length * 4 + 32);
  const places = new Uint32Array(units.length);
  let size = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 128) {
      places[size] = at;
      units[size++] = unit >= 65 && unit <= 90 ? unit + 32 : unit;
      continue;
    }
    const code = text.codePointAt(at) ?? 0;
    const folded = foldCode(code);
    const room = Math.min(folded.length, units.length - size - (text.length - at));
    for (let i = 0; i < room; i++) {
      places[size] = at;
      units[size++] = folded.charCodeAt(i);
    }
    if (code > 0xffff) at++;
  }
  const bytes = Buffer.from(units.buffer, 0, size * 2);
  return { text: bytes.toString('utf16le'), places };
}

/** A word as {@link lookAt} shows it. */
export const foldWord = (word: string): string => lookAt(word).text;
