/** `sallyport policy replay`: the real requests of the last days before proposed rules, on a running gate. */
import { sayCount } from '../core/index.ts';
import type { Command } from 'commander';
import type { Replay } from '../requests/index.ts';
import { cliErrors } from './errors.ts';
import { readGivenText } from './given-paths.ts';
import { openSession, withSession } from './session.ts';
import type { SessionOptions } from './session.ts';
import { formatCount, showSafely } from './terminal.ts';

interface ReplayOptions extends SessionOptions {
  readonly days: string;
  readonly changes?: string;
  readonly policies?: string;
  readonly automatic: boolean;
  readonly automaticBits?: string;
}

const CHANGED_SHOWN = 20;

function readNumber(option: string, value: string): number {
  const number = Number(value);
  if (Number.isSafeInteger(number) && number >= 0) return number;
  throw cliErrors.error('OPTION_INVALID', { option, value, why: 'it is no whole number' });
}

function readChanges(file: string): unknown[] {
  try {
    const value = JSON.parse(readGivenText(file)) as unknown;
    return Array.isArray(value) ? value : [value];
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw cliErrors.error('OPTION_INVALID', {
      option: '--changes',
      value: file,
      why: 'it is no JSON',
    });
  }
}

function sayWaiting(ms: number): string {
  const [value, unit] =
    Math.abs(ms) >= 86_400_000
      ? [ms / 86_400_000, 'days']
      : Math.abs(ms) >= 3_600_000
        ? [ms / 3_600_000, 'hours']
        : [ms / 60_000, 'minutes'];
  return `${value > 0 ? '+' : ''}${value.toFixed(1)} ${unit}`;
}

/** The replay as lines: a table of endings, what it costs, and which requests would end otherwise. */
export function describeReplay(replay: Replay, days: number): readonly string[] {
  const row = (name: 'automatic' | 'window' | 'held' | 'denied'): string => {
    const [now, then] = [replay.now[name], replay.proposed[name]];
    const change =
      then === now ? 'same' : then > now ? `+${formatCount(then - now)}` : String(then - now);
    return `  ${name.padEnd(10)} ${formatCount(now).padStart(9)} ${formatCount(then).padStart(9)}   ${change}`;
  };
  const sign = replay.extraApprovals > 0 ? '+' : '';
  return [
    `${sayCount(replay.requests, 'request')} of the last ${sayCount(days, 'day')}`,
    `  ${''.padEnd(10)} ${'now'.padStart(9)} ${'proposed'.padStart(9)}`,
    row('automatic'),
    row('window'),
    row('held'),
    row('denied'),
    `approvals ${sign}${String(replay.extraApprovals)}, waiting of all requests together ${sayWaiting(replay.waitingMs)}`,
    ...replay.changed
      .slice(0, CHANGED_SHOWN)
      .map(({ id, from, to, why }) => `  ${id}  ${from} → ${to}  ${showSafely(why)}`),
    ...(replay.changed.length > CHANGED_SHOWN
      ? [`  and ${formatCount(replay.changed.length - CHANGED_SHOWN)} more, see --json`]
      : []),
  ];
}

/** Adds the command. */
export function registerReplay(group: Command): void {
  withSession(
    group
      .command('replay')
      .description(
        'Run the real requests of the last days against proposed rules: what would have been automatic, through a window, held or denied, the extra approvals and the waiting',
      )
      .option('--days <days>', 'how many days back', '30')
      .option('--changes <file>', 'steps of a change as JSON, such as `rule.set`; see `change`')
      .option('--policies <file>', 'other Cedar policies')
      .option('--no-automatic', 'nothing leaves without a person')
      .option('--automatic-bits <bits>', 'the largest charge that leaves without a person'),
  ).action(async (options: ReplayOptions) => {
    const session = openSession(options);
    const days = readNumber('--days', options.days);
    const automatic = {
      ...(options.automatic ? {} : { enabled: false }),
      ...(options.automaticBits === undefined
        ? {}
        : { bitsPerRelease: readNumber('--automatic-bits', options.automaticBits) }),
    };
    const replay = await session.client.send<Replay>('POST', '/v1/policy/replay', {
      days,
      ...(options.changes === undefined ? {} : { changes: readChanges(options.changes) }),
      ...(options.policies === undefined ? {} : { policies: readGivenText(options.policies) }),
      ...(Object.keys(automatic).length === 0 ? {} : { automatic }),
    });
    session.print(replay, () => describeReplay(replay, days));
  });
}
