/** `sallyport source …`: who signs for what enters. */
import type { Command } from 'commander';
import type { SourceShown } from '../http/index.ts';
import type { CardFacts } from '../ingress/index.ts';
import { cliErrors } from './errors.ts';
import { readGivenText } from './given-paths.ts';
import { layOut, openSession, withSession } from './session.ts';
import type { SessionOptions } from './session.ts';
import { showSafely } from './terminal.ts';

interface AddOptions extends SessionOptions {
  readonly project: string;
  readonly sshKey?: string;
  readonly omsKey?: string;
  readonly person?: string;
  readonly card?: string;
  readonly origin?: string;
  readonly licence?: string;
  readonly collection?: string;
  readonly consent: string;
}

/** Adds the commands. */
export function registerSource(program: Command): void {
  const source = program.command('source').description('Who signs for what enters.');
  withSession(
    source
      .command('add')
      .description(
        'Add a source: a signing key or a person who vouches, and the intake form. A card fills in what it says; the options say the rest.',
      )
      .argument('<name>', 'one name is one signer')
      .requiredOption('--project <project>', 'project that it sends to')
      .option('--ssh-key <file>', 'public SSH key that signs SHA256SUMS')
      .option('--oms-key <file>', 'public key (PEM) that signs model-signing bundles')
      .option('--person <id>', 'person of the gate who vouches')
      .option('--card <file>', 'Croissant file or data card')
      .option('--origin <text>', 'where the data come from')
      .option('--licence <text>', 'licence, best as an SPDX identifier')
      .option('--collection <text>', 'how the data were collected')
      .option(
        '--consent <answer>',
        'whether those whom the data are about agreed: yes, no, unknown, not-needed',
        'unknown',
      ),
  ).action(async (name: string, options: AddOptions) => {
    const session = openSession(options);
    const card =
      options.card === undefined
        ? null
        : await session.client.send<CardFacts>('POST', '/v1/sources/cards', {
            text: readGivenText(options.card),
          });
    const { origin, licence, collection, consent, project } = options;
    const said = Object.fromEntries(
      Object.entries({ origin, licence, collection }).filter(([, value]) => value !== undefined),
    );
    const form = { ...card?.form, ...said };
    const identity = readIdentityOption(options);
    needForm(form, options.card);
    const added = await session.client.send<SourceShown>('POST', '/v1/sources', {
      ...{ project, name, ...identity },
      form: { ...form, consent, card: card?.card ?? null },
    });
    session.print(added, () => showSource(added));
  });
  withSession(
    source
      .command('list')
      .description('Sources of your projects.')
      .option('--project <project>', 'only of this project'),
  ).action(async (options: SessionOptions & { project?: string }) => {
    const session = openSession(options);
    const query =
      options.project === undefined ? '' : `?project=${encodeURIComponent(options.project)}`;
    const answer = await session.client.get<{ sources: readonly SourceShown[] }>(
      `/v1/sources${query}`,
    );
    session.print(answer, () =>
      layOut([
        ['ID', 'NAME', 'PROJECT', 'KIND', 'SIGNS WITH', 'STATE'],
        ...answer.sources.map((each) => [
          ...[each.id, each.name, each.project, each.kind, each.fingerprint],
          each.recalledAt === null ? 'good' : 'recalled',
        ]),
      ]),
    );
  });
  withSession(
    source.command('show').description('One source.').argument('<source>', 'its id'),
  ).action(async (id: string, options: SessionOptions) => {
    const session = openSession(options);
    const shown = await session.client.get<SourceShown>(`/v1/sources/${encodeURIComponent(id)}`);
    session.print(shown, () => showSource(shown));
  });
}

/** What neither the card nor an option says has to be said: approvers sign the whole form. */
function needForm(form: Readonly<Record<string, unknown>>, card: string | undefined): void {
  const lacking = ['origin', 'licence', 'collection'].filter((each) => form[each] === undefined);
  if (lacking.length === 0) return;
  const option = lacking.map((each) => `--${each}`).join(' and ');
  const why =
    card === undefined ? 'there is no --card that says it' : `\`${card}\` does not say it`;
  throw cliErrors.error('OPTION_MISSING', { option, why });
}

function readIdentityOption(options: AddOptions): { kind: string; identity: string } {
  const { sshKey, omsKey, person } = options;
  const given = [sshKey, omsKey, person].filter((each) => each !== undefined);
  if (given.length !== 1) {
    const why = 'a source has exactly one of --ssh-key, --oms-key and --person';
    throw cliErrors.error('OPTION_INVALID', { option: 'source add', value: '', why });
  }
  if (sshKey !== undefined) return { kind: 'ssh', identity: readGivenText(sshKey) };
  if (omsKey !== undefined) return { kind: 'oms', identity: readGivenText(omsKey) };
  return { kind: 'person', identity: person ?? '' };
}

function showSource(shown: SourceShown): readonly string[] {
  const { form } = shown;
  return [
    `${shown.name} (${shown.id}), project ${shown.project}${shown.recalledAt === null ? '' : `, recalled at ${shown.recalledAt}`}`,
    `  signs with  ${shown.kind} ${shown.fingerprint}`,
    `  origin      ${showSafely(form.origin)}`,
    `  licence     ${showSafely(form.licence)}`,
    `  collection  ${showSafely(form.collection)}`,
    `  consent     ${form.consent}`,
    ...(form.card === null ? [] : [`  card        ${form.card.kind} sha256 ${form.card.sha256}`]),
  ];
}
