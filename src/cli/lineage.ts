/** `sallyport lineage …`: what came from what. */
import { sayCount } from '../core/index.ts';
import type { Json } from '../core/index.ts';
import type { Command } from 'commander';
import type { NodeShown } from '../http/index.ts';
import { MONITOR_FORMAT, readMonitor } from '../monitor/index.ts';
import { cliErrors } from './errors.ts';
import {
  hashGiven,
  needOutput,
  readGivenBytes,
  readGivenChunks,
  readGivenText,
  writeGiven,
} from './given-paths.ts';
import { needSameSets, readSets } from './monitor-sets.ts';
import type { MonitorSet } from './monitor-sets.ts';
import { registerRecall } from './recall.ts';
import { openSession, withSession } from './session.ts';
import type { Session, SessionOptions } from './session.ts';
import { showSafely } from './terminal.ts';
import type { Paint } from './terminal.ts';

interface Graph {
  readonly roots: readonly string[];
  readonly nodes: readonly NodeShown[];
  readonly edges: readonly { readonly parent: string; readonly child: string }[];
  readonly cut: boolean;
}

interface Affected {
  readonly node: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
  readonly affected: readonly NodeShown[];
}

interface RecordOptions extends SessionOptions {
  readonly project: string;
  readonly name: string;
  readonly base?: string;
  readonly set: readonly string[];
  readonly param: readonly string[];
  readonly code?: string;
  readonly model: readonly string[];
  readonly monitor: readonly string[];
}

const several = (value: string, before: readonly string[]): string[] => [...before, value];

/** Adds the commands. */
export function registerLineage(program: Command): void {
  const lineage = program.command('lineage').description('What was made of what.');
  registerRecord(lineage);
  registerShow(lineage);
  registerEvaluated(lineage);
  registerRecall(program);
}

function registerRecord(lineage: Command): void {
  withSession(
    lineage
      .command('record-run')
      .description(
        'Record a training run: base model, admitted sets, parameters, digests of what it made. Files are named as NAME=FILE and hashed here; a digest may stand for the file of a model. The sets of a monitor are those that its own file names, and how it says that it was trained is recorded with it.',
      )
      .requiredOption('--project <project>', 'project of the run')
      .requiredOption('--name <name>', 'what the run is called')
      .option('--base <name=file>', 'the model that it started from')
      .option(
        '--set <set>',
        'an import, or the SHA-256 of a safe form; may be repeated; not needed for a monitor, whose sets it has to name exactly',
        several,
        [],
      )
      .option('--param <name=value>', 'a parameter; may be repeated', several, [])
      .option('--code <version>', 'version of the training code')
      .option('--model <name=file>', 'a model that it made; may be repeated', several, [])
      .option('--monitor <name=file>', 'a monitor that it made; may be repeated', several, []),
  ).action(async (options: RecordOptions) => {
    const session = openSession(options);
    const results = [];
    const parameters: Record<string, Json> = {};
    for (const each of options.model)
      results.push({ kind: 'model', ...(await readMade('--model', each)) });
    const monitors = await readMonitors(session, options);
    results.push(...monitors.made);
    for (const each of options.monitor) Object.assign(parameters, await readTraining(each));
    for (const each of options.param) {
      const [name, value] = readPair('--param', each);
      parameters[name] = value;
    }
    const run = {
      name: options.name,
      base: options.base === undefined ? null : await readMade('--base', options.base),
      sets: monitors.sets,
      parameters,
      code: options.code ?? null,
      results,
    };
    const node = await session.client.send<NodeShown>('POST', '/v1/lineage/runs', {
      project: options.project,
      run,
    });
    session.print(node, () => [
      `${node.id} recorded`,
      ...(node.recall === null
        ? []
        : [
            session.paint(
              'red',
              `what it made is quarantined by ${node.recall}: a set of it was recalled`,
            ),
          ]),
    ]);
  });
}

/** Monitors that a run made, and its sets: those of their headers, or those that were named when no header says any. */
async function readMonitors(
  session: Session,
  { monitor, set }: RecordOptions,
): Promise<{
  readonly made: readonly { kind: 'monitor'; name: string; sha256: string }[];
  readonly sets: readonly string[];
}> {
  const made = [];
  const sets = new Map<string, MonitorSet>();
  for (const each of monitor) {
    const [name, file] = readPair('--monitor', each);
    if (/^[0-9a-f]{64}$/.test(file)) {
      const why = 'a monitor is given as its file, whose header names its sets';
      throw cliErrors.error('OPTION_INVALID', { option: '--monitor', value: each, why });
    }
    if (!(await looksLikeMonitor(file))) {
      // Another program's monitor says nothing that could be read here.
      made.push({ kind: 'monitor' as const, name, sha256: await hashGiven(file) });
      continue;
    }
    const { model, digest } = readMonitor(readGivenBytes(file));
    const own = await readSets(session, model);
    if (set.length > 0) needSameSets(name, own, set);
    for (const one of own) sets.set(one.import, one);
    made.push({ kind: 'monitor' as const, name, sha256: digest });
  }
  return { made, sets: sets.size === 0 ? set : [...sets.keys()] };
}

function readPair(option: string, text: string): [string, string] {
  const cut = text.indexOf('=');
  if (cut > 0 && cut < text.length - 1) return [text.slice(0, cut), text.slice(cut + 1)];
  throw cliErrors.error('OPTION_INVALID', { option, value: text, why: 'it is not NAME=VALUE' });
}

/** How a monitor says that it was trained, by the name that it gets; nothing of another program's monitor. */
async function readTraining(text: string): Promise<Record<string, Json>> {
  const [name, file] = readPair('--monitor', text);
  if (!(await looksLikeMonitor(file))) return {};
  const { model } = readMonitor(readGivenBytes(file));
  const { positiveLabel, options, point, lineage } = model;
  const { quorum, voters } = point;
  const stated = { positiveLabel, ...options, quorum, voters, code: lineage.code };
  return Object.fromEntries(
    Object.entries(stated).map(([key, value]) => [`${name}.${key}`, value]),
  );
}

async function looksLikeMonitor(file: string): Promise<boolean> {
  for await (const chunk of readGivenChunks(file, { end: 199 }))
    return Buffer.from(chunk).toString('latin1').includes(`"format":"${MONITOR_FORMAT}"`);
  return false;
}

async function readMade(option: string, text: string): Promise<{ name: string; sha256: string }> {
  const [name, file] = readPair(option, text);
  if (/^[0-9a-f]{64}$/.test(file)) return { name, sha256: file };
  return { name, sha256: await hashGiven(file) };
}

function sayNode(paint: Paint, node: NodeShown): string {
  const state = node.recall === null ? '' : paint('red', `  quarantined by ${node.recall}`);
  return `${node.kind.padEnd(8)} ${showSafely(node.name)}  ${paint('dim', node.id)}${state}`;
}

/** A tree below each node that nothing shown leads to; what two things lead to is drawn once. */
function drawGraph(paint: Paint, graph: Graph): readonly string[] {
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  const children = Map.groupBy(graph.edges, (edge) => edge.parent);
  const led = new Set(graph.edges.map((edge) => edge.child));
  const lines: string[] = [];
  const drawn = new Set<string>();
  // What stands in a loop, because two compartments made the same bytes, is led to by all; it comes last.
  const starts = [...nodes.keys()].filter((id) => !led.has(id));
  const open = [...starts, ...nodes.keys()].map((id) => ({ id, depth: 0 }));
  while (open.length > 0) {
    const next = open.shift();
    const node = next === undefined ? undefined : nodes.get(next.id);
    if (next === undefined || node === undefined) continue;
    if (next.depth === 0 && drawn.has(node.id)) continue;
    const again = drawn.has(node.id);
    drawn.add(node.id);
    const mark = graph.roots.includes(node.id) ? '▸ ' : '  ';
    lines.push(
      `${mark}${'  '.repeat(next.depth)}${sayNode(paint, node)}${again ? paint('dim', '  (above)') : ''}`,
    );
    if (again) continue;
    const below = (children.get(node.id) ?? []).map((edge) => ({
      id: edge.child,
      depth: next.depth + 1,
    }));
    open.unshift(...below);
  }
  return [...lines, ...(graph.cut ? ['  … (--limit shows more)'] : [])];
}

function registerShow(lineage: Command): void {
  withSession(
    lineage
      .command('show')
      .description('Where something came from and what came of it.')
      .argument('[node]', 'a source, import or run, or the SHA-256 of a model, monitor or manifest')
      .option('--limit <count>', 'how many things up and down', '200'),
  ).action(async (node: string | undefined, options: SessionOptions & { limit: string }) => {
    const session = openSession(options);
    const query = new URLSearchParams({ limit: options.limit });
    if (node !== undefined) query.set('node', node);
    const graph = await session.client.get<Graph>(`/v1/lineage?${query.toString()}`);
    session.print(graph, () => drawGraph(session.paint, graph));
  });
  withSession(
    lineage
      .command('affected-by')
      .description('What would be quarantined if this were recalled.')
      .argument('<node>', 'a source, import, run or SHA-256'),
  ).action(async (node: string, options: SessionOptions) => {
    const session = openSession(options);
    const query = new URLSearchParams({ node });
    const shown = await session.client.get<Affected>(`/v1/lineage/affected?${query.toString()}`);
    const { counts } = shown;
    session.print(shown, () => [
      ['set', 'run', 'model', 'monitor']
        .map((kind) => sayCount(counts[kind] ?? 0, kind))
        .join(', '),
      ...shown.affected.map((each) => `  ${sayNode(session.paint, each)}`),
    ]);
  });
  withSession(
    lineage
      .command('bom')
      .description('Write the bill of materials of a model or monitor (CycloneDX 1.6).')
      .argument('<node>', 'its SHA-256')
      .requiredOption('--out <file>', 'where it is written'),
  ).action(async (node: string, options: SessionOptions & { out: string }) => {
    needOutput(options.out);
    const session = openSession(options);
    const text = await session.client.text(`/v1/lineage/bom/${encodeURIComponent(node)}`);
    writeGiven(options.out, text);
    session.print({ node, file: options.out }, () => [options.out]);
  });
}

function registerEvaluated(lineage: Command): void {
  withSession(
    lineage
      .command('evaluated')
      .description(
        'Record what a monitor was measured to be worth: the output of `monitor evaluate --json`.',
      )
      .argument('<monitor>', 'the monitor file or its SHA-256')
      .argument('<evaluation>', 'the file with the measurement'),
  ).action(async (monitor: string, file: string, options: SessionOptions) => {
    const session = openSession(options);
    const { sha256 } = await readMade('<monitor>', `monitor=${monitor}`);
    let evaluation: unknown;
    const text = readGivenText(file);
    try {
      evaluation = JSON.parse(text);
    } catch {
      throw cliErrors.error('PATH_UNREADABLE', { path: file, why: 'it is no JSON file' });
    }
    const made = await session.client.send<{ id: string; monitor: string }>(
      ...(['POST', `/v1/monitors/${sha256}/evaluations`, evaluation] as const),
    );
    session.print(made, () => [`${made.id} recorded for ${made.monitor}`]);
  });
}
