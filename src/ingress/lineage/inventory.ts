/** The lineage of a model as a CycloneDX ML-BOM, and an admitted set as a Croissant description. Pure. */
import { isoTime } from '../../core/index.ts';
import type { JsonObject } from '../../core/index.ts';
import type { IntakeForm, Source } from '../sources/index.ts';
import type { LineageNode } from './lineage.ts';

/** What a bill of materials is made of. */
export interface BomInput {
  readonly subject: LineageNode;
  /** Everything that it was made from, itself included. */
  readonly nodes: readonly LineageNode[];
  readonly edges: readonly { readonly parent: string; readonly child: string }[];
  readonly sources: ReadonlyMap<string, Source>;
  readonly serial: string;
  readonly atMs: number;
  readonly version: string;
}

function hashes(node: LineageNode): JsonObject {
  return node.sha256 === null ? {} : { hashes: [{ alg: 'SHA-256', content: node.sha256 }] };
}

function standing(node: LineageNode): JsonObject {
  const recall = node.recall === null ? 'none' : node.recall;
  return { properties: [{ name: 'sallyport:recall', value: recall }] };
}

function component(node: LineageNode, input: BomInput): JsonObject {
  const ref = { 'bom-ref': node.id, name: node.name, ...hashes(node), ...standing(node) };
  if (node.kind === 'set') {
    const from = input.edges.find((edge) => edge.child === node.id)?.parent ?? '';
    const source = input.sources.get(from.slice('source:'.length));
    return {
      ...{ type: 'data', ...ref },
      data: [
        {
          type: 'dataset',
          name: node.name,
          ...(source === undefined
            ? {}
            : {
                governance: { owners: [{ organization: { name: source.name } }] },
                description: `${source.form.origin}; collected: ${source.form.collection}; consent: ${source.form.consent}`,
              }),
        },
      ],
      ...(source === undefined ? {} : { licenses: [{ license: { name: source.form.licence } }] }),
    };
  }
  const sets = input.edges
    .filter((edge) => edge.child === node.id)
    .flatMap((run) => input.edges.filter((edge) => edge.child === run.parent))
    .map((edge) => edge.parent)
    .filter((id) => id.startsWith('set:'));
  return {
    ...{ type: 'machine-learning-model', ...ref },
    modelCard: { modelParameters: { datasets: [...new Set(sets)].map((each) => ({ ref: each })) } },
  };
}

/** A CycloneDX 1.6 document: models and sets as components, runs as what connects them. */
export function exportBom(input: BomInput): JsonObject {
  const { subject, nodes, edges } = input;
  const shown = nodes.filter((node) => node.kind !== 'source' && node.kind !== 'run');
  const dependencies = shown.map((node): JsonObject => {
    // A run stands between what was used and what was made: its inputs are what the result depends on.
    const runs = edges.filter((edge) => edge.child === node.id).map((edge) => edge.parent);
    const inputs = edges.filter((edge) => runs.includes(edge.child)).map((edge) => edge.parent);
    const dependsOn = [...new Set(inputs)].filter((id) => shown.some((each) => each.id === id));
    return { ref: node.id, dependsOn: dependsOn.sort() };
  });
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${input.serial}`,
    version: 1,
    metadata: {
      timestamp: isoTime(input.atMs),
      tools: {
        components: [{ type: 'application', name: 'sallyport', version: input.version }],
      },
      component: component(subject, input),
    },
    components: shown
      .filter((node) => node.id !== subject.id)
      .map((node) => component(node, input)),
    dependencies,
  };
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
