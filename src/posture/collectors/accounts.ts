/** Accounts: need-to-know by project, one principal per person, a sponsor for every agent. */
import { z } from 'zod';
import type { Collector } from './collector.ts';
import { ask, say } from './collector.ts';

const principals = z.object({
  principals: z.array(
    z.object({ id: z.string(), kind: z.string(), sponsor: z.string().nullable() }),
  ),
});
const projects = z.object({
  projects: z.array(
    z.object({
      id: z.string(),
      members: z.array(z.string()),
      models: z.array(z.string()),
      destinations: z.array(z.unknown()),
    }),
  ),
});

const models = z.object({ models: z.array(z.object({ model: z.string() })) });

/** Accounts and compartments. */
export const ACCOUNTS_COLLECTOR: Collector = {
  name: 'accounts',
  title: 'accounts and compartments',
  measures: ['R-SL1-04', 'R-SL1-07', 'R-SL1-08'],
  collect: async ({ gate }) => {
    const people = (await ask(gate, '/v1/principals', principals)).principals;
    const rooms = (await ask(gate, '/v1/projects', projects)).projects;
    const unsponsored = people.filter((each) => each.kind !== 'person' && each.sponsor === null);
    const guarded = (await ask(gate, '/v1/models', models)).models.map((each) => each.model);
    const named = (room: (typeof rooms)[number]): boolean =>
      guarded.some((id) => room.models.includes(id));
    const open = rooms.filter(
      (room) => room.models.length === 0 || (guarded.length > 0 && !named(room)),
    );
    const facts = {
      principals: people.length,
      projects: rooms.length,
      projectsThatTouchEveryModel: open.length,
      agentsWithoutSponsor: unsponsored.length,
    };
    const rest = "other systems are somebody's word";
    return [
      {
        measure: 'R-SL1-04',
        verdict: 'part',
        sentence: `at the gate, what ${say(people.length, 'principal')} may reach is bounded by ${say(rooms.length, 'project')}; ${rest}`,
        facts,
      },
      {
        measure: 'R-SL1-07',
        verdict: open.length < rooms.length ? 'part' : 'unknown',
        sentence:
          open.length === 0
            ? `every project names the models that it may touch; ${rest}`
            : `${String(open.length)} of ${say(rooms.length, 'project')} may touch every model, because nobody named theirs, or named only what is not declared`,
        facts,
      },
      {
        measure: 'R-SL1-08',
        verdict: unsponsored.length === 0 ? 'part' : 'contradicts',
        sentence:
          unsponsored.length === 0
            ? `every token belongs to one principal, and every agent to a person; ${rest}`
            : `${String(unsponsored.length)} agents or workloads answer to no person`,
        facts,
      },
    ];
  },
};
