/** Locks: one person may stop a principal, a project, a model or a lane at once. Unlocking is a request. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { call } from '../api/client.ts';
import { locksQuery, queryClient } from '../api/queries.ts';
import type { LockShown } from '../api/types.ts';
import { Action } from '../parts/action.tsx';
import { DialogEnd, useDeed } from '../parts/deed.tsx';
import { Person } from '../parts/known.tsx';
import { Card, Dialog, Field, Page, SentenceField } from '../parts/layout.tsx';
import { Empty, Loaded } from '../parts/states.tsx';
import { When } from '../parts/text.tsx';
import { say } from '../parts/toast.tsx';
import { go, link } from '../shell/route.ts';
import { refusalFor, useSession } from '../shell/session.tsx';
import { sayCounted, showSafely } from '../words/format.ts';

type TargetKind = LockShown['target']['kind'];
const TARGETS: Readonly<Record<TargetKind, string>> = {
  principal: 'Principal',
  project: 'Project',
  model: 'Model',
  lane: 'Lane',
};

const LANES: Readonly<Record<string, string>> = {
  export: 'export: what leaves',
  import: 'import: what comes in',
  share: 'share: what projects share',
};

interface LockInput {
  readonly kind: TargetKind;
  readonly id: string;
  readonly reason: string;
}

function LockDialog({ onClose }: { readonly onClose: () => void }): ReactNode {
  const [input, setInput] = useState<LockInput>({ kind: 'project', id: '', reason: '' });
  const deed = useDeed();
  const change = (next: Partial<LockInput>) => setInput((old) => ({ ...old, ...next }));
  const lock = async () => {
    const json = {
      target: { kind: input.kind, id: input.id.trim() },
      reason: input.reason.trim(),
    };
    await call('/v1/locks', { method: 'POST', json });
    await queryClient.invalidateQueries({ queryKey: ['locks'] });
    say('it is locked; everybody concerned was told');
    onClose();
  };
  const refusal =
    input.id.trim() === ''
      ? 'say what to lock'
      : input.reason.trim() === ''
        ? 'a reason is needed'
        : null;
  return (
    <Dialog title="Lock now" onClose={onClose}>
      <p className="quiet">
        It takes effect at once and needs nobody else. Requests that wait stay where they are. A
        false alarm is quickly undone.
      </p>
      <div className="pair">
        <Field label="What">
          {(id) => (
            <select
              id={id}
              className="input"
              value={input.kind}
              onChange={(event) => {
                const kind = event.target.value as TargetKind;
                change({ kind, id: kind === 'lane' ? 'export' : '' });
              }}
            >
              {(Object.keys(TARGETS) as TargetKind[]).map((kind) => (
                <option key={kind} value={kind}>
                  {TARGETS[kind]}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label="Which">
          {(id) =>
            input.kind === 'lane' ? (
              <select
                id={id}
                className="input"
                value={input.id}
                onChange={(event) => change({ id: event.target.value })}
              >
                {Object.entries(LANES).map(([lane, what]) => (
                  <option key={lane} value={lane}>
                    {what}
                  </option>
                ))}
              </select>
            ) : (
              <input
                id={id}
                className="input"
                value={input.id}
                placeholder="id"
                onChange={(event) => change({ id: event.target.value })}
              />
            )
          }
        </Field>
      </div>
      <SentenceField
        label="Reason"
        hint="Everybody who is stopped by it reads this."
        value={input.reason}
        onChange={(text) => change({ reason: text })}
      />
      <DialogEnd deed={deed} onClose={onClose} onAct={lock} tone="danger" refusal={refusal}>
        Lock
      </DialogEnd>
    </Dialog>
  );
}

function UnlockDialog({
  lock,
  onClose,
}: {
  readonly lock: LockShown;
  readonly onClose: () => void;
}): ReactNode {
  const [why, setWhy] = useState('');
  const deed = useDeed();
  const ask = async () => {
    const json = { lock: lock.id, why: why.trim() };
    const request = await call<{ id: string }>('/v1/unlocks', { method: 'POST', json });
    go(link(['requests', request.id]));
  };
  return (
    <Dialog title={`Ask to unlock ${showSafely(lock.target.id)}`} onClose={onClose}>
      <p className="quiet">
        A request of its own, in a fast lane: whoever may decide is told at once.
      </p>
      <SentenceField label="Why it can be unlocked" value={why} onChange={setWhy} />
      <DialogEnd
        deed={deed}
        onClose={onClose}
        onAct={ask}
        refusal={why.trim() === '' ? 'a reason is needed' : null}
      >
        Ask
      </DialogEnd>
    </Dialog>
  );
}

function LockItem({
  lock,
  onUnlock,
}: {
  readonly lock: LockShown;
  readonly onUnlock: (() => void) | null;
}): ReactNode {
  return (
    <li className="lock">
      <div className="grow">
        <p>
          <strong className="break">{showSafely(lock.target.id)}</strong>{' '}
          <span className="tag">{TARGETS[lock.target.kind]}</span>
        </p>
        <p className="says break">{showSafely(lock.reason)}</p>
        <p className="faint small">
          <Person id={lock.by} />, <When at={lock.at} />
          {lock.liftedAt === null ? null : (
            <>
              ; lifted <When at={lock.liftedAt} />
            </>
          )}
        </p>
      </div>
      {onUnlock === null ? null : <Action onAct={onUnlock}>Ask to unlock</Action>}
    </li>
  );
}

/** The page. */
export function LocksPage(): ReactNode {
  const session = useSession();
  const [dialog, setDialog] = useState<'lock' | LockShown | null>(null);
  return (
    <Page
      title="Locks"
      lead="When something looks wrong: stop it first, ask afterwards."
      actions={
        <Action tone="danger" refusal={refusalFor(session, 'lock')} onAct={() => setDialog('lock')}>
          Lock now
        </Action>
      }
    >
      <Loaded query={useQuery(locksQuery)}>
        {({ locks }) => {
          const inForce = locks.filter((lock) => lock.liftedAt === null);
          const lifted = locks.filter((lock) => lock.liftedAt !== null);
          return (
            <div className="stack wide">
              <Card title="In force" note={sayCounted(inForce.length, 'lock')}>
                {inForce.length === 0 ? (
                  <Empty title="Nothing is locked">
                    <p>Requests go their usual way.</p>
                  </Empty>
                ) : (
                  <ul className="list">
                    {inForce.map((lock) => (
                      <LockItem key={lock.id} lock={lock} onUnlock={() => setDialog(lock)} />
                    ))}
                  </ul>
                )}
              </Card>
              {lifted.length === 0 ? null : (
                <Card title="Lifted" note={sayCounted(lifted.length, 'lock')}>
                  <ul className="list">
                    {lifted.slice(0, 50).map((lock) => (
                      <LockItem key={lock.id} lock={lock} onUnlock={null} />
                    ))}
                  </ul>
                </Card>
              )}
              <Card title="Break-glass">
                <p className="quiet">
                  When waiting would do more harm than releasing, whoever may do so finds{' '}
                  <strong>Release it now</strong> on the page of the request. It is immediate, loud,
                  has a budget of its own and is reviewed afterwards. It is never there for people,
                  policy or keys.
                </p>
              </Card>
            </div>
          );
        }}
      </Loaded>
      {dialog === 'lock' ? <LockDialog onClose={() => setDialog(null)} /> : null}
      {dialog !== null && dialog !== 'lock' ? (
        <UnlockDialog lock={dialog} onClose={() => setDialog(null)} />
      ) : null}
    </Page>
  );
}
