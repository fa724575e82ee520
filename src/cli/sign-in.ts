/** `sallyport found`, `login`, `logout`, `whoami`: the first people, and who one is. */
import type { Command } from 'commander';
import { utf8 } from '../core/index.ts';
import { parsePublicKey } from '../people/index.ts';
import { cliErrors } from './errors.ts';
import { readGivenText } from './given-paths.ts';
import { layOut, openSession, storeSession, withSession } from './session.ts';
import type { SessionOptions } from './session.ts';
import { signText } from './signer.ts';
import { showSafely } from './terminal.ts';

interface FoundOptions extends SessionOptions {
  readonly person: string[];
  readonly sign: string[];
}

interface LoginOptions extends SessionOptions {
  readonly key?: string;
  readonly print?: boolean;
}

interface FoundingShown {
  /** A gate of an earlier version sends none. */
  readonly warnings?: readonly string[];
  readonly people: readonly { id: string; signed: boolean; keys: readonly { id: string }[] }[];
  readonly document: string | null;
  readonly digest: string | null;
  readonly namespace: string;
}

/** Whoever asks, as the gate answers. */
export interface SelfShown {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  readonly sponsor: string | null;
  readonly founded: boolean;
  readonly roles: {
    readonly groups: readonly string[];
    readonly projects: Readonly<Record<string, readonly string[]>>;
    readonly models: Readonly<Record<string, readonly string[]>>;
  };
  readonly keys: readonly { id: string; label: string; until: string | null }[];
  readonly grants: readonly { target: string; what: string; until: string }[];
}

const DEFAULT_GROUPS = ['administrators', 'security', 'reviewers'];

/** Adds the commands. */
export function registerSignIn(program: Command): void {
  withSession(
    program
      .command('found')
      .summary('found the gate: the first people and their keys')
      .description(
        'Found the gate: register the first people with their SSH keys and sign the first roster with each of them. From then on people and rules change only by signed requests, and the token of the first start ends.',
      )
      .requiredOption(
        '--person <founder...>',
        'ID=KEY.pub or ID=KEY.pub:GROUP,GROUP; the groups are administrators, security and reviewers unless named',
      )
      .requiredOption(
        '--sign <id=key...>',
        'the private key, or the .pub of one in the agent, that signs for a founder',
      ),
  ).action(found);
  withSession(
    program
      .command('login')
      .description('Sign in with your SSH key; the session lasts twelve hours and never approves.')
      .option('--key <file>', 'your SSH key; the agent, SALLYPORT_KEY or ~/.ssh by default')
      .option('--print', 'print the token instead of keeping it'),
  ).action(login);
  withSession(program.command('logout').description('End the session.')).action(
    async (options: SessionOptions) => {
      const session = openSession(options);
      await session.client.send('POST', '/v1/sign-out', {});
      storeSession(session.client.url, null);
      session.print({ signedOut: true }, () => ['signed out']);
    },
  );
  withSession(program.command('whoami').description('Who you are, and your roles.')).action(
    async (options: SessionOptions) => {
      const session = openSession(options);
      const self = await session.client.get<SelfShown>('/v1/whoami');
      session.print(self, () => showSelf(self));
    },
  );
}

/** Who one is, with all roles, keys and what is granted for a while. */
export function showSelf(self: SelfShown): readonly string[] {
  const { groups, projects, models } = self.roles;
  const list = (held: Readonly<Record<string, readonly string[]>>): string =>
    Object.entries(held)
      .filter(([, roles]) => roles.length > 0)
      .map(([where, roles]) => `${where} (${roles.join(', ')})`)
      .join(', ');
  const until = (at: string | null): string => (at === null ? '' : `, until ${at}`);
  const rows = [
    ['sponsor', self.sponsor === null ? '' : `${self.sponsor}, who answers for it`],
    ['roles', groups.join(', ')],
    ['projects', list(projects)],
    ['models', list(models)],
    ...self.keys.map((key) => ['key', `${key.id} (${showSafely(key.label)})${until(key.until)}`]),
    ...self.grants.map((each) => ['granted', `${each.target} ${each.what}${until(each.until)}`]),
    ['gate', self.founded ? '' : 'not founded yet: `sallyport found` begins it'],
  ];
  return [
    `${self.id}, ${self.kind}${self.name === self.id ? '' : `, ${showSafely(self.name)}`}`,
    ...layOut(
      rows.filter(([, says]) => says !== '').map(([name = '', says = '']) => [`  ${name}`, says]),
    ),
  ];
}

function readFounder(text: string): { id: string; line: string; groups: readonly string[] } {
  const [, id = '', file = '', groups] = /^([^=]+)=(.+?)(?::([a-z0-9,._-]+))?$/.exec(text) ?? [];
  if (id === '') {
    const why = 'it is not of the form ID=KEY.pub or ID=KEY.pub:GROUP,GROUP';
    throw cliErrors.error('OPTION_INVALID', { value: text, option: '--person', why });
  }
  const line = readGivenText(file).trim();
  parsePublicKey(line);
  return { id, line, groups: groups === undefined ? DEFAULT_GROUPS : groups.split(',') };
}

async function found(options: FoundOptions): Promise<void> {
  const session = openSession(options);
  const token = options.token ?? process.env['SALLYPORT_TOKEN'] ?? '';
  const founders = options.person.map(readFounder);
  for (const { id, line, groups } of founders) {
    await session.client.send('POST', '/v1/founding/people', { token, id, name: id, groups });
    await session.client.send('POST', '/v1/founding/keys', { token, person: id, sshKey: line });
  }
  const shown = await session.client.get<FoundingShown>('/v1/founding');
  if (shown.document === null)
    throw cliErrors.error('NOTHING_TO_SIGN', { id: 'the founding', state: 'without keys' });
  for (const each of options.sign) {
    const at = each.indexOf('=');
    const [person, key] = [each.slice(0, at), each.slice(at + 1)];
    const input = { message: utf8(shown.document), namespace: shown.namespace };
    const signature = await signText(input, key);
    await session.client.send('POST', '/v1/founding/signatures', { token, person, signature });
  }
  const done = await session.client.send<{ digest: string; receipt: string }>(
    'POST',
    '/v1/founding/finish',
    { token },
  );
  session.print(done, () => [
    `founded by ${founders.map((each) => each.id).join(', ')}: roster version 1`,
    `  digest  ${done.digest}`,
    '  the token of the first start has ended; sign in with `sallyport login`',
    ...(shown.warnings ?? []).map((each) => `  warning: ${each}`),
  ]);
}

async function login(options: LoginOptions): Promise<void> {
  const session = openSession(options);
  const begun = await session.client.send<{ id: string; message: string; namespace: string }>(
    'POST',
    '/v1/sign-in/challenge',
    {},
  );
  const { message, namespace } = begun;
  const signature = await signText({ message: utf8(message), namespace }, options.key);
  const signedIn = await session.client.send<{ person: string; token: string; expiresAt: string }>(
    'POST',
    '/v1/sign-in/ssh',
    { id: begun.id, signature },
  );
  const keep = options.print !== true && !session.json;
  if (keep) storeSession(session.client.url, signedIn.token);
  session.print(signedIn, () =>
    keep ? [`signed in as ${signedIn.person} until ${signedIn.expiresAt}`] : [signedIn.token],
  );
}
