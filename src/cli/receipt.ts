/** `sallyport receipt verify`: checks a receipt offline, with the log's public key and nothing of ours but this program. */
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import type { Command } from 'commander';
import { canonicalJson, sha256, sayCount } from '../core/index.ts';
import { originOf, parseVkey, verifyReceipt } from '../ledger/index.ts';
import type { Entry, VerifiedReceipt } from '../ledger/index.ts';
import { hashGiven, readGivenBytes, readGivenText } from './given-paths.ts';
import { formatCount, openPaint, showSafely } from './terminal.ts';

interface VerifyOptions {
  readonly key: string;
  readonly witness?: readonly string[];
  readonly files?: readonly string[];
  readonly json?: boolean;
}

/** The exit status when the receipt, or a file, is not what it should be. */
const NOT_VALID = 3;

/** A file that the receipt's entry names. */
interface ListedFile {
  readonly name: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** Adds the command. */
export function registerReceipt(program: Command): void {
  const receipt = program
    .command('receipt')
    .summary('check receipts offline')
    .description('Check receipts offline, on any machine, without the database');
  receipt
    .command('verify')
    .description('Verify a .tlog-proof receipt against the public key of its log')
    .argument('<file>', 'the receipt')
    .requiredOption(
      '--key <key>',
      'the log’s public key (NAME+HASH+BASE64), or a file that holds it',
    )
    .option('--witness <keys...>', 'public keys of witnesses that must have cosigned')
    .option('--files <paths...>', 'files to compare with the digests in the receipt')
    .option('--json', 'print one JSON object')
    .action(async (file: string, options: VerifyOptions) => {
      process.exitCode = await verify(file, options);
    });
}

/** The key itself, or the first line of the file that holds it. */
export function readKeyOption(value: string): string {
  // A key has a `+` between its parts; what has none was meant as a file, and reading it says what is wrong.
  if (!existsSync(value) && value.includes('+')) return value.trim();
  return readGivenText(value).trim().split('\n')[0] ?? '';
}

function listedFiles(entry: Entry | null): readonly ListedFile[] {
  const files: unknown = entry?.['files'];
  return Array.isArray(files) ? files.map((file) => file as ListedFile) : [];
}

interface Comparison {
  readonly path: string;
  readonly sha256: string;
  /** The name under which the receipt lists these very bytes; null when it does not. */
  readonly listedAs: string | null;
}

/** Finds each local file among those that the receipt names; a manifest file stands for a long list. */
async function compare(paths: readonly string[], entry: Entry | null): Promise<Comparison[]> {
  let listed = listedFiles(entry);
  const manifest = entry?.['manifest'] as { readonly sha256: string } | undefined;
  const results: Comparison[] = [];
  for (const path of paths) {
    const digest = await hashGiven(path);
    if (manifest?.sha256 === digest) {
      listed = JSON.parse(readGivenText(path)) as ListedFile[];
      // The digest covers the canonical form; anything else would be a list of somebody else.
      if (sha256(canonicalJson(listed as never)) !== digest) listed = [];
      results.push({ path, sha256: digest, listedAs: 'manifest' });
      continue;
    }
    const same = listed.filter((file) => file.sha256 === digest);
    const named = same.find((file) => basename(file.name) === basename(path)) ?? same[0];
    results.push({ path, sha256: digest, listedAs: named?.name ?? null });
  }
  return results;
}

async function verify(file: string, options: VerifyOptions): Promise<number> {
  const witnesses = options.witness?.map(readKeyOption) ?? [];
  const receipt = readGivenBytes(file);
  const key = readKeyOption(options.key);
  const result = verifyReceipt(receipt, {
    key,
    witnesses,
    quorum: witnesses.length,
  });
  if (!result.ok) {
    if (options.json === true) {
      const { code, message } = result;
      const hint = hintFor(receipt, key) ?? result.hint;
      process.stdout.write(`${JSON.stringify({ ok: false, code, message, hint })}\n`);
    } else
      process.stdout.write(
        `not valid: ${result.message}\n  hint: ${hintFor(receipt, key) ?? result.hint}\n`,
      );
    return NOT_VALID;
  }
  const compared = await compare(options.files ?? [], result.entry);
  const strangers = compared.filter((one) => one.listedAs === null);
  if (options.json === true) showJson(result, compared, strangers.length === 0);
  else show(result, compared);
  return strangers.length === 0 ? 0 : NOT_VALID;
}

/** Which key a receipt of another log wants: nothing is wrong with the receipt then, as far as can be told. */
function hintFor(receipt: Uint8Array, key: string): string | null {
  const origin = originOf(receipt);
  const log = parseVkey(key);
  if (origin === null || !log.ok || log.verifier.name === origin) return null;
  const command = origin.startsWith('sallyport.outer/') ? 'outer key' : 'ledger key';
  return `the receipt is of the log \`${origin}\`; give its key, which \`sallyport ${command}\` prints at its gate`;
}

function showJson(result: VerifiedReceipt, files: readonly Comparison[], ok: boolean): void {
  const { origin, index, size, entry, cosigners } = result;
  const root = Buffer.from(result.root).toString('base64');
  process.stdout.write(
    `${JSON.stringify({ ok, origin, index, size, root, cosigners, entry, files })}\n`,
  );
}

function show(result: VerifiedReceipt, compared: readonly Comparison[]): void {
  const paint = openPaint(process.stdout, process.env);
  const { entry } = result;
  const lines = [
    `${paint('green', 'valid')}: entry ${formatCount(result.index)} of ${result.origin}, under its checkpoint of size ${formatCount(result.size)}`,
  ];
  if (result.cosigners.length > 0) lines.push(`  cosigned by ${result.cosigners.join(', ')}`);
  if (entry !== null) {
    lines.push(`  ${entry.kind} at ${entry.at} by ${entry.by}`);
    const charge = entry['chargeBits'];
    if (typeof charge === 'string') lines.push(`  charge ${formatCount(BigInt(charge))} bits`);
    for (const listed of listedFiles(entry)) {
      lines.push(
        `  ${showSafely(listed.name)}  ${sayCount(listed.bytes, 'byte')}  sha256 ${listed.sha256}`,
      );
    }
  }
  for (const one of compared) {
    lines.push(
      one.listedAs === null
        ? `  ${paint('red', 'differs')}  ${one.path} is not among the receipt’s files`
        : `  ${paint('green', 'same')}  ${one.path} is ${showSafely(one.listedAs)}`,
    );
  }
  process.stdout.write(`${lines.join('\n')}\n`);
}
