/** The live price: in bits, what it means, what would happen now, and what would cost less. */
import type { ReactNode } from 'react';
import type { FileShown, QuoteShown, Reason } from '../../api/types.ts';
import { Action } from '../../parts/action.tsx';
import { ProblemLine, Skeleton } from '../../parts/states.tsx';
import { sayBits, sayBytes, sayForm, sayShare, showSafely } from '../../words/format.ts';

interface Offer {
  readonly form: string;
  readonly chargeBits: number;
}

/** Each form with the price of the whole release, if every file that can takes it. */
function collectOffers(files: readonly FileShown[], totalBits: number): readonly Offer[] {
  const savings = new Map<string, number>();
  for (const file of files) {
    for (const { form, chargeBits } of file.cheaper ?? []) {
      savings.set(form, (savings.get(form) ?? 0) + file.chargeBits - chargeBits);
    }
  }
  return [...savings]
    .map(([form, saved]) => ({ form, chargeBits: Math.max(0, totalBits - saved) }))
    .sort((a, b) => a.chargeBits - b.chargeBits);
}

const OUTCOMES = {
  allow: ['good', 'It would leave at once, without a person.'],
  hold: ['wait', 'People would have to approve it.'],
  deny: ['bad', 'It would be denied.'],
} as const;

function Outcome({ quote }: { readonly quote: QuoteShown }): ReactNode {
  const [tone, sentence] = OUTCOMES[quote.verdict];
  const reasons: readonly Reason[] = quote.reasons;
  return (
    <div className={`notice ${tone}`}>
      <p>{sentence}</p>
      {reasons.slice(0, 4).map((reason, i) => (
        <p key={`${reason.code}${String(i)}`} className="way break">
          {reason.place === undefined ? null : <code>{showSafely(reason.place)}: </code>}
          <span className="says">{showSafely(reason.sentence)}</span>
        </p>
      ))}
    </div>
  );
}

function Offers(props: {
  readonly offers: readonly Offer[];
  readonly totalBits: number;
  readonly onForm: (form: string) => void;
}): ReactNode {
  const { offers, totalBits, onForm } = props;
  if (offers.length === 0) return null;
  return (
    <div className="cheaper">
      <h3>Cheaper</h3>
      <ul>
        {offers.slice(0, 5).map(({ form, chargeBits }) => (
          <li key={form}>
            <span>{sayForm(form)}</span>
            <span className="number">{sayBits(chargeBits)}</span>
            <span className="faint small number">
              {sayShare(1 - chargeBits / Math.max(1, totalBits))} less
            </span>
            <Action tiny onAct={() => onForm(form)}>
              Take it
            </Action>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Findings({ files }: { readonly files: readonly FileShown[] }): ReactNode {
  const lines = files.flatMap((file) => [
    ...(file.reason === null
      ? []
      : [{ file, place: '', sentence: file.reason, severity: 'deny' as const }]),
    ...file.findings.filter((each) => each.severity !== 'info').map((each) => ({ file, ...each })),
  ]);
  if (lines.length === 0) return null;
  return (
    <ul className="findings">
      {lines.slice(0, 8).map((line, i) => (
        <li key={i} className={line.severity}>
          <code className="place">
            {showSafely(line.file.path)}
            {line.place === '' ? '' : `, ${showSafely(line.place)}`}
          </code>
          <span className="says break">{showSafely(line.sentence)}</span>
        </li>
      ))}
    </ul>
  );
}

/** The price, or what stands in its place. */
export function QuoteView(props: {
  readonly state: {
    readonly quote: QuoteShown | null;
    readonly error: unknown;
    readonly busy: boolean;
  };
  readonly form: string | null;
  readonly onForm: (form: string | null) => void;
}): ReactNode {
  const { state, form, onForm } = props;
  const { quote, error, busy } = state;
  if (error !== null) return <ProblemLine error={error} />;
  if (quote === null) {
    if (busy) return <Skeleton lines={4} />;
    return (
      <p className="quiet">Add files and the price appears. Nothing is sent before you ask.</p>
    );
  }
  const { chargeBits } = quote.total;
  const offers = form === null ? collectOffers(quote.files, chargeBits) : [];
  return (
    <div className={`stack ${busy ? 'stale' : ''}`} aria-busy={busy} aria-live="polite">
      <div>
        <p className="big-number">{sayBits(chargeBits)}</p>
        <p className="quiet small">
          {sayBytes(Math.ceil(chargeBits / 8))} on the wire. {quote.means.sentence}
        </p>
      </div>
      {form === null ? null : (
        <p className="row small">
          <span className="chip good">{sayForm(form)}</span>
          <Action tiny onAct={() => onForm(null)}>
            Full form again
          </Action>
        </p>
      )}
      <Outcome quote={quote} />
      <Findings files={quote.files} />
      <Offers offers={offers} totalBits={chargeBits} onForm={onForm} />
    </div>
  );
}
