/** Pieces that pages are laid out with. */
import { useEffect, useId, useRef } from 'react';
import type { KeyboardEvent, ReactNode } from 'react';

/** The head of a page. Its title gets the focus when somebody arrives, so that screen readers say where they are. */
export function Page(props: {
  readonly title: string;
  readonly lead?: ReactNode;
  readonly actions?: ReactNode;
  /** Whether the title is a sentence of the gate, which begins small. */
  readonly says?: boolean;
  readonly children: ReactNode;
}): ReactNode {
  const { title, lead, actions, says = false, children } = props;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Sallyport`;
  }, [title]);
  return (
    <div className="page">
      <div className="page-head">
        <div className="grow">
          <h1 ref={heading} tabIndex={-1} id="page-title" className={says ? 'says' : ''}>
            {title}
          </h1>
          {lead === undefined ? null : <div className="lead">{lead}</div>}
        </div>
        {actions === undefined ? null : <div className="row">{actions}</div>}
      </div>
      {children}
    </div>
  );
}

/** A card with a heading. */
export function Card(props: {
  readonly title?: string;
  readonly note?: ReactNode;
  readonly children: ReactNode;
  readonly bare?: boolean;
  readonly id?: string;
  readonly className?: string;
}): ReactNode {
  const { title, note, children, bare = false, id, className = '' } = props;
  const headingId = useId();
  return (
    <section
      className={`card ${className}`}
      id={id}
      aria-labelledby={title === undefined ? undefined : headingId}
    >
      {title === undefined ? null : (
        <header>
          <h2 id={headingId}>{title}</h2>
          {note === undefined ? null : <p>{note}</p>}
        </header>
      )}
      {bare ? children : <div className="body">{children}</div>}
    </section>
  );
}

/** One of several views of the same thing. */
export interface Tab {
  readonly id: string;
  readonly title: string;
  readonly show: () => ReactNode;
}

/** Tabs with the usual keys: arrows move, Home and End jump. */
export function Tabs(props: {
  readonly tabs: readonly Tab[];
  readonly selected: string;
  readonly onSelect: (id: string) => void;
  readonly label: string;
}): ReactNode {
  const { tabs, selected, onSelect, label } = props;
  const base = useId();
  const current = tabs.find((tab) => tab.id === selected) ?? tabs[0];
  const move = (event: KeyboardEvent<HTMLDivElement>) => {
    const at = tabs.findIndex((tab) => tab.id === current?.id);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    const next = to === undefined ? undefined : tabs[(to + tabs.length) % tabs.length];
    if (next === undefined) return;
    event.preventDefault();
    onSelect(next.id);
    document.getElementById(`${base}-${next.id}`)?.focus();
  };
  return (
    <div>
      <div className="tabs" role="tablist" aria-label={label} onKeyDown={move}>
        {tabs.map((tab) => (
          <button
            key={tab.id}
            id={`${base}-${tab.id}`}
            type="button"
            role="tab"
            aria-selected={tab.id === current?.id}
            aria-controls={`${base}-panel`}
            tabIndex={tab.id === current?.id ? 0 : -1}
            onClick={() => onSelect(tab.id)}
          >
            {tab.title}
          </button>
        ))}
      </div>
      <div role="tabpanel" id={`${base}-panel`} aria-labelledby={`${base}-${current?.id ?? ''}`}>
        {current?.show()}
      </div>
    </div>
  );
}

/** What stands under tabs, with the distance that it needs. */
export function UnderTabs({ children }: { readonly children: ReactNode }): ReactNode {
  return <div className="under-tabs">{children}</div>;
}

/** A dialog. The browser keeps the focus inside and closes it with Escape; the focus goes back, whatever closed it. */
export function Dialog(props: {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
  readonly broad?: boolean;
}): ReactNode {
  const { title, onClose, children, broad = false } = props;
  const element = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = element.current;
    const before = document.activeElement;
    if (dialog !== null && !dialog.open) dialog.showModal();
    // Whoever goes back to another page does not take the dialog along.
    const leave = () => dialog?.close();
    window.addEventListener('hashchange', leave);
    return () => {
      window.removeEventListener('hashchange', leave);
      // Taken out of the page while it is open, the browser gives the focus to nobody.
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={element}
      className={broad ? 'broad' : ''}
      aria-labelledby={id}
      onClose={onClose}
      onClick={(event) => {
        if (event.target === element.current) element.current.close();
      }}
    >
      <div className="body">
        <h2 id={id}>{title}</h2>
        {children}
      </div>
    </dialog>
  );
}

/** A labelled field. */
export function Field(props: {
  readonly label: string;
  readonly hint?: ReactNode;
  readonly children: (id: string, hintId: string | undefined) => ReactNode;
}): ReactNode {
  const { label, hint, children } = props;
  const id = useId();
  const hintId = hint === undefined ? undefined : `${id}-hint`;
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children(id, hintId)}
      {hint === undefined ? null : (
        <div className="hint" id={hintId}>
          {hint}
        </div>
      )}
    </div>
  );
}

/** What the gate takes of a reason, in UTF-16 units. */
const SENTENCES_MAX = 4000;

/** A field for a few sentences: why something is asked for, denied, locked or ended. */
export function SentenceField(props: {
  readonly label: string;
  readonly hint?: ReactNode;
  readonly value: string;
  readonly onChange: (text: string) => void;
}): ReactNode {
  const { label, hint, value, onChange } = props;
  return (
    <Field label={label} hint={hint}>
      {(id, hintId) => (
        <textarea
          id={id}
          aria-describedby={hintId}
          className="input"
          value={value}
          maxLength={SENTENCES_MAX}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}

/** Names with values. */
export function Facts({
  rows,
}: {
  readonly rows: readonly (readonly [string, ReactNode] | null)[];
}): ReactNode {
  return (
    <dl className="facts">
      {rows.map((row) =>
        row === null ? null : (
          <div key={row[0]} className="fact">
            <dt>{row[0]}</dt>
            <dd>{row[1]}</dd>
          </div>
        ),
      )}
    </dl>
  );
}
