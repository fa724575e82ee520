/** The quote on a terminal: one line per file, totals, what it means, findings, cheaper forms. Pure text. */
import type { Quote, QuoteFile } from '../egress/index.ts';
import {
  formatBytes,
  formatCount,
  measureColumns,
  pad,
  shorten,
  showSafely,
  wrap,
} from './terminal.ts';
import type { Paint } from './terminal.ts';

/** The model that a charge is compared with. */
export interface ModelSize {
  readonly params: number;
  readonly bitsPerParam: number;
}

/** How a quote is shown. */
export interface QuoteView {
  readonly columns: number;
  readonly paint: Paint;
  readonly model: ModelSize;
  readonly each: boolean;
  readonly skipped: readonly string[];
}

const MONTHS_PER_YEAR = 12;
const DAYS_PER_YEAR = 365.25;

/** All lines of a quote. */
export function showQuote(quote: Quote, view: QuoteView): string[] {
  return [
    ...showFiles(quote, view),
    '',
    ...showMeaning(quote, view),
    ...showFindings(quote, view),
    ...showCheaper(quote, view),
    ...showRefusals(quote, view),
    ...showSkipped(view),
  ];
}

function formatRatio(bits: number, bytes: number): string {
  if (bytes === 0) return '–';
  const ratio = bits / 8 / bytes;
  return ratio >= 10 ? ratio.toFixed(1) : ratio.toFixed(3);
}

function showFiles(quote: Quote, { columns, paint }: QuoteView): string[] {
  const rows = quote.files.map((file) => ({
    file,
    name: showSafely(file.path),
    type:
      file.emitted?.form === undefined
        ? (file.type ?? '–')
        : `${file.type ?? ''} ${file.emitted.form}`,
    bytes: file.sha256 === '' && file.bytes === 0 ? '–' : formatCount(file.bytes),
    charge: file.verdict === 'refused' ? 'refused' : formatCount(file.chargeBits),
    ratio: file.verdict === 'refused' ? '' : formatRatio(file.chargeBits, file.bytes),
  }));
  const { total } = quote;
  const sum = {
    name: `${formatCount(total.files)} ${total.files === 1 ? 'file' : 'files'}${total.refused > 0 ? `, ${formatCount(total.refused)} refused` : ''}`,
    bytes: formatCount(total.bytes),
    charge: formatCount(total.chargeBits),
    ratio: formatRatio(total.chargeBits, quotedBytes(quote.files)),
  };
  const width = (key: 'bytes' | 'charge' | 'ratio', head: string): number =>
    Math.max(head.length, sum[key].length, ...rows.map((row) => row[key].length));
  const type = Math.max(4, ...rows.map((row) => row.type.length));
  const bytes = width('bytes', 'bytes');
  const charge = width('charge', 'charge, bit');
  const ratio = width('ratio', 'ratio');
  const room = columns - 2 - type - bytes - charge - ratio - 4 * 2;
  const name = Math.max(
    16,
    Math.min(room, Math.max(sum.name.length, ...rows.map((row) => measureColumns(row.name)))),
  );
  const line = (cells: readonly [string, string, string, string, string]): string =>
    `  ${pad(cells[0], name)}  ${pad(cells[1], type)}  ${pad(cells[2], bytes, 'right')}  ${pad(cells[3], charge, 'right')}  ${pad(cells[4], ratio, 'right')}`.trimEnd();
  const rule = paint('dim', `  ${'─'.repeat(name + type + bytes + charge + ratio + 8)}`);
  return [
    paint('dim', line(['file', 'type', 'bytes', 'charge, bit', 'ratio'])),
    ...rows.map(({ file, ...row }) => {
      const text = line([shorten(row.name, name), row.type, row.bytes, row.charge, row.ratio]);
      if (file.verdict === 'refused') return paint('red', text);
      return file.findings.some((finding) => finding.severity !== 'info')
        ? paint('yellow', text)
        : text;
    }),
    rule,
    paint('bold', line([sum.name, '', sum.bytes, sum.charge, sum.ratio])),
  ];
}

function quotedBytes(files: readonly QuoteFile[]): number {
  return files.reduce((sum, file) => sum + (file.verdict === 'quoted' ? file.bytes : 0), 0);
}

/** `1.4e+10` as `14 billion`; small counts in full. */
export function formatLarge(value: number): string {
  const names: readonly (readonly [number, string])[] = [
    [1e12, 'trillion'],
    [1e9, 'billion'],
    [1e6, 'million'],
  ];
  if (!Number.isFinite(value)) return 'no end of';
  const found = names.find(([size]) => value >= size);
  if (found === undefined) return formatCount(Math.floor(value));
  const count = value / found[0];
  return `${count >= 100 ? formatCount(Math.round(count)) : String(Number(count.toPrecision(3)))} ${found[1]}`;
}

function formatShare(share: number): string {
  if (share === 0) return '0\u00a0%';
  const percent = share * 100;
  return percent >= 0.001
    ? `${String(Number(percent.toPrecision(2)))}\u00a0%`
    : `one part in ${formatLarge(1 / share)}`;
}

function showMeaning(quote: Quote, { columns, paint, model, each }: QuoteView): string[] {
  const bits = quote.total.chargeBits;
  const effective = model.params * model.bitsPerParam;
  if (bits === 0) return [];
  const releases = Math.ceil(effective / bits);
  const sentences = [
    `${each ? 'Each file a release of its own' : 'As one release'}: ${formatBytes(bits / 8)} on the wire, the most that anyone outside can learn from it.`,
    `A model of ${formatLarge(model.params)} parameters at ${String(model.bitsPerParam)} bit each has an effective size of ` +
      `${formatBytes(effective / 8)}; this is ${formatShare(bits / effective)} of it. ` +
      (releases <= 1
        ? 'That is the whole thinnest useful copy in one release.'
        : `One such release a day would take ${formatYears(releases)} to carry the thinnest useful copy out.`),
  ];
  return [
    ...sentences.flatMap((sentence) => wrap(sentence, columns - 2).map((line) => `  ${line}`)),
    '',
  ].map((line) => paint('dim', line));
}

function formatYears(days: number): string {
  const years = days / DAYS_PER_YEAR;
  if (years >= 2) return `${formatLarge(years)} years`;
  return years * MONTHS_PER_YEAR >= 2
    ? `${String(Math.floor(years * MONTHS_PER_YEAR))} months`
    : `${formatCount(days)} days`;
}

function heading(paint: Paint, title: string): string {
  return `  ${paint('bold', title)}`;
}

const SHOWN_MAX = 40;

function limitLines(lines: string[], what: string): string[] {
  if (lines.length <= SHOWN_MAX) return lines;
  return [
    ...lines.slice(0, SHOWN_MAX),
    `  … and ${formatCount(lines.length - SHOWN_MAX)} more ${what} (--json shows all)`,
  ];
}

function showFindings(quote: Quote, { columns, paint }: QuoteView): string[] {
  const lines = quote.files.flatMap((file) =>
    file.findings.flatMap((finding) => {
      const style =
        finding.severity === 'info' ? 'dim' : finding.severity === 'hold' ? 'yellow' : 'red';
      const place = `${shorten(showSafely(file.path), 48)}, ${showSafely(finding.place)}`;
      const [first = '', ...rest] = wrap(`${place}: ${showSafely(finding.sentence)}`, columns - 10);
      return [
        `  ${paint(style, pad(finding.severity, 6))}${first}`,
        ...rest.map((line) => `        ${line}`),
      ];
    }),
  );
  return lines.length === 0 ? [] : [heading(paint, 'Findings'), ...limitLines(lines, 'lines'), ''];
}

function showCheaper(quote: Quote, { columns, paint }: QuoteView): string[] {
  const files = quote.files.filter((file) => file.cheaper.length > 0);
  const hints = quote.files.filter(
    (file) =>
      file.type === 'raster' &&
      file.verdict === 'quoted' &&
      !file.cheaper.some((offer) => offer.form === 'svg'),
  );
  const lines = files
    .toSorted((a, b) => b.chargeBits - a.chargeBits)
    .flatMap((file) => {
      const offers = file.cheaper.map(
        (offer) =>
          `${offer.form} ${formatCount(offer.chargeBits)} (${formatTimes(file.chargeBits, offer.chargeBits)})`,
      );
      const name = Math.min(44, Math.max(20, Math.floor(columns * 0.4)));
      const [first = '', ...rest] = wrap(offers.join(' · '), columns - name - 4);
      return [
        `  ${pad(shorten(showSafely(file.path), name), name)}  ${first}`,
        ...rest.map((line) => `  ${' '.repeat(name)}  ${line}`),
      ];
    });
  const all =
    lines.length === 0
      ? []
      : [
          heading(paint, 'Cheaper forms, in bits (each was encoded)'),
          ...limitLines(lines, 'lines'),
        ];
  if (hints.length > 0) {
    all.push(
      ...wrap(
        'A figure as SVG is much cheaper than its pixels: give the .svg of the same name to see its price.',
        columns - 2,
      ).map((line) => paint('dim', `  ${line}`)),
    );
  }
  return all.length === 0 ? [] : [...all, ''];
}

function formatTimes(now: number, then: number): string {
  const times = now / Math.max(1, then);
  return times >= 1.95
    ? `${times >= 10 ? String(Math.round(times)) : times.toFixed(1)}× less`
    : `−${String(Math.round((1 - then / now) * 100))} %`;
}

function showRefusals(quote: Quote, { columns, paint }: QuoteView): string[] {
  const refused = quote.files.filter((file) => file.verdict === 'refused');
  if (refused.length === 0) return [];
  const lines = refused.flatMap((file) => {
    const [first = '', ...rest] = wrap(
      `${showSafely(file.path)}: ${showSafely(file.reason ?? '')}`,
      columns - 4,
    );
    return [`  ${first}`, ...rest.map((line) => `    ${line}`)];
  });
  return [heading(paint, paint('red', 'Refused')), ...limitLines(lines, 'lines'), ''];
}

function showSkipped({ skipped, paint }: QuoteView): string[] {
  if (skipped.length === 0) return [];
  const names = skipped.slice(0, 3).map(showSafely).join(', ');
  return [
    paint(
      'dim',
      `  not followed: ${names}${skipped.length > 3 ? ` and ${String(skipped.length - 3)} more` : ''} (links out of the folder, or no files)`,
    ),
    '',
  ];
}

/** The JSON lines of a quote: one object per file and the total. */
export function showQuoteJson(quote: Quote): string[] {
  const lines = quote.files.map((file) => ({
    path: file.path,
    sha256: file.sha256 === '' ? null : file.sha256,
    bytes: file.bytes,
    type: file.type,
    verdict: file.verdict,
    chargeBits: file.chargeBits,
    reason: file.reason,
    findings: file.findings,
    cheaper: file.cheaper,
  }));
  return [...lines, { total: quote.total }].map((line) => JSON.stringify(line));
}
