/**
 * The catalogue as one checked whole: every id is known, every link is total both ways, every row has a source.
 *
 * Later files win over earlier ones of the same name, so that an organisation edits links, estimates and profiles
 * without touching the program; frameworks are only ever added.
 */
import { sayCount, sayIssue } from '../../core/index.ts';
import type { Refusal } from '../../core/index.ts';
import { errors } from '../errors.ts';
import crosswalksFile from './data/crosswalks.json' with { type: 'json' };
import estimatesFile from './data/estimates.json' with { type: 'json' };
import euFile from './data/eu.json' with { type: 'json' };
import linksFile from './data/links.json' with { type: 'json' };
import profilesFile from './data/profiles.json' with { type: 'json' };
import questionsFile from './data/questions.json' with { type: 'json' };
import randFile from './data/rand.json' with { type: 'json' };
import sl5File from './data/sl5.json' with { type: 'json' };
import { catalogueFileSchema } from './schema.ts';
import type {
  Capacity,
  CatalogueFile,
  Crosswalk,
  Estimates,
  Framework,
  Level,
  LevelId,
  Measure,
  Profile,
  Question,
  Vector,
  VectorLink,
} from './schema.ts';

/** A measure together with the framework that lists it. */
export interface ListedMeasure extends Measure {
  readonly framework: string;
}

/** Everything that an assessment is held against. */
export interface Catalogue {
  readonly frameworks: readonly Framework[];
  readonly capacities: readonly Capacity[];
  readonly levels: readonly Level[];
  readonly vectors: readonly Vector[];
  /** Every measure of every framework, by id, in the frameworks' order. */
  readonly measures: ReadonlyMap<string, ListedMeasure>;
  /** By measure. */
  readonly links: ReadonlyMap<string, VectorLink>;
  readonly crosswalks: readonly Crosswalk[];
  readonly estimates: Estimates;
  readonly profiles: readonly Profile[];
  readonly questions: readonly Question[];
  /** The framework whose levels are the ladder. */
  readonly ladder: string;
  /** What is not as shipped, in words; empty for the shipped data. */
  readonly own: readonly string[];
}

/** A file of catalogue data with the name under which problems are reported. */
export interface NamedFile {
  readonly name: string;
  readonly value: unknown;
}

const SHIPPED: readonly NamedFile[] = [
  { name: 'rand.json', value: randFile },
  { name: 'sl5.json', value: sl5File },
  { name: 'eu.json', value: euFile },
  { name: 'links.json', value: linksFile },
  { name: 'crosswalks.json', value: crosswalksFile },
  { name: 'estimates.json', value: estimatesFile },
  { name: 'profiles.json', value: profilesFile },
  { name: 'questions.json', value: questionsFile },
];

/** The rank of a level: 1 for SL1. */
export function rankOf(level: LevelId): number {
  return Number(level.slice(2));
}

function refuse(file: string, problems: readonly string[]): Refusal {
  return errors.refuse('CATALOGUE_INVALID', { file, why: problems.slice(0, 20).join('; ') });
}

/** Reads one file of catalogue data; a refusal names every bad field. */
export function readCatalogueFile(
  file: NamedFile,
): { readonly ok: true; readonly file: CatalogueFile } | Refusal {
  const parsed = catalogueFileSchema.safeParse(file.value);
  if (parsed.success) return { ok: true, file: parsed.data };
  return refuse(
    file.name,
    parsed.error.issues.map((issue) => sayIssue(issue, 'file')),
  );
}

interface Gathered {
  readonly frameworks: Framework[];
  readonly links: Map<string, VectorLink>;
  readonly crosswalks: Map<string, Crosswalk>;
  readonly profiles: Map<string, Profile>;
  estimates?: Estimates;
  questions: readonly Question[];
}

function gather(files: readonly CatalogueFile[]): Gathered {
  const all: Gathered = {
    frameworks: [],
    links: new Map(),
    crosswalks: new Map(),
    profiles: new Map(),
    questions: [],
  };
  for (const file of files) {
    switch (file.kind) {
      case 'framework':
        all.frameworks.push(file);
        break;
      case 'links':
        for (const link of file.links) all.links.set(link.measure, link);
        break;
      case 'crosswalks':
        for (const each of file.crosswalks) all.crosswalks.set(each.from, each);
        break;
      case 'estimates':
        all.estimates = mergeEstimates(all.estimates, file);
        break;
      case 'profiles':
        for (const profile of file.profiles) all.profiles.set(profile.id, profile);
        break;
      case 'questions':
        all.questions = file.questions;
        break;
    }
  }
  return all;
}

/** An organisation's rules come before ours, because the first that matches is taken. */
function mergeEstimates(before: Estimates | undefined, file: Estimates): Estimates {
  if (before === undefined) return file;
  const slow = new Map(before.slowdownPercent.map((each) => [each.measure, each]));
  const order = new Map(before.order.map((each) => [each.measure, each]));
  for (const each of file.slowdownPercent) slow.set(each.measure, each);
  for (const each of file.order) order.set(each.measure, each);
  return {
    ...file,
    rules: [...file.rules, ...before.rules],
    order: [...order.values()],
    slowdownPercent: [...slow.values()],
  };
}

function listMeasures(frameworks: readonly Framework[], problems: string[]) {
  const measures = new Map<string, ListedMeasure>();
  const names = new Set<string>();
  for (const framework of frameworks) {
    if (names.has(framework.id)) problems.push(`two frameworks are called ${framework.id}`);
    names.add(framework.id);
    for (const measure of framework.measures) {
      if (measures.has(measure.id)) problems.push(`two measures are called ${measure.id}`);
      measures.set(measure.id, { ...measure, framework: framework.id });
    }
  }
  return measures;
}

/** What no schema can say: that ids lead somewhere, and that links are total both ways. */
function findLoose(
  all: Gathered,
  measures: ReadonlyMap<string, ListedMeasure>,
  vectors: readonly Vector[],
): string[] {
  const problems: string[] = [];
  const need = (id: string, where: string): void => {
    if (!measures.has(id)) problems.push(`${where} names ${id}, which no framework has`);
  };
  const known = new Set(vectors.map((vector) => vector.id));
  const stoodAgainst = new Set<string>();
  for (const link of all.links.values()) {
    need(link.measure, 'a link');
    for (const vector of [...link.direct, ...link.supports]) {
      if (!known.has(vector)) problems.push(`the link of ${link.measure} names ${vector}`);
    }
    for (const vector of link.direct) stoodAgainst.add(vector);
  }
  for (const vector of known) {
    if (!stoodAgainst.has(vector)) problems.push(`no measure stands directly against ${vector}`);
  }
  for (const measure of measures.values()) {
    if (measure.level === null) continue;
    const link = all.links.get(measure.id);
    if (link === undefined || link.direct.length + link.supports.length === 0) {
      problems.push(`${measure.id} stands against no vector`);
    }
  }
  for (const each of all.crosswalks.values()) {
    for (const id of [each.from, ...each.to]) need(id, 'a crosswalk');
  }
  for (const each of all.estimates?.order ?? []) {
    for (const id of [each.measure, ...each.needs]) need(id, 'the order of work');
  }
  for (const each of all.questions) for (const id of each.measures) need(id, `question ${each.id}`);
  for (const profile of all.profiles.values()) {
    const named = [...profile.omit, ...profile.add].flatMap((each) => each.measures ?? []);
    for (const id of named) need(id, `profile ${profile.id}`);
  }
  return problems;
}

/** Finds a loop in the order of work, which no plan could begin. */
function findLoop(estimates: Estimates): string | undefined {
  const needs = new Map(estimates.order.map((each) => [each.measure, each.needs]));
  const done = new Set<string>();
  const visit = (id: string, path: readonly string[]): string | undefined => {
    if (path.includes(id)) return [...path, id].join(' → ');
    if (done.has(id)) return undefined;
    for (const need of needs.get(id) ?? []) {
      const loop = visit(need, [...path, id]);
      if (loop !== undefined) return loop;
    }
    done.add(id);
    return undefined;
  };
  for (const id of needs.keys()) {
    const loop = visit(id, []);
    if (loop !== undefined) return loop;
  }
  return undefined;
}

/** What further files change or add, in words: whoever reads a verdict must see that it is held against other data. */
function describeOwn(files: readonly CatalogueFile[]): string[] {
  return files.map((file) => {
    switch (file.kind) {
      case 'framework':
        return `the framework ${file.id}`;
      case 'links':
        return `the links of ${sayCount(file.links.length, 'measure')} to attack vectors`;
      case 'crosswalks':
        return sayCount(file.crosswalks.length, 'crosswalk');
      case 'estimates':
        return 'estimates of effort and time';
      case 'profiles':
        return `the profiles ${file.profiles.map((each) => `“${each.name}”`).join(', ')}`;
      case 'questions':
        return 'the questions';
    }
  });
}

/** A profile that is called like a shipped one would pass for it in every table. */
function findDisguised(added: readonly CatalogueFile[]): string[] {
  const known = readShipped().flatMap((file) => (file.kind === 'profiles' ? file.profiles : []));
  return added.flatMap((file) =>
    file.kind !== 'profiles'
      ? []
      : file.profiles
          .filter((own) => known.some(({ id, name }) => own.id === id || own.name === name))
          .map(
            (own) =>
              `the profile ${own.id} (“${own.name}”) is a shipped one; give yours another id and name`,
          ),
  );
}

/**
 * Builds a catalogue from the shipped data and further files, which are read after it; a refusal names what is loose.
 * Further files may change links, crosswalks and estimates, which are ours, and are named in `own`; they cannot change a
 * shipped profile or framework.
 */
export function openCatalogue(
  added: readonly NamedFile[] = [],
): { readonly ok: true; readonly catalogue: Catalogue } | Refusal {
  if (added.length === 0 && shipped !== undefined) return { ok: true, catalogue: shipped };
  const files: CatalogueFile[] = [...readShipped()];
  for (const file of added) {
    const read = readCatalogueFile(file);
    if (!read.ok) return read;
    files.push(read.file);
  }
  const all = gather(files);
  const own = files.slice(readShipped().length);
  const problems = findDisguised(own);
  const measures = listMeasures(all.frameworks, problems);
  const ladder = all.frameworks.find((framework) => framework.levels !== undefined);
  const vectors = all.frameworks.flatMap((framework) => framework.vectors ?? []);
  problems.push(...findLoose(all, measures, vectors));
  const { estimates } = all;
  if (estimates === undefined) problems.push('there are no estimates');
  const loop = estimates === undefined ? undefined : findLoop(estimates);
  if (loop !== undefined) problems.push(`the order of work goes in a circle: ${loop}`);
  if (problems.length > 0 || estimates === undefined) {
    return refuse(added.map((file) => file.name).join(', ') || 'catalogue', problems);
  }
  return {
    ok: true,
    catalogue: {
      frameworks: all.frameworks,
      capacities: ladder?.capacities ?? [],
      levels: ladder?.levels ?? [],
      vectors,
      measures,
      links: all.links,
      crosswalks: [...all.crosswalks.values()],
      estimates,
      profiles: [...all.profiles.values()],
      questions: all.questions,
      ladder: ladder?.id ?? '',
      own: describeOwn(own),
    },
  };
}

let shippedFiles: readonly CatalogueFile[] | undefined;

/** The shipped files are checked once; a test assures that they pass. */
function readShipped(): readonly CatalogueFile[] {
  shippedFiles ??= SHIPPED.map((file) => {
    const read = readCatalogueFile(file);
    if (!read.ok) throw new TypeError(read.message);
    return read.file;
  });
  return shippedFiles;
}

let shipped: Catalogue | undefined;

/** The catalogue as shipped. Throws only if the shipped data is broken, which a test excludes. */
export function shippedCatalogue(): Catalogue {
  if (shipped !== undefined) return shipped;
  const opened = openCatalogue();
  if (!opened.ok) throw new TypeError(opened.message);
  shipped = opened.catalogue;
  return shipped;
}
