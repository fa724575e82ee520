/** A whole gate in this process, founded, with its door called without a socket: for tests that look inside. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openGate, parseConfig } from '../../src/app/index.ts';
import type { Gate } from '../../src/app/index.ts';
import { buildInnerHttp } from '../../src/http/index.ts';
import { FOUNDING_NAMESPACE } from '../../src/requests/index.ts';
import { approve, makePerson } from './people.ts';
import type { TestPerson } from './people.ts';

/** What {@link openFoundedGate} gives. */
export interface OpenGate {
  readonly gate: Gate;
  readonly people: ReadonlyMap<string, TestPerson>;
  /** Calls the inner door as a founder; throws when the answer is an error. */
  call<T>(person: string, method: 'GET' | 'POST', place: string, body?: CallBody): Promise<T>;
  /** The same, and gives whatever the door answers. A token is taken for a founder's where it is none. */
  ask(person: string, method: string, place: string, body?: CallBody): Promise<Response>;
  close(): Promise<void>;
}

/** A body with its content type. */
export interface CallBody {
  readonly type: string;
  readonly text: string;
}

const EVERYTHING = ['administrators', 'security', 'reviewers'];

async function found(gate: Gate, founders: readonly string[]): Promise<TestPerson[]> {
  const people = founders.map((text) => {
    const [id = '', groups] = text.split(':');
    return { ...makePerson(id), groups: groups?.split(',') ?? EVERYTHING };
  });
  for (const { id, groups, publicText } of people) {
    gate.founding.addPerson(id, id, groups);
    gate.founding.addSshKey(id, publicText, '');
  }
  const { document } = await gate.founding.show();
  for (const person of people)
    await gate.founding.sign(person.id, await approve(person, document ?? '', FOUNDING_NAMESPACE));
  await gate.founding.finish();
  return people;
}

/**
 * Opens a gate with wide budgets in a fresh folder and founds it: entries as `ann` or `ann:staff,security`. `before` runs on
 * the gate of the first start.
 */
export async function openFoundedGate(
  founders: readonly string[],
  before: (gate: Gate) => Promise<void> = () => Promise.resolve(),
): Promise<OpenGate> {
  const dir = await mkdtemp(path.join(tmpdir(), 'sallyport-open-'));
  // The outer process may be of another user, who has to pass through.
  await chmod(dir, 0o711);
  const wideBits = { automaticBurstBits: 8_000_000_000, automaticBitsPerDay: 8_000_000_000 };
  const ports = { inner: { port: 0 }, outer: { port: 0 } };
  const fail = (cause: unknown): never => {
    throw cause instanceof Error ? cause : new Error(String(cause));
  };
  const gate = await openGate({
    dataDir: path.join(dir, 'data'),
    config: parseConfig({ sender: wideBits, inspection: { processes: 1 }, ...ports }, 'test'),
    log: () => undefined,
    onFault: fail,
  });
  const close = async (): Promise<void> => {
    await gate.close();
    await rm(dir, { recursive: true, force: true });
  };
  try {
    const wide = { rate: '1 GB/day', burst: '1 GB' };
    for (const scope of ['enclave', 'automatic'] as const)
      await gate.budgets.declare({ scope, id: 'enclave' }, wide, 'test');
    await before(gate);
    const people = await found(gate, founders);
    const tokens = new Map<string, string>();
    for (const { id, key } of people)
      tokens.set(id, (await gate.people.openSession(id, key.id)).token);
    const app = buildInnerHttp(gate, fail);
    const ask: OpenGate['ask'] = async (person, method, place, body) => {
      const headers = new Headers({ authorization: `Bearer ${tokens.get(person) ?? person}` });
      if (body !== undefined) headers.set('content-type', body.type);
      const request = new Request(`http://gate${place}`, {
        method,
        headers,
        ...(body === undefined ? {} : { body: body.text }),
      });
      return app.fetch(request);
    };
    return {
      gate,
      people: new Map(people.map((person) => [person.id, person])),
      ask,
      call: async <T>(...call: Parameters<typeof ask>): Promise<T> => {
        const answer = await ask(...call);
        const text = await answer.text();
        if (!answer.ok) throw new Error(`${call[1]} ${call[2]}: ${String(answer.status)} ${text}`);
        return JSON.parse(text) as T;
      },
      close,
    };
  } catch (cause) {
    await close();
    throw cause;
  }
}
