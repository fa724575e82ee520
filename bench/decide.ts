/**
 * What the gate adds after everything else is done: the decision of a quoted file without a person, and the release after
 * the last needed signature. The gate, its sender and its outer door are the real ones; the quote and the slot are not
 * counted.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openGate, parseConfig } from '../src/app/index.ts';
import type { Gate } from '../src/app/index.ts';
import { buildInnerHttp } from '../src/http/index.ts';
import { FOUNDING_NAMESPACE } from '../src/requests/index.ts';
import type { RequestKind } from '../src/requests/index.ts';
import { approve, makePerson } from '../test/support/people.ts';
import type { TestPerson } from '../test/support/people.ts';
import { weightShaped } from '../test/support/tables.ts';
import { quantile } from './table.ts';
import type { BenchTable } from './table.ts';

const WARM = 10;
const AUTOMATIC = 300;
const APPROVED = 60;

interface Shown {
  readonly id: string;
  readonly state: string;
  readonly verdict: string;
  readonly reason: string | null;
  readonly subject: { readonly text: string } | null;
}

/** When each request's quote was ready. */
function watchQuotes(gate: Gate): Map<string, number> {
  const ready = new Map<string, number>();
  const kind = gate.requests.kind({ kind: 'export' }) as { gather: RequestKind['gather'] };
  const { gather } = kind;
  kind.gather = async (request, onProgress) => {
    const facts = await gather(request, onProgress);
    ready.set(request.id, performance.now());
    return facts;
  };
  return ready;
}

/** The sender's work on what people are asked to approve. */
function watchLookAheads(gate: Gate): readonly Promise<void>[] {
  const all: Promise<void>[] = [];
  const host = gate.exports as { lookAhead: Gate['exports']['lookAhead'] };
  const { lookAhead } = host;
  host.lookAhead = (input) => {
    const done = lookAhead(input);
    all.push(done);
    return done;
  };
  return all;
}

async function found(gate: Gate, people: readonly TestPerson[]): Promise<void> {
  for (const { id, publicText } of people) {
    gate.founding.addPerson(id, id, ['administrators', 'security', 'reviewers']);
    gate.founding.addSshKey(id, publicText, '');
  }
  const { document } = await gate.founding.show();
  for (const person of people)
    await gate.founding.sign(person.id, await approve(person, document ?? '', FOUNDING_NAMESPACE));
  await gate.founding.finish();
}

/** Calls the inner door without a socket. */
function openDoor(gate: Gate, tokenOf: (person: string) => string) {
  const app = buildInnerHttp(gate, (cause) => {
    throw cause instanceof Error ? cause : new Error(String(cause));
  });
  return async (person: string, place: string, type: string, body: string): Promise<Shown> => {
    const headers = { authorization: `Bearer ${tokenOf(person)}`, 'content-type': type };
    const answer = await app.fetch(
      new Request(`http://gate${place}`, { method: 'POST', headers, body }),
    );
    if (answer.status >= 300) throw new Error(await answer.text());
    return (await answer.json()) as Shown;
  };
}

function row(what: string, times: readonly number[]): readonly string[] {
  return [
    what,
    String(times.length),
    quantile(times, 0.5).toFixed(1),
    quantile(times, 0.99).toFixed(1),
  ];
}

/** The two decisions. */
export async function benchDecide(): Promise<BenchTable> {
  const dir = await mkdtemp(path.join(tmpdir(), 'sallyport-decide-'));
  const limits = { automaticBurstBits: 8_000_000_000, automaticBitsPerDay: 8_000_000_000 };
  const ports = { inner: { port: 0 }, outer: { port: 0 } };
  const config = parseConfig({ sender: limits, ...ports }, 'bench');
  const gate = await openGate({
    dataDir: path.join(dir, 'data'),
    config,
    log: () => undefined,
    onFault: (cause) => {
      throw cause instanceof Error ? cause : new Error(String(cause));
    },
  });
  try {
    const wide = { rate: '1 GB/day', burst: '1 GB' };
    for (const scope of ['enclave', 'automatic'] as const)
      await gate.budgets.declare({ scope, id: 'enclave' }, wide, 'bench');
    const people = [makePerson('ann'), makePerson('bob')];
    await found(gate, people);
    const tokens = new Map<string, string>();
    for (const { id, key } of people)
      tokens.set(id, (await gate.people.openSession(id, key.id)).token);
    const ready = watchQuotes(gate);
    const call = openDoor(gate, (person) => tokens.get(person) ?? '');
    const ask = (name: string, text: string): Promise<Shown> =>
      call('ann', `/v1/exports?project=main&to=results&why=bench&name=${name}`, 'text/csv', text);
    const automatic: number[] = [];
    for (let i = 0; i < WARM + AUTOMATIC; i++) {
      const shown = await ask(
        `a${String(i)}.csv`,
        `step,loss\n${String(i)},${String(1 / (i + 2))}\n`,
      );
      if (shown.verdict !== 'allow') throw new Error(shown.reason ?? shown.state);
      if (i >= WARM) automatic.push(performance.now() - (ready.get(shown.id) ?? 0));
    }
    const approved: number[] = [];
    const lookedAhead = watchLookAheads(gate);
    const waiting: Shown[] = [];
    for (let i = 0; i < APPROVED; i++)
      waiting.push(await ask(`w${String(i)}.csv`, weightShaped(i + 1)));
    // Nobody signs within a second of being asked.
    await Promise.all(lookedAhead);
    for (const held of waiting) {
      if (held.subject === null) throw new Error(held.reason ?? held.state);
      const signature = await approve(people[1]!, held.subject.text);
      const began = performance.now();
      const place = `/v1/requests/${held.id}/approvals`;
      const done = await call('bob', place, 'application/json', JSON.stringify({ signature }));
      if (done.state !== 'queued') throw new Error(done.reason ?? done.state);
      approved.push(performance.now() - began);
    }
    return {
      title: 'Decisions',
      note: 'Automatic: from the ready quote to the answer with its receipt durable: verdict, the sender’s meter, debit, entry, signed checkpoint. Approved: from the last signature’s arrival to the queued release: signature, vote with its entry, the sender’s own check of roster, signature and decoded files, debit, entry. The bodies that are approved wait until the sender has decoded them, as they do while people read. The wait for the slot is not counted.',
      columns: ['decision', 'count', 'p50 ms', 'p99 ms'],
      rows: [
        row('automatic, already quoted', automatic),
        row('release after the last signature', approved),
      ],
    };
  } finally {
    await gate.close();
    await rm(dir, { recursive: true, force: true });
  }
}
