/** `sallyport exfil-test`: plays every known way of hiding bits against the running codecs. */
import type { Command } from 'commander';
import { systemRandom } from '../core/index.ts';
import { CHANNELS, codecWall, playChannel } from '../egress/index.ts';
import type { ChannelResult } from '../egress/index.ts';
import { cliErrors } from './errors.ts';
import { formatCount, openPaint, pad } from './terminal.ts';

interface ExfilTestOptions {
  readonly json?: boolean;
  readonly channel?: readonly string[];
}

/** The exit status when a channel carried more than it was charged. */
const NOT_HELD = 3;

/** Adds the command. */
export function registerExfilTest(program: Command): void {
  program
    .command('exfil-test')
    .summary('try to smuggle bits out, and compare with the charge')
    .description(
      'Play the steganographer suite against the running codecs: bits recovered by an ideal decoder against bits charged, per channel. Needs no server.',
    )
    .option('--json', 'print one JSON object per channel')
    .option('--channel <names...>', 'play only these channels')
    .action(async (options: ExfilTestOptions) => {
      process.exitCode = await exfilTest(options);
    });
}

async function exfilTest(options: ExfilTestOptions): Promise<number> {
  const names = CHANNELS.map((channel) => channel.name);
  for (const value of options.channel ?? []) {
    if (!names.includes(value)) {
      const why = `the channels are ${names.join(', ')}`;
      throw cliErrors.error('OPTION_INVALID', { option: '--channel', value, why });
    }
  }
  const chosen = CHANNELS.filter((channel) => options.channel?.includes(channel.name) ?? true);
  const results: ChannelResult[] = [];
  const show = options.json === true ? showJson : openTable();
  for (const channel of chosen) {
    const result = await playChannel(channel, codecWall(), (count) => systemRandom.bytes(count));
    results.push(result);
    show(result);
  }
  const open = results.filter((result) => !result.held);
  if (options.json !== true) showSummary(results.length, open);
  return open.length === 0 ? 0 : NOT_HELD;
}

function showJson(result: ChannelResult): void {
  const { channel, expected, payloadBits, held, released, refused } = result;
  const line = {
    channel,
    recoveredBits: Math.round(result.recoveredBits * 100) / 100,
    chargedBits: Number(result.chargedBits),
    payloadBits,
    expected,
    released,
    refused,
    held,
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

const NAME_COLUMNS = Math.max(...CHANNELS.map((channel) => channel.name.length)) + 2;

function openTable(): (result: ChannelResult) => void {
  const paint = openPaint(process.stdout, process.env);
  const head = `${pad('channel', NAME_COLUMNS)}${pad('hidden', 8, 'right')}${pad('recovered', 11, 'right')}${pad('charged', 10, 'right')}  what happened`;
  process.stdout.write(`\n  ${paint('dim', head)}\n`);
  return (result) => {
    const recovered = formatCount(Math.round(result.recoveredBits));
    const line = `${pad(result.channel, NAME_COLUMNS)}${pad(formatCount(result.payloadBits), 8, 'right')}${pad(recovered, 11, 'right')}${pad(formatCount(result.chargedBits), 10, 'right')}`;
    const word = result.held ? paint('green', describe(result)) : paint('red', 'NOT HELD');
    process.stdout.write(`  ${line}  ${word}\n`);
  };
}

function describe(result: ChannelResult): string {
  if (result.released === 0) return 'refused';
  return result.expected === 'removed' ? 'removed by canonical form' : 'paid for';
}

function showSummary(count: number, open: readonly ChannelResult[]): void {
  const paint = openPaint(process.stdout, process.env);
  const text =
    open.length === 0
      ? paint(
          'green',
          `all ${count} channels held: recovered ≤ charged, and 0 where canonical form removes them`,
        )
      : paint(
          'red',
          `${open.length} of ${count} channels not held: ${open.map((one) => one.channel).join(', ')}`,
        );
  process.stdout.write(
    `\n  ${text}\n  in bits; "hidden" is the random payload that the attacker put in\n\n`,
  );
}
