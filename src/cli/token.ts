/** `sallyport token …`: tokens of agents and workloads, which their sponsor answers for. */
import type { Command } from 'commander';
import { layOut, openSession, withSession } from './session.ts';
import type { SessionOptions } from './session.ts';

interface TokenRow {
  readonly id: string;
  readonly principal: string;
  readonly sponsor: string | null;
  readonly state: string;
  readonly addedAt: string;
}

interface TokenMade {
  readonly id: string;
  readonly token: string;
  readonly state: string;
  readonly sponsor: string | null;
}

const PLACE = '/v1/tokens';
const placeOf = (id: string): string => `${PLACE}/${encodeURIComponent(id)}`;

function registerAdd(group: Command): void {
  withSession(
    group
      .command('add')
      .description(
        'Make a token of an agent or workload; it is shown once. One that an administrator makes waits for the sponsor.',
      )
      .argument('<principal>'),
  ).action(async (principal: string, options: SessionOptions) => {
    const session = openSession(options);
    const made = await session.client.send<TokenMade>('POST', PLACE, { principal });
    session.print(made, () => [
      `token ${made.id} of ${principal}, shown once:`,
      made.token,
      ...(made.state === 'in force'
        ? []
        : [
            `it does nothing until ${made.sponsor ?? 'the sponsor'}, who answers for ${principal}, runs: sallyport token confirm ${made.id}`,
          ]),
    ]);
  });
}

/** Adds the commands. */
export function registerToken(program: Command): void {
  const group = program.command('token').description('Tokens of agents and workloads.');
  withSession(
    group
      .command('list')
      .description('List tokens of those you sponsor, without secrets; all for administrators.'),
  ).action(async (options: SessionOptions) => {
    const session = openSession(options);
    const { tokens } = await session.client.get<{ tokens: TokenRow[] }>(PLACE);
    session.print(tokens, () =>
      layOut([
        ['id', 'principal', 'sponsor', 'added', 'state'],
        ...tokens.map((each) => [
          ...[each.id, each.principal, each.sponsor ?? '-', each.addedAt, each.state],
        ]),
      ]),
    );
  });
  registerAdd(group);
  withSession(
    group
      .command('confirm')
      .description('Agree, as sponsor, to a token that an administrator made.')
      .argument('<id>'),
  ).action(async (id: string, options: SessionOptions) => {
    const session = openSession(options);
    const answer = await session.client.send('POST', `${placeOf(id)}/confirm`);
    session.print(answer, () => [`token ${id} is in force`]);
  });
  withSession(
    group
      .command('revoke')
      .description(
        'Revoke a token of an agent or workload that you sponsor; any, for administrators.',
      )
      .argument('<id>'),
  ).action(async (id: string, options: SessionOptions) => {
    const session = openSession(options);
    const answer = await session.client.send('DELETE', placeOf(id));
    session.print(answer, () => [`token ${id} is revoked`]);
  });
}
