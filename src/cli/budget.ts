/** `sallyport budget`: what is left, when it refills, who used it, and what published caps say. */
import { sayCount } from '../core/index.ts';
import type { Command } from 'commander';
import type { BudgetShown } from '../budget/index.ts';
import { openSession, withSession } from './session.ts';
import type { SessionOptions } from './session.ts';
import { formatCount, pad } from './terminal.ts';
import type { Paint } from './terminal.ts';

interface SetOptions extends SessionOptions {
  readonly rate?: string;
  readonly burst?: string;
  readonly lifetime?: string;
}

const BAR_COLUMNS = 24;

/** Adds the commands. */
export function registerBudget(program: Command): void {
  const group = withSession(
    program
      .command('budget')
      .summary('what may still leave')
      .description(
        'Show budgets: what is left, when it refills, published caps; shared ones in whole percent.',
      ),
  ).action(async (options: SessionOptions) => {
    const session = openSession(options);
    const { budgets } = await session.client.get<{ budgets: BudgetShown[] }>('/v1/budgets');
    session.print(budgets, () =>
      budgets.flatMap((budget) => showBudgetLines(session.paint, budget)),
    );
  });
  group
    .command('set')
    .description(
      'Declare a budget: enclave, automatic, model:NAME, project:NAME or principal:ID. What is left out stays.',
    )
    .argument('<budget>')
    .option('--rate <rate>', '`40kB/day`, `300000 bits/day`, `1%/year` or `100 years`')
    .option('--burst <amount>', 'most at once: `1MB`, `0.1%`')
    .option('--lifetime <amount>', 'most for ever: `5%`, `10GB`, or `none`')
    .action(async (name: string, _own: SetOptions, command: Command) => {
      const options = command.optsWithGlobals<SetOptions>();
      const session = openSession(options);
      const { rate, burst } = options;
      const lifetime = options.lifetime === 'none' ? null : options.lifetime;
      const path = `/v1/budgets/${encodeURIComponent(name)}`;
      const budget = await session.client.send<BudgetShown>('PUT', path, { rate, burst, lifetime });
      session.print(budget, () => showBudgetLines(session.paint, budget));
    });
  group
    .command('check')
    .description('Whether a charge would pass now; takes nothing.')
    .argument('<bits>')
    .requiredOption('--project <project>', 'project in whose name it would leave')
    .action(async (bits: string, own: { project: string }, command: Command) => {
      const session = openSession(command.optsWithGlobals<SessionOptions>());
      const answer = await session.client.send<{
        passes: boolean;
        reasons: { sentence: string; wayForward: string }[];
      }>('POST', '/v1/budgets/check', { project: own.project, bits: Number(bits) });
      session.print(answer, () =>
        answer.passes
          ? ['passes']
          : answer.reasons.flatMap((reason) => [reason.sentence, `  → ${reason.wayForward}`]),
      );
      if (!answer.passes) process.exitCode = 3;
    });
}

function drawBar(paint: Paint, left: number, of: number): string {
  const part = of === 0 ? 0 : Math.max(0, Math.min(1, left / of));
  const full = Math.round(part * BAR_COLUMNS);
  const style = part > 0.5 ? 'green' : part > 0.15 ? 'yellow' : 'red';
  return `▕${paint(style, '█'.repeat(full))}${paint('dim', '░'.repeat(BAR_COLUMNS - full))}▏`;
}

/** One budget as lines. */
export function showBudgetLines(paint: Paint, budget: BudgetShown): readonly string[] {
  const { applied, declared } = budget;
  const percent =
    budget.burstBits === 0 ? '0' : ((100 * budget.leftBits) / budget.burstBits).toFixed(0);
  const lifetime =
    budget.lifetimeBits === null
      ? []
      : [
          `  lifetime   ${formatCount(budget.spentBits)} of ${formatCount(budget.lifetimeBits)} bits used`,
        ];
  const size =
    applied.percentPerYear === null
      ? ['             no model is declared, so no share and no years']
      : [
          `             ${applied.percentPerYear} of the thinnest copy, ${applied.yearsToExfiltrate ?? ''} to exfiltrate it (${formatCount(budget.effectiveSizeBits ?? 0)} bits)`,
        ];
  return [
    `${paint('bold', pad(budget.budget, 18))} ${drawBar(paint, budget.leftBits, budget.burstBits)} ${formatCount(budget.leftBits)} bits left (${percent} %), full ${budget.fullAt ?? 'never'}`,
    `  at most    ${formatCount(budget.burstBits)} bits at once (${applied.burst}), then ${applied.bytesPerDay}, ${applied.bitsPerYear}`,
    ...size,
    ...lifetime,
    ...(budget.cutBy.length === 0
      ? []
      : [
          paint(
            'yellow',
            `  cut down   declared ${declared.rate} with burst ${declared.burst}; ${budget.cutBy.join(' and ')} is tighter`,
          ),
        ]),
    ...(budget.budget === 'enclave' || budget.budget.startsWith('model:')
      ? budget.caps.map((cap) => {
          const mark = { within: 'green', above: 'red', unknown: 'yellow' } as const;
          const allowed =
            cap.allowedBits === null
              ? 'no model is declared'
              : `${formatCount(cap.mostBits)} of ${formatCount(cap.allowedBits)} bits`;
          return `  ${pad(cap.cap, 10)} ${paint(mark[cap.verdict], pad(cap.verdict, 8))} ${cap.rule}: ${allowed}`;
        })
      : []),
    ...budget.usedBy.map(
      (use) =>
        `  used by    ${pad(use.principal, 16)} ${formatCount(use.bits)} bits in ${sayCount(use.debits, 'release')}, last ${use.lastAt}`,
    ),
    '',
  ];
}
