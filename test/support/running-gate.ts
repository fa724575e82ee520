/** The real program on ports of the system's choice, as an operator starts it: for scenarios and campaigns. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { makePerson } from './people.ts';
import type { TestPerson } from './people.ts';

/** Started without the launcher, so that a signal meets the gate itself. */
const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
export const NODE_ARGUMENTS = ['--disable-warning=ExperimentalWarning', MAIN];
export const LATER_CLOCK = new URL('later-clock.ts', import.meta.url).href;
const STARTED = 'Stop it with Ctrl-C.';

/** What a command wrote and how it ended. */
export interface Finished {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running gate. */
export interface RunningGate {
  readonly dataDir: string;
  /** An empty folder in which commands run. */
  readonly workDir: string;
  readonly innerUrl: string;
  readonly outerUrl: string;
  readonly ledgerKey: string;
  readonly outerKey: string;
  /** The administrator's; only the first start says it. */
  readonly token: string;
  readonly banner: string;
  readonly pid: number;
  /** Runs a command against this gate. */
  sallyport(...args: string[]): Promise<Finished>;
  /** The same, and parses what it printed with `--json`; throws when the status is another. */
  json<T>(status: number, ...args: string[]): Promise<T>;
  /** Commands from now on carry this token; a restart keeps it. */
  useToken(token: string): void;
  /** The exit status, once the process has ended. */
  readonly exited: Promise<number | null>;
  /** Ends the process and returns its exit status; the data stay. */
  stop(signal?: NodeJS.Signals): Promise<number>;
  /** Starts again on the same data; with a clock that is ahead, if wanted. */
  restart(laterMs?: number): Promise<RunningGate>;
  /** Stops and removes everything. */
  close(): Promise<void>;
}

/** A gate with what campaigns need: a project, a member's token, destinations on both sides, recipients. */
export interface PreparedGate {
  readonly gate: RunningGate;
  readonly memberToken: string;
  readonly project: string;
  readonly destinations: readonly { readonly name: string; readonly token: string }[];
}

async function runCommand(
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
): Promise<Finished> {
  const child = spawn(process.execPath, [...NODE_ARGUMENTS, ...args], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [status] = (await once(child, 'close')) as [number | null];
  return { status: status ?? -1, stdout, stderr };
}

async function waitForBanner(child: ChildProcess): Promise<string> {
  const lines: string[] = [];
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  if (child.stdout === null) throw new TypeError('the gate was started without a pipe');
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (line === STARTED) return lines.join('\n');
  }
  throw new Error(`the gate did not start: ${errors}`);
}

function find(banner: string, pattern: RegExp): string {
  return pattern.exec(banner)?.[1] ?? '';
}

async function launch(
  dataDir: string,
  workDir: string,
  token: string,
  args: readonly string[],
  laterMs = 0,
): Promise<RunningGate> {
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    // A gate started by a test is no test itself.
    NODE_TEST_CONTEXT: undefined,
    SALLYPORT_DATA: dataDir,
    NO_COLOR: '1',
  };
  const later = laterMs === 0 ? [] : ['--import', LATER_CLOCK];
  const child = spawn(
    process.execPath,
    [...later, ...NODE_ARGUMENTS, 'start', '--inner-port', '0', '--outer-port', '0', ...args],
    {
      cwd: workDir,
      env: { ...env, SALLYPORT_TEST_LATER_MS: String(laterMs) },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const exited = once(child, 'close') as Promise<[number | null]>;
  const banner = await waitForBanner(child);
  child.stdout.resume();
  const innerUrl = find(banner, /inner door\s+(\S+)/);
  const known = token === '' ? find(banner, /(spt_[\w-]+)/) : token;
  const commandEnv = { ...env, SALLYPORT_URL: innerUrl, SALLYPORT_TOKEN: known };
  // No key of whoever runs the tests is ever used.
  Object.assign(commandEnv, { SSH_AUTH_SOCK: '', SALLYPORT_KEY: '', XDG_CONFIG_HOME: workDir });
  const stop = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<number> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    const [status] = await exited;
    return status ?? -1;
  };
  const sallyport = (...command: string[]): Promise<Finished> =>
    runCommand(command, workDir, commandEnv);
  return {
    dataDir,
    workDir,
    innerUrl,
    outerUrl: find(banner, /outer door\s+(\S+)/),
    ledgerKey: find(banner, /ledger key\s+(\S+)/),
    outerKey: find(banner, /outer key\s+(\S+)/),
    token: known,
    banner,
    pid: child.pid ?? 0,
    sallyport,
    json: async <T>(status: number, ...command: string[]): Promise<T> => {
      const done = await sallyport(...command, '--json');
      if (done.status !== status) {
        throw new Error(
          `sallyport ${command.join(' ')}: status ${String(done.status)}\n${done.stdout}${done.stderr}`,
        );
      }
      return JSON.parse(done.stdout) as T;
    },
    useToken: (other) => {
      commandEnv.SALLYPORT_TOKEN = other;
    },
    exited: exited.then(([status]) => status),
    stop,
    restart: async (later) => {
      await stop();
      return launch(dataDir, workDir, commandEnv.SALLYPORT_TOKEN, args, later);
    },
    close: async () => {
      await stop();
      await rm(path.dirname(dataDir), { recursive: true, force: true });
    },
  };
}

/** A gate whose people have signed its first roster. */
export interface FoundedGate {
  /** A founder with its keys. */
  readonly person: (id: string) => TestPerson;
  /** The session token of a founder. */
  token(person: string): string;
  /** Runs a command as a founder, with the founder's key where one is asked for. */
  as<T>(person: string, status: number, ...command: string[]): Promise<T>;
  /** Approves a request with a founder's key, as the command line does. */
  approve<T>(person: string, request: string, status?: number): Promise<T>;
  /** The same people on the same gate, started again. */
  on(restarted: RunningGate): FoundedGate;
}

/** Founds a gate: each entry is a person with groups, such as `ann:administrators,security`. */
export async function foundGate(
  gate: RunningGate,
  founders: readonly string[],
): Promise<FoundedGate> {
  const people = founders.map((text) => {
    const [id = '', groups = 'administrators,security,reviewers'] = text.split(':');
    return { ...makePerson(id), groups };
  });
  const tokens = new Map<string, string>();
  for (const person of people) {
    const file = path.join(gate.workDir, `${person.id}.key`);
    await writeFile(file, person.privateText, { mode: 0o600 });
    await writeFile(`${file}.pub`, `${person.publicText}\n`);
  }
  await gate.json(
    0,
    'found',
    ...people.flatMap(({ id, groups }) => ['--person', `${id}=${id}.key.pub:${groups}`]),
    ...people.flatMap(({ id }) => ['--sign', `${id}=${id}.key`]),
  );
  for (const { id } of people) {
    const { token } = await gate.json<{ token: string }>(0, 'login', '--key', `${id}.key`);
    tokens.set(id, token);
  }
  const tokenOf = (person: string): string => tokens.get(person) ?? '';
  gate.useToken(tokenOf(people[0]?.id ?? ''));
  const on = (where: RunningGate): FoundedGate => {
    const as = <T>(person: string, status: number, ...command: string[]): Promise<T> =>
      where.json<T>(status, ...command, '--token', tokenOf(person));
    return {
      person: (id) => {
        const found = people.find((each) => each.id === id);
        if (found === undefined) throw new TypeError(`no founder ${id}`);
        return found;
      },
      token: tokenOf,
      as,
      approve: <T>(person: string, request: string, status = 0) =>
        as<T>(person, status, 'approve', request, '--yes', '--key', `${person}.key`),
      on,
    };
  };
  return on(gate);
}

/** Starts a gate on data that are there; `close` removes the folder around them. */
export function startOn(dataDir: string, workDir: string, token: string): Promise<RunningGate> {
  return launch(dataDir, workDir, token, []);
}

/** Starts a gate in a fresh folder. */
export async function startGate(...args: string[]): Promise<RunningGate> {
  const root = await mkdtemp(path.join(tmpdir(), 'sallyport-gate-'));
  // The outer process may be of another user, who has to pass through.
  await chmod(root, 0o711);
  const workDir = path.join(root, 'work');
  await mkdir(workDir);
  // Campaigns send more in a minute than people do in a day.
  const wide = { automaticBurstBits: 80_000_000_000, automaticBitsPerDay: 80_000_000_000 };
  const dataDir = path.join(root, 'data');
  await mkdir(dataDir, { mode: 0o700 });
  // Each process that reads files primes its coder for a second, at every start of a gate; one is enough for most tests.
  const config = { sender: wide, inspection: { processes: 1 } };
  await writeFile(path.join(dataDir, 'sallyport.json'), JSON.stringify(config));
  return launch(dataDir, workDir, '', args);
}

/** Starts a gate with wide budgets, the project `study`, a member's token, and destinations with a recipient each. */
export async function startPreparedGate(
  destinations: readonly string[] = ['alpha', 'beta'],
  ...args: string[]
): Promise<PreparedGate> {
  const gate = await startGate(...args);
  const project = 'study';
  await gate.json(0, 'project', 'add', project);
  await gate.json(0, 'principal', 'add', 'ann');
  await gate.json(0, 'project', 'add-member', project, 'ann');
  const { token: memberToken } = await gate.json<{ token: string }>(0, 'token', 'add', 'ann');
  for (const budget of ['enclave', 'automatic']) {
    await gate.json(0, 'budget', 'set', budget, '--rate', '10 GB/month', '--burst', '10 GB');
  }
  const prepared: { name: string; token: string }[] = [];
  for (const name of destinations) {
    const place = await gate.json<{ number: number }>(
      0,
      'destination',
      'add',
      name,
      '--project',
      project,
    );
    await gate.json(0, 'outer', 'destination', 'add', name, '--number', String(place.number));
    const { token } = await gate.json<{ token: string }>(
      0,
      'outer',
      'recipient',
      'add',
      `reader-of-${name}`,
      '--destination',
      name,
    );
    prepared.push({ name, token });
  }
  return { gate, memberToken, project, destinations: prepared };
}
