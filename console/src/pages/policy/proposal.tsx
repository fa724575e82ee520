/** Other policies: written or read from a file, checked, replayed, and asked for. Nothing changes until people sign. */
import { useState } from 'react';
import type { ReactNode } from 'react';
import { call } from '../../api/client.ts';
import type { PolicyChecked, PolicyShown, Replay } from '../../api/types.ts';
import { Action } from '../../parts/action.tsx';
import { useDeed } from '../../parts/deed.tsx';
import { Hunks } from '../../parts/hunks.tsx';
import { Card, Field } from '../../parts/layout.tsx';
import { ProblemLine } from '../../parts/states.tsx';
import { go, link } from '../../shell/route.ts';
import { sayCount, sayCounted, showSafely } from '../../words/format.ts';

const DAYS = 30;

function Permissions({ checked }: { readonly checked: PolicyChecked }): ReactNode {
  const { permissions } = checked;
  if (permissions.length === 0)
    return (
      <p className="quiet">No role may do more or less than now, as far as the table tells.</p>
    );
  return (
    <ul className="list small">
      {permissions.map(({ action, on, role, place, allowed }) => (
        <li key={`${action} ${on} ${role} ${place}`}>
          <strong>{role}</strong> {allowed ? 'may' : 'may no longer'} <code>{action}</code>{' '}
          <span className="quiet">
            {on}, {place === 'own' ? 'in a project of their own' : 'in projects of others'}
          </span>
        </li>
      ))}
    </ul>
  );
}

function Outcome(props: {
  readonly checked: PolicyChecked;
  readonly replay: Replay | null;
}): ReactNode {
  const { checked, replay } = props;
  return (
    <div className="stack" role="status">
      {checked.refusals.length === 0 ? null : (
        <div className="stack tight">
          <p>These would be refused:</p>
          <ul className="reasons">
            {checked.refusals.map((each) => (
              <li key={each} className="says break">
                {showSafely(each)}
              </li>
            ))}
          </ul>
        </div>
      )}
      {checked.difference === null ? (
        <p className="quiet">It is the text in force.</p>
      ) : (
        <div className="stack tight">
          <p className="quiet">
            Against the text in force: {showSafely(checked.difference.summary)}.
          </p>
          <Hunks hunks={checked.difference.hunks} label="Difference to the policies in force" />
        </div>
      )}
      {checked.refusals.length === 0 ? <Permissions checked={checked} /> : null}
      {replay === null ? null : (
        <p>
          Of {sayCounted(replay.requests, 'request')} of the last {DAYS} days{' '}
          {sayCount(replay.changed.length)} would have ended otherwise:{' '}
          {sayCount(replay.proposed.denied - replay.now.denied)} more denied.
        </p>
      )}
      <div className="digest small">
        <span className="faint">SHA-256</span>
        <code className="break">{checked.sha256}</code>
      </div>
    </div>
  );
}

/** The form. */
export function Proposal({ policy }: { readonly policy: PolicyShown }): ReactNode {
  const [text, setText] = useState(policy.cedar);
  const [why, setWhy] = useState('');
  const [checked, setChecked] = useState<PolicyChecked | null>(null);
  const [replay, setReplay] = useState<Replay | null>(null);
  const deed = useDeed();
  const write = (next: string) => {
    setText(next);
    setChecked(null);
    setReplay(null);
  };
  const post = <T,>(path: string, json: object): Promise<T> =>
    call<T>(path, { method: 'POST', json });
  const check = () =>
    deed.run(async () => {
      const answer = await post<PolicyChecked>('/v1/policy/check', { policies: text });
      setChecked(answer);
      if (answer.refusals.length > 0) return;
      setReplay(await post<Replay>('/v1/policy/replay', { days: DAYS, policies: text }));
    });
  const ask = () =>
    deed.run(async () => {
      const changes = [{ op: 'policy.set', text }];
      const request = await post<{ id: string }>('/v1/changes', { changes, why: why.trim() });
      go(link(['requests', request.id]));
    });
  const refusal =
    checked === null
      ? 'check it first'
      : checked.difference === null
        ? 'it is the text in force'
        : checked.refusals.length > 0
          ? 'it would be refused'
          : why.trim() === ''
            ? 'say why, in a sentence'
            : null;
  return (
    <Card title="Propose other policies" note="nothing changes until people sign">
      <div className="stack">
        <Field label="Policies in Cedar" hint="The people who sign read this text.">
          {(id, hint) => (
            <textarea
              id={id}
              aria-describedby={hint}
              className="input code cedar-input"
              rows={14}
              spellCheck={false}
              value={text}
              onChange={(event) => write(event.target.value)}
            />
          )}
        </Field>
        <div className="row">
          <Field label="Or from a file">
            {(id) => (
              <input
                id={id}
                type="file"
                accept=".cedar,text/plain"
                onChange={(event) => {
                  const file = event.target.files?.[0];
                  if (file !== undefined) deed.run(async () => write(await file.text()));
                }}
              />
            )}
          </Field>
          <Action onAct={() => write(policy.shipped.cedar)}>Take the shipped ones</Action>
          <Action onAct={() => write(policy.cedar)}>Take those in force</Action>
        </div>
        <div className="row">
          <Action tone="primary" busy={deed.busy} onAct={check}>
            Check and replay
          </Action>
        </div>
        {checked === null ? null : <Outcome checked={checked} replay={replay} />}
        <Field label="Why" hint="The people who sign it read this first.">
          {(id, hint) => (
            <input
              id={id}
              aria-describedby={hint}
              className="input"
              value={why}
              onChange={(event) => setWhy(event.target.value)}
            />
          )}
        </Field>
        <div className="row">
          <Action busy={deed.busy} refusal={refusal} onAct={ask}>
            Ask for these policies
          </Action>
        </div>
        <ProblemLine error={deed.error} />
      </div>
    </Card>
  );
}
