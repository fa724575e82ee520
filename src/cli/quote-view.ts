/** The quote on a terminal: one line per file, totals, what it means, findings, cheaper forms. Pure text. */
import { sayCount } from '../core/index.ts';
import { sayHolds } from '../egress/index.ts';
import type { ExportPolicy, Quote, QuoteFile } from '../egress/index.ts';
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
  /** What leaves without a person under the default rules; a gate may have other ones. */
  readonly policy: ExportPolicy;
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
    ...showChanges(quote, view),
    ...showHolds(quote, view),
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
    name: `${sayCount(total.files, 'file')}${total.refused > 0 ? `, ${formatCount(total.refused)} refused` : ''}`,
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
    : sayCount(days, 'day');
}

function heading(paint: Paint, title: string): string {
  return `  ${paint('bold', title)}`;
}

const SHOWN_MAX = 30;

function limitLines(lines: string[], what: string): string[] {
  if (lines.length <= SHOWN_MAX) return lines;
  return [
    ...lines.slice(0, SHOWN_MAX),
    `  … and ${formatCount(lines.length - SHOWN_MAX)} more ${what} (--json shows all)`,
  ];
}

function showFindings(quote: Quote, { columns, paint }: QuoteView): string[] {
  const found = quote.files.flatMap((file) =>
    file.findings
      .filter((finding) => finding.severity !== 'info')
      .map((finding) => ({ file, finding })),
  );
  if (found.length === 0) return [];
  const lines = found.flatMap(({ file, finding }) => {
    const style = finding.severity === 'hold' ? 'yellow' : 'red';
    const where = `${shorten(showSafely(file.path), 52)}, ${showSafely(finding.place)}: `;
    const [first = '', ...rest] = wrap(where + showSafely(finding.sentence), columns - 10);
    return [
      `  ${paint(style, pad(finding.severity, 6))}${first}`,
      ...rest.map((line) => `        ${line}`),
    ];
  });
  const held = found.some(({ finding }) => finding.severity === 'hold');
  return [
    heading(paint, 'Findings'),
    ...limitLines(lines, 'lines'),
    ...(held
      ? [
          paint(
            'dim',
            '  hold: a person has to look at it; fewer digits or a summary instead of rows may avoid that',
          ),
        ]
      : []),
    '',
  ];
}

/** What reading left out or changed, once for all files of which it is true. */
function showChanges(quote: Quote, { columns, paint }: QuoteView): string[] {
  const files = new Map<string, string[]>();
  for (const file of quote.files) {
    for (const { severity, sentence } of file.findings) {
      if (severity === 'info') files.set(sentence, [...(files.get(sentence) ?? []), file.path]);
    }
  }
  if (files.size === 0) return [];
  const lines = [...files].flatMap(([sentence, paths]) => {
    const [path = ''] = paths;
    const where =
      paths.length === 1 ? shorten(showSafely(path), 52) : sayCount(paths.length, 'file');
    const [first = '', ...rest] = wrap(`${where}: ${showSafely(sentence)}`, columns - 4);
    return [`  ${first}`, ...rest.map((line) => `    ${line}`)];
  });
  return [heading(paint, 'Left out or changed'), ...limitLines(lines, 'lines'), ''];
}

/** What a gate with the default rules would hold although nothing was found in it. */
function showHolds(quote: Quote, { columns, paint, policy, each }: QuoteView): string[] {
  const files = quote.files.filter((file) => file.verdict === 'quoted');
  const releases = each ? files.map((file) => [file]) : [files];
  const holds = releases.flatMap((release) => {
    const bits = release.reduce((sum, file) => sum + file.chargeBits, 0);
    return sayHolds(policy, release, BigInt(bits));
  });
  if (holds.length === 0) return [];
  const lines = holds.flatMap(({ place, sentence, wayForward }) => {
    const where = place === undefined ? '' : `${shorten(showSafely(place), 52)}: `;
    const [first = '', ...rest] = wrap(`${where}${sentence}; ${wayForward}`, columns - 10);
    return [
      `  ${paint('yellow', pad('hold', 6))}${first}`,
      ...rest.map((line) => `        ${line}`),
    ];
  });
  return [
    heading(paint, 'Held by the default rules, whatever is in it'),
    ...limitLines(lines, 'lines'),
    '',
  ];
}

/** The columns of the cheaper forms, per group of files that take the same ones. */
const FORM_GROUPS: readonly { readonly title: string; readonly forms: readonly string[] }[] = [
  { title: 'tables', forms: ['digits:6', 'digits:4', 'digits:3', 'changed-rows'] },
  { title: 'pictures', forms: ['scale:0.5', 'palette:16', 'palette:16,scale:0.5', 'svg'] },
];

function showCheaper(quote: Quote, view: QuoteView): string[] {
  const { columns, paint } = view;
  const quoted = quote.files.filter((file) => file.verdict === 'quoted');
  const groups = FORM_GROUPS.flatMap(({ title, forms }) => {
    const files = quoted
      .filter((file) => file.cheaper.some((offer) => forms.includes(offer.form)))
      .toSorted((a, b) => b.chargeBits - a.chargeBits);
    return files.length === 0 ? [] : showFormGroup(title, forms, files, view);
  });
  const lines = groups.length === 0 ? [] : [heading(paint, 'Cheaper forms, in bits'), ...groups];
  const pixels = quoted.some(
    (file) => file.type === 'raster' && !file.cheaper.some((offer) => offer.form === 'svg'),
  );
  const hints = [
    ...(groups.length === 0
      ? []
      : ['Take one with --form; each price is that of a real encoding.']),
    ...(pixels
      ? [
          'A figure as SVG costs far less than its pixels: give the .svg of the same name to see its price.',
        ]
      : []),
  ];
  const hint = hints.flatMap((text) =>
    wrap(text, columns - 2).map((line) => paint('dim', `  ${line}`)),
  );
  return lines.length + hint.length === 0 ? [] : [...lines, ...hint, ''];
}

function showFormGroup(
  title: string,
  allForms: readonly string[],
  files: readonly QuoteFile[],
  { columns, paint }: QuoteView,
): string[] {
  const forms = allForms.filter((form) =>
    files.some((file) => file.cheaper.some((offer) => offer.form === form)),
  );
  const heads = ['now', ...forms.map((form) => (form === 'palette:16,scale:0.5' ? 'both' : form))];
  const rows = files.map((file) => ({
    name: showSafely(file.path),
    cells: [
      formatCount(file.chargeBits),
      ...forms.map((form) => {
        const offer = file.cheaper.find((other) => other.form === form);
        return offer === undefined ? '·' : formatCount(offer.chargeBits);
      }),
    ],
    best: Math.min(...file.cheaper.map((offer) => offer.chargeBits)),
    now: file.chargeBits,
  }));
  const widths = heads.map((head, i) =>
    Math.max(head.length, ...rows.map((row) => row.cells[i]?.length ?? 0)),
  );
  const saves = 10;
  const room = columns - 2 - saves - widths.reduce((sum, width) => sum + width + 2, 0);
  const name = Math.max(
    16,
    Math.min(room, Math.max(title.length, ...rows.map((row) => measureColumns(row.name)))),
  );
  const line = (first: string, cells: readonly string[], last: string): string =>
    `  ${pad(shorten(first, name), name)}${cells.map((cell, i) => `  ${pad(cell, widths[i] ?? 0, 'right')}`).join('')}  ${pad(last, saves - 2, 'right')}`.trimEnd();
  const body = rows.map((row) => line(row.name, row.cells, formatTimes(row.now, row.best)));
  return [paint('dim', line(title, heads, 'at best')), ...limitLines(body, 'files')];
}

function formatTimes(now: number, then: number): string {
  const times = now / Math.max(1, then);
  return times >= 1.95
    ? `÷ ${times >= 10 ? String(Math.round(times)) : times.toFixed(1)}`
    : `−${String(Math.round((1 - then / now) * 100))} %`;
}

function showRefusals(quote: Quote, { columns, paint }: QuoteView): string[] {
  const refused = quote.files.filter((file) => file.verdict === 'refused');
  if (refused.length === 0) return [];
  const lines = refused.flatMap((file) => {
    const [first = '', ...rest] = wrap(
      `${shorten(showSafely(file.path), 72)}: ${showSafely(file.reason ?? '')}`,
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
