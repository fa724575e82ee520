/** A page: one file, no script, nothing from elsewhere; the reader's browser is told so and holds it to that. */
import { sha256Bytes, toBase64, utf8 } from '../../core/index.ts';
import { escapeText } from './markup.ts';
import { STYLE } from './style.ts';

/** Wraps a page's body. */
export function wrapPage(title: string, body: string): string {
  const digest = toBase64(sha256Bytes(utf8(STYLE)));
  const policy = `default-src 'none'; style-src 'sha256-${digest}'; base-uri 'none'; form-action 'none'`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeText(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${escapeText(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`;
}

/** A table; cells are markup already, those of the first column text for the eye. */
export function markTable(
  head: readonly string[],
  rows: readonly (readonly (string | Cell)[])[],
): string {
  const cell = (each: string | Cell): string =>
    typeof each === 'string' ? `<td>${each}</td>` : `<td class="${each.kind}">${each.markup}</td>`;
  return `<div class="scroll"><table><thead><tr>${head.map((each) => `<th>${each}</th>`).join('')}</tr></thead><tbody>${rows
    .map((row) => `<tr>${row.map(cell).join('')}</tr>`)
    .join('')}</tbody></table></div>`;
}

/** A cell with a class. */
export interface Cell {
  readonly kind: string;
  readonly markup: string;
}
