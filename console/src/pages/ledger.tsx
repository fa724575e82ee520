/** The ledger: every decision, newest first; a proof of each, verified by this browser and not by the gate. */
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { checkpointQuery, entriesQuery, ledgerKeyQuery } from '../api/queries.ts';
import type { LedgerEntry } from '../api/types.ts';
import { Action } from '../parts/action.tsx';
import { Card, Facts, Page } from '../parts/layout.tsx';
import { Empty, Loaded } from '../parts/states.tsx';
import { Copyable, When } from '../parts/text.tsx';
import { go, link } from '../shell/route.ts';
import { toBase64 } from '../verify/bytes.ts';
import { readCheckpoint, readVkey, verifyCheckpoint } from '../verify/note.ts';
import { sayCount, sayCounted, showSafely } from '../words/format.ts';
import { EntryProof } from './ledger/entry-proof.tsx';
import { KeyMemory } from './ledger/key-memory.tsx';

const PAGE = 50;

/** What an entry says beside its kind, in one line. */
function summarise(entry: NonNullable<LedgerEntry['entry']>): string {
  return Object.entries(entry)
    .filter(([name, value]) => !['kind', 'by', 'at'].includes(name) && value !== null)
    .map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' · ');
}

/** An entry that is about something one is not read into: there is a proof of it, and nothing else to see. */
function HiddenRow({ entry }: { readonly entry: LedgerEntry }): ReactNode {
  return (
    <li>
      <span className="entry">
        <span className="index number faint">{sayCount(entry.index)}</span>
        <span className="grow">
          <span className="quiet">not yours to read</span>
          <span className="second">
            commitment <code>{entry.commitment}</code>
          </span>
        </span>
      </span>
    </li>
  );
}

function EntryRow({ entry: shown }: { readonly entry: LedgerEntry }): ReactNode {
  if (shown.entry === null) return <HiddenRow entry={shown} />;
  const entry = { index: shown.index, entry: shown.entry };
  return (
    <li>
      <a className="entry" href={link(['ledger', String(entry.index)])}>
        <span className="index number faint">{sayCount(entry.index)}</span>
        <span className="grow">
          <strong>{showSafely(entry.entry.kind)}</strong>{' '}
          <span className="quiet">{showSafely(entry.entry.by)}</span>
          <span className="second">{showSafely(summarise(entry.entry))}</span>
        </span>
        <span className="faint small number">
          <When at={entry.entry.at} mode="time" />
        </span>
      </a>
    </li>
  );
}

function Entries({
  size,
  from,
}: {
  readonly size: number;
  readonly from: number | null;
}): ReactNode {
  const last = Math.max(0, size - PAGE);
  const start = from === null ? last : Math.max(0, Math.min(from, last));
  const query = useQuery(entriesQuery(start, PAGE));
  const move = (to: number) =>
    go(link(['ledger'], { from: to >= last ? null : String(Math.max(0, to)) }), 'replace');
  if (size === 0) {
    return (
      <Card title="Entries">
        <Empty title="The ledger is empty">
          <p>Each decision is written here before it takes effect.</p>
        </Empty>
      </Card>
    );
  }
  return (
    <Card bare title="Entries" note={sayCounted(size, 'entry', 'entries')}>
      <Loaded query={query} lines={10}>
        {({ entries }) => (
          <ol className="entries" reversed>
            {[...entries].reverse().map((entry) => (
              <EntryRow key={entry.index} entry={entry} />
            ))}
          </ol>
        )}
      </Loaded>
      <div className="foot row apart small">
        <span className="faint">
          {sayCount(start)} to {sayCount(Math.min(size, start + PAGE) - 1)}
        </span>
        <span className="row">
          <Action
            tiny
            refusal={start >= last ? 'these are the newest entries' : null}
            onAct={() => move(start + PAGE)}
          >
            Newer
          </Action>
          <Action
            tiny
            refusal={start === 0 ? 'these are the oldest entries' : null}
            onAct={() => move(start - PAGE)}
          >
            Older
          </Action>
        </span>
      </div>
    </Card>
  );
}

type Signed = 'checking' | 'good' | 'bad' | 'impossible';
const SIGNED = {
  checking: ['', 'checking'],
  good: ['good', 'signature verified here'],
  bad: ['bad', 'the signature does not verify'],
  impossible: ['wait', 'this browser cannot check Ed25519 here'],
} as const;

function Head({ note, vkey }: { readonly note: string; readonly vkey: string }): ReactNode {
  const [signed, setSigned] = useState<Signed>('checking');
  const checkpoint = readCheckpoint(note);
  useEffect(() => {
    let live = true;
    const check = async (): Promise<Signed> => {
      const read = readCheckpoint(note);
      const key = await readVkey(vkey);
      return read !== null && key !== null && (await verifyCheckpoint(read, key)) ? 'good' : 'bad';
    };
    check().then(
      (result) => live && setSigned(result),
      () => live && setSigned('impossible'),
    );
    return () => {
      live = false;
    };
  }, [note, vkey]);
  return (
    <Card
      title="Checkpoint"
      note={<span className={`chip ${SIGNED[signed][0]}`}>{SIGNED[signed][1]}</span>}
    >
      <div className="stack">
        {checkpoint === null ? (
          <p className="notice bad">The gate’s answer is no checkpoint.</p>
        ) : (
          <Facts
            rows={[
              ['Ledger', <code key="o">{showSafely(checkpoint.origin)}</code>],
              ['Entries', sayCount(checkpoint.size)],
              ['Root', <code key="r">{toBase64(checkpoint.root)}</code>],
              ['Signatures', checkpoint.signatures.map((each) => showSafely(each.name)).join(', ')],
            ]}
          />
        )}
        <KeyMemory vkey={vkey} />
        <Copyable label="the verifier key" text={vkey} />
      </div>
    </Card>
  );
}

/** The page. */
export function LedgerPage(props: {
  readonly query: URLSearchParams;
  readonly index: string | undefined;
}): ReactNode {
  const { query, index } = props;
  const key = useQuery(ledgerKeyQuery);
  const note = useQuery(checkpointQuery);
  const from = query.get('from');
  const size = readCheckpoint(note.data ?? '')?.size ?? 0;
  if (index !== undefined) return <EntryProof index={index} />;
  return (
    <Page
      title="Ledger"
      lead="Every decision, in an order that cannot be changed afterwards. Open an entry to verify it in this browser."
    >
      <div className="columns">
        <Loaded query={note} lines={10}>
          {() => <Entries size={size} from={from === null ? null : Number(from)} />}
        </Loaded>
        <Loaded query={key} lines={4}>
          {(data) => (note.data === undefined ? null : <Head note={note.data} vkey={data.key} />)}
        </Loaded>
      </div>
    </Page>
  );
}
