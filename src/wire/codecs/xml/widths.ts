/**
 * Widths of letters in Helvetica, in thousandths of the font size, from Adobe's published font metrics; Arial, Liberation
 * Sans and TeX Gyre Heros have the same. They predict the length of a text that a drawing states beside it.
 */

const FIRST = 32;
const REGULAR =
  '278 278 355 556 556 889 667 191 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556 556 556 278 278 584 584 584 556 ' +
  '1015 667 667 722 722 667 611 778 722 278 500 667 556 833 722 778 667 778 722 667 611 722 667 944 667 667 611 278 278 278 469 556 ' +
  '333 556 556 500 556 556 278 556 556 222 222 500 222 833 556 556 556 556 333 500 278 556 500 722 500 500 500 334 260 334 584';
const BOLD =
  '278 333 474 556 556 889 722 238 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556 556 556 333 333 584 584 584 611 ' +
  '975 722 722 722 722 667 611 778 722 278 556 722 611 833 722 778 667 778 722 667 611 722 667 944 667 667 611 333 278 333 584 556 ' +
  '333 556 611 556 611 556 333 611 611 278 278 556 278 889 611 611 611 611 389 556 333 611 556 778 556 556 500 389 280 389 584';
const TABLES = [REGULAR, BOLD].map((text) => text.split(' ').map(Number));
const OTHERS: Readonly<Record<string, number>> = {
  '–': 556,
  '—': 1000,
  '≥': 549,
  '≤': 549,
  '×': 584,
  '±': 584,
  '°': 400,
  µ: 556,
  '−': 584,
};

/** The length of a text at a font size. */
export function textLength(text: string, size: number, bold: boolean): number {
  const table = TABLES[bold ? 1 : 0] ?? [];
  let sum = 0;
  for (const letter of text) sum += table[letter.charCodeAt(0) - FIRST] ?? OTHERS[letter] ?? 556;
  return (sum * size) / 1000;
}
