/** How a scenario looks on a terminal. */
import {
  sayTooFew,
  sayUntold,
  datesShown,
  showChance,
  showDates,
  showDifference,
  showMean,
  showMonth,
  showNumber,
  showQuantile,
  showSeenMean,
  showSpans,
} from '../posture/index.ts';
import type { ScenarioAnswers, ScenarioComparison, ScenarioInputs } from '../posture/index.ts';
import { formatCount, measureColumns, openPaint, pad, showSafely, wrap } from './terminal.ts';

const paint = openPaint(process.stdout, process.env);
const say = (text = ''): void => {
  process.stdout.write(text === '' ? '\n' : `  ${text}\n`);
};

/** A table whose first column is text and whose others are numbers. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): void {
  // Names come from a file that somebody else may have written: no cell may steer the terminal.
  const safe = rows.map((row) => row.map(showSafely));
  const columns = head.map((title, i) =>
    Math.max(measureColumns(title), ...safe.map((row) => measureColumns(row[i] ?? ''))),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => pad(cell, columns[i]!, i === 0 ? 'left' : 'right'))
      .join('  ')
      .trimEnd();
  say(paint('dim', line(head)));
  for (const row of safe) say(line(row));
}

function heading(text: string): void {
  say();
  say(paint('bold', text));
}

function note(text: string): void {
  for (const line of wrap(text, 110)) say(paint('dim', line));
}

/** Prints the answers of a scenario. */
export function printAnswers(answers: ScenarioAnswers): void {
  const { name, notice, runs, worlds, start, seed } = answers;
  say();
  say(`${paint('bold', showSafely(name))}  ${paint('yellow', notice)}`);
  note(
    `${formatCount(runs)} runs in ${formatCount(worlds)} worlds from ${showMonth(start, 0)}, seed ${seed}. In brackets: P10 to P90, of a chance over the worlds.`,
  );
  if (answers.claimsOn.length > 0)
    say(paint('yellow', `claims taken as true: ${answers.claimsOn.join(', ')}`));
  printHolders(answers);
  printLadders(answers);
  printEgress(answers);
  printClaims(answers);
  printSensitivity(answers);
  say();
}

function printHolders({ fans, reach, routes, start, months }: ScenarioAnswers): void {
  const dates = datesShown(months);
  const head = dates.map((month) => showMonth(start, month));
  heading('Groups with the capability: median (P10–P90)');
  table(
    ['', ...head],
    fans.map(({ title, p10, p50, p90 }) => [
      title,
      ...dates.map((m) => `${p50[m]!} (${p10[m]!}–${p90[m]!})`),
    ]),
  );
  heading('Chance that at least one of a kind has it');
  const curves = (list: ScenarioAnswers['reach']): void => {
    table(
      ['', ...head, 'first'],
      list.map(({ title, chance, first }) => [
        title,
        ...dates.map((m) => showChance(chance[m]!)),
        showDates(start, first),
      ]),
    );
  };
  curves(reach);
  heading('Chance that it has happened');
  curves(routes);
}

function printLadders({ ladders, variantRuns }: ScenarioAnswers): void {
  heading('What one security level is worth: held by the parties named, from the start to the end');
  for (const { title, steps } of ladders) {
    say();
    say(title);
    table(
      [
        'level',
        'runs',
        'holders after a year',
        'fewer than a level below',
        'at the end',
        'kept from stealing',
        'not clear',
        'routes closed',
        'misuse by the end',
      ],
      steps.map((step) => [
        `SL${step.level}`,
        formatCount(step.seen.runs),
        showSeenMean(step.yearHolders),
        step.gain === undefined ? '' : showSeenMean(step.gain.yearHolders),
        showMean(step.holders),
        claim(step, step.keptOut.map((oc) => `OC${oc}`).join(' ')),
        claim(step, step.unclear.map((oc) => `OC${oc}`).join(' ')),
        claim(step, step.closed.join(' ')),
        showChance(step.misuse),
      ]),
    );
  }
  note(
    `After a year: twelve months after the first holder, over the runs in which it comes that long before the end (of ${formatCount(variantRuns)} each). Kept, closed: chance at most 10 % within them, interval and all, as for every weaker class.`,
  );
}

type Step = ScenarioAnswers['ladders'][number]['steps'][number];

function claim({ seen, enough }: Step, said: string): string {
  return enough ? said || '–' : sayTooFew(seen);
}

function printEgress({ egress }: ScenarioAnswers): void {
  heading('Time to carry the weights out over the capped wire');
  table(
    ['party', 'weights, TB', 'cap, TB a year', 'time'],
    egress.parties.map(({ title, weightsTB, capTBPerYear, years }) => [
      title,
      showQuantile(weightsTB),
      showQuantile(capTBPerYear),
      showSpans(years),
    ]),
  );
  say();
  table(
    [
      'cap at the leader',
      ...egress.ratios.map((ratio) => `÷ ${ratio}`),
      'weights stolen, from anyone',
    ],
    egress.caps.map(({ title, years, weights }) => [
      title,
      ...years.map(showSpans),
      showChance(weights),
    ]),
  );
}

function printClaims({ claims }: ScenarioAnswers): void {
  heading('Three claims: what they would change, and what they need');
  for (const { title, on, means, needs, ...sides } of claims) {
    say();
    say(`${title}${on ? paint('yellow', '  (taken as true here)') : ''}`);
    note(`means: ${means}`);
    table(
      ['', 'holders', 'outside', 'a model got out', 'misuse'],
      [['without it', sides.without] as const, ['with it', sides.with] as const].map(
        ([label, side]) => [
          label,
          showMean(side.holders),
          showMean(side.outside),
          showChance(side.self),
          showChance(side.misuse),
        ],
      ),
    );
    for (const need of needs) {
      note(`needs: ${need.sentence}`);
      const from = `${formatCount(need.seen.runs)} ${need.from}`;
      say(
        need.enough
          ? `       ${showQuantile(need.needed)} needed, ${showQuantile(need.assumed)} in this scenario (${need.unit}; ${from})`
          : `       ${sayTooFew(need.seen)}: ${from}`,
      );
    }
  }
}

function printSensitivity({ sensitivity, runs }: ScenarioAnswers): void {
  heading(
    'Which inputs move an answer most: its mean where the input is in its lowest and highest fifth',
  );
  for (const { title, share, mean, swings, untold } of sensitivity) {
    say();
    say(`${title}: ${share ? showChance(mean) : showMean(mean)}`);
    const show = share ? showChance : showMean;
    if (untold > 0) note(sayUntold(untold, swings.length));
    if (swings.length === 0) continue;
    table(
      ['input', 'P10–P90', 'lowest fifth', 'highest fifth', 'rank corr.'],
      swings
        .slice(0, 6)
        .map((swing) => [
          swing.place,
          `${showNumber(swing.input.p10)}–${showNumber(swing.input.p90)} ${swing.unit}`,
          show(swing.atLow),
          show(swing.atHigh),
          swing.rank.toFixed(2).replace('-', '−'),
        ]),
    );
  }
  note(`In brackets here: sampling error of ${formatCount(runs)} runs, P10 to P90.`);
}

/** Prints every input of a scenario. */
export function printInputs({ name, notice, inputs, sources }: ScenarioInputs): void {
  say();
  say(`${paint('bold', showSafely(name))}  ${paint('yellow', notice)}`);
  say();
  table(
    ['input', 'P10', 'P50', 'P90', 'unit', 'drawn', 'source'],
    inputs.flatMap(({ place, unit, drawn, points }) =>
      points.map((point) => [
        point.month === undefined ? place : `${place} @ month ${point.month}`,
        showNumber(point.p10),
        showNumber(point.p50),
        showNumber(point.p90),
        unit,
        drawn === 'run' ? 'each run' : 'each world',
        point.source,
      ]),
    ),
  );
  heading('Sources');
  for (const { id, title, url } of sources) {
    say(`${pad(id, 20)} ${showSafely(title)}${url === undefined ? '' : paint('dim', `  ${url}`)}`);
  }
  say();
}

/** Prints two scenarios side by side. */
export function printComparison({ first, second, differences, notice }: ScenarioComparison): void {
  say();
  say(
    `${paint('bold', `${showSafely(first.name)}  |  ${showSafely(second.name)}`)}  ${paint('yellow', notice)}`,
  );
  note(
    `Each at its end: ${showMonth(first.start, first.months)} and ${showMonth(second.start, second.months)}. Second less first over ${formatCount(first.runs)} pairs of runs with the same draws.`,
  );
  say();
  table(
    ['', first.name, second.name, 'difference'],
    differences.map(({ title, share, first: a, second: b, difference }) => [
      title,
      share ? showChance(a) : showMean(a),
      share ? showChance(b) : showMean(b),
      showDifference(difference, share),
    ]),
  );
  say();
}
