/** `sallyport demo`: the main job on the example's real results, by the very commands that people use. */
import { spawn, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
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
      'Start a gate in a throwaway folder, quote the example’s real results, release the plain ones, hold one until a second person signs it, refuse one, and verify receipts and signature',
    )
    .option('--keep', 'keep the folder and say where it is')
    .action(async (options: DemoOptions) => {
      process.exitCode = await demo(options);
    });
}

/** Who found the gate; one asks and the other one decides. */
const PEOPLE = ['ann', 'bob'] as const;

/** What the demo's commands run with. */
interface Stage {
  readonly dir: string;
  readonly paint: Paint;
  readonly env: NodeJS.ProcessEnv;
  /** Whose terminal it is. */
  readonly who: string;
}

const PROGRAM = [...process.execArgv, path.join(import.meta.dirname, 'main.ts')];

/** Shows a command, runs it, shows what it prints, and gives that back. */
function runShown(
  stage: Stage,
  args: readonly string[],
  statuses: readonly number[] = [0],
): string {
  showCommand(stage, ['sallyport', ...args]);
  const run = spawnSync(process.execPath, [...PROGRAM, ...args], {
    cwd: stage.dir,
    env: stage.env,
    encoding: 'utf8',
  });
  // What is about to be signed is said before what came of it.
  process.stdout.write(run.stderr);
  process.stdout.write(run.stdout);
  if (run.status === null || !statuses.includes(run.status)) {
    throw cliErrors.error('DEMO_FAILED', {
      step: args.slice(0, 2).join(' '),
      status: run.status ?? -1,
    });
  }
  return run.stdout;
}

function showCommand(stage: Stage, command: readonly string[]): void {
  const words = command.map((word) => (/^[\w@./:=-]+$/.test(word) ? word : `'${word}'`));
  process.stdout.write(`\n${stage.paint('bold', `${stage.who}$ ${words.join(' ')}`)}\n`);
}

/** Runs a program of the system; undefined when this machine does not have it. */
function runSystem(
  stage: Stage,
  program: string,
  args: readonly string[],
  input?: string,
): string | undefined {
  const run = spawnSync(program, args, { cwd: stage.dir, encoding: 'utf8', input: input ?? '' });
  if (run.error !== undefined) return undefined;
  if (run.status === 0) return run.stdout;
  process.stderr.write(run.stderr);
  throw cliErrors.error('DEMO_FAILED', { step: program, status: run.status ?? -1 });
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
  readonly release: number;
  readonly receipt: string;
  readonly files: readonly { readonly name: string; readonly href: string }[];
}

/** Fetches as a recipient does, until the slot of the last release has come. */
async function fetchReleases(
  url: string,
  token: string,
  count: number,
): Promise<readonly OuterRelease[]> {
  const deadline = monotonicMs() + PUBLISH_MS_MAX;
  for (;;) {
    const response = await fetch(`${url}/v1/files`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const { releases } = (await response.json()) as { releases: readonly OuterRelease[] };
    if (releases.length >= count) return releases;
    if (monotonicMs() > deadline)
      throw cliErrors.error('DEMO_FAILED', { step: 'publication', status: -1 });
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

async function receive(stage: Stage, url: string, token: string, count: number): Promise<string[]> {
  const headers = { authorization: `Bearer ${token}` };
  const dir = path.join(stage.dir, 'received');
  mkdirSync(dir);
  const names: string[] = [];
  for (const release of await fetchReleases(url, token, count)) {
    for (const file of release.files) {
      const response = await fetch(new URL(file.href, url), { headers });
      if (!response.ok)
        throw cliErrors.error('DEMO_FAILED', { step: 'fetch', status: response.status });
      const name = path.join('received', path.basename(file.name));
      writeFileSync(path.join(stage.dir, name), Buffer.from(await response.arrayBuffer()));
      names.push(name);
    }
    const receipt = await fetch(new URL(release.receipt, url), { headers });
    const proof = path.join(dir, `receipt-${String(release.release)}.tlog-proof`);
    writeFileSync(proof, Buffer.from(await receipt.arrayBuffer()));
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
    await play({ dir, paint, env, who: '' }, gate);
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

function say(stage: Stage, text: string): void {
  process.stdout.write(`\n${stage.paint('cyan', `# ${text}`)}\n`);
}

/** Founds the gate with fresh SSH keys; null where this machine cannot make any. */
function foundGate(stage: Stage): Readonly<Record<(typeof PEOPLE)[number], Stage>> | null {
  for (const who of PEOPLE) {
    const args = ['-q', '-t', 'ed25519', '-N', '', '-C', who, '-f', `${who}.key`];
    if (runSystem(stage, 'ssh-keygen', args) === undefined) return null;
  }
  say(
    stage,
    'Two people found the gate, each with an SSH key: from now on people decide, not tokens.',
  );
  runShown(stage, [
    'found',
    ...PEOPLE.flatMap((who) => ['--person', `${who}=${who}.key.pub`]),
    ...PEOPLE.flatMap((who) => ['--sign', `${who}=${who}.key`]),
  ]);
  const signIn = (who: string): Stage => {
    const key = { SALLYPORT_KEY: path.join(stage.dir, `${who}.key`) };
    const as = { ...stage, who, env: { ...stage.env, ...key, SALLYPORT_TOKEN: '' } };
    const token = runQuiet(as, ['login', '--print']).trim();
    return { ...as, env: { ...as.env, SALLYPORT_TOKEN: token } };
  };
  return { ann: signIn('ann'), bob: signIn('bob') };
}

/** The held request is looked at, signed, and its signature verified without us. */
function approve(bob: Stage): void {
  const listed = runQuiet(bob, ['request', 'list', '--state', 'held', '--json']);
  const [held] = JSON.parse(listed) as readonly { id: string }[];
  const id = held?.id ?? '';
  say(bob, 'Bob looks at the very bytes that would leave, and signs them with his key.');
  runShown(bob, ['approve', id, '--view', 'look', '--yes']);
  say(bob, 'Whoever has OpenSSH can verify who approved what.');
  runQuiet(bob, ['request', 'approvals', id, '--out', 'signed']);
  const verify = '-Y verify -f signed/allowed_signers -I bob -n sallyport-approval@v1'.split(' ');
  showCommand(bob, ['ssh-keygen', ...verify, '-s', 'signed/bob.sig']);
  const request = readFileSync(path.join(bob.dir, 'signed', 'request.json'), 'utf8');
  const said = runSystem(bob, 'ssh-keygen', [...verify, '-s', 'signed/bob.sig'], request);
  process.stdout.write(said ?? '');
}

async function play(first: Stage, gate: Running): Promise<void> {
  const results = (names: readonly string[]): string[] => names.map((name) => `results/${name}`);
  const to = ['--project', 'main', '--to', 'results'];
  runQuiet(first, ['outer', 'destination', 'add', 'results']);
  const recipient = ['recipient', 'add', 'reader', '--destination', 'results', '--json'];
  const { token } = JSON.parse(runQuiet(first, ['outer', ...recipient])) as { token: string };

  say(first, 'The model to be guarded: budgets are shares of its thinnest useful copy.');
  runShown(first, ['model', 'add', 'large', '--parameters', '70e9']);
  const people = foundGate(first);
  if (people === null) say(first, 'There is no ssh-keygen here, so that nobody can approve.');
  const ann = people?.ann ?? first;
  say(ann, 'What would it cost, and is there a cheaper form?');
  runShown(ann, ['quote', 'results'], [0, 3]);
  say(ann, 'Plain results leave at once: no finding, small, within every budget.');
  runShown(ann, ['export', ...results(PLAIN), ...to, '--why', 'results of the first run']);
  say(ann, 'Hidden states look like activations: another person has to look.');
  runShown(ann, ['export', ...results([HELD]), ...to, '--why', 'for a probe'], [4]);
  if (people !== null) approve(people.bob);
  say(ann, 'Weights never leave this way.');
  runShown(ann, ['export', ...results([REFUSED]), ...to, '--why', 'backup'], [3]);

  const reader = { ...first, who: 'reader' };
  say(reader, 'Outside, the recipient fetches files and receipts, and verifies them offline.');
  const files = await receive(reader, gate.outerUrl, token, people === null ? 1 : 2);
  writeFileSync(path.join(first.dir, 'outer.key'), runQuiet(first, ['outer', 'key']));
  const isHeld = (file: string): boolean => path.basename(file) === HELD;
  for (const [release, isOf] of [
    [1, (file: string) => !isHeld(file)],
    [2, isHeld],
  ] as const) {
    const own = files.filter(isOf);
    if (own.length === 0) continue;
    const receipt = `received/receipt-${String(release)}.tlog-proof`;
    runShown(reader, ['receipt', 'verify', receipt, '--key', 'outer.key', '--files', ...own]);
  }
  say(ann, 'Inside, the ledger has every decision, and every root can be derived again.');
  runShown(ann, ['ledger', 'verify']);
  runShown(ann, ['budget']);
}
