/**
 * The screen before a signature: what the canonical request says, in words from the signed text alone, and the things that
 * it names by digest, fetched and hashed here before anybody is asked to sign.
 */
import path from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { sayCount, sha256, sha256Stream } from '../core/index.ts';
import type { Client, RequestDetails } from '../http/index.ts';
import { fingerprintOf, saySubject, shareOf } from '../requests/index.ts';
import type { Subject } from '../requests/index.ts';
import { cliErrors } from './errors.ts';
import { makeGivenFolder, pipeGivenOver, readGivenChunks, writeGiven } from './given-paths.ts';
import { showChangeEffects } from './policy-difference.ts';
import { formatBytes, formatCount, measureColumns, pad, showSafely } from './terminal.ts';
import type { Paint } from './terminal.ts';

const COLUMNS = 100;
const LABEL_COLUMNS = 12;
/** Files of a manifest that are listed; all of them are hashed and, with `--view`, written. */
const FILES_SHOWN = 40;

/** Breaks between words, and within a word that is longer than a line: nothing that is signed is cut off. */
function breakWhole(text: string, columns: number): readonly string[] {
  const indent = /^ */.exec(text)?.[0] ?? '';
  const lines: string[] = [];
  let line = indent;
  for (const word of text.trimStart().split(' ')) {
    let rest = word;
    const gap = line.trim() === '' ? '' : ' ';
    if (measureColumns(line + gap + rest) <= columns) {
      line += gap + rest;
      continue;
    }
    if (line.trim() !== '') lines.push(line);
    line = indent;
    while (measureColumns(line + rest) > columns) {
      const letters = Array.from(rest);
      const room = Math.max(1, columns - measureColumns(line));
      lines.push(line + letters.slice(0, room).join(''));
      rest = letters.slice(room).join('');
    }
    line += rest;
  }
  lines.push(line);
  return lines;
}

/** What is signed, in words taken from the signed text alone and not from what the gate says about it. */
export function showSigning(paint: Paint, subject: Subject, text: string): readonly string[] {
  const title = subject.breakGlass ? 'You sign an EMERGENCY release' : 'You sign';
  return [
    `${paint('bold', title)} request ${subject.id}, edition ${String(subject.edition)}`,
    ...saySubject(subject).flatMap(({ label, lines }) =>
      lines
        .flatMap((line) => breakWhole(showSafely(line), COLUMNS - LABEL_COLUMNS - 4))
        .map((line, i) => `  ${pad(i === 0 ? label : '', LABEL_COLUMNS)}  ${line}`),
    ),
    `  ${pad('digest', LABEL_COLUMNS)}  ${sha256(text)}`,
    `  ${pad('fingerprint', LABEL_COLUMNS)}  ${paint('bold', fingerprintOf(text))}   compare it with another screen`,
  ];
}

/** Why policy asks people, as the gate tells it. It is not part of what is signed, and said so. */
export function showGateSays(paint: Paint, details: RequestDetails): readonly string[] {
  const effects = showChangeEffects(paint, details);
  if (details.reasons.length === 0 && effects.length === 0) return [];
  return [
    paint('dim', 'The gate adds, not signed:'),
    ...effects,
    ...details.reasons.flatMap((reason) => {
      const place = reason.place === undefined ? '' : `${showSafely(reason.place)}: `;
      const lines = breakWhole(`${place}${showSafely(reason.sentence)}`, COLUMNS - 4);
      return lines.map((line) => `    ${line}`);
    }),
  ];
}

type SignedFile = Readonly<Record<'name' | 'sha256', string>>;

/** Fetches the files that are named by digest and hashes them here: what is looked at is what is signed. */
async function checkFiles(
  client: Client,
  details: RequestDetails,
  signed: readonly SignedFile[],
  dir: string | undefined,
): Promise<readonly string[]> {
  const base = `/v1/requests/${encodeURIComponent(details.id)}`;
  const written: string[] = [];
  for (const { name, sha256: wanted } of signed) {
    const file = details.fileList.find((each) => each.emitted?.name === name)?.emitted;
    if (file === undefined || file === null)
      throw cliErrors.error('DIGEST_DIFFERS', { said: name, own: 'no such file' });
    const bytes = await client.bytes(`${base}/files/${String(file.index)}`);
    const own = sha256(bytes);
    if (own !== wanted) throw cliErrors.error('DIGEST_DIFFERS', { said: wanted, own });
    if (dir === undefined) continue;
    // A name from inside may hold anything; only its own folder is written to.
    const target = path.join(dir, name.replaceAll(/[^\w.-]+/g, '_'));
    makeGivenFolder(dir);
    writeGiven(target, bytes);
    written.push(`  written to ${target}`);
  }
  if (signed.length === 0) return [];
  return [`  ${sayCount(signed.length, 'file')} fetched and hashed here: as signed`, ...written];
}

/** Files of a share are looked at where the result is, by those who are read into its project. */
async function checkShared(
  client: Client,
  details: RequestDetails,
  subject: Subject,
  dir: string | undefined,
): Promise<readonly string[]> {
  const share = shareOf(subject);
  if (share === null) throw cliErrors.error('DIGEST_DIFFERS', { said: 'a share', own: 'none' });
  const { files, result } = share;
  if (details.share?.result !== result.request)
    return [
      '  you are not read into the project that shares them: you sign their names and digests',
    ];
  const source = await client.get<RequestDetails>(
    `/v1/requests/${encodeURIComponent(result.request)}`,
  );
  return checkFiles(client, source, files, dir);
}

interface ManifestLine {
  readonly name?: string;
  readonly sha256?: string;
  readonly bytes?: number;
  readonly type?: string | null;
  readonly verdict?: string | null;
  readonly admitted?: boolean;
}

/** A line of a manifest. One that is none is left to the digest, which is compared when all were read. */
function readLine(line: string): ManifestLine {
  try {
    return JSON.parse(line) as ManifestLine;
  } catch {
    return {};
  }
}

/** Fetches the manifest of an import, hashes it here and lists its files, in bounded memory. */
async function checkManifest(
  client: Client,
  subject: Subject,
  dir: string | undefined,
): Promise<readonly string[]> {
  const { import: id = '', manifestSha256 = '' } = subject.facts['import'] as Record<
    string,
    string
  >;
  const hash = sha256Stream();
  async function* fetched(): AsyncGenerator<Uint8Array> {
    for await (const chunk of await client.stream(
      `/v1/imports/${encodeURIComponent(id)}/manifest`,
    )) {
      hash.update(chunk);
      yield chunk;
    }
  }
  const target = dir === undefined ? undefined : path.join(dir, `manifest-${subject.id}.jsonl`);
  if (target !== undefined) await pipeGivenOver(target, fetched());
  const chunks = target === undefined ? fetched() : readGivenChunks(target);
  const shown: string[] = [];
  let files = 0;
  for await (const line of createInterface({ input: Readable.from(chunks) })) {
    const each = readLine(line);
    if (each.name === undefined) continue;
    files += 1;
    if (files > FILES_SHOWN) continue;
    const what = `${each.verdict ?? 'undecided'}, ${each.admitted === true ? 'admitted' : 'left out'}`;
    const bytes = pad(formatBytes(each.bytes ?? 0), 9, 'right');
    const digest = (each.sha256 ?? '').slice(0, 16);
    shown.push(
      `    ${pad(what, 24)}  ${bytes}  ${pad(each.type ?? '-', 11)}  ${digest}…  ${showSafely(each.name)}`,
    );
  }
  const own = hash.hex();
  if (own !== manifestSha256)
    throw cliErrors.error('DIGEST_DIFFERS', { said: manifestSha256, own });
  const more = files - FILES_SHOWN;
  return [
    `  the manifest of ${sayCount(files, 'file')} was fetched and hashed here: as signed`,
    ...shown,
    ...(more > 0 ? [`    … and ${formatCount(more)} more; all of them with \`--view DIR\``] : []),
    ...(target === undefined ? [] : [`  written to ${target}`]),
  ];
}

/**
 * Fetches what a request names by digest and hashes it here; with a folder, it is written there to be looked at. Returns
 * lines to show. Throws `CLI_DIGEST_DIFFERS` when the gate holds something else than is signed.
 */
export async function checkNamed(
  client: Client,
  details: RequestDetails,
  subject: Subject,
  dir: string | undefined,
): Promise<readonly string[]> {
  if (subject.kind === 'import') return checkManifest(client, subject, dir);
  if (subject.kind === 'share') return checkShared(client, details, subject, dir);
  return checkFiles(client, details, (subject.facts['files'] ?? []) as readonly SignedFile[], dir);
}
