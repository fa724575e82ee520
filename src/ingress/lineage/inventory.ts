/** The lineage of a model as a CycloneDX ML-BOM, and an admitted set as a Croissant description. Pure. */
import { canonicalJson, isoTime, sha256 } from '../../core/index.ts';
import type { Json, JsonObject } from '../../core/index.ts';
import type { IntakeForm, Source } from '../sources/index.ts';
import type { LineageNode } from './lineage.ts';
import type { Edge } from './lineage-store.ts';

/** What a bill of materials is made of. */
export interface BomInput {
  readonly subject: LineageNode;
  /** Everything that it was made from, itself included. */
  readonly nodes: readonly LineageNode[];
  readonly edges: readonly Edge[];
  /** There is more above it than `nodes` holds. */
  readonly cut: boolean;
  readonly sources: ReadonlyMap<string, Source>;
  readonly atMs: number;
  readonly version: string;
}

type Parents = ReadonlyMap<string, readonly string[]>;

function hashes(node: LineageNode): JsonObject {
  return node.sha256 === null ? {} : { hashes: [{ alg: 'SHA-256', content: node.sha256 }] };
}

function standing(node: LineageNode): JsonObject {
  return { name: 'sallyport:recall', value: node.recall ?? 'none' };
}

/** The runs that made something, with their code and parameters, each value as text; several runs may have made the same bytes. */
function describeRuns(id: string, input: BomInput, parents: Parents): readonly JsonObject[] {
  const runs = new Set((parents.get(id) ?? []).filter((each) => each.startsWith('run:')));
  return input.nodes
    .filter((node) => runs.has(node.id))
    .flatMap(({ id: run, name, detail }) => {
      const { parameters, code } = detail as { parameters?: JsonObject; code?: string | null };
      const property = (key: string, value: Json): JsonObject => ({
        name: `sallyport:${run}:${key}`,
        value: typeof value === 'string' ? value : canonicalJson(value),
      });
      return [
        property('name', name),
        ...(typeof code === 'string' ? [property('code', code)] : []),
        ...Object.entries(parameters ?? {}).map(([key, value]) =>
          property(`parameter:${key}`, value),
        ),
      ];
    });
}

function describeSource(source: Source): JsonObject {
  const { name, form } = source;
  return {
    governance: { owners: [{ organization: { name } }] },
    description: `${form.origin}; collected: ${form.collection}; consent: ${form.consent}`,
  };
}

/** What a thing was made from, without the runs and sources between. */
function inputsOf(id: string, parents: Parents): readonly string[] {
  const direct = parents.get(id) ?? [];
  const all = direct.flatMap((each) =>
    each.startsWith('run:') ? (parents.get(each) ?? []) : [each],
  );
  return [...new Set(all)].filter((each) => !each.startsWith('source:')).sort();
}

function component(node: LineageNode, input: BomInput, parents: Parents): JsonObject {
  const made = describeRuns(node.id, input, parents);
  const properties = [standing(node), ...made];
  const ref = { 'bom-ref': node.id, name: node.name, ...hashes(node), properties };
  if (node.kind === 'set') {
    const from = (parents.get(node.id) ?? []).find((id) => id.startsWith('source:')) ?? '';
    const source = input.sources.get(from.slice('source:'.length));
    const said = source === undefined ? {} : describeSource(source);
    return {
      ...{ type: 'data', ...ref },
      data: [{ type: 'dataset', name: node.name, ...said }],
      ...(source === undefined ? {} : { licenses: [{ license: { name: source.form.licence } }] }),
    };
  }
  const sets = inputsOf(node.id, parents).filter((id) => id.startsWith('set:'));
  return {
    ...{ type: 'machine-learning-model', ...ref },
    modelCard: { modelParameters: { datasets: sets.map((each) => ({ ref: each })) } },
  };
}

/** A name that is a function of the contents: two documents of one name say the same. */
function serialOf(contents: JsonObject): string {
  const hex = sha256(canonicalJson(contents));
  const variant = (8 + (Number.parseInt(hex[16] ?? '0', 16) % 4)).toString(16);
  return [
    ...[hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`],
    ...[`${variant}${hex.slice(17, 20)}`, hex.slice(20, 32)],
  ].join('-');
}

/**
 * A CycloneDX 1.6 document: models and sets as components, runs as what connects them. It says itself whether it is
 * complete: never more than `unknown`, since lineage holds only what was recorded and what the reader may see.
 */
export function exportBom(input: BomInput): JsonObject {
  const { subject, nodes, edges } = input;
  const grouped = Map.groupBy(edges, (edge) => edge.child);
  const parents = new Map([...grouped].map(([id, list]) => [id, list.map((edge) => edge.parent)]));
  const shown = nodes.filter((node) => node.kind !== 'source' && node.kind !== 'run');
  const refs = new Set(shown.map((node) => node.id));
  const contents: JsonObject = {
    version: 1,
    metadata: {
      timestamp: isoTime(input.atMs),
      tools: {
        components: [{ type: 'application', name: 'sallyport', version: input.version }],
      },
      component: component(subject, input, parents),
    },
    components: shown
      .filter((node) => node.id !== subject.id)
      .map((node) => component(node, input, parents)),
    dependencies: shown.map((node): JsonObject => ({
      ref: node.id,
      dependsOn: inputsOf(node.id, parents).filter((id) => id !== node.id && refs.has(id)),
    })),
    compositions: [{ aggregate: input.cut ? 'incomplete' : 'unknown', dependencies: [subject.id] }],
  };
  const serialNumber = `urn:uuid:${serialOf(contents)}`;
  return { bomFormat: 'CycloneDX', specVersion: '1.6', serialNumber, ...contents };
}

const CONTEXT: JsonObject = {
  '@language': 'en',
  '@vocab': 'https://schema.org/',
  sc: 'https://schema.org/',
  cr: 'http://mlcommons.org/croissant/',
  rai: 'http://mlcommons.org/croissant/RAI/',
  dct: 'http://purl.org/dc/terms/',
  conformsTo: 'dct:conformsTo',
  citeAs: 'cr:citeAs',
};

const MIME: Readonly<Record<string, string>> = {
  jsonl: 'application/jsonlines',
  json: 'application/json',
  table: 'text/csv',
  text: 'text/plain',
  xml: 'application/xml',
  html: 'text/html',
  raster: 'image/png',
};

/** An admitted set as Croissant 1.0: its safe forms with digests, and what its source said. */
export function exportCroissant(input: {
  readonly name: string;
  /** The origin of the gate, for a set whose source gave no page of its own. */
  readonly gate: string;
  readonly source: { readonly name: string; readonly form: IntakeForm };
  readonly admittedAt: string;
  readonly forms: readonly {
    readonly name: string;
    readonly type: string;
    readonly sha256: string;
    readonly bytes: number;
  }[];
}): JsonObject {
  const { form } = input.source;
  return {
    '@context': CONTEXT,
    '@type': 'sc:Dataset',
    conformsTo: 'http://mlcommons.org/croissant/1.0',
    name: input.name,
    description: form.origin,
    // The specification wants one; it names where the set is known, and whoever may fetch it is decided there.
    url: form.card?.url ?? `https://${input.gate}/v1/imports/${input.name}`,
    license: form.licence,
    creator: { '@type': 'sc:Organization', name: input.source.name },
    datePublished: input.admittedAt,
    'rai:dataCollection': form.collection,
    'rai:personalSensitiveInformation': `consent to publication: ${form.consent}`,
    distribution: input.forms.map((file) => ({
      '@type': 'cr:FileObject',
      '@id': file.name,
      name: file.name,
      contentUrl: file.name,
      contentSize: `${String(file.bytes)} B`,
      encodingFormat: MIME[file.type] ?? 'application/octet-stream',
      sha256: file.sha256,
    })),
  };
}
