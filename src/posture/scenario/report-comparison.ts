/** The page of two scenarios side by side. */
import type { ScenarioComparison } from './compare.ts';
import { escapeText } from './markup.ts';
import { markTable, wrapPage } from './page.ts';
import { drawCurve, drawFan } from './plot.ts';
import { showChance, showDifference, showMean, showMonth } from './show.ts';

/** Renders the page; a complete file in itself. */
export function renderComparison(comparison: ScenarioComparison): string {
  const { first, second, notice, differences } = comparison;
  const both = [first, second] as const;
  const fans = both.map((each) => each.fans.find((fan) => fan.kind === 'all')!);
  const most = Math.max(1, ...fans.flatMap((fan) => fan.p90));
  const runs = first.runs.toString().replace(/\B(?=(\d{3})+(?!\d))/g, ',');
  const pairs = first.reach.flatMap((curve) => {
    const other = second.reach.find((each) => each.id === curve.id);
    return other === undefined ? [] : [[curve, other] as const];
  });
  const body = `<header><h1>${escapeText(first.name)} <span class="soft">and</span> ${escapeText(second.name)}</h1>
<div class="notice">${escapeText(notice)}</div>
<p class="soft">Each at its own end: ${showMonth(first.start, first.months)} and ${showMonth(second.start, second.months)}. Differences are the second less the first over ${runs} pairs of runs in which inputs of the same name were drawn at the same quantile; brackets hold P10 to P90.</p></header>
<h2>How many have it</h2>
<div class="grid2">${both
    .map(
      (each, i) =>
        `<figure><h3>${escapeText(each.name)}</h3>${drawFan(fans[i]!, each.start, false, most)}<figcaption>Median, and the band from P10 to P90.</figcaption></figure>`,
    )
    .join('')}</div>
<h2>By the end</h2>
<div class="card">${markTable(
    ['', escapeText(first.name), escapeText(second.name), 'difference'],
    differences.map(({ title, share, first: a, second: b, difference }) => [
      escapeText(title),
      share ? showChance(a) : showMean(a),
      share ? showChance(b) : showMean(b),
      showDifference(difference, share),
    ]),
  )}</div>
<h2>Chance that at least one of a kind has it</h2>
${pairs
  .map(
    ([a, b]) =>
      `<div class="grid2"><figure><h3>${escapeText(a.title)}</h3>${drawCurve(a, first.start)}<figcaption>${escapeText(first.name)}</figcaption></figure><figure><h3>${escapeText(b.title)}</h3>${drawCurve(b, second.start)}<figcaption>${escapeText(second.name)}</figcaption></figure></div>`,
  )
  .join('\n')}`;
  return wrapPage(`${first.name} and ${second.name}: scenarios`, body);
}
