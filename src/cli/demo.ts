/** `sallyport demo`: the main job on the example's real results, by the very commands that people use. */
import { spawn, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Command } from 'commander';
import { monotonicMs } from '../core/index.ts';
import { cliErrors } from './errors.ts';
import { openPaint } from './terminal.ts';
import type { Paint } from './terminal.ts';

interface DemoOptions {
  readonly keep?: boolean;
}

const START_MS_MAX = 45_000;
const PUBLISH_MS_MAX = 30_000;
const POLL_MS = 200;
/** A released note, a held table of hidden states, refused weights. */
const PLAIN = ['metrics.csv', 'accuracy.csv', 'loss.svg', 'run.json', 'train.log'];
const HELD = 'activations.csv';
const REFUSED = 'weights.safetensors';

/** Adds the command. */
export function registerDemo(program: Command): void {
  program
    .command('demo')
    .summary('see the main job done on real results')
    .description(
      'Start a gate in a throwaway folder, quote the example’s real results, release the plain ones, hold one, refuse one, and verify the receipts',
    )
    .option('--keep', 'keep the folder and say where it is')
    .action(async (options: DemoOptions) => {
      process.exitCode = await demo(options);
    });
}

/** What the demo's commands run with. */
interface Stage {
  readonly dir: string;
  readonly paint: Paint;
  readonly env: NodeJS.ProcessEnv;
}

const PROGRAM = [
  ...process.execArgv,
  path.join(import.meta.dirname, `main${path.extname(import.meta.url)}`),
];

/** Shows a command, runs it, shows what it prints, and gives that back. */
function runShown(
  stage: Stage,
  args: readonly string[],
  statuses: readonly number[] = [0],
): string {
  const words = args.map((arg) => (/^[\w@./:=-]+$/.test(arg) ? arg : `'${arg}'`));
  process.stdout.write(`\n${stage.paint('bold', `$ sallyport ${words.join(' ')}`)}\n`);
  const run = spawnSync(process.execPath, [...PROGRAM, ...args], {
    cwd: stage.dir,
    env: stage.env,
    encoding: 'utf8',
  });
  process.stdout.write(run.stdout);
  process.stdout.write(run.stderr);
  if (run.status === null || !statuses.includes(run.status)) {
    throw cliErrors.error('DEMO_FAILED', {
      step: args.slice(0, 2).join(' '),
      status: run.status ?? -1,
    });
  }
  return run.stdout;
}

/** Runs a command without showing it. */
function runQuiet(stage: Stage, args: readonly string[]): string {
  const run = spawnSync(process.execPath, [...PROGRAM, ...args], {
    cwd: stage.dir,
    env: stage.env,
    encoding: 'utf8',
  });
  if (run.status === 0) return run.stdout;
  process.stderr.write(run.stderr);
  throw cliErrors.error('DEMO_FAILED', {
    step: args.slice(0, 3).join(' '),
    status: run.status ?? -1,
  });
}

interface Running {
  readonly innerUrl: string;
  readonly outerUrl: string;
  readonly token: string;
  stop(): Promise<void>;
}

/** Starts the gate as its own process and reads where it listens from what it prints. */
async function startGate(dir: string, env: NodeJS.ProcessEnv): Promise<Running> {
  const args = [
    ...PROGRAM,
    'start',
    '--data',
    path.join(dir, 'gate'),
    '--inner-port',
    '0',
    '--outer-port',
    '0',
  ];
  const child = spawn(process.execPath, args, {
    cwd: dir,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = new Promise<void>((resolve) =>
    child.once('exit', () => {
      resolve();
    }),
  );
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await exited;
  };
  const late = setTimeout(() => child.kill('SIGKILL'), START_MS_MAX);
  const found = { innerUrl: '', outerUrl: '', token: '' };
  for await (const line of createInterface({ input: child.stdout })) {
    found.innerUrl ||= /inner door\s+(http\S+)/.exec(line)?.[1] ?? '';
    found.outerUrl ||= /outer door\s+(http\S+)/.exec(line)?.[1] ?? '';
    found.token ||= /^\s+(spt_\S+)$/.exec(line)?.[1] ?? '';
    if (line.startsWith('Stop it')) break;
  }
  clearTimeout(late);
  if (found.token !== '') return { ...found, stop };
  await stop();
  throw cliErrors.error('DEMO_FAILED', { step: 'start', status: child.exitCode ?? -1 });
}

interface OuterRelease {
  readonly receipt: string;
  readonly files: readonly { readonly name: string; readonly href: string }[];
}

/** Fetches as a recipient does, until the release's slot has come. */
async function fetchReleases(url: string, token: string): Promise<readonly OuterRelease[]> {
  const deadline = monotonicMs() + PUBLISH_MS_MAX;
  for (;;) {
    const response = await fetch(`${url}/v1/files`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const { releases } = (await response.json()) as { releases: readonly OuterRelease[] };
    if (releases.length > 0) return releases;
    if (monotonicMs() > deadline)
      throw cliErrors.error('DEMO_FAILED', { step: 'publication', status: -1 });
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

async function receive(stage: Stage, url: string, token: string): Promise<string[]> {
  const headers = { authorization: `Bearer ${token}` };
  const dir = path.join(stage.dir, 'received');
  mkdirSync(dir);
  const names: string[] = [];
  for (const release of await fetchReleases(url, token)) {
    for (const file of release.files) {
      const response = await fetch(new URL(file.href, url), { headers });
      if (!response.ok)
        throw cliErrors.error('DEMO_FAILED', { step: 'fetch', status: response.status });
      const name = path.join('received', path.basename(file.name));
      writeFileSync(path.join(stage.dir, name), Buffer.from(await response.arrayBuffer()));
      names.push(name);
    }
    const receipt = await fetch(new URL(release.receipt, url), { headers });
    writeFileSync(path.join(dir, 'receipt.tlog-proof'), Buffer.from(await receipt.arrayBuffer()));
  }
  return names;
}

async function demo(options: DemoOptions): Promise<number> {
  const examples = path.join(import.meta.dirname, '..', '..', 'examples', 'tiny-lm', 'out');
  if (!existsSync(examples))
    throw cliErrors.error('DEMO_FAILED', { step: 'finding examples', status: -1 });
  const paint = openPaint(process.stdout, process.env);
  const dir = mkdtempSync(path.join(tmpdir(), 'sallyport-demo-'));
  const started = monotonicMs();
  let gate: Running | undefined;
  try {
    // Files only: receipts of earlier exports may lie beside them in a folder.
    mkdirSync(path.join(dir, 'results'));
    for (const entry of readdirSync(examples, { withFileTypes: true })) {
      if (!entry.isFile()) continue;
      copyFileSync(path.join(examples, entry.name), path.join(dir, 'results', entry.name));
    }
    process.stdout.write(
      `A small language model was trained inside the enclave (examples/tiny-lm). Its results want to leave.\n`,
    );
    const base = { ...process.env, SALLYPORT_DATA: path.join(dir, 'gate') };
    gate = await startGate(dir, base);
    const env = { ...base, SALLYPORT_URL: gate.innerUrl, SALLYPORT_TOKEN: gate.token };
    await play({ dir, paint, env }, gate);
    const seconds = ((monotonicMs() - started) / 1000).toFixed(0);
    process.stdout.write(
      `\nDone in ${seconds} s.${options.keep === true ? ` Everything is in ${dir}` : ''}\n`,
    );
    return 0;
  } finally {
    await gate?.stop();
    if (options.keep !== true) rmSync(dir, { recursive: true, force: true });
  }
}

async function play(stage: Stage, gate: Running): Promise<void> {
  const say = (text: string): void => {
    process.stdout.write(`\n${stage.paint('cyan', `# ${text}`)}\n`);
  };
  const results = (names: readonly string[]): string[] => names.map((name) => `results/${name}`);
  const to = ['--project', 'main', '--to', 'results'];
  runQuiet(stage, ['outer', 'destination', 'add', 'results']);
  const added = runQuiet(stage, [
    'outer',
    'recipient',
    'add',
    'reader',
    '--destination',
    'results',
    '--json',
  ]);
  const { token } = JSON.parse(added) as { token: string };

  say('The model to be guarded: budgets are shares of its thinnest useful copy.');
  runShown(stage, ['model', 'add', 'large', '--parameters', '70e9']);
  say('What would it cost, and is there a cheaper form?');
  runShown(stage, ['quote', 'results'], [0, 3]);
  say('Plain results leave at once: no finding, small, within every budget.');
  runShown(stage, ['export', ...results(PLAIN), ...to, '--why', 'results of the first run']);
  say('Hidden states look like activations: a person has to look.');
  runShown(stage, ['export', ...results([HELD]), ...to, '--why', 'for a probe'], [4]);
  say('Weights never leave this way.');
  runShown(stage, ['export', ...results([REFUSED]), ...to, '--why', 'backup'], [3]);

  say('Outside, the recipient fetches files and receipt, and verifies them offline.');
  const files = await receive(stage, gate.outerUrl, token);
  writeFileSync(path.join(stage.dir, 'outer.key'), runQuiet(stage, ['outer', 'key']));
  runShown(stage, [
    'receipt',
    'verify',
    'received/receipt.tlog-proof',
    '--key',
    'outer.key',
    '--files',
    ...files,
  ]);
  say('Inside, the ledger has every decision, and every root can be derived again.');
  runShown(stage, ['ledger', 'verify']);
  runShown(stage, ['budget']);
}
