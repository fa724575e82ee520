/** The parts of the report about the verdict itself: levels, what holds them back, whose word it is, open vectors. */
import { sayCount } from '../../core/index.ts';
import type { EnvironmentId } from '../environment.ts';
import { nameEnvironment } from '../environment.ts';
import type { EnvironmentPosture, Posture } from '../evaluate.ts';
import { rankOf } from '../catalogue/catalogue.ts';
import { COLLECTORS } from '../collectors/read-gate.ts';
import { nameRank } from '../level.ts';
import type { LevelReached } from '../level.ts';
import { showDay } from '../moment.ts';
import type { Basis } from '../standing.ts';
import { html, px } from './markup.ts';
import type { Content, Markup } from './markup.ts';
import { drawAttack } from './plots.ts';

const BASES: readonly { readonly id: Basis; readonly name: string; readonly fill: string }[] = [
  { id: 'machine', name: 'shown by the gate alone', fill: 'var(--machine)' },
  {
    id: 'machine-and-word',
    name: 'partly shown by the gate, the rest is a word',
    fill: 'var(--both)',
  },
  { id: 'word', name: "somebody's word", fill: 'var(--word)' },
  { id: 'nothing', name: 'nothing', fill: 'var(--none)' },
];

function cellOf(reached: LevelReached, target: number): Markup {
  const bars = reached.perLevel.map(
    ({ met, asked }) =>
      html`<i
        style="--w:${px(asked === 0 ? 0 : (100 * met) / asked)}%"
        title="${met} of ${asked}"
      ></i>`,
  );
  const held = reached.heldBackBy.length;
  const note =
    reached.rank >= target
      ? 'enough in this view'
      : `${String(held)} missing for ${nameRank(reached.rank + 1)}`;
  return html`<td class="${reached.rank > 0 ? 'reached' : ''}">
    <b>${nameRank(reached.rank)}</b><span class="bars">${bars}</span>
    <div class="of">${note}</div>
    ${
      reached.heldNotApplicable.length === 0
        ? ''
        : html`<div class="of" title="${reached.heldNotApplicable.join(', ')}">
            rests on ${reached.heldNotApplicable.length} held not applicable
          </div>`
    }
  </td>`;
}

/** Each profile's level in each environment. */
export function sectionLevels(posture: Posture): Markup {
  const heads = posture.environments.map(
    (each) => html`<th>${nameEnvironment(each.environment)}</th>`,
  );
  const rows = posture.profiles.map(
    ({ profile, environments }) =>
      html`<tr>
        <td>
          <strong>${profile.name}</strong>
          <div class="of">holds ${profile.target} to be enough</div>
        </td>
        ${environments.map((each) => cellOf(each, rankOf(profile.target)))}
      </tr>`,
  );
  const views = posture.profiles.map(
    ({ profile }) =>
      html`<details>
        <summary>${profile.name} <span class="lead">— ${profile.view}</span></summary>
        ${
          profile.omit.length === 0
            ? html`<p class="lead">Leaves nothing out.</p>`
            : html`<table>
                ${profile.omit.map(
                  (each) =>
                    html`<tr>
                      <td>leaves out ${each.measures.join(', ')}</td>
                      <td>${each.why}</td>
                    </tr>`,
                )}
              </table>`
        }
      </details>`,
  );
  return html`<h2>Level reached</h2>
    <p class="lead">
      The highest level of which every applicable measure is met. Nothing is averaged: one missing
      measure holds a level back. The five bars show how much of SL1 to SL5 is met. Profiles are
      different views on what is enough; each gives its own answer.
    </p>
    <div class="card">
      <table class="levels">
        <tr>
          <th>profile</th>
          ${heads}
        </tr>
        ${rows}
      </table>
    </div>
    <div class="card">${views}</div>`;
}

function heldRows(posture: Posture, reached: readonly LevelReached[]): readonly Content[] {
  const ids = [...new Set(reached.flatMap((each) => each.heldBackBy))];
  return ids.map((id) => {
    const measure = posture.assessment.catalogue.measures.get(id);
    const places = reached.map((each) => {
      const standing = posture.environments
        .find((place) => place.environment === each.environment)
        ?.standings.get(id);
      const asks = each.heldBackBy.includes(id);
      return html`<td>
        ${asks && standing !== undefined ? html`<span class="chip ${standing.status}" title="${standing.why ?? ''}">${standing.status}</span>` : ''}
      </td>`;
    });
    return html`<tr>
      <td><code>${id}</code></td>
      <td>${measure?.name ?? ''}</td>
      ${places}
    </tr>`;
  });
}

/** What keeps each profile's next level away. */
export function sectionHeldBack(posture: Posture): Markup {
  const heads = posture.environments.map(
    (each) => html`<th>${nameEnvironment(each.environment)}</th>`,
  );
  return html`<h2>What holds the next level back</h2>
    <div class="card">
      ${posture.profiles.map(({ profile, environments }, index) => {
        const missing = new Set(environments.flatMap((each) => each.heldBackBy)).size;
        return html`<details ${index === 0 ? 'open' : ''}>
          <summary>
            ${profile.name} <span class="lead">— ${sayCount(missing, 'measure')}</span>
          </summary>
          <table>
            <tr>
              <th>measure</th>
              <th></th>
              ${heads}
            </tr>
            ${heldRows(posture, environments)}
          </table>
        </details>`;
      })}
    </div>`;
}

function barOf(place: EnvironmentPosture): Markup {
  const total = Object.values(place.bases).reduce((sum, each) => sum + each, 0);
  return html`<div class="bar">
    ${BASES.map(({ id, name, fill }) => html`<i style="width:${px((100 * place.bases[id]) / Math.max(1, total))}%;background:${fill}" title="${name}: ${place.bases[id]}"></i>`)}
  </div>`;
}

/** Which measures a machine has shown and which are somebody's word, and what the gate said. */
export function sectionBasis(posture: Posture): Markup {
  const { catalogue, readings, head } = posture.assessment;
  const listed = (gate: string) =>
    [...catalogue.measures.values()].filter(
      (each) => each.framework === catalogue.ladder && each.gate === gate,
    );
  const count = (gate: string): number => listed(gate).length;
  const read = new Set(COLLECTORS.flatMap((each) => each.measures));
  const collected = (gate: string): number =>
    listed(gate).filter((each) => read.has(each.id)).length;
  const rows = posture.environments.map(
    (place) =>
      html`<tr>
        <td>${nameEnvironment(place.environment)}</td>
        <td>${barOf(place)}</td>
        ${BASES.map(({ id }) => html`<td class="n">${place.bases[id]}</td>`)}
      </tr>`,
  );
  const newest = [...readings].sort((a, b) => (a.at < b.at ? 1 : -1))[0];
  const said =
    newest === undefined
      ? html`<p class="lead">
          No gate has been read. <code>sallyport posture assess</code> reads one.
        </p>`
      : html`<p class="lead">
            Read on ${newest.at} from ${newest.gate.origin ?? newest.gate.url}; believed until
            ${newest.expires}; it stands before
            ${head.gate.environments.map(nameEnvironment).join(', ') || 'no environment'}.
          </p>
          <details>
            <summary>
              What the gate said
              <span class="lead">— ${newest.observations.length} observations</span>
            </summary>
            <table>
              <tr>
                <th>collector</th>
                <th>measure</th>
                <th></th>
                <th></th>
              </tr>
              ${newest.observations.map(
                (each) =>
                  html`<tr>
                    <td>${each.collector}</td>
                    <td><code>${each.measure}</code></td>
                    <td><span class="chip ${each.verdict}">${each.verdict}</span></td>
                    <td>${each.sentence}</td>
                  </tr>`,
              )}
            </table>
          </details>`;
  return html`<h2>Shown by a machine, or somebody's word</h2>
    <p class="lead">
      By our judgement a gate alone could show ${count('live')} of RAND's
      ${count('live') + count('partial') + count('attest')} measures and a part of
      ${count('partial')}; ${count('attest')} need a person or another system. This program has
      collectors for ${collected('live')} and ${collected('partial')} of them. Counted here: what
      stands met, partly met or not applicable, by what it rests on.
    </p>
    <div class="card">
      <div class="key">
        ${BASES.map(({ name, fill }) => html`<span><i class="swatch" style="background:${fill}"></i>${name}</span>`)}
      </div>
      <table>
        <tr>
          <th>environment</th>
          <th></th>
          <th class="n">gate alone</th>
          <th class="n">gate and word</th>
          <th class="n">word</th>
          <th class="n">nothing</th>
        </tr>
        ${rows}
      </table>
      ${said}
    </div>`;
}

const STATES = [
  [
    'closed',
    'closed: every direct measure asked at that level is met (paler: fewer layers than asked)',
    'var(--shut)',
  ],
  ['narrowed', 'narrowed: some are met', 'var(--narrow)'],
  ['open', 'open: none is met', 'var(--open)'],
  ['out-of-reach', 'RAND holds it out of reach for that attacker', 'var(--far)'],
] as const;

function attackCounts(place: EnvironmentPosture, posture: Posture): Markup {
  const { capacities } = posture.assessment.catalogue;
  return html`<table>
    <tr>
      <th>attacker</th>
      ${STATES.map(([state]) => html`<th class="n">${state}</th>`)}
    </tr>
    ${capacities.map((capacity) => {
      const cells = place.attack.filter((cell) => cell.capacity === capacity.id);
      return html`<tr>
        <td><strong>${capacity.id}</strong> ${capacity.name}</td>
        ${STATES.map(([state]) => html`<td class="n">${cells.filter((cell) => cell.state === state).length}</td>`)}
      </tr>`;
    })}
  </table>`;
}

/** The vectors that stay open, environment by environment. */
export function sectionAttack(posture: Posture): Markup {
  const tab = (id: EnvironmentId): string => `attack-${id}`;
  const rules = posture.environments
    .map(
      ({ environment }) => `#${tab(environment)}:checked~.pane.${tab(environment)}{display:block}`,
    )
    .join('');
  const inputs = posture.environments.map(
    ({ environment }, index) =>
      html`<input
          type="radio"
          name="attack"
          id="${tab(environment)}"
          ${index === 0 ? 'checked' : ''}
        /><label for="${tab(environment)}">${nameEnvironment(environment)}</label>`,
  );
  const panes = posture.environments.map(
    (place) =>
      html`<div class="pane ${tab(place.environment)}">
        ${attackCounts(place, posture)}
        <h3>Every vector</h3>
        ${drawAttack(posture.assessment.catalogue, place.attack)}
      </div>`,
  );
  return html`<h2>Attack view</h2>
    <p class="lead">
      38 ways to steal weights, by class of attacker. Feasibility is RAND's; which measure stands
      against which vector is ours. A cell counts the kinds of met measures in the way, of the
      layers that RAND asks for. * may change fast.
    </p>
    <style>
      ${rules}
    </style>
    <div class="card">
      <div class="key">
        ${STATES.map(([, name, fill]) => html`<span><i class="swatch" style="background:${fill}"></i>${name}</span>`)}
      </div>
      <div class="tabs">${inputs}${panes}</div>
    </div>`;
}

/** Every measure, level by level, with how it stands in each environment. */
export function sectionMeasures(posture: Posture): Markup {
  const { catalogue } = posture.assessment;
  const heads = posture.environments.map(
    (each) => html`<th>${nameEnvironment(each.environment)}</th>`,
  );
  const groups = catalogue.frameworks.flatMap((framework) => {
    const all = framework.measures;
    if (framework.levels === undefined)
      return [{ title: framework.title, ids: all.map((each) => each.id) }];
    return framework.levels.map((level) => ({
      title: `${level.id}: ${level.definition}`,
      ids: all.filter((each) => each.level === level.rank).map((each) => each.id),
    }));
  });
  return html`<h2>Every measure</h2>
    <div class="card">
      ${groups.map(
        ({ title, ids }) =>
          html`<details>
            <summary>${title} <span class="lead">— ${ids.length}</span></summary>
            <table>
              <tr>
                <th>measure</th>
                <th></th>
                ${heads}
                <th>owner</th>
                <th>until</th>
              </tr>
              ${ids.map((id) => rowOf(posture, id))}
            </table>
          </details>`,
      )}
    </div>`;
}

function rowOf(posture: Posture, id: string): Markup {
  const measure = posture.assessment.catalogue.measures.get(id);
  const all = posture.environments.map((each) => each.standings.get(id));
  const owners = [...new Set(all.flatMap((each) => each?.claim?.owner ?? []))].join(', ');
  const until = Math.min(...all.map((each) => each?.expiresMs ?? Number.POSITIVE_INFINITY));
  const gate = {
    live: 'a gate can show it',
    partial: 'a gate can show a part',
    attest: '',
  } as const;
  return html`<tr>
    <td><code>${id}</code></td>
    <td>
      ${measure?.name ?? ''}${measure?.summary === undefined ? '' : html`<div class="lead">${measure.summary}</div>`}
      <div class="of lead">
        ${measure?.source ?? ''}; confidence
        ${measure?.confidence ?? ''}${measure === undefined || measure.gate === 'attest' ? '' : `; ${gate[measure.gate]}`}
      </div>
    </td>
    ${all.map((each) => html`<td><span class="dot ${each?.status ?? 'unknown'}" title="${each?.why ?? each?.status ?? ''}"></span>${each?.status ?? 'unknown'}</td>`)}
    <td>${owners}</td>
    <td>${Number.isFinite(until) ? showDay(until) : ''}</td>
  </tr>`;
}
