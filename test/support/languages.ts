/**
 * Real texts of many languages: names, dates, numbers and lists as the Unicode locale data spells them, emoji with all
 * their joiners, and sentences in scripts whose spelling needs characters that nobody sees.
 */

export const LOCALES: readonly string[] =
  'af am ar ar-EG as az be bg bn bo bs ca ceb chr cs cy da de dz el en es et eu fa ff fi fil fo fr fy ga gd gl gu ha he hi hr hsb hu hy id ig is it ja jv ka kk km kn ko kok ks ku ky lb lo lt lv mg mi mk ml mn mr ms mt my nb ne nl nn or os pa pl ps pt qu rm ro ru sd si sk sl so sq sr sr-Latn su sv sw ta te tg th ti tk to tr tt ug uk ur uz vi wo xh yi yo yue zgh zh zh-Hant zu'.split(
    ' ',
  );

const REGIONS = 'US GB DE FR RU CN JP IN BR EG IL IR GR AM GE TH VN KR UA TR'.split(' ');
const LANGUAGES = 'en de fr ru zh ja hi fa he ar el hy ka th vi ko uk tr chr mn'.split(' ');
const MOMENT = Date.UTC(2026, 10, 27, 14, 5, 9);

function* spell(locale: string): Generator<string> {
  for (const [type, codes] of [
    ['region', REGIONS],
    ['language', LANGUAGES],
    ['script', ['Latn', 'Cyrl', 'Arab', 'Deva', 'Hans', 'Grek']],
    ['currency', ['USD', 'EUR', 'INR', 'IRR', 'ILS', 'RUB']],
  ] as const) {
    const names = new Intl.DisplayNames([locale], { type });
    for (const code of codes) yield names.of(code) ?? '';
  }
  for (const dateStyle of ['full', 'long', 'short'] as const) {
    const format = new Intl.DateTimeFormat(locale, {
      dateStyle,
      timeStyle: 'medium',
      timeZone: 'UTC',
    });
    yield format.format(MOMENT);
    yield format.formatRange(MOMENT, MOMENT + 86_400_000);
  }
  const numbers: Intl.NumberFormatOptions[] = [
    {},
    { style: 'percent', minimumFractionDigits: 1 },
    { style: 'currency', currency: 'EUR', currencySign: 'accounting' },
    { style: 'unit', unit: 'kilometer-per-hour', unitDisplay: 'long' },
    { notation: 'compact', compactDisplay: 'long' },
  ];
  for (const options of numbers) {
    for (const value of [-1234567.8, 42, -0.05]) {
      yield new Intl.NumberFormat(locale, options).format(value);
    }
  }
  const relative = new Intl.RelativeTimeFormat(locale);
  for (const unit of ['day', 'month', 'year'] as const) yield relative.format(-3, unit);
  const regions = new Intl.DisplayNames([locale], { type: 'region' });
  const list = REGIONS.slice(0, 5).map((code) => regions.of(code) ?? '');
  yield new Intl.ListFormat(locale, { type: 'conjunction' }).format(list);
}

/** Spellings of every locale, by locale. */
export function* localeTexts(): Generator<{ readonly locale: string; readonly text: string }> {
  for (const locale of LOCALES) {
    const all = [...spell(locale)];
    for (const text of all) yield { locale, text };
    yield { locale, text: all.join('\n') };
    // Data sets mix languages with English.
    yield { locale, text: `In English this is called "${all[3] ?? ''}" (${all.at(-1) ?? ''}).` };
  }
}

const FAMILY = [
  '👨\u200d👩\u200d👧\u200d👦',
  '👩🏽\u200d💻',
  '🧑🏿\u200d🚀',
  '🏳\ufe0f\u200d🌈',
  '🏴\u200d☠\ufe0f',
];
const MORE = [
  '❤\ufe0f\u200d🔥',
  '👁\ufe0f\u200d🗨\ufe0f',
  '🏃🏻\u200d♀\ufe0f\u200d➡\ufe0f',
  '🐻\u200d❄\ufe0f',
  '1\ufe0f\u20e3',
];
const KEYS = ['#\ufe0f\u20e3', '☎\ufe0e', '©\ufe0f', '🇩🇪', '🇧🇷🇮🇳'];
const PLACES = ['gbeng', 'gbsct', 'gbwls'].map(
  (place) =>
    `🏴${Array.from(place)
      .map((letter) => String.fromCodePoint(0xe0000 + letter.charCodeAt(0)))
      .join('')}\u{e007f}`,
);

/** Emoji that stand alone and in a sentence. */
export function emojiTexts(): string[] {
  const single = Array.from({ length: 0x1fb00 - 0x1f300 }, (_, i) =>
    String.fromCodePoint(0x1f300 + i),
  ).filter((each) => /^\p{Emoji_Presentation}$/u.test(each));
  const rows = single.map((_, i) => single.slice(i, i + 8).join('')).filter((_, i) => i % 8 === 0);
  const sequences = [...FAMILY, ...MORE, ...KEYS, ...PLACES];
  return [
    ...rows,
    ...sequences,
    ...sequences.map((each) => `so good ${each}${each}! thanks ${each}`),
  ];
}

/** Sentences whose spelling needs joiners, marks of direction, variants, soft hyphens or fillers. */
export const SENTENCES: readonly string[] = [
  'می\u200cخواهم کتاب\u200cها را به خانه\u200cی شما بیاورم و نمی\u200cدانم کی می\u200cرسم.',
  'این نرم\u200cافزار رایگان است؛ می\u200cتوانید آن را به\u200cروزرسانی کنید.',
  'क्\u200dया आप र्\u200dयास्त पुस्तकें पढ़ते हैं? श्री\u200cमान जी धन्यवाद।',
  'നന്\u200d പറഞ്ഞു, അവന്\u200d വന്നു.',
  'ශ්\u200dරී ලංකාව ක්\u200dරීඩාව',
  'বাংলা ব্যাকরণে র\u200d্যাব ও ক্\u200cষ',
  'ಕನ್ನಡ ಸಾಫ್ಟ್\u200cವೇರ್',
  'שלום\u200f, המחיר הוא 5\u200e-10\u200f שקלים (USB\u200e).',
  'السعر ١٢٫٥ دولار\u200f (USD)\u200f، والنسبة \u061c-٥٪.',
  'הקובץ \u2066report.pdf\u2069 נשמר בהצלחה.',
  '\u202bשלום עולם\u202c',
  'สวัสดี\u200bครับ\u200bยินดี\u200bต้อนรับ',
  'ភាសា\u200bខ្មែរ\u200bគឺ\u200bជា\u200bភាសា',
  'Die Donau\u00addampf\u00adschiff\u00adfahrts\u00adgesell\u00adschaft hat An\u00adgestellte.',
  'ᠮᠣᠩᠭᠣᠯ\u180b ᠬᠡᠯᠡ\u180e',
  '葛\u{e0100}城市と辻\u{e0101}さん',
  '日本ではＪＲやＴＶという全角の文字を使います。ＯＫ？',
  '⠓⠑⠇⠇⠕⠀⠺⠕⠗⠇⠙ ⠞⠓⠊⠎⠀⠊⠎⠀⠃⠗⠁⠊⠇⠇⠑',
  'ᄒ\u1160ᆫ 옛한글 \u115fᅡ',
  'Это русский текст: Москва, сорока, корова; «сосна» и топор. Windows и USB-кабель.',
  'Ελληνικά και English: το όνομα του είναι Νίκος, O(αn) και Δx.',
  'Հայերեն տեքստ՝ հասարակ բառերով, և English.',
  'ᏣᎳᎩ ᎦᏬᏂᎯᏍᏗ is the Cherokee language.',
  'let α be the angle and β the other; 𝑥 and 𝑦 are real, 𝑠𝑖𝑛 𝑥 < 1, ℝ, ℕ.',
  'The word cat is pronounced /kæt/ and thing /θɪŋ/; naïve café, Ærøskøbing, Łódź.',
  'السّلامُ عَلَيْكُمْ وَرَحْمَةُ اللهِ',
  'Tiếng Việt có nhiều dấu: hướng dẫn sử dụng ở trên.',
];
