/** `sallyport request …`: what was asked for, and where it stands. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import type { RequestDetails, RequestShown } from '../http/index.ts';
import { APPROVAL_NAMESPACE } from '../requests/index.ts';
import { cliErrors } from './errors.ts';
import { showDetailed, showList } from './request-view.ts';
import { layOut, openSession, withSession } from './session.ts';
import type { SessionOptions } from './session.ts';

interface ListOptions extends SessionOptions {
  readonly state?: string;
  readonly project?: string;
  readonly limit?: string;
}

/** Adds the commands. */
export function registerRequest(program: Command): void {
  const group = program.command('request').description('What was asked for, and where it stands.');
  withSession(
    group
      .command('list')
      .description('List requests of your projects, newest first.')
      .option('--state <state>', 'only those in a state, such as held')
      .option('--project <project>', 'only those of a project')
      .option('--limit <count>', 'at most so many'),
  ).action(async (options: ListOptions) => {
    const session = openSession(options);
    const query = new URLSearchParams();
    for (const key of ['state', 'project', 'limit'] as const) {
      if (options[key] !== undefined) query.set(key, options[key]);
    }
    const answer = await session.client.get<{ requests: RequestShown[] }>(
      `/v1/requests?${query.toString()}`,
    );
    session.print(answer.requests, () => showList(answer.requests));
  });
  withSession(
    group.command('show').description('Show one request with its files.').argument('<id>'),
  ).action(async (id: string, options: SessionOptions) => {
    const session = openSession(options);
    const details = await session.client.get<RequestDetails>(
      `/v1/requests/${encodeURIComponent(id)}`,
    );
    session.print(details, () => showDetailed(session.paint, details));
  });
  withSession(
    group
      .command('receipt')
      .description('Print or save the receipt of its newest decision.')
      .argument('<id>')
      .option('--out <file>', 'write it there'),
  ).action(async (id: string, options: SessionOptions & { out?: string }) => {
    const text = await openSession(options).client.text(
      `/v1/requests/${encodeURIComponent(id)}/receipt`,
    );
    if (options.out === undefined) process.stdout.write(text);
    else writeFileSync(options.out, text);
  });
  registerSigned(group);
  withSession(
    group.command('withdraw').description('Take your own request back.').argument('<id>'),
  ).action(async (id: string, options: SessionOptions) => {
    await decide(id, 'withdraw', options, {});
  });
}

/** What people signed: for looking at, for signing elsewhere, for verifying without us. */
function registerSigned(group: Command): void {
  withSession(
    group
      .command('subject')
      .description('Print the canonical request, the exact bytes that an approval signs.')
      .argument('<id>')
      .option('--emergency', 'those that break-glass signs')
      .option('--out <file>', 'write it there'),
  ).action(async (id: string, options: SessionOptions & { emergency?: boolean; out?: string }) => {
    const query = options.emergency === true ? '?emergency=1' : '';
    const { text } = await openSession(options).client.get<{ text: string | null }>(
      `/v1/requests/${encodeURIComponent(id)}/subject${query}`,
    );
    if (text === null) throw cliErrors.error('NOTHING_TO_SIGN', { id, state: 'without one' });
    // Without a newline: it is hashed and signed as it is.
    if (options.out === undefined) process.stdout.write(text);
    else writeFileSync(options.out, text);
  });
  withSession(
    group
      .command('approvals')
      .description('Show who signed; with --out write what `ssh-keygen -Y verify` takes.')
      .argument('<id>')
      .option('--out <dir>', 'a folder for request.json, PERSON.sig and allowed_signers'),
  ).action(async (id: string, options: SessionOptions & { out?: string }) => {
    const session = openSession(options);
    const shown = await session.client.get<ApprovalsShown>(
      `/v1/requests/${encodeURIComponent(id)}/approvals`,
    );
    const { out } = options;
    if (out !== undefined) writeApprovals(out, shown);
    session.print(shown, () => showApprovals(shown, out));
  });
}

interface ApprovalsShown {
  readonly subject: string | null;
  readonly approvals: readonly {
    readonly person: string;
    readonly at: string;
    readonly key: string;
    readonly signature: string;
    readonly allowedSigners: string | null;
  }[];
}

function writeApprovals(dir: string, { subject, approvals }: ApprovalsShown): void {
  mkdirSync(dir, { recursive: true });
  if (subject !== null) writeFileSync(path.join(dir, 'request.json'), subject);
  const lines = approvals.flatMap(({ allowedSigners }) => allowedSigners ?? []);
  writeFileSync(path.join(dir, 'allowed_signers'), lines.map((line) => `${line}\n`).join(''));
  for (const { person, signature } of approvals)
    writeFileSync(path.join(dir, `${path.basename(person)}.sig`), signature);
}

function showApprovals({ approvals }: ApprovalsShown, dir: string | undefined): readonly string[] {
  if (approvals.length === 0) return ['no approvals that you may see now'];
  const rows = approvals.map(({ person, at, key }) => [`  ${person}`, at, key]);
  if (dir === undefined) return layOut([['  approved by', 'at', 'key'], ...rows]);
  const commands = approvals.map(
    ({ person }) =>
      `  ssh-keygen -Y verify -f allowed_signers -I ${person} -n ${APPROVAL_NAMESPACE} -s ${person}.sig < request.json`,
  );
  return [
    ...layOut([['  approved by', 'at', 'key'], ...rows]),
    '',
    `written to ${dir}; there, anybody with OpenSSH can verify:`,
    ...commands,
  ];
}

async function decide(
  id: string,
  event: 'withdraw',
  options: SessionOptions,
  body: object,
): Promise<void> {
  const session = openSession(options);
  const path = `/v1/requests/${encodeURIComponent(id)}/${event}`;
  const details = await session.client.send<RequestDetails>('POST', path, body);
  session.print(details, () => showDetailed(session.paint, details));
}
