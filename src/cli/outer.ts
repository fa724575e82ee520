/** `sallyport outer …`: what the people outside set up and see. Talks to the running outer process, or to its data. */
import { existsSync, fstatSync, lstatSync } from 'node:fs';
import path from 'node:path';
import { Socket } from 'node:net';
import type { Command } from 'commander';
import { systemClock } from '../core/index.ts';
import {
  callAdmin,
  listenAdmin,
  openOuterFolder,
  outerErrors,
  readSettings,
  runAdmin,
  runOuterProcess,
} from '../outer/index.ts';
import type { AdminOperation } from '../outer/index.ts';
import { cliErrors } from './errors.ts';
import { needOutputFolder, sizeOfGiven } from './given-paths.ts';
import { addInboxes } from './outer-inbox.ts';
import { showMeter, showReleases, showStatus } from './outer-view.ts';

interface OuterOptions {
  readonly data?: string;
  readonly json?: boolean;
}

const LOCK_WAIT_MS = 2_000;
const INTAKE_FD = 3;
const DELIVERIES_FD = 4;

/** The outer door's folder inside the gate's data folder, or the folder itself when it is one. */
function outerDir(options: OuterOptions): string {
  const data = path.resolve(options.data ?? process.env['SALLYPORT_DATA'] ?? '.sallyport');
  return existsSync(path.join(data, 'outer.json')) ? data : path.join(data, 'outer');
}

/** Works on a folder that no process has open, as the user to whom it belongs. */
async function runOnFolder(
  dir: string,
  operation: AdminOperation,
  input: unknown,
): Promise<unknown> {
  const { uid, gid } = lstatSync(dir);
  if (process.getuid?.() === 0 && uid !== 0) {
    process.setgid?.(gid);
    process.setuid?.(uid);
  }
  const lock = await listenAdmin(() => Promise.resolve({}), { waitMs: LOCK_WAIT_MS });
  const complain = (problem: unknown): void => {
    process.stderr.write(`${problem instanceof Error ? problem.message : String(problem)}\n`);
  };
  try {
    const ears = { sendStatus: () => undefined, alarm: complain, onFault: complain };
    const outer = await openOuterFolder(dir, ears);
    try {
      return await runAdmin(outer, { operation, input }, systemClock.nowMs());
    } finally {
      await outer.close();
    }
  } finally {
    await lock.close();
  }
}

/** Runs an operation where it can be run: in the running process, or on the folder. */
async function run(
  options: OuterOptions,
  operation: AdminOperation,
  input: unknown,
): Promise<unknown> {
  const dir = outerDir(options);
  if ((await readSettings(dir)) === undefined) throw outerErrors.error('NOT_SET_UP', { dir });
  process.chdir(dir);
  const called = await callAdmin({ operation, input });
  return called === undefined ? runOnFolder(dir, operation, input) : called.answer;
}

function print(options: OuterOptions, value: unknown, show: () => readonly string[]): void {
  const text = options.json === true ? JSON.stringify(value) : show().join('\n');
  process.stdout.write(`${text}\n`);
}

function readNumber(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0 && text.trim() !== '') return value;
  throw outerErrors.error('NUMBER_INVALID', { what: 'number', value: text.slice(0, 40) });
}

function addRoster(group: Command): void {
  const destination = group
    .command('destination')
    .description('Places outside that exports go to.');
  destination
    .command('add')
    .description('Add a destination; frames name it by its number.')
    .argument('<name>')
    .option('--number <number>', 'its number on the wire; the next free one by default')
    .action(async (name: string, own: { number?: string }, command: Command) => {
      const options = command.optsWithGlobals<OuterOptions>();
      const number = own.number === undefined ? {} : { number: readNumber(own.number) };
      const value = (await run(options, 'destination.add', { name, ...number })) as {
        name: string;
        number: number;
      };
      print(options, value, () => [`destination ${value.name} has number ${String(value.number)}`]);
    });
  const recipient = group
    .command('recipient')
    .description('Who may fetch what a destination gets.');
  recipient
    .command('add')
    .description('Add a recipient and print their token, which is shown once.')
    .argument('<name>')
    .requiredOption('--destination <name>', 'the destination they may see')
    .action(async (name: string, own: { destination: string }, command: Command) => {
      const options = command.optsWithGlobals<OuterOptions>();
      const input = { name, destination: own.destination };
      const value = (await run(options, 'recipient.add', input)) as { id: string; token: string };
      print(options, value, () => [
        `recipient ${name} of ${own.destination}: ${value.id}`,
        `token (shown once): ${value.token}`,
      ]);
    });
  recipient
    .command('remove')
    .description('Remove a recipient; their token is worth nothing from then on.')
    .argument('<name>')
    .requiredOption('--destination <name>', 'the destination they may see')
    .action(async (name: string, own: { destination: string }, command: Command) => {
      const options = command.optsWithGlobals<OuterOptions>();
      const value = await run(options, 'recipient.remove', { name, destination: own.destination });
      print(options, value, () => [`recipient ${name} of ${own.destination} is removed`]);
    });
}

function addViews(group: Command): void {
  group
    .command('status')
    .description('Show the wire, the meter, destinations and recipients.')
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<OuterOptions>();
      const value = await run(options, 'status', {});
      print(options, value, () => showStatus(value));
    });
  group
    .command('list')
    .description('List what was released.')
    .option('--destination <name>', 'only this destination')
    .action(async (own: { destination?: string }, command: Command) => {
      const options = command.optsWithGlobals<OuterOptions>();
      const input = own.destination === undefined ? {} : { destination: own.destination };
      const value = await run(options, 'list', input);
      print(options, value, () => showReleases(value));
    });
  group
    .command('key')
    .description('Print the key that receipts of the outer log are verified with.')
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<OuterOptions>();
      const value = (await run(options, 'key', {})) as { key: string };
      print(options, value, () => [value.key]);
    });
}

function addControls(group: Command): void {
  group
    .command('budget')
    .description('Show or set what the outer door itself lets pass, whatever the inside says.')
    .option('--burst <bits>', 'bits that may pass at once')
    .option('--rate <bits>', 'bits earned per day')
    .option('--lifetime <bits>', 'bits that may ever pass, or `none`')
    .action(async (own: { burst?: string; rate?: string; lifetime?: string }, command: Command) => {
      const options = command.optsWithGlobals<OuterOptions>();
      for (const [option, value] of Object.entries(own)) {
        if (/^\d{1,18}$/.test(value) || (option === 'lifetime' && value === 'none')) continue;
        const why = 'the outer meter takes whole numbers of bits';
        throw cliErrors.error('OPTION_INVALID', { option: `--${option}`, value, why });
      }
      const change = {
        ...(own.burst === undefined ? {} : { burstBits: own.burst }),
        ...(own.rate === undefined ? {} : { bitsPerDay: own.rate }),
        ...(own.lifetime === undefined ? {} : { lifetimeBits: own.lifetime }),
      };
      const changed = Object.keys(change).length > 0;
      const value = changed
        ? await run(options, 'budget.set', change)
        : ((await run(options, 'status', {})) as { meter: unknown }).meter;
      print(options, value, () => showMeter(value));
    });
  group
    .command('resume')
    .description('Let a wire go on that the meter or a fault has stopped.')
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<OuterOptions>();
      const value = await run(options, 'resume', {});
      print(options, value, () => ['the wire runs']);
    });
}

function addRun(group: Command): void {
  group
    .command('run')
    .description(
      'Run the outer door alone: the wire comes on standard input, its status goes out on descriptor 3, and what inboxes take on descriptor 4, where that is open.',
    )
    .option('--host <host>', 'address to listen on', 'localhost')
    .option('--port <port>', 'port to listen on', '7411')
    .option('--tls-cert <file>', 'certificate chain in PEM')
    .option('--tls-key <file>', 'its private key in PEM')
    .option('--exit-on-end', 'end when the wire ends, instead of serving on')
    .action(async (own: RunOptions, command: Command) => {
      const options = command.optsWithGlobals<OuterOptions>();
      await runAlone(outerDir(options), own);
    });
}

interface RunOptions {
  readonly host: string;
  readonly port: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly exitOnEnd?: boolean;
}

/** Certificate and key, both or neither: with one of them alone the door would be open without TLS. */
function readTls({ tlsCert, tlsKey }: RunOptions): { tls?: { certPath: string; keyPath: string } } {
  for (const file of [tlsCert, tlsKey]) if (file !== undefined) sizeOfGiven(file);
  if (tlsCert === undefined && tlsKey === undefined) return {};
  if (tlsCert !== undefined && tlsKey !== undefined)
    return { tls: { certPath: path.resolve(tlsCert), keyPath: path.resolve(tlsKey) } };
  const option = tlsCert === undefined ? '--tls-cert' : '--tls-key';
  const why = 'a certificate and its key belong together';
  throw cliErrors.error('OPTION_MISSING', { option, why });
}

/** The way back to the inner side, which whoever starts the outer door has to open. */
function openIntake(): Socket {
  try {
    return new Socket({ fd: INTAKE_FD, readable: false, writable: true });
  } catch {
    const why = 'descriptor 3 is not open; start it with `3>FILE` or `3>&1`';
    throw cliErrors.error('OPTION_INVALID', { option: 'outer run', value: '', why });
  }
}

/** The delivery link, where whoever started us gave us one. */
function openDeliveries(): { deliveries?: Socket } {
  try {
    const stat = fstatSync(DELIVERIES_FD);
    if (!stat.isSocket() && !stat.isFIFO()) return {};
    return { deliveries: new Socket({ fd: DELIVERIES_FD, readable: false, writable: true }) };
  } catch {
    return {};
  }
}

async function runAlone(dir: string, own: RunOptions): Promise<void> {
  const tls = readTls(own);
  needOutputFolder(dir);
  const running = await runOuterProcess(
    {
      dir,
      host: own.host,
      port: readNumber(own.port),
      keepServing: own.exitOnEnd !== true,
      ...tls,
    },
    {
      wire: process.stdin,
      intake: openIntake(),
      ...openDeliveries(),
      say: (event) => process.stderr.write(`${JSON.stringify(event)}\n`),
    },
  );
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void running.stop());
  }
  await running.ended;
}

/** Adds the command group. */
export function registerOuter(program: Command): void {
  const group = program
    .command('outer')
    .summary('set up and look at the outer door')
    .description('Destinations, recipients, meter and log of the outer door, on its own side.')
    .option('--data <dir>', 'data folder of the gate, or of an outer door that runs alone')
    .option('--json', 'print JSON');
  addRoster(group);
  addViews(group);
  addControls(group);
  addInboxes(group, {
    run: (command, operation, input) => run(command.optsWithGlobals(), operation, input),
    print: (command, value, show) => {
      print(command.optsWithGlobals(), value, show);
    },
  });
  addRun(group);
}
