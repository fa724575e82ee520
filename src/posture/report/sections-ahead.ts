/** The parts of the report about what is ahead: expiring evidence, the roadmap, caps, other frameworks, sources. */
import { sayCount } from '../../core/index.ts';
import { capsFor } from '../caps-arithmetic.ts';
import { STATUSES } from '../claim.ts';
import { nameEnvironment } from '../environment.ts';
import { coverage } from '../evaluate.ts';
import { nameRank } from '../level.ts';
import { showDay } from '../moment.ts';
import type { PlannedProfile, ReportData } from './data.ts';
import { EXPIRY_DAYS } from './data.ts';
import { html, px } from './markup.ts';
import type { Markup } from './markup.ts';
import { drawCaps, drawRanges, drawSteps } from './plots.ts';

const WEEK_MS = 7 * 86_400_000;
const DAY_MS = 86_400_000;
const EXPIRIES_SHOWN = 40;

/** Evidence that stops counting, and what becomes of the level if nobody renews it. */
export function sectionExpiry(data: ReportData): Markup {
  const { posture, expiries, foreseen } = data;
  const strips = foreseen.map((each) => ({
    name: nameEnvironment(each.environment),
    steps: each.steps,
  }));
  const rows = expiries.slice(0, EXPIRIES_SHOWN).map((each) => {
    const more = each.measures.length > 10 ? ' …' : '';
    return html`<tr>
      <td>${showDay(each.atMs)}</td>
      <td class="n">${Math.ceil((each.atMs - posture.atMs) / DAY_MS)}</td>
      <td class="n">${each.measures.length}</td>
      <td>
        ${each.measures.slice(0, 10).join(', ')}${more}
        <div class="lead">${each.environments.map(nameEnvironment).join(', ')}</div>
      </td>
    </tr>`;
  });
  return html`<h2>Evidence expiring</h2>
    <p class="lead">
      A claim without fresh evidence becomes unknown by itself. If nothing is renewed, the level of
      <em>${foreseen[0]?.profile ?? ''}</em> goes so:
    </p>
    <div class="card">
      ${drawSteps(strips, posture.atMs, posture.atMs + 400 * DAY_MS)}${
        rows.length === 0
          ? html`<p class="lead">Nothing expires in the next ${EXPIRY_DAYS} days.</p>`
          : html`<table>
              <tr>
                <th>day</th>
                <th class="n">days left</th>
                <th class="n">measures</th>
                <th></th>
              </tr>
              ${rows}
            </table>`
      }
    </div>`;
}

function spreadOf(value: { p10: number; p50: number; p90: number }, unit: string): string {
  const show = (each: number): string => (each >= 100 ? each.toFixed(0) : each.toFixed(1));
  return `${show(value.p50)}${unit} (${show(value.p10)}–${show(value.p90)})`;
}

const NAME_COLUMNS = 86;

/** The start of a long name, cut at a word. */
function shortName(name: string): string {
  if (name.length <= NAME_COLUMNS) return name;
  return `${name.slice(0, name.lastIndexOf(' ', NAME_COLUMNS)).replace(/[,;:.]$/, '')} …`;
}

function planOf(planned: PlannedProfile, data: ReportData): Markup {
  const { roadmap, startMs } = planned;
  const { measures } = data.posture.assessment.catalogue;
  const at = (weeks: number): number => startMs + weeks * WEEK_MS;
  const rows = roadmap.levels.map((level) => ({
    name: nameRank(level.rank),
    lowMs: at(level.weeks.p10),
    midMs: at(level.weeks.p50),
    highMs: at(level.weeks.p90),
    done: level.weeks.p90 === 0,
  }));
  const critical = roadmap.levels
    .filter((level) => level.critical.length > 0)
    .map(
      (level) =>
        html`<tr>
          <td><strong>${nameRank(level.rank)}</strong></td>
          <td>
            ${level.critical.slice(0, 5).map((each) => html`<div>${px(each.share * 100)} % <code>${each.measure}</code> ${shortName(measures.get(each.measure)?.name ?? '')}</div>`)}
          </td>
          <td class="n">${spreadOf(level.slowdownPercent, ' %')}</td>
        </tr>`,
    );
  const whatIfs = roadmap.whatIfs.map(
    (each) =>
      html`<tr>
        <td>${each.change}</td>
        ${each.savedWeeks.map(({ saved }) => html`<td class="n">${saved.p90 === 0 ? '–' : spreadOf(saved, '')}</td>`)}
      </tr>`,
  );
  return html`${drawRanges(rows, startMs)}
    <p class="lead">
      ${sayCount(roadmap.planned.length, 'measure')} up to ${nameRank(roadmap.levels.length)}
      ${roadmap.planned.length === 1 ? 'is' : 'are'} missing somewhere;
      ${sayCount(roadmap.engineers, 'security engineer')} from
      ${showDay(startMs)}${planned.assumed ? ' (placeholders: no plan.yaml says who and when)' : ''};
      ${sayCount(roadmap.runs, 'run')}, seed “${roadmap.seed}”. Bars run from P10 to P90.
    </p>
    <h3>What decides the date, and what it costs research</h3>
    <table>
      <tr>
        <th>level</th>
        <th>on the critical path in so many runs</th>
        <th class="n">slower research, guessed</th>
      </tr>
      ${critical}
    </table>
    <h3>What if</h3>
    <table>
      <tr>
        <th>weeks saved, P50 (P10–P90)</th>
        ${roadmap.levels.map((level) => html`<th class="n">${nameRank(level.rank)}</th>`)}
      </tr>
      ${whatIfs}
    </table>`;
}

/** A time in the unit that people would say it in. */
function duration(hours: number): string {
  if (hours >= 48) return `${px(hours / 24)} days`;
  if (hours >= 1) return `${px(hours)} hours`;
  return hours >= 1 / 60 ? `${px(hours * 60)} minutes` : `${px(hours * 3600)} seconds`;
}

/** When each level is reached, as ranges. */
export function sectionRoadmap(data: ReportData): Markup {
  const { waiting } = data;
  const measured =
    waiting === null || waiting.p50Hours === null
      ? 'No gate has measured waiting yet, so the cost to research is a guess only.'
      : `Measured at the gate over ${duration(waiting.windowHours)}: ${String(waiting.byPeople)} of ${String(waiting.requests)} requests waited for a person, half of them for ${duration(waiting.p50Hours)} or less, nine in ten for ${duration(waiting.p90Hours ?? 0)} or less.`;
  return html`<h2>Roadmap</h2>
    <p class="lead">
      Effort, lead times and cost to research are ranges of ours with low confidence, to be replaced
      by your own. ${measured}
    </p>
    <div class="card">
      ${data.roadmaps.map(
        (planned, index) =>
          html`<details ${index === 0 ? 'open' : ''}>
            <summary>${planned.profile}</summary>
            ${planOf(planned, data)}
          </details>`,
      )}
    </div>`;
}

function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let [size, unit] = [value, 0];
  while (size >= 1000 && unit < units.length - 1) [size, unit] = [size / 1000, unit + 1];
  return `${size >= 100 || Number.isInteger(size) ? size.toFixed(0) : size.toPrecision(2)} ${units[unit] ?? ''}`;
}

/** What published caps allow, where they cross, and how little they mean for a compressed copy. */
export function sectionCaps(data: ReportData): Markup {
  const rows = (['SL3', 'SL4', 'SL5'] as const).map((cap) => {
    const [one, ten] = [1e12, 1e13].map((size) => capsFor(size).find((row) => row.cap === cap));
    return html`<tr>
      <td>RAND ${cap}</td>
      ${[one, ten].map((row) => html`<td class="n">${row === undefined ? '' : `${bytes(row.bytesPerYear)} a year, ${bytes(row.bytesPerSecond)}/s, ${px(row.sharePerYear * 100)} %`}</td>`)}
    </tr>`;
  });
  const copies = data.copies.map(
    (each) =>
      html`<tr>
        <td>${each.cap}</td>
        <td class="n">÷ ${each.compression}</td>
        <td class="n">
          ${each.years >= 1 ? `${px(each.years)} years` : `${Math.round(each.years * 365)} days`}
        </td>
      </tr>`,
  );
  return html`<h2>Caps and what they mean</h2>
    <p class="lead">
      RAND's example caps disagree: below about ${px(data.crossing / 1e12)} TB its SL5 amount allows
      more than its SL4 share. A level includes those below it, so the tightest applies. And a cap
      on the full size says little where a stolen copy can be compressed.
    </p>
    <div>
      <div class="card">${drawCaps(data.crossing)}</div>
      <div class="card">
        <table>
          <tr>
            <th>cap</th>
            <th class="n">1 TB model</th>
            <th class="n">10 TB model</th>
          </tr>
          ${rows}
        </table>
        <h3>One whole compressed copy leaves within</h3>
        <table>
          <tr>
            <th>cap</th>
            <th class="n">compression</th>
            <th class="n"></th>
          </tr>
          ${copies}
        </table>
      </div>
    </div>`;
}

/** How far each other framework is covered. */
export function sectionFrameworks(data: ReportData): Markup {
  const { posture } = data;
  const { frameworks } = posture.assessment.catalogue;
  const fill = {
    met: 'var(--met)',
    'not-applicable': 'var(--na)',
    partly: 'var(--partly)',
    'not-met': 'var(--not)',
    unknown: 'var(--none)',
  } as const;
  const rows = frameworks.flatMap((framework) =>
    posture.environments.map(({ environment }, index) => {
      const counts = coverage(posture, framework.id, environment);
      const total = framework.measures.length;
      const bar = STATUSES.map(
        (status) =>
          html`<i
            style="width:${px((100 * counts[status]) / total)}%;background:${fill[status]}"
            title="${status}: ${counts[status]}"
          ></i>`,
      );
      return html`<tr>
        <td>${index === 0 ? html`<a href="${framework.link}">${framework.title}</a>` : ''}</td>
        <td class="w">${nameEnvironment(environment)}</td>
        <td><div class="bar">${bar}</div></td>
        <td class="n">${counts.met} of ${total} met</td>
        <td class="n">${counts.unknown} unknown</td>
      </tr>`;
    }),
  );
  return html`<h2>Frameworks side by side</h2>
    <p class="lead">
      A crosswalk helps to find related work; it never carries a claim from one framework to
      another.
    </p>
    <div class="card">
      <div class="key">
        ${STATUSES.map((status) => html`<span><i class="swatch" style="background:${fill[status]}"></i>${status}</span>`)}
      </div>
      <table>
        ${rows}
      </table>
    </div>`;
}

/** What is whose. */
export function sectionSources(data: ReportData): Markup {
  const { frameworks } = data.posture.assessment.catalogue;
  return html`<h2>Whose numbers these are</h2>
    <div class="card">
      <table>
        ${frameworks.map(
          (each) =>
            html`<tr>
              <td>
                <a href="${each.link}">${each.title}</a>
                <div class="lead">version ${each.version}, data ${each.dataVersion}</div>
              </td>
              <td>
                <strong>${each.standing}.</strong> ${each.notice}${
                  each.notes.length === 0
                    ? ''
                    : html`<details>
                        <summary>Notes</summary>
                        <ul>
                          ${each.notes.map((note) => html`<li>${note}</li>`)}
                        </ul>
                      </details>`
                }
              </td>
            </tr>`,
        )}
        <tr>
          <td>Ours</td>
          <td>
            The links from measures to vectors, the rule by which a vector counts as closed,
            profiles, crosswalks, all estimates of effort, lead time and cost to research, and the
            judgement of what a gate can show. Links, crosswalks and estimates can be changed in the
            assessment's folder, and profiles and frameworks added.
            ${
              data.posture.assessment.catalogue.own.length === 0
                ? 'Here nothing is changed.'
                : html`<strong
                    >Here the organisation brought
                    ${data.posture.assessment.catalogue.own.join(', ')}.</strong
                  >`
            }
          </td>
        </tr>
      </table>
    </div>`;
}
