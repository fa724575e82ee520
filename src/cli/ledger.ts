/** `sallyport ledger …`: reads and verifies the logs in a data folder, also while the gate runs. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { appErrors, gateFolders, loadConfig, readEnvironment, tableChecks } from '../app/index.ts';
import { systemRandom, sayCount } from '../core/index.ts';
import { checkTables, openKeyFile, openLedgerReader, verifyLedger } from '../ledger/index.ts';
import type { AuditReport, LedgerReader, ShownEntry } from '../ledger/index.ts';
import { openStore } from '../store/index.ts';
import type { Store } from '../store/index.ts';
import { cliErrors } from './errors.ts';
import { needOutput, readGivenText, writeGiven } from './given-paths.ts';
import { formatCount, openPaint, showSafely } from './terminal.ts';

interface LedgerCommandOptions {
  readonly data?: string;
  readonly json?: boolean;
  readonly from?: string;
  readonly limit?: string;
  readonly out?: string;
}

/** Where one log of a gate lies. */
interface LogPlace {
  readonly logId: 'inner' | 'outer';
  readonly dir: string;
  readonly keyFile: string;
}

/** A log together with the database that holds its entries. */
interface HeldLog extends LogPlace {
  readonly database: string;
}

/** The exit status when a log does not verify. */
const NOT_VALID = 3;

/** Adds the command group. */
export function registerLedger(program: Command): void {
  const ledger = program
    .command('ledger')
    .summary('read and verify the ledger')
    .description('Read and verify the ledger in a data folder, also while the gate runs');
  ledger
    .command('verify')
    .description(
      'Derive every root of both logs again from what is on disk, and hold the inner database to it: people, requests, signatures, budgets and releases',
    )
    .option('--data <dir>', 'the gate’s data folder (default $SALLYPORT_DATA or .sallyport)')
    .option('--json', 'print one JSON object per log')
    .action(async (options: LedgerCommandOptions) => {
      process.exitCode = await verify(options);
    });
  ledger
    .command('show')
    .description('List the decisions in the inner ledger')
    .option('--data <dir>', 'the gate’s data folder (default $SALLYPORT_DATA or .sallyport)')
    .option('--from <index>', 'first entry to show; the newest ones when left out')
    .option('--limit <count>', 'most entries to show', '20')
    .option('--json', 'print one JSON object per entry')
    .action((options: LedgerCommandOptions) => show(options));
  ledger
    .command('proof')
    .description('Write the receipt of one entry, which anyone can verify offline')
    .argument('<id>', 'id or index of the entry')
    .option('--data <dir>', 'the gate’s data folder (default $SALLYPORT_DATA or .sallyport)')
    .option('--out <file>', 'write the receipt there instead of printing it')
    .action((id: string, options: LedgerCommandOptions) => prove(id, options));
  ledger
    .command('key')
    .description('Print the public key of the inner ledger')
    .option('--data <dir>', 'the gate’s data folder (default $SALLYPORT_DATA or .sallyport)')
    .action((options: LedgerCommandOptions) => {
      process.stdout.write(`${readVkey(innerLog(options))}\n`);
    });
}

function dataDir(options: LedgerCommandOptions): string {
  return options.data === undefined ? readEnvironment().dataDir : path.resolve(options.data);
}

function innerLog(options: LedgerCommandOptions): HeldLog {
  const data = dataDir(options);
  const folders = gateFolders(data);
  if (!existsSync(`${folders.ledgerKey}.pub`)) throw appErrors.error('DATA_MISSING', { dir: data });
  return {
    logId: 'inner',
    dir: folders.ledger,
    keyFile: folders.ledgerKey,
    database: readEnvironment().database ?? loadConfig(data).database ?? folders.database,
  };
}

function outerLog(options: LedgerCommandOptions): LogPlace | undefined {
  const { outer } = gateFolders(dataDir(options));
  const keyFile = path.join(outer, 'log.key');
  if (!existsSync(`${keyFile}.pub`)) return undefined;
  return { logId: 'outer', dir: path.join(outer, 'log'), keyFile };
}

function readVkey(place: LogPlace): string {
  return readGivenText(`${place.keyFile}.pub`).trim();
}

async function withStore<T>(place: HeldLog, work: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore(place.database);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

function withReader<T>(
  options: LedgerCommandOptions,
  work: (reader: LedgerReader) => Promise<T>,
): Promise<T> {
  const place = innerLog(options);
  return withStore(place, async (store) => work(await openReader(place, store)));
}

async function openReader(place: HeldLog, store: Store): Promise<LedgerReader> {
  const name = readVkey(place).split('+')[0] ?? '';
  const key = await openKeyFile(place.keyFile, { name, random: systemRandom });
  return openLedgerReader({ store, logId: place.logId, dir: place.dir, key });
}

async function verify(options: LedgerCommandOptions): Promise<number> {
  const inner = innerLog(options);
  const outer = outerLog(options);
  const audit = async (place: LogPlace, store?: Store): Promise<boolean> => {
    const { dir, logId } = place;
    const database = store === undefined ? {} : { database: { store, logId } };
    const witnesses =
      logId === 'inner' ? loadConfig(dataDir(options)).ledger.witnesses.map((one) => one.vkey) : [];
    const audited = await verifyLedger({ dir, key: readVkey(place), witnesses, ...database });
    const report = store === undefined || !audited.ok ? audited : await addTables(audited, store);
    showReport(place, report, options.json === true);
    if (options.json !== true) showCosigners(report, witnesses);
    return report.ok;
  };
  // What the tables say means something only under a log that verifies.
  const addTables = async (audited: AuditReport, store: Store): Promise<AuditReport> => {
    const problems = await checkTables(store, () => openReader(inner, store), tableChecks());
    return { ...audited, ok: problems.length === 0, problems };
  };
  let valid = await withStore(inner, (store) => audit(inner, store));
  // The outer database belongs to the outer process's own user; its log is verified from the files it publishes.
  if (outer !== undefined) valid = (await audit(outer)) && valid;
  return valid ? 0 : NOT_VALID;
}

function showReport(place: LogPlace, report: AuditReport, json: boolean): void {
  const root = report.root === null ? null : Buffer.from(report.root).toString('base64');
  if (json) {
    process.stdout.write(`${JSON.stringify({ log: place.logId, ...report, root })}\n`);
    return;
  }
  const paint = openPaint(process.stdout, process.env);
  const word = report.ok ? paint('green', 'verified') : paint('red', 'NOT VALID');
  const held = report.databaseSize ?? report.size;
  process.stdout.write(
    `${word}  ${place.logId} log ${report.origin}: ${sayCount(held, 'entry', 'entries')}, ${formatCount(report.size)} of them published${root === null ? '' : `, root ${root}`}\n`,
  );
  for (const problem of report.problems) process.stdout.write(`  ${problem}\n`);
}

/** Says of each configured witness whether it cosigned what is published. */
function showCosigners(report: AuditReport, witnesses: readonly string[]): void {
  const paint = openPaint(process.stdout, process.env);
  for (const name of witnesses.map((vkey) => vkey.split('+')[0] ?? '')) {
    const line = report.cosigners.includes(name)
      ? `  cosigned by ${name}`
      : paint('yellow', `  not cosigned by ${name}, which was not reached at the last publication`);
    process.stdout.write(`${line}\n`);
  }
}

function readCount(option: string, value: string): number {
  const count = Number(value);
  if (value.trim() !== '' && Number.isSafeInteger(count) && count >= 0) return count;
  const why = 'it must be a whole number from 0';
  throw cliErrors.error('OPTION_INVALID', { option, value, why });
}

async function show(options: LedgerCommandOptions): Promise<void> {
  const limit = readCount('--limit', options.limit ?? '20');
  const entries = await withReader(options, (reader) => {
    const from =
      options.from === undefined
        ? Math.max(0, reader.size - limit)
        : readCount('--from', options.from);
    return reader.list(from, limit);
  });
  for (const entry of entries) {
    process.stdout.write(
      options.json === true ? `${JSON.stringify(entry)}\n` : `${describe(entry)}\n`,
    );
  }
}

const SHORT_COLUMNS = 100;

function describe(shown: ShownEntry): string {
  const { kind, at, by, ...rest } = shown.entry;
  const details = showSafely(JSON.stringify(rest));
  const short =
    details.length > SHORT_COLUMNS ? `${details.slice(0, SHORT_COLUMNS - 1)}…` : details;
  return `${String(shown.index).padStart(6)}  ${at}  ${kind.padEnd(20)}  ${showSafely(by)}  ${shown.id}\n        ${short}`;
}

async function prove(id: string, options: LedgerCommandOptions): Promise<void> {
  needOutput(options.out);
  const which = /^\d{1,15}$/.test(id) ? Number(id) : id;
  const receipt = await withReader(options, (reader) => reader.proof(which));
  if (options.out === undefined) {
    process.stdout.write(receipt);
    return;
  }
  writeGiven(options.out, receipt);
  process.stdout.write(`wrote ${options.out}\n`);
}
