/** What scenarios on an open gate do again and again: ask, sign, change the roster, make a program's token. */
import assert from 'node:assert/strict';
import { approve } from './people.ts';
import type { CallBody, OpenGate } from './open-gate.ts';

/** A request as the door shows it. */
export interface Shown {
  readonly id: string;
  readonly state: string;
  readonly tier: string;
  readonly waitsFor: string | null;
  readonly reason: string | null;
  readonly releasedAs: string | null;
  readonly subject: { readonly text: string } | null;
}

/** Steps of a scenario on one gate. */
export interface Asking {
  see(who: string, id: string): Promise<Shown>;
  /** Signs the newest text and hands it in; what the door answers where that is no request. */
  sign(who: string, id: string): Promise<Shown | string>;
  post<T>(who: string, place: string, body: unknown): Promise<T>;
  /** The error sentence of what is refused. */
  refusal(who: string, place: string, body: unknown): Promise<string>;
  /** Asks as the first of `by` and has the others sign. */
  change(by: readonly string[], ...changes: object[]): Promise<void>;
  exportFile(who: string, name: string, text: string): Promise<Shown>;
}

/** A JSON body. */
export function jsonBody(value: unknown): CallBody {
  return { type: 'application/json', text: JSON.stringify(value) };
}

/** Signs what is shown and hands it in. */
export async function approveAs<
  T extends { readonly id: string; readonly subject: { readonly text: string } | null },
>(open: OpenGate, who: string, { id, subject }: T): Promise<T> {
  const person = open.people.get(who);
  assert.ok(person !== undefined && subject !== null, `${who} has nothing to sign`);
  const signature = await approve(person, subject.text);
  return open.call<T>(who, 'POST', `/v1/requests/${id}/approvals`, jsonBody({ signature }));
}

/** The steps on a gate whose project is `main` and whose destination is `results`. */
export function askingOn(open: OpenGate): Asking {
  const see: Asking['see'] = (who, id) => open.call<Shown>(who, 'GET', `/v1/requests/${id}`);
  const post: Asking['post'] = (who, place, body) => open.call(who, 'POST', place, jsonBody(body));
  const sign: Asking['sign'] = async (who, id) => {
    const person = open.people.get(who);
    const { subject } = await see(who, id);
    assert.ok(person !== undefined && subject !== null, `${who} has nothing to sign`);
    const signature = await approve(person, subject.text);
    const place = `/v1/requests/${id}/approvals`;
    const answer = await open.ask(who, 'POST', place, jsonBody({ signature }));
    const text = await answer.text();
    return answer.ok ? (JSON.parse(text) as Shown) : text;
  };
  return {
    see,
    post,
    sign,
    refusal: async (who, place, body) => {
      const answer = await open.ask(who, 'POST', place, jsonBody(body));
      assert.equal(answer.ok, false, `${place} was not refused`);
      return answer.text();
    },
    change: async ([asks = '', ...others], ...changes) => {
      const asked = await post<Shown>(asks, '/v1/changes', { why: 'set up', changes });
      for (const who of others) await sign(who, asked.id);
      const done = await see(asks, asked.id);
      assert.equal(done.state, 'done', `${done.reason ?? ''} ${done.waitsFor ?? ''}`);
    },
    exportFile: (who, name, text) =>
      open.call<Shown>(
        who,
        'POST',
        `/v1/exports?project=main&to=results&why=a+test&name=${name}&wait=60`,
        { type: 'application/octet-stream', text },
      ),
  };
}
