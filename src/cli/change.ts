/** `sallyport change`, `access`, `window`, `lock`, `unlock`, `roster`: what people ask for besides exports. */
import type { Command } from 'commander';
import type { RequestDetails } from '../http/index.ts';
import { readForms, withChangeForms } from './change-forms.ts';
import type { ChangeForms } from './change-forms.ts';
import { cliErrors } from './errors.ts';
import { readGivenText } from './given-paths.ts';
import { showDetailed } from './request-view.ts';
import { registerRoster } from './roster.ts';
import { layOut, openSession, withSession } from './session.ts';
import type { SessionOptions } from './session.ts';

type WhyOptions = SessionOptions & { readonly why: string };

const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Reads `4h`, `30m` or `14d`. */
function readDuration(text: string): number {
  const [, digits, unit = ''] = /^(\d{1,5})([mhd])$/.exec(text) ?? [];
  const factor = UNITS[unit];
  if (digits === undefined || factor === undefined) {
    const why = 'it is not of the form 30m, 4h or 14d';
    throw cliErrors.error('OPTION_INVALID', { value: text, option: '--for', why });
  }
  return Number(digits) * factor;
}

async function ask(path: string, options: SessionOptions, body: object): Promise<void> {
  const session = openSession(options);
  const details = await session.client.send<RequestDetails>('POST', path, body);
  session.print(details, () => showDetailed(session.paint, details));
  process.exitCode = { allow: 0, hold: 4, deny: 3 }[details.verdict ?? 'deny'];
}

/** Adds the commands. */
export function registerChange(program: Command): void {
  registerAsks(program);
  registerLocks(program);
  registerRoster(program);
}

/** One argument of `change`: a step, or a file with several. */
function readSteps(given: string): readonly unknown[] {
  const text = given.startsWith('@') ? readGivenText(given.slice(1)) : given;
  try {
    const value = JSON.parse(text) as unknown;
    return Array.isArray(value) ? (value as unknown[]) : [value];
  } catch {
    const why = 'it is no JSON';
    throw cliErrors.error('OPTION_INVALID', { value: given.slice(0, 80), option: 'change', why });
  }
}

function registerAsks(program: Command): void {
  withSession(
    withChangeForms(
      program
        .command('change')
        .summary(
          'ask for a change of people, keys, rules, budgets, models, destinations or policies',
        )
        .description(
          'Ask for changes of people, keys, roles, groups, rules, policies, budgets, models or destinations, by the options below or as JSON objects such as {"op":"role.give","project":"main","principal":"ann","role":"reviewer"}; see docs/how-to/people.md. Budgets, models and destinations change apart from the others.',
        )
        .argument('[change...]', 'JSON objects, or @FILE with a JSON array of them'),
    ).requiredOption('--why <text>', 'why; everybody who signs reads it'),
  ).action(async (given: string[], options: WhyOptions & ChangeForms) => {
    // Who is added by an option is there before a step gives a role; people read them in this order.
    const changes = [...readForms(options), ...given.flatMap(readSteps)];
    if (changes.length === 0) {
      const why = 'nothing is to be changed without it or one of the options';
      throw cliErrors.error('OPTION_MISSING', { option: 'change', why });
    }
    await ask('/v1/changes', options, { changes, why: options.why });
  });
  withSession(
    program
      .command('access')
      .description(
        'Ask for access to a project, a model or a tool, or for more budget, for a while.',
      )
      .argument('<target>', 'project, model, tool or budget')
      .argument('<what>', 'its name; of a budget such as project:main')
      .requiredOption('--why <text>', 'what for')
      .option('--for <duration>', 'how long: 30m, 4h, 14d', '8h')
      .option('--project <project>', 'of a tool: the project in which you need it')
      .option('--bits <count>', 'of a budget: how many bits more'),
  ).action(
    async (
      target: string,
      what: string,
      options: WhyOptions & { for: string; project?: string; bits?: string },
    ) => {
      await ask('/v1/access', options, {
        target,
        what,
        why: options.why,
        durationMs: readDuration(options.for),
        ...(options.project === undefined ? {} : { project: options.project }),
        ...(options.bits === undefined ? {} : { bits: Number(options.bits) }),
      });
    },
  );
  withSession(
    program
      .command('window')
      .description('Ask for a window: plain exports of one job that are approved beforehand.')
      .requiredOption('--project <project>', 'the project')
      .requiredOption('--to <destination>', 'where they go')
      .requiredOption('--job <name>', 'what the exports are')
      .requiredOption('--types <types>', 'content types, such as table,xml')
      .requiredOption('--bits-each <count>', 'the most that one may charge')
      .requiredOption('--bits-total <count>', 'the most that all may charge')
      .requiredOption('--uses <count>', 'how many')
      .option('--for <duration>', 'how long: 4h, 14d', '7d')
      .requiredOption('--why <text>', 'why'),
  ).action(async (options: WhyOptions & Record<string, string>) => {
    await ask('/v1/windows', options, {
      project: options['project'],
      to: options['to'],
      job: options['job'],
      types: (options['types'] ?? '').split(','),
      bitsEach: Number(options['bitsEach']),
      bitsTotal: Number(options['bitsTotal']),
      uses: Number(options['uses']),
      durationMs: readDuration(options['for'] ?? ''),
      why: options.why,
    });
  });
}

interface LockShown {
  readonly id: string;
  readonly target: { readonly kind: string; readonly id: string };
  readonly by: string;
  readonly reason: string;
  readonly at: string;
  readonly liftedAt: string | null;
}

function registerLocks(program: Command): void {
  const group = program
    .command('lock')
    .description('Stop something at once; lifting it is a request.');
  withSession(
    group
      .command('set')
      .description('Lock a principal, a project, a model or a lane.')
      .argument('<kind>', 'principal, project, model or lane')
      .argument('<id>', 'which one; the lanes are `export`, `import` and `share`')
      .requiredOption('--why <text>', 'why; goes into the ledger'),
  ).action(async (kind: string, id: string, options: WhyOptions) => {
    const session = openSession(options);
    const body = { target: { kind, id }, reason: options.why };
    type Set = LockShown & { readonly wire: { readonly sentence: string } };
    const lock = await session.client.send<Set>('POST', '/v1/locks', body);
    session.print(lock, () => [`locked ${kind} ${id} with ${lock.id}`, lock.wire.sentence]);
  });
  withSession(group.command('list').description('Locks, the newest first.')).action(
    async (options: SessionOptions) => {
      const session = openSession(options);
      const { locks } = await session.client.get<{ locks: LockShown[] }>('/v1/locks');
      session.print(locks, () =>
        locks.length === 0
          ? ['no locks']
          : layOut([
              ['id', 'what', 'by', 'at', 'lifted', 'reason'],
              ...locks.map((lock) => [
                lock.id,
                `${lock.target.kind} ${lock.target.id}`,
                lock.by,
                lock.at.slice(0, 16).replace('T', ' '),
                lock.liftedAt?.slice(0, 16).replace('T', ' ') ?? '–',
                lock.reason.slice(0, 60),
              ]),
            ]),
      );
    },
  );
  withSession(
    program
      .command('unlock')
      .description('Ask for the end of a lock.')
      .argument('<lock>')
      .requiredOption('--why <text>', 'why it is a false alarm, or over'),
  ).action(async (lock: string, options: WhyOptions) => {
    await ask('/v1/unlocks', options, { lock, why: options.why });
  });
}
