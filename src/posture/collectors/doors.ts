/** The two doors: whether the outside is a process of its own user, fed by the wire alone. */
import { z } from 'zod';
import type { Collector } from './collector.ts';
import { ask, forAll } from './collector.ts';

const health = z.object({
  ok: z.boolean(),
  outer: z.object({ ownUser: z.boolean() }),
  /** Of a gate that says nothing of it, nothing is known. */
  sender: z.object({ ownUser: z.boolean(), apart: z.boolean() }).optional(),
});

/** Separation of the doors. */
export const DOORS_COLLECTOR: Collector = {
  name: 'doors',
  title: 'separation of the two doors',
  measures: ['R-SL4-01', 'SL5-SC-7', 'R-SL3-09'],
  collect: async ({ gate }) => {
    const { outer, sender } = await ask(gate, '/v1/health', health);
    const facts = {
      outerHasItsOwnUser: outer.ownUser,
      ...(sender === undefined ? {} : { senderIsApartFromGate: sender.apart }),
    };
    const shared =
      sender === undefined || sender.apart
        ? ''
        : '; the gate could read and change what the sender keeps, since it runs as root or they share a user';
    const doors = outer.ownUser
      ? "the outer door is a process of its own user, fed by the wire alone; that nothing else connects the set-up is somebody's word"
      : 'the outer door runs as the same user as the inner one, which is no separation';
    return [
      ...forAll(
        ['R-SL4-01', 'SL5-SC-7'],
        outer.ownUser ? 'part' : 'unknown',
        `${doors}${shared}`,
        facts,
      ),
      {
        measure: 'R-SL3-09',
        verdict: 'unknown',
        sentence: 'a gate cannot see routes that go around it',
        facts,
      },
    ];
  },
};
