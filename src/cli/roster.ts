/** `sallyport roster show`: who there is, in which groups and roles, and whose approvals are asked for. */
import type { Command } from 'commander';
import { layOut, openSession, withSession } from './session.ts';
import type { SessionOptions } from './session.ts';
import { showSafely } from './terminal.ts';

interface RuleShown {
  readonly kind: string;
  readonly tier: string;
  readonly quorum: string;
  readonly deviceBound: boolean;
  readonly outOfBrowser: boolean;
}

/** A roster as the gate answers it. */
export interface RosterShown {
  readonly version: number;
  readonly sha256: string;
  /** A gate of an earlier version sends none. */
  readonly warnings?: readonly string[];
  readonly document: {
    readonly people: readonly { id: string; name: string; keys: readonly unknown[] }[];
    readonly groups: readonly { id: string; members: readonly string[] }[];
    readonly projects: readonly {
      id: string;
      roles: readonly { principal: string; role: string; until: string | null }[];
    }[];
    readonly rules: readonly RuleShown[];
  };
}

/** Adds the command. */
export function registerRoster(program: Command): void {
  const group = program
    .command('roster')
    .description('Who may approve with which key, under which rules.');
  withSession(group.command('show').description('The version in force.')).action(
    async (options: SessionOptions) => {
      const session = openSession(options);
      const shown = await session.client.get<RosterShown>('/v1/roster');
      session.print(shown, () => showRoster(shown));
    },
  );
}

function sayQuorum({ quorum, deviceBound, outOfBrowser }: RuleShown): string {
  return [
    quorum,
    ...(deviceBound ? ['one of them with a key that cannot leave its device'] : []),
    ...(outOfBrowser ? ['one of them outside the browser'] : []),
  ].join(', ');
}

/** The roster as lines: people, groups, roles in each project, rules. */
export function showRoster({ version, sha256, warnings, document }: RosterShown): string[] {
  const { people, groups, projects, rules } = document;
  const roles = projects.flatMap((project) =>
    [...new Set(project.roles.map((each) => each.role))].map((role) => [
      `  ${project.id}`,
      role,
      project.roles
        .filter((each) => each.role === role)
        .map(({ principal, until }) => (until === null ? principal : `${principal} until ${until}`))
        .join(', '),
    ]),
  );
  return [
    `roster version ${String(version)}, ${sha256}`,
    ...(warnings ?? []).map((each) => `warning: ${each}`),
    ...layOut([
      ['  person', 'keys', 'name'],
      ...people.map((each) => [`  ${each.id}`, String(each.keys.length), showSafely(each.name)]),
    ]),
    ...layOut([
      ['  group', 'members'],
      ...groups.map(({ id, members }) => [`  ${id}`, members.join(', ') || '–']),
    ]),
    ...(roles.length === 0 ? [] : layOut([['  project', 'role', 'who'], ...roles])),
    ...layOut([
      ['  kind', 'tier', 'quorum'],
      ...rules.map((each) => [`  ${each.kind}`, each.tier, sayQuorum(each)]),
    ]),
  ];
}
