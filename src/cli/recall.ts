/** `sallyport recall …`: taking back a source, a set, a file or a key. */
import { sayCount } from '../core/index.ts';
import type { Command } from 'commander';
import type { NodeShown, RecallShown } from '../http/index.ts';
import { readFingerprint } from '../ingress/index.ts';
import type { Plan, PlanStep, RecalledImport } from '../ingress/index.ts';
import { hashGiven, readGivenText } from './given-paths.ts';
import { layOut, openSession, withSession } from './session.ts';
import type { SessionOptions } from './session.ts';
import { formatCount, showSafely } from './terminal.ts';
import type { Paint } from './terminal.ts';

interface HeldShown extends RecallShown {
  readonly imports: readonly RecalledImport[];
  readonly models: readonly NodeShown[];
  readonly monitors: readonly NodeShown[];
}

interface MadeShown extends HeldShown {
  readonly sets: number;
  readonly stopped: readonly string[];
}

interface PlanShown extends Plan {
  readonly recall: HeldShown;
}

/** Adds the commands. */
export function registerRecall(program: Command): void {
  const recall = program
    .command('recall')
    .description('Take something back: everything that came of it is quarantined at once.');
  withSession(
    recall
      .command('make')
      .description(
        'Recall a source, a set, a file, or a key with everything that it signed. Sets end their admission, what waits is refused, models stop, monitors are taken out with an alarm. It cannot be undone: what was stopped is imported or trained anew.',
      )
      .argument('<kind>', 'source, set, file or key')
      .argument(
        '<id>',
        'name or id of the source, id of the import, SHA-256 of the file or the file, fingerprint of the key or its public half as a file',
      )
      .requiredOption('--project <project>', 'its project')
      .requiredOption('--why <text>', 'why; goes into the ledger'),
  ).action(
    async (
      kind: string,
      id: string,
      options: SessionOptions & { project: string; why: string },
    ) => {
      const session = openSession(options);
      const target = await readTarget(kind, id);
      const made = await session.client.send<MadeShown>('POST', '/v1/recalls', {
        ...{ kind, id: target, project: options.project, reason: options.why },
      });
      session.print(made, () => showMade(session.paint, made));
    },
  );
  withSession(
    recall
      .command('list')
      .description('Recalls in your projects, newest first.')
      .option('--project <project>', 'only of this project'),
  ).action(async (options: SessionOptions & { project?: string }) => {
    const session = openSession(options);
    const query =
      options.project === undefined ? '' : `?project=${encodeURIComponent(options.project)}`;
    const answer = await session.client.get<{ recalls: readonly RecallShown[] }>(
      `/v1/recalls${query}`,
    );
    session.print(answer, () =>
      layOut([
        ['ID', 'AT', 'WHAT', 'BY', 'REACHED', 'WHY'],
        ...answer.recalls.map((each) => [
          ...[each.id, each.at, sayTarget(each), each.by],
          ...[formatCount(each.reached), showSafely(each.reason)],
        ]),
      ]),
    );
  });
  withSession(
    recall
      .command('plan')
      .description('What to train again after a recall, in order.')
      .argument('<recall>', 'its id, or the fingerprint of the key that it took back'),
  ).action(async (id: string, options: SessionOptions) => {
    const session = openSession(options);
    const plan = await session.client.get<PlanShown>(`/v1/recalls/${encodeURIComponent(id)}/plan`);
    session.print(plan, () => [
      ...(plan.steps.length > 0
        ? plan.steps.flatMap(showStep)
        : plan.earlier.length > 0
          ? ['Nothing more was trained on it than what earlier recalls hold already.']
          : ['Nothing was trained on it.']),
      ...plan.earlier.map(
        (each) =>
          `An earlier recall holds some of what came of it: \`sallyport recall plan ${each}\``,
      ),
      ...showImports(plan.recall),
      ...(plan.cut ? [`… and more than these ${formatCount(plan.steps.length)} runs`] : []),
    ]);
  });
}

function sayTarget({ target, name }: RecallShown): string {
  const called = name === null ? '' : ` (${showSafely(name)})`;
  return `${target.kind} ${target.id}${called}`;
}

/** What a kind of target is named by: files and keys may be given as files here. */
async function readTarget(kind: string, given: string): Promise<string> {
  if (kind === 'file' && !/^[0-9a-f]{64}$/.test(given)) return hashGiven(given);
  if (kind === 'key' && !/^sha256:/i.test(given)) return readFingerprint(readGivenText(given));
  return given;
}

/** Every import that a recall is about. */
function showImports({ target, imports }: HeldShown): readonly string[] {
  const what = target.kind === 'key' ? 'signed with the key' : `of the ${target.kind}`;
  return [
    `${sayCount(imports.length, 'import')} ${what}${imports.length === 0 ? '' : ':'}`,
    ...imports.map(({ id, state, why }) => `  ${id}  ${state.padEnd(9)} ${showSafely(why)}`),
  ];
}

function showMade(paint: Paint, made: MadeShown): readonly string[] {
  const names = (list: readonly NodeShown[]): string =>
    list.length === 0 ? 'none' : list.map((each) => showSafely(each.name)).join(', ');
  return [
    `${made.id}: ${sayCount(made.reached, 'thing')} quarantined`,
    `  sets      ${formatCount(made.sets)} no longer admitted`,
    `  models    ${names(made.models)}`,
    `  ${made.monitors.length === 0 ? 'monitors  none' : paint('red', `monitors  ${names(made.monitors)}: nothing watches in their place`)}`,
    ...(made.stopped.length === 0 ? [] : [`  stopped   ${made.stopped.join(', ')}`]),
    `  next      sallyport recall plan ${made.id}`,
    ...showImports(made),
  ];
}

function showStep(step: PlanStep, index: number): readonly string[] {
  const made = step.results.map((each) => `${showSafely(each.name)} (${each.id})`).join(', ');
  const what =
    step.action === 'drop'
      ? 'drop: nothing is left to train on'
      : `retrain${step.setsLeft.length === 0 ? '' : ` on ${step.setsLeft.join(', ')}`}`;
  return [
    `${String(index + 1)}. ${showSafely(step.name)} (${step.run}) made ${made}`,
    ...(step.setsRecalled.length === 0 ? [] : [`   without ${step.setsRecalled.join(', ')}`]),
    `   ${what}`,
    ...(step.base === null
      ? []
      : [`   from ${step.base}${step.baseState === 'good' ? '' : ' as it is made anew'}`]),
  ];
}
