/** The page of a scenario: every answer with its interval, every input with its source. */
import type { ClaimAnswer, InputShown, Ladder, ScenarioAnswers } from './answer-types.ts';
import { escapeText } from './markup.ts';
import { markTable, wrapPage } from './page.ts';
import type { Cell } from './page.ts';
import { drawCurve, drawFan, drawSwings } from './plot.ts';
import { SEEN_RUNS_LEAST } from './seen.ts';
import {
  sayTooFew,
  sayUntold,
  datesShown,
  showChance,
  showDates,
  showMean,
  showMonth,
  showNumber,
  showQuantile,
  showShare,
  showSpan,
  showSpans,
} from './show.ts';
import type { Estimate, Quantiles } from './stats.ts';

/** Renders the page; a complete file in itself. */
export function renderScenario(answers: ScenarioAnswers): string {
  const body = [
    renderHead(answers),
    renderHolders(answers),
    renderReach(answers),
    renderLadders(answers),
    renderEgress(answers),
    renderClaims(answers),
    renderSensitivity(answers),
    renderInputs(answers),
  ].join('\n');
  return wrapPage(`${answers.name}: scenario`, body);
}

const count = (value: number): string => value.toString().replace(/\B(?=(\d{3})+(?!\d))/g, ',');

function renderHead(answers: ScenarioAnswers): string {
  const { name, notice, about, capability, runs, worlds, start, months, seed, claimsOn } = answers;
  const on =
    claimsOn.length === 0
      ? ''
      : `<p class="on">Taken as true in every number here: ${claimsOn.map(escapeText).join(', ')}.</p>`;
  return `<header><h1>${escapeText(name)}</h1>
<div class="notice">${escapeText(notice)}</div>
<p>${escapeText(about)}</p>
<p><strong>The capability:</strong> ${escapeText(capability)}.</p>
<p class="soft">${count(runs)} runs from ${showMonth(start, 0)} to ${showMonth(start, months)} in ${count(worlds)} worlds of equal assumptions, seed ${seed}. The numbers say what follows from the inputs at the end of this page, and nothing about how likely the inputs are. Bands and brackets hold P10 to P90: of a number, over all runs; of a chance, over the worlds, that is over what nobody knows.</p>${on}</header>`;
}

function renderHolders({ fans, start }: ScenarioAnswers): string {
  const all = fans.find((fan) => fan.kind === 'all')!;
  const rest = fans.filter((fan) => fan.kind !== 'all' && Math.max(...fan.p90) > 1);
  return `<h2>How many have it</h2>
<p class="soft">Groups with the capability: developers, governments, groups that stole it or use public weights, the public, and a model on its own.</p>
<figure>${drawFan(all, start, true)}<figcaption>All holders: median, and the band from P10 to P90.</figcaption></figure>
<div class="grid3">${rest
    .map((fan) => `<figure><h3>${escapeText(fan.title)}</h3>${drawFan(fan, start, false)}</figure>`)
    .join('')}</div>`;
}

function renderReach({ reach, routes, start, months }: ScenarioAnswers): string {
  const dates = datesShown(months);
  const table = (list: ScenarioAnswers['reach']): string =>
    markTable(
      ['', ...dates.map((m) => `by ${showMonth(start, m)}`), 'first'],
      list.map(({ title, chance, first }) => [
        escapeText(title),
        ...dates.map((m) => shade(chance[m]!)),
        showDates(start, first),
      ]),
    );
  const plots = (list: ScenarioAnswers['reach']): string =>
    `<div class="grid3">${list
      .map(
        (curve) => `<figure><h3>${escapeText(curve.title)}</h3>${drawCurve(curve, start)}</figure>`,
      )
      .join('')}</div>`;
  return `<h2>Chance that at least one of a kind has it</h2>
${plots(reach)}<div class="card">${table(reach)}</div>
<h2>What has happened by then</h2>
<p class="soft">Thefts, sabotage and misuse anywhere; “a second holder” is anyone besides the first.</p>
${plots(routes)}<div class="card">${table(routes)}</div>`;
}

/** A chance on a ground that says how high it is. */
function shade(chance: Estimate | null): Cell {
  if (chance === null) return { kind: '', markup: '–' };
  const step = [0.02, 0.1, 0.35, 0.7].filter((limit) => chance.mean > limit).length;
  return {
    kind: `h${step}`,
    markup: `${showShare(chance.mean)} %<small>${showShare(chance.low)}–${showShare(chance.high)}</small>`,
  };
}

const under = (mean: string, low: string, high: string): string =>
  `${mean}<small>${low}–${high}</small>`;

const meanCell = (estimate: Estimate | null): string => {
  if (estimate === null) return '–';
  const { mean, low, high } = estimate;
  return under(showNumber(mean), showNumber(low), showNumber(high));
};

function renderLadders({ ladders, variantRuns, start, months }: ScenarioAnswers): string {
  return `<h2>What one security level is worth</h2>
<p class="soft">The named parties are held at one level from ${showMonth(start, 0)} on, for weights, small secrets and against sabotage; all else stays. Chances within twelve months of the first holder, where nothing else is said, over the runs in which it comes at least twelve months before the end, ${showMonth(start, months)}; where they are fewer than ${SEEN_RUNS_LEAST}, nothing is claimed. ${count(variantRuns)} runs for each column, in the same draws. “Kept out” is a chance of theft of at most 10 %, interval and all, as for every weaker class; “?” is an interval that does not say.</p>
${ladders.map(renderLadder).join('\n')}`;
}

function renderLadder({ title, steps }: Ladder): string {
  const row = (name: string, of: (step: Ladder['steps'][number]) => string | Cell) => [
    name,
    ...steps.map(of),
  ];
  const capacities = [5, 4, 3, 2, 1] as const;
  return `<div class="card"><h3>Held: ${escapeText(title)}</h3>${markTable(
    ['', ...steps.map((step) => `SL${step.level}`)],
    [
      row('runs that say', ({ seen }) => count(seen.runs)),
      row('holders after a year', (step) => meanCell(step.yearHolders)),
      row('fewer than one level below', (step) =>
        step.gain === undefined ? '' : meanCell(step.gain.yearHolders),
      ),
      row('holders at the end', (step) => meanCell(step.holders)),
      row('fewer than one level below', (step) =>
        step.gain === undefined ? '' : meanCell(step.gain.holders),
      ),
      ...capacities.map((oc) =>
        row(`weights stolen by OC${oc}`, (step) => shade(step.theft[oc - 1]!)),
      ),
      row('a monitor sabotaged', (step) => shade(step.monitor)),
      row('alignment sabotaged', (step) => shade(step.alignment)),
      row('a model got out by itself', (step) => shade(step.self)),
      row('catastrophic misuse by the end', (step) => shade(step.misuse)),
      row('attackers kept out', (step) =>
        claim(
          step,
          [...step.keptOut.map((oc) => `OC${oc}`), ...step.unclear.map((oc) => `OC${oc}?`)].join(
            ' ',
          ),
        ),
      ),
      row('routes closed', (step) => claim(step, step.closed.join(', '))),
    ],
  )}</div>`;
}

function claim({ seen, enough }: Ladder['steps'][number], said: string): string {
  return enough ? said || '–' : sayTooFew(seen);
}

function spansCell(spans: Quantiles): string {
  const [low, high] = [showSpan(spans.p10), showSpan(spans.p90)];
  return low === high ? low : under(showSpan(spans.p50), low, high);
}

function renderEgress({ egress }: ScenarioAnswers): string {
  return `<h2>Time that a cap on what leaves buys</h2>
<p class="soft">Years to carry the thinnest useful copy out: weights ÷ compression ÷ (cap × share that a thief can choose). A thief who does not need the wire is not slowed; that share of break-ins is an input.</p>
<div class="card">${markTable(
    ['party', 'weights, TB', 'leaves, TB a year', 'time to carry out'],
    egress.parties.map(({ title, weightsTB, capTBPerYear, years }) => [
      escapeText(title),
      showQuantile(weightsTB),
      showQuantile(capTBPerYear),
      showSpans(years),
    ]),
  )}</div>
<div class="card"><h3>Published caps at the leader, every byte chosen by the thief</h3>${markTable(
    [
      '',
      ...egress.ratios.map((ratio) => (ratio === 1 ? 'whole' : `÷ ${ratio}`)),
      'weights stolen from anyone',
      'holders at the end',
    ],
    egress.caps.map(({ title, years, weights, holders }) => [
      escapeText(title),
      ...years.map(spansCell),
      shade(weights),
      meanCell(holders),
    ]),
  )}</div>`;
}

function renderClaims({ claims }: ScenarioAnswers): string {
  return `<h2>Three claims, and what they need</h2>
<p class="soft">Each is a switch in the file. A claim is worth as much as what it needs: beside it stands what the inputs here come to.</p>
<div class="grid2">${claims.map(renderClaim).join('')}</div>`;
}

function renderClaim({ title, on, means, needs, ...sides }: ClaimAnswer): string {
  const row = (label: string, side: ClaimAnswer['with']) => [
    label,
    meanCell(side.holders),
    shade(side.self),
    shade(side.misuse),
  ];
  const list = needs.map(
    ({ sentence, needed, assumed, unit, from, seen, enough }) =>
      `<p><strong>It needs</strong> that ${escapeText(sentence)}: ${enough ? `<strong>${showQuantile(needed)}</strong>. This scenario: <strong>${showQuantile(assumed)}</strong> <span class="soft">(${escapeText(unit)}; ${count(seen.runs)} ${escapeText(from)})</span>` : `<strong>${sayTooFew(seen)}</strong> <span class="soft">(${escapeText(from)})</span>`}</p>`,
  );
  return `<div class="card"><h3>${escapeText(title)}${on ? ' <span class="on">taken as true here</span>' : ''}</h3>
<p class="soft">${escapeText(means)}</p>${markTable(
    ['', 'holders', 'a model got out', 'misuse'],
    [row('without it', sides.without), row('with it', sides.with)],
  )}${list.join('')}</div>`;
}

function renderSensitivity({ sensitivity, runs }: ScenarioAnswers): string {
  return `<h2>What moves the answers most</h2>
<p class="soft">Mean of the answer over the runs whose input lies in its lowest fifth, and in its highest (the dot), with everything else as uncertain as it is. Whiskers: sampling error of ${count(runs)} runs, P10 to P90. Rank: rank correlation over single runs.</p>
${sensitivity
  .filter((each) => each.swings.length + each.untold > 0)
  .map(
    (each) =>
      `<figure><h3>${escapeText(each.title)} <span class="soft">${each.share ? showChance(each.mean) : showMean(each.mean)}</span></h3>${each.swings.length === 0 ? '' : drawSwings(each)}<p class="soft">${sayUntold(each.untold, each.swings.length)}</p></figure>`,
  )
  .join('\n')}`;
}

function renderInputs({ inputs, sources }: ScenarioAnswers): string {
  const rows = inputs.flatMap(({ place, unit, drawn, points }: InputShown) =>
    points.map((point) => [
      `<code>${escapeText(place)}</code>${point.month === undefined ? '' : ` month ${point.month}`}`,
      showNumber(point.p10),
      showNumber(point.p50),
      showNumber(point.p90),
      { kind: 'text', markup: `${escapeText(unit)}${drawn === 'run' ? ' · each run' : ''}` },
      {
        kind: 'text',
        markup: `<code>${escapeText(point.source)}</code>${point.why === undefined ? '' : ` ${escapeText(point.why)}`}`,
      },
    ]),
  );
  const named = sources.map(({ id, title, url }) => {
    const link =
      url === undefined
        ? ''
        : ` <a href="${escapeText(url)}" rel="noreferrer">${escapeText(url)}</a>`;
    return `<p><code>${escapeText(id)}</code> ${escapeText(title)}${link}</p>`;
  });
  return `<h2>Inputs and their sources</h2>
<div class="card">${named.join('')}</div>
<details class="card"><summary>All ${inputs.length} inputs</summary>${markTable(['input', 'P10', 'P50', 'P90', 'unit', 'source'], rows)}</details>`;
}
