/** `sallyport model …`: the guarded models and how thin a copy of each could be. */
import type { Command } from 'commander';
import { openSession, withSession } from './session.ts';
import type { SessionOptions } from './session.ts';
import { formatBytes, formatCount } from './terminal.ts';

interface FactOptions extends SessionOptions {
  readonly parameters?: string;
  readonly bitsPerParameter?: string;
  readonly hiddenWidth?: string;
  readonly vocabulary?: string;
}

interface ModelShown {
  readonly model: string;
  readonly version: number;
  readonly effectiveBits: number;
  readonly state: string;
  readonly assumption: string;
  readonly hiddenWidth: number;
  readonly vocabulary: number;
  readonly vectorsCounted: number;
}

function readFacts(options: FactOptions): object {
  const { parameters, bitsPerParameter, hiddenWidth, vocabulary } = options;
  return {
    parameters,
    bitsPerParameter,
    ...(hiddenWidth === undefined ? {} : { hiddenWidth: Number(hiddenWidth) }),
    ...(vocabulary === undefined ? {} : { vocabulary: Number(vocabulary) }),
  };
}

function showModel(model: ModelShown): readonly string[] {
  const vectors =
    model.hiddenWidth === 0
      ? 'hidden width unknown: vectors are not counted'
      : `${formatCount(model.vectorsCounted)} distinct vectors of ${formatCount(model.hiddenWidth)} have left, stopped below that width`;
  return [
    `${model.model}  ${model.state}  effective size ${formatCount(model.effectiveBits)} bits (${formatBytes(model.effectiveBits / 8)})`,
    `  assumed    ${model.assumption}`,
    `  vectors    ${vectors}`,
  ];
}

/** Adds the commands. */
export function registerModel(program: Command): void {
  const group = program.command('model').description('Guarded models and their effective sizes.');
  withSession(group.command('list').description('List the guarded models.')).action(
    async (options: SessionOptions) => {
      const session = openSession(options);
      const { models } = await session.client.get<{ models: ModelShown[] }>('/v1/models');
      session.print(models, () =>
        models.length === 0 ? ['no models are declared'] : models.flatMap(showModel),
      );
    },
  );
  const facts = (command: Command): Command =>
    withSession(command)
      .option('--bits-per-parameter <bits>', 'bits of the thinnest useful copy (0.16, bf16 ÷ 100)')
      .option('--hidden-width <width>', 'width of its hidden states; vectors of it are counted')
      .option('--vocabulary <count>', 'size of its vocabulary');
  facts(
    group
      .command('add')
      .description('Declare a model to be guarded; it gets a budget of at most 1 % a year.')
      .argument('<name>')
      .requiredOption('--parameters <count>', 'such as 70e9 or 70b'),
  ).action(async (name: string, options: FactOptions) => {
    const session = openSession(options);
    const body = { id: name, ...readFacts(options) };
    const model = await session.client.send<ModelShown>('POST', '/v1/models', body);
    session.print(model, () => showModel(model));
  });
  facts(
    group
      .command('set')
      .description('Declare a new version of what is known of a model.')
      .argument('<name>')
      .option('--parameters <count>', 'such as 70e9 or 70b'),
  ).action(async (name: string, options: FactOptions) => {
    const session = openSession(options);
    const path = `/v1/models/${encodeURIComponent(name)}`;
    const model = await session.client.send<ModelShown>('PATCH', path, readFacts(options));
    session.print(model, () => showModel(model));
  });
  withSession(
    group
      .command('state')
      .description('Lock, quarantine or activate a model: exports of its projects are held.')
      .argument('<name>')
      .argument('<state>', 'active, locked or quarantined')
      .requiredOption('--why <text>', 'why; goes into the ledger'),
  ).action(async (name: string, state: string, options: SessionOptions & { why: string }) => {
    const session = openSession(options);
    const path = `/v1/models/${encodeURIComponent(name)}/state`;
    const body = { state, reason: options.why };
    const model = await session.client.send<ModelShown>('POST', path, body);
    session.print(model, () => showModel(model));
  });
}
