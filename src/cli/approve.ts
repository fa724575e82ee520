/**
 * `sallyport approve` and its kin: decide on a held request outside the browser. What is signed is shown, its digest is
 * computed here, and the emitted files are hashed here before anybody is asked to sign.
 */
import path from 'node:path';
import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { sha256, systemClock, utf8 } from '../core/index.ts';
import type { RequestDetails } from '../http/index.ts';
import { APPROVAL_NAMESPACE, isFromLater, readSubject } from '../requests/index.ts';
import { cliErrors } from './errors.ts';
import { needOutputFolder } from './given-paths.ts';
import { showDetailed } from './request-view.ts';
import { openSession, withSession } from './session.ts';
import type { SessionOptions } from './session.ts';
import { signText } from './signer.ts';
import { checkNamed, showGateSays, showSigning } from './signing-screen.ts';

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
  const signing = (name: string, says: string, ids = '<id>'): Command =>
    withSession(program.command(name).description(says).argument(ids))
      .option('--key <file>', 'your SSH key; the agent, SALLYPORT_KEY or ~/.ssh by default')
      .option('--view <dir>', 'write the files that would leave there, to be looked at')
      .option('--yes', 'sign without asking');
  signing(
    'approve',
    'Show what held requests ask for, and sign them one after the other.',
    '<ids...>',
  ).action(async (ids: readonly string[], options: ApproveOptions) => {
    for (const id of ids) await sign(id, { ...options, ...viewOf(options, ids, id) }, undefined);
  });
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
      .summary('change your own request; approvals of before count no longer')
      .description(
        'Change your own request; approvals of before count no longer. Without options a change of people, rules or settings is based on the roster in force.',
      )
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

/** Files of several requests lie in a folder each. */
function viewOf(
  { view }: ApproveOptions,
  ids: readonly string[],
  id: string,
): Pick<ApproveOptions, 'view'> {
  return view === undefined || ids.length === 1 ? {} : { view: path.join(view, id) };
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
  needOutputFolder(options.view);
  const query = emergency === undefined ? '' : '?emergency=1';
  const shown = await session.client.get<SubjectShown>(`${base}/subject${query}`);
  if (shown.text === null) throw cliErrors.error('NOTHING_TO_SIGN', { id, state: details.state });
  // Who may not decide is told so before reading, and before a key is asked for anything.
  const event = emergency === undefined ? 'approve' : 'break-glass';
  const may = details.can.find((each) => each.event === event);
  if (may === undefined) throw cliErrors.error('NOTHING_TO_SIGN', { id, state: details.state });
  if (!may.allowed)
    throw cliErrors.error('NOT_YOURS', { id, why: may.reason ?? 'it is not yours to decide' });
  const own = sha256(shown.text);
  if (own !== shown.sha256) throw cliErrors.error('DIGEST_DIFFERS', { said: shown.sha256, own });
  const subject = readSubject(shown.text);
  // Signed now, a text of later would still be good when nobody remembers it.
  if (isFromLater(subject, systemClock.nowMs()))
    throw cliErrors.error('SUBJECT_FROM_LATER', { at: subject.writtenAt ?? subject.askedAt });
  await session.client.send('POST', `${base}/view`, {});
  const { paint, client } = session;
  process.stderr.write(`${showSigning(paint, subject, shown.text).join('\n')}\n`);
  const found = await checkNamed(client, details, subject, options.view);
  process.stderr.write([...found, ...showGateSays(paint, details), ''].join('\n'));
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

async function confirm(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) return false;
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await reader.question(question);
  reader.close();
  return /^y(es)?$/i.test(answer.trim());
}
