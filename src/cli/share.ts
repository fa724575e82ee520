/** `sallyport share …`: results that one project lets another one read. */
import path from 'node:path';
import type { Command } from 'commander';
import { sayCount, sha256 } from '../core/index.ts';
import type { RequestDetails, ShareSeenShown, SharesShown } from '../http/index.ts';
import { cliErrors } from './errors.ts';
import { makeGivenFolder, needOutputFolder, writeGiven } from './given-paths.ts';
import { showDetailed } from './request-view.ts';
import { layOut, openSession, withSession } from './session.ts';
import type { SessionOptions } from './session.ts';
import { formatBytes, showSafely } from './terminal.ts';

interface AskOptions extends SessionOptions {
  readonly from?: string;
  readonly to?: string;
  readonly why?: string;
  readonly until?: string;
}

/** An option that only asking and ending need, and the lists beside them do not. */
function need(value: string | undefined, option: string): string {
  if (value !== undefined && value !== '') return value;
  throw cliErrors.error('OPTION_MISSING', {
    option,
    why: 'it says what everybody who decides reads',
  });
}

/** A day is over when it has ended here; a moment is what it says. */
function readUntil(text: string): string {
  const day = /^\d{4}-\d\d-\d\d$/.test(text);
  const atMs = Date.parse(day ? `${text}T23:59:59.999` : text);
  if (Number.isNaN(atMs)) {
    const why = 'it is neither a day such as 2027-03-31 nor a moment such as 2027-03-31T12:00Z';
    throw cliErrors.error('OPTION_INVALID', { value: text, option: '--until', why });
  }
  return new Date(atMs).toISOString();
}

function minute(at: string | null): string {
  return at === null ? '–' : at.slice(0, 16).replace('T', ' ');
}

function showLists({ withUs, byUs }: SharesShown): readonly string[] {
  return [
    ...(withUs.length === 0
      ? ['nothing is shared with your projects']
      : layOut([
          ['SHARED WITH US', 'PROJECT', 'FROM', 'SINCE', 'UNTIL', 'FILES'],
          ...withUs.map((each) => [
            ...[each.id, each.to, each.from ?? 'another project', minute(each.sharedAt)],
            ...[
              minute(each.until),
              each.files
                .map((file) => showSafely(file.name))
                .join(', ')
                .slice(0, 60),
            ],
          ]),
        ])),
    '',
    ...(byUs.length === 0
      ? ['your projects share nothing']
      : layOut([
          ['SHARED BY US', 'PROJECT', 'WITH', 'SINCE', 'UNTIL', 'READ', 'STATE'],
          ...byUs.map((each) => [
            ...[each.id, each.from, each.to, minute(each.sharedAt), minute(each.until)],
            ...[sayCount(each.reads, 'time'), each.state],
          ]),
        ])),
  ];
}

async function download(id: string, options: SessionOptions & { out: string }): Promise<void> {
  needOutputFolder(options.out);
  const session = openSession(options);
  const base = `/v1/shares/${encodeURIComponent(id)}`;
  const share = await session.client.get<ShareSeenShown>(base);
  const written: string[] = [];
  for (const file of share.files) {
    const bytes = await session.client.bytes(`${base}/files/${String(file.index)}`);
    const own = sha256(bytes);
    if (own !== file.sha256) throw cliErrors.error('DIGEST_DIFFERS', { said: file.sha256, own });
    // A name from inside may hold anything; only this folder is written to.
    const target = path.join(options.out, file.name.replaceAll(/[^\w.-]+/g, '_'));
    makeGivenFolder(options.out);
    writeGiven(target, bytes);
    written.push(target);
  }
  session.print({ share: id, written }, () => [
    ...share.files.map((file, i) => `${formatBytes(file.bytes)}  ${written[i] ?? ''}`),
    `${sayCount(written.length, 'file')} hashed here: as they were approved; the reading is in the ledger`,
  ]);
}

/** Adds the commands. */
export function registerShare(program: Command): void {
  const share = program
    .command('share')
    .summary('ask to share a result with another project; list, get, revoke')
    .description(
      'Ask to share the canonical files of a result of your project with another project. Its owners and yours decide.',
    )
    .argument('<result>', 'the request that made it, or the SHA-256 of one of its files')
    .option('--from <project>', 'the project whose result it is; has to be given')
    .option('--to <project>', 'the project that may read it; has to be given')
    .option('--why <text>', 'what for, which the owners of both projects read; has to be given')
    .option('--until <date>', 'when it ends by itself; without it, when an owner ends it');
  withSession(share).action(async (result: string, options: AskOptions) => {
    const session = openSession(options);
    const { until } = options;
    const asked = {
      from: need(options.from, '--from'),
      to: need(options.to, '--to'),
      why: need(options.why, '--why'),
    };
    const body = { result, ...asked, ...(until === undefined ? {} : { until: readUntil(until) }) };
    const details = await session.client.send<RequestDetails>('POST', '/v1/shares', body);
    session.print(details, () => showDetailed(session.paint, details));
    process.exitCode = { allow: 0, hold: 4, deny: 3 }[details.verdict ?? 'deny'];
  });
  withSession(
    share
      .command('list')
      .description('Results that others share with your projects, and that yours share.')
      .option('--project <project>', 'of this project only'),
  ).action(async (_: unknown, command: Command) => {
    const options = command.optsWithGlobals<SessionOptions & { project?: string }>();
    const session = openSession(options);
    const { project } = options;
    const query = project === undefined ? '' : `?project=${encodeURIComponent(project)}`;
    const lists = await session.client.get<SharesShown>(`/v1/shares${query}`);
    session.print(lists, () => showLists(lists));
  });
  withSession(
    share
      .command('get')
      .description('Fetch the files of a result that was shared with your project.')
      .argument('<id>', 'the share, as `sallyport share list` shows it')
      .option('--out <dir>', 'folder to write them to', '.'),
  ).action(async (id: string, _: unknown, command: Command) => {
    await download(id, command.optsWithGlobals<SessionOptions & { out: string }>());
  });
  withSession(
    share
      .command('revoke')
      .description('End at once what your project shares; for its owners and for security.')
      .argument('<id>', 'the share')
      .option('--reason <text>', 'why, which goes into the ledger; has to be given'),
  ).action(async (id: string, _: unknown, command: Command) => {
    const options = command.optsWithGlobals<AskOptions & { reason?: string }>();
    const session = openSession(options);
    const place = `/v1/shares/${encodeURIComponent(id)}/revoke`;
    const reason = need(options.reason ?? options.why, '--reason');
    const body = { reason };
    const details = await session.client.send<RequestDetails>('POST', place, body);
    session.print(details, () => [`${id} is over: ${showSafely(reason)}`]);
  });
}
