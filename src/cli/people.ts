/** `sallyport project|destination|principal …`: who may ask for what. */
import type { Command } from 'commander';
import type { Destination, Principal, Project } from '../people/index.ts';
import { layOut, openSession, withSession } from './session.ts';
import type { SessionOptions } from './session.ts';
import { showSafely } from './terminal.ts';

function path(...parts: readonly string[]): string {
  return `/v1/${parts.map((part) => encodeURIComponent(part)).join('/')}`;
}

function showProjects(projects: readonly Project[]): readonly string[] {
  if (projects.length === 0) return ['no projects'];
  return projects.flatMap((project) => [
    `${project.id}  ${showSafely(project.title)}`,
    `  members       ${project.members.join(', ') || 'administrators only'}`,
    `  models        ${project.models.join(', ') || 'none named, so it counts as touching all'}`,
    ...project.destinations.map(
      (place) => `  destination   ${place.name} (number ${String(place.number)} on the wire)`,
    ),
  ]);
}

function registerProject(program: Command): void {
  const group = program.command('project').description('Projects: members, models, destinations.');
  withSession(group.command('list').description('List your projects.')).action(
    async (options: SessionOptions) => {
      const session = openSession(options);
      const { projects } = await session.client.get<{ projects: Project[] }>('/v1/projects');
      session.print(projects, () => showProjects(projects));
    },
  );
  withSession(
    group
      .command('add')
      .description('Add a project.')
      .argument('<name>')
      .option('--title <text>', 'what it is about'),
  ).action(async (id: string, options: SessionOptions & { title?: string }) => {
    const session = openSession(options);
    const project = await session.client.send<Project>('POST', path('projects'), {
      id,
      title: options.title,
    });
    session.print(project, () => showProjects([project]));
  });
  for (const [name, kind, says] of [
    ['add-member', 'principal', 'Let a principal send in the name of a project.'],
    [
      'add-model',
      'model',
      'Say that a project may touch a model; until one is named it counts as touching all.',
    ],
  ] as const) {
    withSession(
      group.command(name).description(says).argument('<project>').argument(`<${kind}>`),
    ).action(async (project: string, other: string, options: SessionOptions) => {
      const session = openSession(options);
      const place = path('projects', project, `${kind === 'principal' ? 'member' : kind}s`);
      const changed = await session.client.send<Project>('POST', place, { [kind]: other });
      session.print(changed, () => showProjects([changed]));
    });
  }
}

function registerDestination(program: Command): void {
  const group = program
    .command('destination')
    .description('Destinations of projects; the outer door needs one with the same number.');
  withSession(group.command('list').description('List destinations.')).action(
    async (options: SessionOptions) => {
      const session = openSession(options);
      const { projects } = await session.client.get<{ projects: Project[] }>('/v1/projects');
      const all = projects.flatMap((project) => project.destinations);
      session.print(all, () =>
        layOut([
          ['number', 'project', 'name'],
          ...all.map((place) => [String(place.number), place.project, place.name]),
        ]),
      );
    },
  );
  withSession(
    group
      .command('add')
      .description('Add a destination to a project.')
      .argument('<name>')
      .requiredOption('--project <project>', 'project that it belongs to')
      .option('--number <number>', 'its number on the wire; the next free one by default'),
  ).action(async (name: string, options: SessionOptions & { project: string; number?: string }) => {
    const session = openSession(options);
    const body = {
      name,
      ...(options.number === undefined ? {} : { number: Number(options.number) }),
    };
    const where = path('projects', options.project, 'destinations');
    const place = await session.client.send<Destination>('POST', where, body);
    session.print(place, () => [
      `destination ${place.name} of ${place.project} has number ${String(place.number)}`,
      `on the outer side: sallyport outer destination add ${place.name} --number ${String(place.number)}`,
    ]);
  });
}

function registerPrincipal(program: Command): void {
  const group = program.command('principal').description('People, agents and workloads.');
  withSession(group.command('list').description('List principals.')).action(
    async (options: SessionOptions) => {
      const session = openSession(options);
      const { principals } = await session.client.get<{ principals: Principal[] }>(
        '/v1/principals',
      );
      session.print(principals, () =>
        layOut([
          ['id', 'kind', 'role', 'sponsor', 'name'],
          ...principals.map((each) => [
            each.id,
            each.kind,
            each.role,
            each.sponsor ?? '-',
            showSafely(each.name),
          ]),
        ]),
      );
    },
  );
  withSession(
    group
      .command('add')
      .description('Add a principal; agents and workloads need a sponsor.')
      .argument('<id>')
      .option('--kind <kind>', 'person, agent or workload', 'person')
      .option('--name <text>', 'full name')
      .option('--sponsor <id>', 'the person who answers for it')
      .option('--role <role>', 'member or administrator', 'member'),
  ).action(
    async (
      id: string,
      options: SessionOptions & { kind: string; name?: string; sponsor?: string; role: string },
    ) => {
      const session = openSession(options);
      const { kind, name, sponsor, role } = options;
      const body = { id, kind, name, sponsor, role };
      const added = await session.client.send<Principal>('POST', path('principals'), body);
      session.print(added, () => [
        `${added.kind} ${added.id} added`,
        `next: sallyport token add ${added.id}`,
      ]);
    },
  );
}

/** Adds the commands. */
export function registerPeople(program: Command): void {
  registerProject(program);
  registerDestination(program);
  registerPrincipal(program);
}
