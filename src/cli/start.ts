/** `sallyport start`: runs the gate until it is told to stop. */
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { loadConfig, openGate, parseConfig, readEnvironment } from '../app/index.ts';
import type { Config, Gate } from '../app/index.ts';
import { SallyportError, sayCount } from '../core/index.ts';
import { buildInnerHttp, listen, takesUpload, warmPermissions } from '../http/index.ts';
import type { Listening } from '../http/index.ts';
import { openPaint } from './terminal.ts';
import type { Paint } from './terminal.ts';

interface StartOptions {
  readonly data?: string;
  readonly config?: string;
  readonly innerPort?: string;
  readonly outerPort?: string;
  readonly dev?: boolean;
}

/** Adds the command. */
export function registerStart(program: Command): void {
  program
    .command('start')
    .summary('start the gate')
    .description(
      'Start the gate: inner door, wire and outer door. The first start makes the data folder and prints an administrator token once.',
    )
    .option('--data <dir>', 'data folder; SALLYPORT_DATA or ./.sallyport by default')
    .option('--config <file>', 'configuration; ./sallyport.json or DATA/sallyport.json by default')
    .option('--inner-port <port>', 'port of the inner door; 0 lets the system choose')
    .option('--outer-port <port>', 'port of the outer door; 0 lets the system choose')
    .option('--dev', 'print every error with its cause')
    .action(async (options: StartOptions) => {
      await start(options);
    });
}

function readPorts(config: Config, options: StartOptions): Config {
  const inner = options.innerPort === undefined ? {} : { port: Number(options.innerPort) };
  const outer = options.outerPort === undefined ? {} : { port: Number(options.outerPort) };
  const changed = { inner: { ...config.inner, ...inner }, outer: { ...config.outer, ...outer } };
  return parseConfig({ ...config, ...changed }, 'the command line');
}

function openLog(dev: boolean): (level: string, sentence: string, cause?: unknown) => void {
  return (level, sentence, cause) => {
    const why = cause instanceof Error ? `: ${cause.message}` : '';
    process.stderr.write(`${new Date().toISOString()} ${level} ${sentence}${why}\n`);
    if (dev && cause instanceof Error) process.stderr.write(`${cause.stack ?? ''}\n`);
  };
}

async function start(options: StartOptions): Promise<void> {
  const environment = readEnvironment();
  const dataDir = path.resolve(options.data ?? environment.dataDir);
  const config = readPorts(loadConfig(dataDir, options.config), options);
  // Whatever this process writes is for its own user only.
  process.umask(0o077);
  const log = openLog(options.dev === true);
  const stopping = Promise.withResolvers<number>();
  const gate = await openGate({
    dataDir,
    config,
    database: environment.database,
    log,
    onFault: (cause) => {
      log('error', 'the gate stops, its state is no longer certain', cause);
      stopping.resolve(1);
    },
  });
  let door: Listening | undefined;
  try {
    door = await listenInner(gate, log).catch((cause: unknown) => {
      // It is shown only once, and the next start is no first one.
      if (gate.firstStart !== null) {
        process.stdout.write(`administrator token, shown only now: ${gate.firstStart.token}\n`);
      }
      throw cause;
    });
    gate.site.note(door.url);
    writeRunning(gate, door);
    announce(gate, door);
    void warmPermissions(gate);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, () => {
        stopping.resolve(0);
      });
    }
    process.exitCode = await stopping.promise;
    if (process.exitCode === 0) process.stdout.write('stopping\n');
  } finally {
    rmSync(gate.folders.running, { force: true });
    gate.news.end();
    await door?.close();
    await gate.close();
  }
}

async function listenInner(
  gate: Gate,
  log: (level: string, sentence: string, cause?: unknown) => void,
): Promise<Listening> {
  const { host, port, tls, connectionsPerAddressMax: perAddressMax } = gate.config.inner;
  const app = buildInnerHttp(gate, (cause) => {
    const known = cause instanceof SallyportError ? cause.code : 'unexpected';
    log('error', `the inner door met a fault (${known})`, cause);
  });
  return listen({
    door: 'inner',
    host,
    port,
    tls,
    perAddressMax,
    isUpload: takesUpload,
    fetch: (request) => app.fetch(request),
  });
}

/** Lets the commands of the same user find a gate whose port was left to the system. */
function writeRunning(gate: Gate, door: Listening): void {
  const running = { pid: process.pid, innerUrl: door.url, outerUrl: gate.wire.url };
  writeFileSync(gate.folders.running, `${JSON.stringify(running)}\n`, { mode: 0o600 });
}

function announce(gate: Gate, door: Listening): void {
  const paint = openPaint(process.stdout, process.env);
  const lines = [
    `${paint('bold', 'sallyport')} is running, data in ${gate.folders.data}`,
    '',
    `  inner door   ${paint('cyan', door.url)}   where researchers send files`,
    `  outer door   ${paint('cyan', gate.wire.url)}   where recipients fetch what was released`,
    `  ledger key   ${gate.ledger.vkey}`,
    `  outer key    ${gate.wire.key}`,
    ...describeWitnesses(gate),
    '',
    ...describeOuter(gate),
    ...describeFirst(gate, door, paint),
    'Stop it with Ctrl-C.',
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

function describeWitnesses(gate: Gate): readonly string[] {
  return gate.ledger.witnesses.map(({ name, url, size, problem }) => {
    const status =
      problem === null ? `has cosigned ${sayCount(size, 'entry', 'entries')}` : `fails: ${problem}`;
    return `  witness      ${name} at ${url} ${status}`;
  });
}

/** Whether somebody who takes the gate over could change what the sender keeps. */
function describeSender(gate: Gate): string {
  const { senderUser } = gate.wire;
  if (senderUser === null)
    return 'Note: the sender runs as the same user as the gate, who could change what it keeps; start as root, with a user `sallyport-sender`.';
  return gate.user === null
    ? `Note: the sender runs as \`${senderUser}\`, and the gate as root could still change what it keeps; name a user under \`users.gate\`.`
    : `The gate runs as \`${gate.user}\` and cannot read or change what the sender, \`${senderUser}\`, keeps.`;
}

function describeOuter(gate: Gate): readonly string[] {
  const user = gate.wire.ownUser
    ? 'The outer door runs as a user of its own, fed only by the wire.'
    : 'Note: the outer door runs as the same user as the gate; start as root, or put it on its own machine.';
  return [
    user,
    describeSender(gate),
    'Note: both doors share this machine; what its processor time tells is outside the bound.',
    '',
  ];
}

/** Whoever comes back before the founding is told what is missing, and what a lost token means. */
function describeUnfounded(door: Listening): readonly string[] {
  return [
    `This gate is not founded yet: nobody can approve. Found it at ${door.url} or with \`sallyport found\`,`,
    'with the token that the first start printed. Is it lost, begin again with another data folder.',
    '',
  ];
}

function describeFirst(gate: Gate, door: Listening, paint: Paint): readonly string[] {
  const first = gate.firstStart;
  if (first === null) return gate.rosters.current === null ? describeUnfounded(door) : [];
  const env =
    path.resolve('.sallyport') === gate.folders.data
      ? []
      : [`export SALLYPORT_DATA=${quoteShell(gate.folders.data)}`];
  return [
    paint('bold', 'This is the first start. Your administrator token, shown only now:'),
    '',
    `  ${paint('green', first.token)}`,
    '',
    paint('bold', 'Found the gate in a browser, or with `sallyport found`:'),
    '',
    `  ${door.url}/#token=${first.token}`,
    '',
    paint('bold', 'Send a first file from another terminal in this folder:'),
    '',
    ...env.map((line) => `  ${line}`),
    `  export SALLYPORT_URL=${door.url} SALLYPORT_TOKEN=${first.token}`,
    `  npx sallyport outer destination add ${first.destination}`,
    `  npx sallyport outer recipient add me --destination ${first.destination}`,
    `  printf 'epoch,loss\\n1,0.52\\n2,0.31\\n' > first.csv`,
    `  npx sallyport export first.csv --project ${first.project} --to ${first.destination} --why "first file"`,
    '',
    '  The second command prints a recipient token; with it, which is the password in a browser,',
    `  the file is at ${gate.wire.url} a few seconds later.`,
    '',
  ];
}

function quoteShell(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replace(/'/g, `'\\''`)}'`;
}
