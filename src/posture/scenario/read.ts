/** Reads a scenario file: YAML or JSON text to a scenario, or a refusal that names every bad field at once. */
import { parseDocument } from 'yaml';
import { sayYamlFault } from '../yaml-fault.ts';
import { sayIssue } from '../../core/index.ts';
import type { Refusal } from '../../core/index.ts';
import { scenarioErrors } from './errors.ts';
import { SCENARIO_SCHEMA } from './schema.ts';
import type { Scenario } from './schema.ts';
import { BUILT_IN_SOURCES } from './sources.ts';

/** What reading gives. */
export type ScenarioRead = { readonly ok: true; readonly scenario: Scenario } | Refusal;

const TEXT_BYTES_MAX = 256 * 1024;
/** Anchors may be used so often; a file that unfolds further is not written by a person. */
const ALIASES_MAX = 200;
const ISSUES_SHOWN = 40;

/** Reads a scenario from text. JSON is read as YAML, of which it is a part. */
export function readScenario(text: string): ScenarioRead {
  const bytes = Buffer.byteLength(text);
  if (bytes > TEXT_BYTES_MAX) {
    return scenarioErrors.refuse('TEXT_TOO_LARGE', { bytes, limit: TEXT_BYTES_MAX });
  }
  let value: unknown;
  try {
    const document = parseDocument(text, { prettyErrors: true });
    const [problem] = [...document.errors, ...document.warnings];
    if (problem !== undefined) return refuseText(sayYamlFault(problem));
    value = document.toJS({ maxAliasCount: ALIASES_MAX });
  } catch (error) {
    return refuseText(sayYamlFault(error));
  }
  return readScenarioValue(value);
}

function refuseText(message: string): Refusal {
  const first = message.split('\n')[0] ?? 'unknown reason';
  return scenarioErrors.refuse('TEXT_INVALID', { why: first.replace(/[.:]$/, '').toLowerCase() });
}

/** Reads a scenario from a value, as a form or a slider would give it. */
export function readScenarioValue(value: unknown): ScenarioRead {
  const parsed = SCENARIO_SCHEMA.safeParse(value);
  const issues = parsed.success ? [] : parsed.error.issues;
  const problems = [...issues.map((issue) => sayIssue(issue, 'file')), ...checkNames(value)];
  if (parsed.success && problems.length === 0) return { ok: true, scenario: parsed.data };
  const shown = problems.slice(0, ISSUES_SHOWN);
  const rest = problems.length - shown.length;
  const why = shown.join('; ') + (rest > 0 ? `; and ${rest} more` : '');
  return scenarioErrors.refuse('FIELDS_INVALID', { why });
}

type Row = Readonly<Record<string, unknown>>;

const isRow = (value: unknown): value is Row => typeof value === 'object' && value !== null;
const rowsOf = (value: unknown, key: string): Row[] => {
  const list = isRow(value) ? value[key] : undefined;
  return Array.isArray(list) ? list.filter(isRow) : [];
};
const textsOf = (row: Row, key: string): string[] => {
  const found = row[key];
  const list: unknown[] = Array.isArray(found) ? found : [found];
  return list.filter((each) => typeof each === 'string');
};

/**
 * What the schema cannot see: names that are used must exist, sources too, and names must be told apart. Looks at the value
 * as it was given, so that these problems are told together with the schema's.
 */
function checkNames(value: unknown): string[] {
  const problems: string[] = [];
  const rows = Object.fromEntries(
    ['parties', 'adversaries', 'interventions', 'hardening', 'sources'].map((key) => [
      key,
      rowsOf(value, key),
    ]),
  ) as Record<'parties' | 'adversaries' | 'interventions' | 'hardening' | 'sources', Row[]>;
  const namesOf = (list: readonly Row[]): string[] => list.flatMap((row) => textsOf(row, 'name'));
  const parties = new Set(namesOf(rows.parties));
  const keepers = new Set(namesOf(rows.parties.filter((party) => party['kind'] !== 'open')));
  const check = (names: readonly string[], known: ReadonlySet<string>, place: string): void => {
    for (const one of names) {
      if (!known.has(one))
        problems.push(`${place}: there is no party \`${one}\` that could be meant`);
    }
  };
  const unique = (names: readonly string[], place: string): void => {
    for (const one of new Set(names.filter((name, i) => names.indexOf(name) !== i))) {
      problems.push(`${place}: the name \`${one}\` is used twice`);
    }
  };
  unique(namesOf([...rows.parties, ...rows.adversaries]), 'parties, adversaries');
  unique(namesOf([...rows.interventions, ...rows.hardening]), 'interventions, hardening');
  if (!rows.parties.some((party) => party['kind'] === 'leader')) {
    problems.push('parties: one of them must be of kind `leader`');
  }
  for (const [i, row] of rows.adversaries.entries()) {
    check(textsOf(row, 'helps'), keepers, `adversaries.${i}.helps`);
    check(textsOf(row, 'targets'), keepers, `adversaries.${i}.targets`);
  }
  for (const [i, row] of rows.interventions.entries()) {
    const known = row['effect'] === 'merge' ? keepers : parties;
    check(textsOf(row, 'parties'), known, `interventions.${i}.parties`);
  }
  for (const [i, row] of rows.hardening.entries()) {
    check(textsOf(row, 'parties'), keepers, `hardening.${i}.parties`);
  }
  const distillation = isRow(value) ? value['distillation'] : undefined;
  check(
    isRow(distillation) ? textsOf(distillation, 'parties') : [],
    parties,
    'distillation.parties',
  );
  const sources = [
    ...BUILT_IN_SOURCES.map((source) => source.id),
    ...rows.sources.flatMap((row) => textsOf(row, 'id')),
  ];
  unique(sources, 'sources');
  const known = new Set(sources);
  for (const { place, source } of listSources(value, '')) {
    if (!known.has(source)) problems.push(`${place}: there is no source \`${source}\``);
  }
  return problems;
}

function listSources(value: unknown, place: string): { place: string; source: string }[] {
  if (!isRow(value)) return [];
  return Object.entries(value).flatMap(([key, child]) => {
    const at = place === '' ? key : `${place}.${key}`;
    if (key === 'source' && typeof child === 'string') return [{ place: at, source: child }];
    return listSources(child, at);
  });
}
