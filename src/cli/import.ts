/** `sallyport import PATH…` and `sallyport imports …`: data on their way in, and what became of them. */
import path from 'node:path';
import type { Command } from 'commander';
import manifest from '../../package.json' with { type: 'json' };
import { canonicalJson, monotonicMs, sha256, sayCount } from '../core/index.ts';
import type { ImportFileShown, ImportShown, RequestDetails } from '../http/index.ts';
import type { ScanResult } from '../ingress/index.ts';
import { cliErrors } from './errors.ts';
import { FormNames } from './form-names.ts';
import {
  needOutput,
  needOutputFolder,
  pipeGivenNew,
  readGivenText,
  writeGiven,
} from './given-paths.ts';
import { registerScreening } from './import-screen.ts';
import { hashFiles, sendFiles } from './import-send.ts';
import { showImportList, showOneImport } from './import-view.ts';
import { showDetailed } from './request-view.ts';
import { openSession, withSession } from './session.ts';
import type { Session, SessionOptions } from './session.ts';
import { openProgress, showSafely } from './terminal.ts';
import { walkPaths } from './walk-paths.ts';

interface ImportOptions extends SessionOptions {
  readonly project: string;
  readonly source: string;
  readonly why: string;
  readonly skipRefused?: boolean;
  readonly sums?: string;
  readonly signature?: string;
  readonly bundle?: string;
  readonly key?: string;
}

const STATUS = { allow: 0, deny: 3, hold: 4 } as const;
const POLL_MS = 400;
const FILES_SHOWN = 40;

/** Adds the commands. */
export function registerImport(program: Command): void {
  withSession(
    program
      .command('import')
      .summary('bring files in')
      .description(
        'Send files to the quarantine, where each is decoded whole and re-encoded; people then admit the safe forms. The same command goes on where a broken one stopped. Exit status: 3 denied, 4 held for people',
      )
      .argument('<paths...>', 'files and folders')
      .requiredOption('--project <project>', 'project that needs them')
      .requiredOption('--source <source>', 'source of the project that signed for them')
      .requiredOption('--why <text>', 'what they are for; goes into the ledger')
      .option('--skip-refused', 'admit the others when some files are malicious')
      .option('--sums <file>', 'the SHA256SUMS that the source signed')
      .option('--signature <file>', 'its signature, made with `ssh-keygen -Y sign`')
      .option('--bundle <file>', 'the model-signing bundle of the source')
      .option('--key <key>', 'idempotency key; by default made from project, source and files'),
  ).action(async (paths: string[], options: ImportOptions) => {
    process.exitCode = await importPaths(paths, options);
  });
  const imports = program.command('imports').description('Look at imports.');
  registerReads(imports);
  registerScreening(imports);
}

function readProof(options: ImportOptions): object | null {
  const { sums, signature, bundle } = options;
  if (bundle !== undefined) return { kind: 'oms', bundle: readGivenText(bundle) };
  if (sums === undefined && signature === undefined) return null;
  if (sums === undefined || signature === undefined) {
    const option = sums === undefined ? '--sums' : '--signature';
    const why = 'a list of digests and its signature belong together';
    throw cliErrors.error('OPTION_INVALID', { option, value: '', why });
  }
  return {
    kind: 'sums',
    text: readGivenText(sums),
    signature: readGivenText(signature),
  };
}

async function importPaths(paths: readonly string[], options: ImportOptions): Promise<number> {
  const walk = walkPaths(paths, process.cwd());
  if (walk.files.length === 0) throw cliErrors.error('PATHS_EMPTY');
  for (const { name, why } of walk.skipped) {
    process.stderr.write(`left out: ${showSafely(name)}: ${showSafely(why)}\n`);
  }
  const proof = readProof(options);
  const session = openSession(options);
  const { client } = session;
  const files = await hashFiles(walk.files);
  const { project, source, why, skipRefused = false } = options;
  const key =
    options.key ??
    sha256(
      canonicalJson([project, source, skipRefused, files.map((each) => [each.name, each.sha256])]),
    );
  const opened = await client.send<ImportShown>(
    'POST',
    '/v1/imports',
    { project, source, why, skipRefused },
    { 'idempotency-key': key },
  );
  if (opened.state === 'receiving') {
    await sendFiles(client, opened.id, files);
    if (proof !== null) await client.send('PUT', `/v1/imports/${opened.id}/proof`, proof);
    await client.send('POST', `/v1/imports/${opened.id}/complete`);
  }
  const held = await waitDecoded(session, opened.id);
  if (held.request === null) {
    session.print(held, () => [`${held.id}: ${held.state}`]);
    return held.state === 'admitted' ? 0 : STATUS.deny;
  }
  const request = await client.get<RequestDetails>(`/v1/requests/${held.request}?wait=30`);
  const shown = await client.get<{ files: readonly ImportFileShown[]; next: number | null }>(
    `/v1/imports/${held.id}/files?limit=${String(FILES_SHOWN)}`,
  );
  const answer = {
    import: held.id,
    request: request.id,
    state: request.state,
    verdict: request.verdict,
    reason: request.reason,
    counts: held.counts,
  };
  session.print(answer, () => [
    ...showOneImport(session.paint, held, shown.files, shown.next !== null),
    '',
    ...showDetailed(session.paint, request),
  ]);
  return STATUS[request.verdict ?? 'hold'];
}

async function waitDecoded(session: Session, id: string): Promise<ImportShown> {
  const progress = openProgress(process.stderr, monotonicMs);
  try {
    for (;;) {
      const held = await session.client.get<ImportShown>(`/v1/imports/${id}`);
      const over = held.state !== 'decoding' && held.state !== 'receiving';
      if (over && (held.request !== null || held.state !== 'asked')) return held;
      const { doneBytes = 0, totalBytes = 1 } = held.progress ?? {};
      progress.show('decoding', doneBytes, totalBytes);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  } finally {
    progress.end();
  }
}

function registerReads(imports: Command): void {
  withSession(
    imports
      .command('list')
      .description('Imports of your projects, newest first.')
      .option('--project <project>', 'only of this project')
      .option('--state <state>', 'receiving, decoding, asked, admitted, recalled or closed'),
  ).action(async (options: SessionOptions & { project?: string; state?: string }) => {
    const session = openSession(options);
    const query = new URLSearchParams();
    if (options.project !== undefined) query.set('project', options.project);
    if (options.state !== undefined) query.set('state', options.state);
    const answer = await session.client.get<{ imports: readonly ImportShown[] }>(
      `/v1/imports?${query.toString()}`,
    );
    session.print(answer, () => showImportList(session.paint, answer.imports));
  });
  withSession(
    imports
      .command('show')
      .description('One import: state, progress, verdicts and findings of its files.')
      .argument('<import>', 'its id')
      .option('--verdict <verdict>', 'only files that are clean, malicious or inconclusive')
      .option('--from <number>', 'files from this number on', '0'),
  ).action(async (id: string, options: SessionOptions & { verdict?: string; from: string }) => {
    const session = openSession(options);
    const held = await session.client.get<ImportShown>(`/v1/imports/${encodeURIComponent(id)}`);
    const query = new URLSearchParams({ limit: String(FILES_SHOWN), from: options.from });
    if (options.verdict !== undefined) query.set('verdict', options.verdict);
    const page = await session.client.get<{
      files: readonly ImportFileShown[];
      next: number | null;
    }>(`/v1/imports/${held.id}/files?${query.toString()}`);
    session.print({ ...held, files: page.files, next: page.next }, () =>
      showOneImport(session.paint, held, page.files, page.next !== null),
    );
  });
  withSession(
    imports
      .command('statement')
      .description('Write the signed admission statement of an import to a file.')
      .argument('<import>', 'its id')
      .requiredOption('--out <file>', 'where it is written'),
  ).action(async (id: string, options: SessionOptions & { out: string }) => {
    needOutput(options.out);
    const session = openSession(options);
    const text = await session.client.text(`/v1/imports/${encodeURIComponent(id)}/statement`);
    writeGiven(options.out, text);
    session.print({ import: id, file: options.out, sha256: sha256(text) }, () => [
      `${options.out}: sha256 ${sha256(text)}`,
    ]);
  });
  withSession(
    imports
      .command('rescan')
      .description(
        'Let the rules of today look at what older ones passed. Without an id: which imports they would look at.',
      )
      .argument('[import]', 'its id'),
  ).action(async (id: string | undefined, options: SessionOptions) => {
    const session = openSession(options);
    if (id === undefined) {
      const answer = await session.client.get<{ imports: readonly string[] }>('/v1/rescans');
      session.print(answer, () =>
        answer.imports.length === 0 ? ['Nothing is out of date.'] : answer.imports,
      );
      return;
    }
    const path = `/v1/imports/${encodeURIComponent(id)}/rescan`;
    const answer = await session.client.send<{ files: number }>('POST', path);
    session.print(answer, () => [
      `${sayCount(answer.files, 'file is', 'files are')} looked at again`,
    ]);
  });
  withSession(
    imports
      .command('sarif')
      .description('Write what was found in the files of an import as a SARIF 2.1.0 log.')
      .argument('<import>', 'its id')
      .requiredOption('--out <file>', 'where it is written'),
  ).action(async (id: string, options: SessionOptions & { out: string }) => {
    needOutput(options.out);
    const session = openSession(options);
    const results: ScanResult[] = [];
    for await (const file of readFiles(session, encodeURIComponent(id)))
      if (file.findings.length > 0) results.push(asScanned(file));
    // Only here: every other command about imports starts without the decoders.
    const { renderSarif } = await import('../ingress/index.ts');
    writeGiven(options.out, renderSarif(results, manifest.version));
    session.print({ import: id, file: options.out, files: results.length }, () => [
      `${options.out}: findings in ${sayCount(results.length, 'file')}`,
    ]);
  });
  withSession(
    imports
      .command('croissant')
      .description('Write an import as a Croissant description.')
      .argument('<import>', 'its id')
      .requiredOption('--out <file>', 'where it is written'),
  ).action(async (id: string, options: SessionOptions & { out: string }) => {
    needOutput(options.out);
    const session = openSession(options);
    writeGiven(
      options.out,
      await session.client.text(`/v1/imports/${encodeURIComponent(id)}/croissant`),
    );
    session.print({ import: id, file: options.out }, () => [options.out]);
  });
  withSession(
    imports
      .command('fetch')
      .description('Write the safe forms of an admitted import below a folder.')
      .argument('<import>', 'its id')
      .requiredOption('--out <dir>', 'folder for the files'),
  ).action(async (id: string, options: SessionOptions & { out: string }) => {
    needOutputFolder(options.out);
    await fetchForms(openSession(options), encodeURIComponent(id), options.out);
  });
}

async function fetchForms(session: Session, id: string, out: string): Promise<void> {
  const root = path.resolve(out);
  const written: string[] = [];
  const names = new FormNames();
  for await (const file of readFiles(session, id)) {
    if (file.verdict === 'malicious') continue;
    for (const form of file.forms) {
      const name = names.place(file.name, form.name);
      const target = path.resolve(root, name);
      // The names were checked when they were made; a file is still never written elsewhere.
      if (!target.startsWith(`${root}${path.sep}`)) continue;
      const url = `/v1/imports/${id}/files/${String(file.position)}/forms/${String(form.position)}`;
      await pipeGivenNew(target, await session.client.stream(url));
      written.push(name);
    }
  }
  session.print({ import: id, files: written }, () => [
    `${sayCount(written.length, 'file')} below ${out}`,
  ]);
}

/** Every file of an import, a page at a time. */
async function* readFiles(
  session: Session,
  id: string,
): AsyncGenerator<ImportFileShown, void, undefined> {
  for (let from: number | null = 0; from !== null;) {
    const page: { files: readonly ImportFileShown[]; next: number | null } =
      await session.client.get(`/v1/imports/${id}/files?limit=100&from=${String(from)}`);
    yield* page.files;
    from = page.next;
  }
}

/** A file of an import as `scan` would have said it; one without a verdict is inconclusive. */
function asScanned(file: ImportFileShown): ScanResult {
  const { name, type, bytes, verdict, findings } = file;
  return {
    ...{ path: name, type: type ?? 'unknown', bytes, verdict: verdict ?? 'inconclusive', findings },
    forms: [],
  };
}
