/**
 * `sallyport approve` and its kin: decide on a held request outside the browser. What is signed is shown, its digest is
 * computed here, and the emitted files are hashed here before anybody is asked to sign.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { sha256, utf8 } from '../core/index.ts';
import type { RequestDetails } from '../http/index.ts';
import { APPROVAL_NAMESPACE, fingerprintOf, readSubject } from '../requests/index.ts';
import type { Subject } from '../requests/index.ts';
import { cliErrors } from './errors.ts';
import { showDetailed } from './request-view.ts';
import { layOut, openSession, withSession } from './session.ts';
import type { Session, SessionOptions } from './session.ts';
import { signText } from './signer.ts';
import { showSafely } from './terminal.ts';

interface ApproveOptions extends SessionOptions {
  readonly key?: string;
  readonly yes?: boolean;
  readonly view?: string;
}

interface ReasonOptions extends SessionOptions {
  readonly reason: string;
}

interface SubjectShown {
  readonly text: string | null;
  readonly sha256: string;
}

/** Adds the commands. */
export function registerApprove(program: Command): void {
  const signing = (name: string, says: string): Command =>
    withSession(program.command(name).description(says).argument('<id>'))
      .option('--key <file>', 'your SSH key; SALLYPORT_KEY, the agent’s first or ~/.ssh by default')
      .option('--view <dir>', 'write the files that would leave there, to be looked at')
      .option('--yes', 'sign without asking');
  signing('approve', 'Show what a held request asks for, and sign it.').action(
    async (id: string, options: ApproveOptions) => {
      await sign(id, options, undefined);
    },
  );
  signing('break-glass', 'Release a held export in an emergency; it is reviewed afterwards.')
    .requiredOption('--reason <text>', 'what the emergency is; everybody hears of it')
    .action(async (id: string, options: ApproveOptions & ReasonOptions) => {
      await sign(id, options, options.reason);
    });
  for (const [name, says] of [
    ['deny', 'Refuse a held request, which ends it.'],
    ['return', 'Send a held request back to be changed.'],
    ['review', 'Close the review of an emergency.'],
  ] as const) {
    withSession(program.command(name).description(says).argument('<id>'))
      .requiredOption('--reason <text>', 'why; goes into the ledger')
      .action(async (id: string, options: ReasonOptions) => {
        await post(id, name, options, { reason: options.reason });
      });
  }
  withSession(program.command('comment').description('Add a remark.').argument('<id>'))
    .requiredOption('--text <text>', 'what you have to say')
    .action(async (id: string, options: SessionOptions & { text: string }) => {
      await post(id, 'comments', options, { text: options.text });
    });
  withSession(
    program
      .command('edit')
      .description('Change your own request; approvals of before count no longer.')
      .argument('<id>'),
  )
    .option('--why <text>', 'say better what it is for')
    .option('--form <form>', 'a cheaper form, such as digits:4')
    .option('--drop <file...>', 'files to leave out')
    .action(
      async (
        id: string,
        options: SessionOptions & { why?: string; form?: string; drop?: string[] },
      ) => {
        const { why, form, drop } = options;
        await post(id, 'edit', options, {
          ...(why === undefined ? {} : { why }),
          ...(form === undefined ? {} : { form }),
          ...(drop === undefined ? {} : { dropFiles: drop }),
        });
      },
    );
}

async function post(
  id: string,
  what: string,
  options: SessionOptions,
  body: object,
): Promise<void> {
  const session = openSession(options);
  const url = `/v1/requests/${encodeURIComponent(id)}/${what}`;
  const details = await session.client.send<RequestDetails>('POST', url, body);
  session.print(details, () => showDetailed(session.paint, details));
}

async function sign(
  id: string,
  options: ApproveOptions,
  emergency: string | undefined,
): Promise<void> {
  const session = openSession(options);
  const base = `/v1/requests/${encodeURIComponent(id)}`;
  const details = await session.client.get<RequestDetails>(base);
  const query = emergency === undefined ? '' : '?emergency=1';
  const shown = await session.client.get<SubjectShown>(`${base}/subject${query}`);
  if (shown.text === null) throw cliErrors.error('NOTHING_TO_SIGN', { id, state: details.state });
  const own = sha256(shown.text);
  if (own !== shown.sha256) throw cliErrors.error('DIGEST_DIFFERS', { said: shown.sha256, own });
  const subject = readSubject(shown.text);
  await session.client.send('POST', `${base}/view`, {});
  const lines = describeSubject(session, subject, shown.text);
  process.stderr.write(`${lines.join('\n')}\n`);
  await checkFiles(session, base, details, subject, options.view);
  if (options.yes !== true && !(await confirm('sign it? [y/N] '))) {
    throw cliErrors.error('NOT_SIGNED', { id });
  }
  const input = { message: utf8(shown.text), namespace: APPROVAL_NAMESPACE };
  const signature = await signText(input, options.key);
  const done = await session.client.send<RequestDetails>(
    'POST',
    emergency === undefined ? `${base}/approvals` : `${base}/break-glass`,
    emergency === undefined ? { signature } : { signature, reason: emergency },
  );
  session.print(done, () => showDetailed(session.paint, done));
}

/** What is signed, in words taken from the signed text alone and not from what the gate says about it. */
function describeSubject(session: Session, subject: Subject, text: string): readonly string[] {
  const { paint } = session;
  const files = (subject.facts['files'] ?? []) as readonly {
    name: string;
    bytes: number;
    sha256: string;
  }[];
  const changes = (subject.facts['changes'] ?? []) as readonly string[];
  const other = Object.entries(subject.facts).filter(
    ([name]) => !['files', 'changes', 'bodySha256', 'historyPrefix', 'rosterSha256'].includes(name),
  );
  return [
    `${paint('bold', subject.breakGlass ? 'You sign an EMERGENCY release' : 'You sign')} request ${subject.id}, edition ${String(subject.edition)}`,
    ...layOut([
      [
        '  what',
        `${subject.kind}${subject.destination === null ? '' : ` to ${subject.destination.name} (number ${String(subject.destination.number)})`}`,
      ],
      [
        '  who',
        `${subject.requester}${subject.sponsor === null ? '' : `, for whom ${subject.sponsor} answers`}`,
      ],
      ['  why', showSafely(subject.why)],
      subject.chargeBitsMax === '0'
        ? ['  until', subject.releaseBy]
        : ['  at most', `${subject.chargeBitsMax} bits, until ${subject.releaseBy}`],
      ...other.map(([name, value]) => [
        `  ${name}`,
        showSafely(JSON.stringify(value)).slice(0, 200),
      ]),
    ]),
    ...files.map(
      (file) =>
        `  ${file.sha256.slice(0, 16)}…  ${String(file.bytes)} bytes  ${showSafely(file.name)}`,
    ),
    ...changes.map((change) => `  - ${showSafely(change)}`),
    `  digest       ${sha256(text)}`,
    `  fingerprint  ${paint('bold', fingerprintOf(text))}   compare it with another screen`,
  ];
}

/** Fetches the files that would leave and hashes them here: what is looked at is what is signed. */
async function checkFiles(
  session: Session,
  base: string,
  details: RequestDetails,
  subject: Subject,
  dir: string | undefined,
): Promise<void> {
  const signed = (subject.facts['files'] ?? []) as readonly { name: string; sha256: string }[];
  for (const { name, sha256: wanted } of signed) {
    const file = details.fileList.find((each) => each.emitted?.name === name)?.emitted;
    if (file === undefined || file === null)
      throw cliErrors.error('DIGEST_DIFFERS', { said: name, own: 'no such file' });
    const bytes = await session.client.bytes(`${base}/files/${String(file.index)}`);
    const own = sha256(bytes);
    if (own !== wanted) throw cliErrors.error('DIGEST_DIFFERS', { said: wanted, own });
    if (dir === undefined) continue;
    // A name from inside may hold anything; only its own folder is written to.
    const target = path.join(dir, name.replaceAll(/[^\w.-]+/g, '_'));
    mkdirSync(dir, { recursive: true });
    writeFileSync(target, bytes);
    process.stderr.write(`  written to ${target}\n`);
  }
}

async function confirm(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) return false;
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await reader.question(question);
  reader.close();
  return /^y(es)?$/i.test(answer.trim());
}
