/** `sallyport posture report`: HTML, CSV, OSCAL, and the readiness package for a partner or government. */
import path from 'node:path';
import type { Command } from 'commander';
import {
  PACKAGE_FILES_MAX,
  buildReport,
  describeRecord,
  oscalFiles,
  packageOutputs,
  writeCsv,
  writePackage,
  writeReport,
} from '../posture/index.ts';
import type { PackageReceipt, Posture, ReportData } from '../posture/index.ts';
import { cliErrors } from './errors.ts';
import { isFilled } from './given-paths.ts';
import { judgeFolder, writeText } from './posture-folder.ts';
import { sayWritten } from './posture-view.ts';
import { openSession, withSession } from './session.ts';
import type { Session, SessionOptions } from './session.ts';

interface ReportOptions extends SessionOptions {
  readonly at?: string;
  readonly html?: string;
  readonly csv?: string;
  readonly oscal?: string;
  readonly package?: string;
  readonly profile?: string;
  readonly ledger?: boolean;
}

/** Adds the command. */
export function registerPostureReport(group: Command): void {
  withSession(
    group
      .command('report')
      .description('Write the verdict as HTML, CSV, OSCAL, or as a package that others can verify')
      .argument('[folder]', 'the assessment (default ./posture)')
      .option('--at <date>', 'as of a date instead of now')
      .option('--html <file>', 'one self-contained page with plots')
      .option('--csv <file>', 'one row for each measure and environment')
      .option('--oscal <folder>', 'OSCAL 1.2.1 assessment-results.json and poam.json')
      .option('--profile <name>', 'the profile whose plan the POA&M follows (default the first)')
      .option(
        '--package <folder>',
        'readiness package: all of these, evidence digests, ledger proofs',
      )
      .option(
        '--ledger',
        'record the assessment in the live gate’s ledger, and put receipts into the package',
      ),
  ).action(async (folder: string | undefined, options: ReportOptions) => {
    const { html, csv, oscal, package: bundle } = options;
    const written: string[] = [];
    const put = (file: string, text: string): void => {
      writeText(file, text);
      written.push(options.json === true ? file : sayWritten(file, text));
    };
    if (html === undefined && csv === undefined && oscal === undefined && bundle === undefined) {
      const why = 'name at least one of --html, --csv, --oscal, --package';
      throw cliErrors.error('OPTION_INVALID', { option: 'report', value: '', why });
    }
    const posture = judgeFolder(folder, options.at);
    const data = buildReport(posture);
    if (html !== undefined) put(html, writeReport(data));
    if (csv !== undefined) put(csv, writeCsv(posture));
    if (oscal !== undefined) {
      for (const [name, text] of oscalFiles(posture, data, options.profile)) {
        put(path.join(oscal, name), text);
      }
    }
    if (bundle !== undefined) await putPackage(bundle, posture, data, options, put);
    process.stdout.write(
      options.json === true ? `${JSON.stringify({ written })}\n` : `${written.join('\n')}\n`,
    );
  });
}

async function putPackage(
  bundle: string,
  posture: Posture,
  data: ReportData,
  options: ReportOptions,
  put: (file: string, text: string) => void,
): Promise<void> {
  // Files left from before would not be in the manifest, and the package would not verify.
  if (isFilled(bundle)) {
    const why = 'the folder is not empty';
    throw cliErrors.error('OPTION_INVALID', { option: '--package', value: bundle, why });
  }
  const newest = [...posture.assessment.readings].sort((a, b) => (a.at < b.at ? 1 : -1))[0];
  const session = options.ledger === true ? openSession(options) : null;
  if (session !== null) {
    // Recorded first, so that its own receipt is among those that go along.
    await session.client.send('POST', '/v1/posture/records', describeRecord(posture));
  }
  const receipts = session === null ? [] : await fetchReceipts(session);
  const key =
    session === null
      ? (newest?.ledger?.key ?? null)
      : (await session.client.get<{ key: string }>('/v1/ledger/key')).key;
  const checkpoint =
    session === null
      ? (newest?.ledger?.checkpoint ?? null)
      : await session.client.text('/v1/ledger/checkpoint');
  const outputs = packageOutputs(posture, data, options.profile);
  for (const [file, text] of writePackage(posture, { receipts, key, checkpoint, outputs })) {
    put(path.join(bundle, file), text);
  }
}

interface Entries {
  readonly size: number;
  readonly entries: readonly { index: number; entry: { kind: string } | null }[];
}

const PAGE = 1000;

/** The newest entry of each kind of decision, with its receipt: enough to show that the ledger is alive and whole. */
async function fetchReceipts(session: Session): Promise<readonly PackageReceipt[]> {
  const { size } = await session.client.get<Entries>('/v1/ledger/entries?limit=1');
  const newest = new Map<string, number>();
  const from = Math.max(0, size - PACKAGE_FILES_MAX / 2);
  for (let at = from; at < size; at += PAGE) {
    const page = await session.client.get<Entries>(
      `/v1/ledger/entries?from=${String(at)}&limit=${String(PAGE)}`,
    );
    for (const { index, entry } of page.entries) if (entry !== null) newest.set(entry.kind, index);
  }
  const receipts: PackageReceipt[] = [];
  for (const [kind, index] of newest) {
    const text = await session.client.text(`/v1/ledger/proof/${String(index)}`);
    receipts.push({ name: kind.replace(/[^a-z0-9.-]/g, '-'), text });
  }
  return receipts;
}
