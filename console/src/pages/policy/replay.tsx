/** Replay: the requests of the last days against a proposed rule, before anybody has to live with it. */
import { useState } from 'react';
import type { ReactNode } from 'react';
import { call } from '../../api/client.ts';
import type { PolicyShown, Replay, RuleShown } from '../../api/types.ts';
import { Action } from '../../parts/action.tsx';
import { useDeed } from '../../parts/deed.tsx';
import { Card, Field } from '../../parts/layout.tsx';
import { ProblemLine, Skeleton } from '../../parts/states.tsx';
import { go, link } from '../../shell/route.ts';
import { sayCount, sayCounted, sayDuration, showSafely } from '../../words/format.ts';
import { sayKind, sayTier } from '../../words/names.ts';

const PERIODS = [7, 30, 90] as const;
const CHANGED_SHOWN = 50;
const ROWS = [
  ['automatic', 'Automatic'],
  ['window', 'Through a window'],
  ['held', 'Held'],
  ['denied', 'Denied'],
] as const;

function Signed({ value }: { readonly value: number }): ReactNode {
  if (value === 0) return <span className="faint">same</span>;
  return <span>{value > 0 ? `+${sayCount(value)}` : `−${sayCount(-value)}`}</span>;
}

function Outcome({ replay }: { readonly replay: Replay }): ReactNode {
  return (
    <div className="stack" role="status">
      <div className="figures">
        <div>
          <p className="big-number">
            {replay.extraApprovals >= 0 ? '+' : '−'}
            {sayCount(Math.abs(replay.extraApprovals))}
          </p>
          <p className="faint small">approvals</p>
        </div>
        <div>
          <p className="big-number">
            {replay.waitingMs >= 0 ? '+' : '−'}
            {sayDuration(replay.waitingMs)}
          </p>
          <p className="faint small">of waiting, all requests together</p>
        </div>
        <div>
          <p className="big-number">{sayCount(replay.changed.length)}</p>
          <p className="faint small">of {sayCounted(replay.requests, 'request')} end otherwise</p>
        </div>
      </div>
      <table className="table plain">
        <thead>
          <tr>
            <th scope="col">Requests</th>
            <th scope="col" className="number">
              Now
            </th>
            <th scope="col" className="number">
              Proposed
            </th>
            <th scope="col" className="number">
              Difference
            </th>
          </tr>
        </thead>
        <tbody>
          {ROWS.map(([id, title]) => (
            <tr key={id}>
              <th scope="row">{title}</th>
              <td className="number">{sayCount(replay.now[id])}</td>
              <td className="number">{sayCount(replay.proposed[id])}</td>
              <td className="number">
                <Signed value={replay.proposed[id] - replay.now[id]} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {replay.changed.length === 0 ? null : (
        <details>
          <summary className="small">Requests that end otherwise</summary>
          <ul className="list small">
            {replay.changed.slice(0, CHANGED_SHOWN).map((each) => (
              <li key={each.id}>
                <a href={link(['requests', each.id])}>{each.id}</a>{' '}
                <span className="nowrap">
                  {each.from} → {each.to}
                </span>{' '}
                <span className="quiet says break">{showSafely(each.why)}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

function name(rule: RuleShown): string {
  return `${sayKind(rule.kind)}, ${sayTier(rule.tier)}`;
}

/** The form and what it came to. */
export function ReplayView({ policy }: { readonly policy: PolicyShown }): ReactNode {
  const [days, setDays] = useState<number>(30);
  const [at, setAt] = useState(() =>
    Math.max(
      0,
      policy.rules.findIndex((each) => each.tier === 'one'),
    ),
  );
  const rule = policy.rules[at];
  const [quorum, setQuorum] = useState(rule?.quorum ?? '');
  const [replay, setReplay] = useState<Replay | null>(null);
  const deed = useDeed();
  const changes = [{ op: 'rule.set', kind: rule?.kind, tier: rule?.tier, quorum: quorum.trim() }];
  const run = () =>
    deed.run(async () => {
      const json = { days, changes };
      setReplay(await call<Replay>('/v1/policy/replay', { method: 'POST', json }));
    });
  const ask = () =>
    deed.run(async () => {
      const why = `replayed against ${String(days)} days: ${String(replay?.extraApprovals ?? 0)} more approvals`;
      const request = await call<{ id: string }>('/v1/changes', {
        method: 'POST',
        json: { changes, why },
      });
      go(link(['requests', request.id]));
    });
  return (
    <div className="columns even">
      <Card title="A proposed rule">
        <div className="stack">
          <Field label="Rule">
            {(id) => (
              <select
                id={id}
                className="input"
                value={at}
                onChange={(event) => {
                  const next = Number(event.target.value);
                  setAt(next);
                  setQuorum(policy.rules[next]?.quorum ?? '');
                }}
              >
                {policy.rules.map((each, i) => (
                  <option key={name(each)} value={i}>
                    {name(each)}
                  </option>
                ))}
              </select>
            )}
          </Field>
          <Field
            label="Needs"
            hint={`Now: ${rule?.quorum ?? 'none'}. For example: 2 of security, 1 of owners(model)`}
          >
            {(id, hint) => (
              <input
                id={id}
                aria-describedby={hint}
                className="input code"
                value={quorum}
                onChange={(event) => setQuorum(event.target.value)}
              />
            )}
          </Field>
          <Field label="Against the requests of">
            {(id) => (
              <select
                id={id}
                className="input"
                value={days}
                onChange={(event) => setDays(Number(event.target.value))}
              >
                {PERIODS.map((period) => (
                  <option key={period} value={period}>
                    the last {period} days
                  </option>
                ))}
              </select>
            )}
          </Field>
          <div className="row">
            <Action tone="primary" busy={deed.busy} onAct={run}>
              Replay
            </Action>
            <Action
              busy={deed.busy}
              refusal={
                replay === null
                  ? 'replay it first'
                  : quorum.trim() === rule?.quorum
                    ? 'nothing is changed'
                    : null
              }
              onAct={ask}
            >
              Ask for this change
            </Action>
          </div>
          <ProblemLine error={deed.error} />
        </div>
      </Card>
      <Card title="What it would have meant">
        {deed.busy ? (
          <Skeleton lines={5} />
        ) : replay === null ? (
          <p className="quiet">
            Replay runs the requests that really happened against the proposed rule and counts what
            would have been automatic, held or denied. Nothing changes by it.
          </p>
        ) : (
          <Outcome replay={replay} />
        )}
      </Card>
    </div>
  );
}
