/**
 * Pages written by us in the manner of common report tools; the models see them before the first file. Frozen: a change
 * here changes every charge and needs a new table version.
 */
import { LABELS } from '../tokens/priming-words.ts';

const HEAD = '<!DOCTYPE html><html><head><meta charset="utf-8">';

/** A data frame as pandas writes it. */
function frame(): string {
  const rows = [1, 2, 3].map(
    (i) =>
      `<tr><th>${String(i)}</th><td>run-${String(i)}</td><td>0.${String(71 + i)}</td><td>NaN</td><td>True</td></tr>`,
  );
  return `${HEAD}<style>.dataframe tbody tr th:only-of-type{vertical-align:middle}.dataframe tbody tr th{vertical-align:top}.dataframe thead th{text-align:right}</style></head><body><div><table border="1" class="dataframe"><thead><tr style="text-align:right"><th></th><th>name</th><th>accuracy</th><th>loss</th><th>done</th></tr></thead><tbody>${rows.join('')}</tbody></table><p>3 rows × 4 columns</p></div></body></html>`;
}

/** A report as pandoc and knitr write it. */
function report(): string {
  return `${HEAD}<title>Report</title><style>body{margin:0 auto;max-width:36em;padding:50px;hyphens:auto;word-wrap:break-word;text-rendering:optimizeLegibility;font-kerning:normal}p{margin:1em 0}a{color:#1a1a1a}h1,h2,h3,h4,h5,h6{margin-top:1.4em}code{font-family:Menlo,Monaco,Consolas,'Lucida Console',monospace;font-size:85%;margin:0}pre{margin:1em 0;overflow:auto}pre code{padding:0;overflow:visible;overflow-wrap:normal}table{margin:1em 0;border-collapse:collapse;width:100%;overflow-x:auto;display:block}th,td{padding:0.25em 0.5em 0.25em 0.5em}</style></head><body><header id="title"><h1 class="title">Report</h1></header><h2 id="results">Results</h2><p>The estimate is <strong>0.42</strong> (95% CI 0.31 to 0.57, p &lt; 0.001).</p><ul><li>first</li><li>second</li></ul><pre><code>## # A tibble: 2 x 3
##   term  estimate</code></pre><table><thead><tr class="header"><th style="text-align:left">term</th><th style="text-align:right">estimate</th></tr></thead><tbody><tr class="odd"><td style="text-align:left">age</td><td style="text-align:right">1.03</td></tr><tr class="even"><td style="text-align:left">sex</td><td style="text-align:right">0.97</td></tr></tbody></table></body></html>`;
}

/** Rules of a styled table: the properties that such sheets set side by side, with values of our own. */
function rules(): string {
  const side = (name: string, width: string, kind: string): string =>
    `border-${name}-color:#c9ced6;border-${name}-style:${kind};border-${name}-width:${width}`;
  const pad = (top: string, left: string): string =>
    `padding-bottom:${top};padding-left:${left};padding-right:${left};padding-top:${top}`;
  return [
    `#report .grid{background-color:#fafafa;${side('top', '3px', 'solid')};color:#222222;display:table;font-size:15px;font-style:normal;font-weight:normal;margin-left:auto;margin-right:auto;width:auto}`,
    `#report .grid_head{background-color:#f0f0f0;${side('left', '4px', 'none')};text-align:center;vertical-align:bottom;overflow-x:hidden}`,
    `#report .grid_name{color:#101010;font-size:120%;font-weight:bold;${pad('6px', '7px')}}`,
    `#report .grid_group{${side('right', '4px', 'none')};text-transform:inherit;vertical-align:middle}`,
    `#report .grid_cell{${pad('9px', '8px')};margin:12px;text-align:left;font-variant-numeric:tabular-nums}`,
    `#report .grid_note{background-color:#fafafa;${side('bottom', '3px', 'double')};font-size:80%;text-align:right}`,
  ].join('');
}

/** A summary table with a style sheet of its own. */
function summary(): string {
  const row = (label: string, cells: readonly string[]): string =>
    `<tr><td class='grid_cell grid_name'>${label}</td>${cells.map((cell) => `<td class='grid_cell grid_note'>${cell}</td>`).join('')}</tr>`;
  return (
    `${HEAD}<style>${rules()}</style></head><body><div id="report" style='height:auto;width:auto'><table class='grid'><thead class='grid_head'>` +
    '<tr><th rowspan=1 colspan=1 class="grid_cell grid_group">Variable</th><th rowspan=1 colspan=1 class="grid_cell grid_group">HR</th><th rowspan=1 colspan=2 class="grid_cell grid_group">Interval</th></tr></thead><tbody class="grid_body">' +
    row('Sex', ['Female', '&#8211;', '&#8211;', '&#8211;']) +
    row('', ['Male', '1.12', '1.01&#8211;1.24', '0.031']) +
    row('Age', ['', '0.93', '0.88&#8211;0.99', '&#60;0.001']) +
    row('Total', ['1,204 / 33,100', '0.75', '(0.70-0.81)', '1,204 (3.6%)']) +
    '</tbody></table></div></body></html>'
  );
}

/** The words of labels. */
function labels(): string {
  const rows = LABELS.map((text) => `<tr><td>${text}</td></tr>`);
  return `${HEAD}</head><body><table><tbody>${rows.join('')}</tbody></table></body></html>`;
}

/** In the order in which the models see them; the last is remembered best. */
export const HTML_PRIMING: readonly string[] = [labels(), frame(), report(), summary()];
