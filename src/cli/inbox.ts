/** `sallyport inbox …`: which inboxes outside deliver to which projects, and what came from them. */
import type { Command } from 'commander';
import { sayCount } from '../core/index.ts';
import type { InboxDeliveryShown, InboxShown } from '../http/index.ts';
import { layOut, openSession, withSession } from './session.ts';
import type { SessionOptions } from './session.ts';
import { showSafely } from './terminal.ts';

interface Answer {
  readonly inboxes: readonly InboxShown[];
  readonly deliveries: readonly InboxDeliveryShown[];
}

function describeState(each: InboxDeliveryShown): string {
  if (each.state === 'receiving')
    return `receiving, ${sayCount(each.missing, 'object is', 'objects are')} missing`;
  const what = each.import ?? each.reason ?? '';
  return what === '' ? each.state : `${each.state}: ${showSafely(what)}`;
}

function showAnswer({ inboxes, deliveries }: Answer): readonly string[] {
  return [
    ...(inboxes.length === 0
      ? ['No inbox is bound to a project of yours.']
      : layOut([
          ['INBOX', 'PROJECT', 'SOURCE', 'ANSWERS FOR IT', 'SINCE'],
          ...inboxes.map((each) => [
            ...[each.inbox, each.project, each.source, each.person, each.boundAt],
          ]),
        ])),
    ...(deliveries.length === 0
      ? []
      : [
          '',
          ...layOut([
            ['CAME AT', 'INBOX', 'NAME', 'FILES', 'BYTES', 'STATE'],
            ...deliveries.map((each) => [
              ...[each.firstAt, each.inbox, showSafely(each.name), String(each.files)],
              ...[String(each.bytes), describeState(each)],
            ]),
          ]),
        ]),
  ];
}

/** Adds the commands. */
export function registerInbox(program: Command): void {
  const inbox = program
    .command('inbox')
    .description('Watched folders outside that deliver to projects.');
  withSession(
    inbox
      .command('bind')
      .description(
        'Bind an inbox to a project and a source. What comes becomes imports of yours; you answer for it.',
      )
      .argument('<name>', 'its name, as `sallyport outer inbox list` shows it outside')
      .requiredOption('--project <project>', 'project that needs what comes')
      .requiredOption('--source <source>', 'source of the project that signs for it')
      .requiredOption('--why <text>', 'what it is for; goes into the ledger'),
  ).action(
    async (
      name: string,
      options: SessionOptions & { project: string; source: string; why: string },
    ) => {
      const session = openSession(options);
      const { project, source, why } = options;
      const body = { name, project, source, why };
      const bound = await session.client.send<InboxShown>('POST', '/v1/inboxes', body);
      session.print(bound, () => [`what comes from ${name} is imported to ${project}`]);
    },
  );
  withSession(
    inbox.command('list').description('Inboxes that are bound, and what came from them.'),
  ).action(async (options: SessionOptions) => {
    const session = openSession(options);
    const answer = await session.client.get<Answer>('/v1/inboxes');
    session.print(answer, () => showAnswer(answer));
  });
  withSession(
    inbox
      .command('unbind')
      .description('End the binding of an inbox; what comes from then on waits.')
      .argument('<name>', 'its name'),
  ).action(async (name: string, options: SessionOptions) => {
    const session = openSession(options);
    const path = `/v1/inboxes/${encodeURIComponent(name)}`;
    const ended = await session.client.send('DELETE', path);
    session.print(ended, () => [`what comes from ${name} waits`]);
  });
}
