/** The page that a recipient sees in a browser: a list, links and nothing that runs. */
import { createHash } from 'node:crypto';
import { CONSTANT_HEADERS, fileAddress } from './answers.ts';
import type { PublishedRelease, Recipient } from '../view.ts';

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; padding: 0.4rem 0; }
th, td { text-align: left; padding: 0.3rem 0.8rem 0.3rem 0; border-bottom: 1px solid #8884; vertical-align: top; }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
code { font-size: 0.85em; overflow-wrap: anywhere; }
section { margin-bottom: 2.5rem; }
`;

/** The page allows its own style sheet, named by digest, and nothing else. */
const STYLE_DIGEST = createHash('sha256').update(STYLE).digest('base64');

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (c) => ESCAPES[c] ?? c);
}

function grouped(value: number | bigint): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, '\u202f');
}

function releaseSection(release: PublishedRelease): string {
  const rows = release.files.map(
    (file) =>
      `<tr><td><a href="${escape(fileAddress(file))}">${escape(file.name)}</a>${
        file.form === undefined ? '' : ` <small>(${escape(file.form)})</small>`
      }</td><td class="number">${grouped(file.bytes)}</td><td><code>${file.sha256}</code></td></tr>`,
  );
  const number = String(release.release);
  return `<section><table><caption><strong>Release ${number}</strong>, ${release.publishedAt}, charge ${grouped(
    release.chargeBits,
  )} bits · <a href="/v1/releases/${number}/receipt">receipt</a></caption>
<thead><tr><th>File</th><th>Bytes</th><th>SHA-256</th></tr></thead><tbody>
${rows.join('\n')}
</tbody></table></section>`;
}

/** The whole page, newest release first. */
export function renderPage(recipient: Recipient, releases: readonly PublishedRelease[]): Response {
  const sections = [...releases].reverse().map(releaseSection);
  const body = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Released to ${escape(recipient.destinationName)}</title><style>${STYLE}</style></head><body>
<h1>Released to ${escape(recipient.destinationName)}</h1>
${sections.length === 0 ? '<p>Nothing has been released yet.</p>' : sections.join('\n')}
<p>Check a receipt with <code>sallyport receipt verify FILE --key KEY</code>; the log’s key is at <a href="/v1/key">/v1/key</a>.</p>
</body></html>
`;
  const headers = new Headers({ ...CONSTANT_HEADERS, 'Content-Type': 'text/html; charset=utf-8' });
  headers.set(
    'Content-Security-Policy',
    `default-src 'none'; style-src 'sha256-${STYLE_DIGEST}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`,
  );
  return new Response(body, { headers });
}
