/** The rows of the queue. `j` and `k` move, `x` chooses, Enter opens; only rows near the screen are drawn. */
import { useEffect, useMemo, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import type { RequestShown } from '../../api/types.ts';
import { useWindow } from '../../parts/windowed.ts';
import { useShortcuts } from '../../shell/shortcuts.tsx';
import { sayCount } from '../../words/format.ts';
import { QueueRow } from './row.tsx';

const narrow = window.matchMedia('(max-width: 760px)');
const ROW_PX = { broad: 66, narrow: 118 } as const;

function useNarrow(): boolean {
  const [is, setIs] = useState(narrow.matches);
  useEffect(() => {
    const listen = () => setIs(narrow.matches);
    narrow.addEventListener('change', listen);
    return () => narrow.removeEventListener('change', listen);
  }, []);
  return is;
}

interface QueueProps {
  readonly requests: readonly RequestShown[];
  readonly chosen: ReadonlySet<string>;
  readonly onChoose: (chosen: ReadonlySet<string>) => void;
  readonly onJob: (job: string) => void;
  /** The reader is near the last row that is there. */
  readonly onEnd: () => void;
  readonly loadingMore: boolean;
}

/** Brings a row onto the screen, then gives it the focus once it is drawn. */
function useCursor(list: React.RefObject<HTMLUListElement | null>, rowPx: number) {
  const [cursor, setCursor] = useState(-1);
  const wanted = useRef(-1);
  const focus = () => {
    const at = wanted.current;
    const link = list.current?.querySelector<HTMLElement>(`[data-at="${String(at)}"] a`);
    if (at < 0 || link == null) return;
    wanted.current = -1;
    link.focus({ preventScroll: true });
  };
  useEffect(focus);
  const move = (to: number) => {
    setCursor(to);
    wanted.current = to;
    const top = (list.current?.getBoundingClientRect().top ?? 0) + to * rowPx;
    const over = top + rowPx - (window.innerHeight - 40);
    if (over > 0) window.scrollBy(0, over);
    else if (top < 90) window.scrollBy(0, top - 90);
    requestAnimationFrame(focus);
  };
  return { cursor, setCursor, move };
}

/** The queue. */
export function Queue(props: QueueProps): ReactNode {
  const { requests, chosen, onChoose, onJob, onEnd, loadingMore } = props;
  const list = useRef<HTMLUListElement>(null);
  const rowPx = useNarrow() ? ROW_PX.narrow : ROW_PX.broad;
  const shown = useWindow(list, requests.length, rowPx);
  const { cursor, setCursor, move } = useCursor(list, rowPx);
  const nearEnd = shown.last > requests.length - 30;
  useEffect(() => {
    if (nearEnd) onEnd();
  }, [nearEnd, onEnd, requests.length]);
  const toggle = (id: string) => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    onChoose(next);
  };
  // The table of keys is made once; what the keys do follows the newest drawing through this box.
  const keys = useRef<{ step: (by: number) => void; choose: () => void }>({
    step: () => undefined,
    choose: () => undefined,
  });
  useEffect(() => {
    keys.current = {
      step: (by) => {
        const to = Math.max(0, Math.min(requests.length - 1, cursor + by));
        if (requests.length > 0) move(to);
      },
      choose: () => {
        const id = requests[cursor]?.id;
        if (id !== undefined) toggle(id);
      },
    };
  });
  useShortcuts(
    useMemo(
      () => [
        { keys: 'j', does: 'Next request', act: () => keys.current.step(1) },
        { keys: 'k', does: 'Previous request', act: () => keys.current.step(-1) },
        { keys: 'x', does: 'Choose the request', act: () => keys.current.choose() },
        { keys: '/', does: 'Search', act: () => document.getElementById('queue-search')?.focus() },
      ],
      [],
    ),
  );
  const rows = requests.slice(shown.first, shown.last);
  return (
    <div className="card queue">
      <div className="queue-head" aria-hidden="true">
        <span />
        <span>Request</span>
        <span>Risk</span>
        <span className="number">Charge</span>
        <span>Approvals</span>
        <span>State</span>
        <span className="number">Waits</span>
      </div>
      <ul ref={list} aria-label="Requests">
        <li aria-hidden="true" style={{ height: shown.beforePx }} />
        {rows.map((request, i) => (
          <QueueRow
            key={request.id}
            request={request}
            at={shown.first + i}
            heightPx={rowPx}
            chosen={chosen.has(request.id)}
            onToggle={() => toggle(request.id)}
            onFocus={() => setCursor(shown.first + i)}
            onJob={onJob}
          />
        ))}
        <li aria-hidden="true" style={{ height: shown.afterPx }} />
      </ul>
      <p className="foot faint small" role="status">
        {loadingMore ? 'More are on their way' : `${sayCount(requests.length)} shown`}
      </p>
    </div>
  );
}
