/** `sallyport request …`: what was asked for, and where it stands. */
import type { Command } from 'commander';
import type { RequestDetails, RequestShown } from '../http/index.ts';
import { needOutput, writeGiven } from './given-paths.ts';
import { showDetailed, showList } from './request-view.ts';
import { openSession, withSession } from './session.ts';
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
    needOutput(options.out);
    const text = await openSession(options).client.text(
      `/v1/requests/${encodeURIComponent(id)}/receipt`,
    );
    if (options.out === undefined) process.stdout.write(text);
    else writeGiven(options.out, text);
  });
  withSession(
    group.command('withdraw').description('Take your own request back.').argument('<id>'),
  ).action(async (id: string, options: SessionOptions) => {
    await decide(id, 'withdraw', options, {});
  });
  withSession(
    group
      .command('remind')
      .description('Tell those who have to act once more, at most once an hour.')
      .argument('<id>'),
  ).action(async (id: string, options: SessionOptions) => {
    await decide(id, 'remind', options, {});
  });
}

async function decide(
  id: string,
  event: 'withdraw' | 'remind',
  options: SessionOptions,
  body: object,
): Promise<void> {
  const session = openSession(options);
  const path = `/v1/requests/${encodeURIComponent(id)}/${event}`;
  const details = await session.client.send<RequestDetails>('POST', path, body);
  session.print(details, () => showDetailed(session.paint, details));
}
