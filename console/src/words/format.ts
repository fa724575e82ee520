/** Numbers and times as people read them: always with a unit, never more digits than mean something. */

const groups = new Intl.NumberFormat('en-US');
const three = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 3 });

/** `1234567` as `1,234,567`. */
export function sayCount(value: number): string {
  return groups.format(value);
}

/** A count with its noun: `1 file`, `3 files`. */
export function sayCounted(value: number, one: string, many = `${one}s`): string {
  return `${groups.format(value)} ${value === 1 ? one : many}`;
}

/** Bytes with a decimal unit: `4.31 kB`. */
export function sayBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? groups.format(value) : three.format(value)} ${units[unit] ?? ''}`;
}

/** A charge exactly: `34,512 bits`. */
export function sayBits(bits: number): string {
  return `${groups.format(bits)} ${bits === 1 ? 'bit' : 'bits'}`;
}

/** A charge in short, for lists and axes: `34.5 kbit`. */
export function sayBitsShort(bits: number): string {
  const units = ['bit', 'kbit', 'Mbit', 'Gbit', 'Tbit', 'Pbit'];
  let value = bits;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${three.format(value)} ${units[unit] ?? ''}`;
}

/** A share from 0 to 1 as percent; what is not zero is never shown as zero. */
export function sayShare(share: number): string {
  if (share > 0 && share < 0.001) return '< 0.1 %';
  if (share < 1 && share > 0.999) return '> 99.9 %';
  return `${three.format(Math.round(share * 1000) / 10)} %`;
}

const STEPS: readonly (readonly [string, number])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
];

/** A length of time in its two largest units: `2 d 4 h`, `38 s`, `under 1 s`. */
export function sayDuration(milliseconds: number): string {
  const total = Math.abs(milliseconds);
  if (total < 1000) return 'under 1 s';
  const first = STEPS.findIndex(([, size]) => total >= size);
  const [unit, size] = STEPS[first] ?? ['s', 1000];
  const whole = Math.floor(total / size);
  const next = STEPS[first + 1];
  if (next === undefined || whole >= 10) return `${groups.format(whole)} ${unit}`;
  const rest = Math.floor((total - whole * size) / next[1]);
  return rest === 0
    ? `${String(whole)} ${unit}`
    : `${String(whole)} ${unit} ${String(rest)} ${next[0]}`;
}

/** How a moment lies to now: `3 min ago`, `in 2 d 4 h`. */
export function sayRelative(iso: string, nowMs: number): string {
  const distance = new Date(iso).getTime() - nowMs;
  if (Math.abs(distance) < 10_000) return 'just now';
  const text = sayDuration(distance);
  return distance < 0 ? `${text} ago` : `in ${text}`;
}

const twoDigits = (value: number): string => String(value).padStart(2, '0');

/** A moment in local time to the minute: `2026-11-26 14:03`. */
export function sayTime(iso: string): string {
  const date = new Date(iso);
  return `${sayDay(iso)} ${twoDigits(date.getHours())}:${twoDigits(date.getMinutes())}`;
}

/** A local day: `2026-11-26`. */
export function sayDay(iso: string): string {
  const date = new Date(iso);
  return `${String(date.getFullYear())}-${twoDigits(date.getMonth() + 1)}-${twoDigits(date.getDate())}`;
}

const WHOLE_FORMS: Readonly<Record<string, string>> = {
  svg: 'the vector figure instead',
  'changed-rows': 'only the rows that changed',
};
const MODES: Readonly<Record<string, string>> = {
  digits: 'significant digits',
  palette: 'colours',
  scale: 'of its size',
};

/** A lossy form in words: `digits:4` as `4 significant digits`. */
export function sayForm(form: string): string {
  return form
    .split(/[,+|]/)
    .map((part) => {
      const [name = '', value = ''] = part.trim().split(':');
      const words = MODES[name];
      if (words === undefined) return WHOLE_FORMS[part.trim()] ?? part.trim();
      if (name === 'scale') return `${three.format(Number(value) * 100)} % ${words}`;
      return `${value} ${words}`;
    })
    .join(', ');
}

// What changes the direction of text, or is not seen at all, would let a name claim to be another one.
const HIDDEN =
  // eslint-disable-next-line no-control-regex -- exactly these characters are made visible.
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e0fff}]/gu;

/** A text of somebody else with every hidden character made visible as `\u{202e}`. */
export function showSafely(text: string): string {
  return text.replace(HIDDEN, (hidden) => `\\u{${(hidden.codePointAt(0) ?? 0).toString(16)}}`);
}

/** The same, but line breaks and tabs stay what they are. */
export function showTextSafely(text: string): string {
  return text.replace(HIDDEN, (hidden) =>
    hidden === '\n' || hidden === '\t'
      ? hidden
      : `\\u{${(hidden.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
