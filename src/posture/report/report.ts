/** The report: one self-contained HTML file that loads nothing, runs no script, and reads well in light and dark. */
import { isoTime, sayCount } from '../../core/index.ts';
import type { ReportData } from './data.ts';
import { Markup, html } from './markup.ts';
import {
  sectionCaps,
  sectionExpiry,
  sectionFrameworks,
  sectionRoadmap,
  sectionSources,
} from './sections-ahead.ts';
import {
  sectionAttack,
  sectionBasis,
  sectionHeldBack,
  sectionLevels,
  sectionMeasures,
} from './sections.ts';
import { STYLE } from './style.ts';

/** Nothing may be loaded, run or sent; styles are inline. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** Writes the report. The same data gives the same bytes. */
export function writeReport(data: ReportData): string {
  const { head } = data.posture.assessment;
  const at = isoTime(data.posture.atMs);
  const document = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${POLICY}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>Security posture of ${head.organisation}</title>
        <style>
          ${new Markup(STYLE)}
        </style>
      </head>
      <body>
        <main>
          <header>
            <div class="kind">Security posture · self-assessed, not certified</div>
            <h1>${head.organisation}</h1>
            <p class="lead">
              As of ${at}, in the words of ${head.owner}. Whatever nobody has said, and whatever has
              expired, is <em>unknown</em>, which is never a pass.
            </p>
            ${head.notes === undefined ? '' : html`<p>${head.notes}</p>`}
          </header>
          ${sectionLevels(data.posture)} ${sectionHeldBack(data.posture)}
          ${sectionBasis(data.posture)} ${sectionAttack(data.posture)} ${sectionExpiry(data)}
          ${sectionRoadmap(data)} ${sectionCaps(data)} ${sectionFrameworks(data)}
          ${sectionMeasures(data.posture)} ${sectionSources(data)}
          <footer>
            Made by Sallyport from an assessment's folder; the same folder and moment give the same
            page. ${sayCount(data.posture.assessment.files.length, 'file')},
            ${sayCount(data.posture.assessment.claims.length, 'claim')},
            ${sayCount(data.posture.assessment.readings.length, 'reading')} of a gate.
          </footer>
        </main>
      </body>
    </html> `;
  return document.text;
}
