/** `sallyport witness …`: a witness of ledgers, for another host or an auditor's laptop. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { systemClock, systemRandom, sayCount } from '../core/index.ts';
import {
  ED25519_COSIGNATURE,
  openKeyFile,
  openWitness,
  parseVkey,
  witnessServer,
} from '../ledger/index.ts';
import type { Signer } from '../ledger/index.ts';
import { cliErrors } from './errors.ts';
import { makeGivenFolder, readGivenText } from './given-paths.ts';

interface WitnessOptions {
  readonly data: string;
  readonly name?: string;
}

interface RunOptions extends WitnessOptions {
  readonly log: readonly string[];
  readonly host: string;
  readonly port: string;
}

const ID_BYTES = 4;

/** Adds the command group. */
export function registerWitness(program: Command): void {
  const witness = program
    .command('witness')
    .summary('cosign the ledgers of others')
    .description(
      'Run a witness: it cosigns a checkpoint only if it continues the last one it cosigned, so that a ledger restored from an old copy is noticed. Run it on another machine.',
    );
  witness
    .command('run')
    .description('Serve until told to stop; prints what belongs into the gate’s sallyport.json')
    .requiredOption('--log <keys...>', 'keys of the ledgers, as `sallyport ledger key` prints them')
    .option('--data <dir>', 'its key and memory; never restore them from a copy', 'witness')
    .option('--name <name>', 'name it signs with, chosen at its first start')
    .option('--host <host>', 'address to listen on', '127.0.0.1')
    .option('--port <port>', 'port to listen on; 0 lets the system choose', '7412')
    .action(async (options: RunOptions) => {
      await runWitness(options);
    });
  witness
    .command('key')
    .description('Print the witness’s public key, for the gate and for `receipt verify --witness`')
    .option('--data <dir>', 'its key and memory', 'witness')
    .option('--name <name>', 'name it signs with, chosen at its first start')
    .action(async (options: WitnessOptions) => {
      process.stdout.write(`${(await openKey(options)).verifier.vkey}\n`);
    });
}

/** Opens the witness's key, or makes one at the first start. */
async function openKey(options: WitnessOptions): Promise<Signer> {
  const file = path.join(path.resolve(options.data), 'witness.key');
  const held = existsSync(`${file}.pub`) ? readGivenText(`${file}.pub`).split('+')[0] : '';
  const fresh = `sallyport.witness/${Buffer.from(systemRandom.bytes(ID_BYTES)).toString('hex')}`;
  const name = options.name ?? (held === undefined || held === '' ? fresh : held);
  if (!/^[^\s+]{1,200}$/.test(name)) {
    const why = 'it must not hold spaces or a plus';
    throw cliErrors.error('OPTION_INVALID', { option: '--name', value: name, why });
  }
  makeGivenFolder(path.dirname(file), 0o700);
  return openKeyFile(file, { name, random: systemRandom, type: ED25519_COSIGNATURE });
}

/** The keys themselves, or those in files. */
function readLogs(values: readonly string[]): readonly string[] {
  return values.map((value) => {
    const vkey = existsSync(value) ? readGivenText(value).trim() : value;
    const parsed = parseVkey(vkey);
    if (parsed.ok) return vkey;
    throw cliErrors.error('OPTION_INVALID', { option: '--log', value, why: parsed.message });
  });
}

function readPort(value: string): number {
  const port = Number(value);
  if (/^\d{1,5}$/.test(value) && port <= 65_535) return port;
  const why = 'it must be a whole number from 0 to 65535';
  throw cliErrors.error('OPTION_INVALID', { option: '--port', value, why });
}

async function runWitness(options: RunOptions): Promise<void> {
  const [logs, port, { host }] = [readLogs(options.log), readPort(options.port), options];
  const key = await openKey(options);
  const stateFile = path.join(path.resolve(options.data), 'witness.json');
  const server = witnessServer(await openWitness({ key, logs, stateFile, clock: systemClock }));
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const value = `${host}:${String(port)}`;
      const inUse = cause.code === 'EADDRINUSE' ? 'another program listens there' : cause.message;
      reject(cliErrors.error('OPTION_INVALID', { option: '--port', value, why: inUse }));
    });
    server.listen(port, host, resolve);
  });
  const address = server.address();
  const actual = typeof address === 'object' && address !== null ? address.port : port;
  const shown = ['127.0.0.1', '::1', '0.0.0.0', '::'].includes(host) ? 'localhost' : host;
  const url = `http://${shown}:${String(actual)}`;
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, resolve);
  });
  const config = { ledger: { witnesses: [{ url, vkey: key.verifier.vkey }] } };
  process.stdout.write(
    `witness ${key.verifier.name} listens at ${url} for ${sayCount(logs.length, 'ledger')}\n\n` +
      `Put this into the gate's sallyport.json and start it again:\n\n  ${JSON.stringify(config)}\n\nStop it with Ctrl-C.\n`,
  );
  await stopped;
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
}
