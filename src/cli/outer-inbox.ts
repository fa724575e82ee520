/** `sallyport outer inbox …`: watched folders outside, whose content goes inside. */
import path from 'node:path';
import type { Command } from 'commander';
import { isoTime, sayCount } from '../core/index.ts';
import type { AdminOperation } from '../outer/index.ts';
import { layOut } from './session.ts';
import { showSafely } from './terminal.ts';

/** How an operation is run and its answer shown. */
export interface OuterRunner {
  readonly run: (command: Command, operation: AdminOperation, input: unknown) => Promise<unknown>;
  readonly print: (command: Command, value: unknown, show: () => readonly string[]) => void;
}

interface Listed {
  readonly inboxes: readonly { readonly name: string; readonly dir: string }[];
  readonly deliveries: readonly {
    readonly id: string;
    readonly inbox: string;
    readonly name: string;
    readonly files: number;
    readonly bytes: number;
    readonly takenMs: number;
  }[];
}

function showInboxes({ inboxes, deliveries }: Listed): readonly string[] {
  if (inboxes.length === 0 && deliveries.length === 0) return ['there are no inboxes'];
  return [
    ...inboxes.map(({ name, dir }) => `${name}  ${showSafely(dir)}`),
    ...(deliveries.length === 0 ? [] : ['']),
    ...layOut(
      deliveries.map((each) => [
        ...[isoTime(each.takenMs), each.inbox, showSafely(each.name)],
        ...[sayCount(each.files, 'file'), sayCount(each.bytes, 'byte'), each.id],
      ]),
    ),
  ];
}

/** Adds the commands. */
export function addInboxes(group: Command, { run, print }: OuterRunner): void {
  const inbox = group
    .command('inbox')
    .description(
      'Watched folders outside: a file or folder that is put into one goes inside, and is answered with one constant file.',
    );
  inbox
    .command('add')
    .description('Add an inbox. Somebody inside binds its name to a project.')
    .argument('<name>')
    .option('--dir <dir>', 'its folder; by default one in the data of the outer door')
    .action(async (name: string, own: { dir?: string }, command: Command) => {
      const dir = own.dir === undefined ? {} : { dir: path.resolve(own.dir) };
      const value = (await run(command, 'inbox.add', { name, ...dir })) as { dir: string };
      print(command, value, () => [`inbox ${name}: ${showSafely(value.dir)}`]);
    });
  inbox
    .command('list')
    .description('List inboxes, and the deliveries that are kept to be sent again.')
    .action(async (_: unknown, command: Command) => {
      const value = (await run(command, 'inbox.list', {})) as Listed;
      print(command, value, () => showInboxes(value));
    });
  inbox
    .command('remove')
    .description('End an inbox; its folder stays, and what it took is still sent.')
    .argument('<name>')
    .action(async (name: string, _: unknown, command: Command) => {
      const value = await run(command, 'inbox.remove', { name });
      print(command, value, () => [`inbox ${name} is removed`]);
    });
  inbox
    .command('resend')
    .description('Send a delivery that is kept once more; inside it is still the same delivery.')
    .argument('<delivery>', 'its id')
    .action(async (id: string, _: unknown, command: Command) => {
      const value = await run(command, 'inbox.resend', { id });
      print(command, value, () => ['it is sent again']);
    });
}
