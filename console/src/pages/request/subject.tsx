/** What is signed: the fingerprint to compare, the exact text, and the way to approve outside of the browser. */
import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import type { Subject } from '../../api/types.ts';
import { Dialog } from '../../parts/layout.tsx';
import { Action } from '../../parts/action.tsx';
import { Copyable } from '../../parts/text.tsx';
import { checkSigning } from '../../verify/approval.ts';
import type { SubjectCheck } from '../../verify/approval.ts';
import { showTextSafely } from '../../words/format.ts';
import { Said } from './asked.tsx';
import { APPROVAL_NAMESPACE } from './sign.ts';

function useSubjectCheck(subject: Subject): SubjectCheck | null {
  const [check, setCheck] = useState<SubjectCheck | null>(null);
  useEffect(() => {
    let live = true;
    checkSigning(subject, APPROVAL_NAMESPACE, Date.now()).then(
      (result) => live && setCheck(result),
      () =>
        live &&
        setCheck({
          ok: false,
          sha256: '',
          sentence: 'This browser computes digests only over HTTPS or on localhost.',
        }),
    );
    return () => {
      live = false;
    };
  }, [subject]);
  return check;
}

/** The canonical text with a line for each member, for reading; what is signed is the one line. */
function layOut(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text) as unknown, null, 2);
  } catch {
    return text;
  }
}

function SubjectDialog(props: {
  readonly subject: Subject;
  readonly check: SubjectCheck | null;
  readonly onClose: () => void;
}): ReactNode {
  const { subject, check, onClose } = props;
  return (
    <Dialog broad title="What you sign" onClose={onClose}>
      <p className={`notice ${check === null ? '' : check.ok ? 'good' : 'bad'}`}>
        {check?.sentence ?? 'Computing the digest'}
      </p>
      <div className="digest small">
        <span className="faint">SHA-256</span>
        <code className="break">{subject.sha256}</code>
      </div>
      <Said said={subject.said} />
      <details>
        <summary className="small">The text itself</summary>
        <pre className="subject-text small" tabIndex={0}>
          {showTextSafely(layOut(subject.text))}
        </pre>
        <p className="faint small">
          Shown with line breaks; the text that is signed has none. Namespace{' '}
          <code>{APPROVAL_NAMESPACE}</code>.
        </p>
      </details>
      <div className="actions">
        <Action onAct={onClose}>Close</Action>
      </div>
    </Dialog>
  );
}

/** The part of the decision about what is signed. */
export function SubjectView({
  id,
  subject,
}: {
  readonly id: string;
  readonly subject: Subject;
}): ReactNode {
  const [open, setOpen] = useState(false);
  const check = useSubjectCheck(subject);
  return (
    <div className="subject">
      <div className="row apart">
        <h3>What you sign</h3>
        <Action tiny tone="plain" onAct={() => setOpen(true)}>
          Read it
        </Action>
      </div>
      <p className="fingerprint" aria-label="Fingerprint">
        {subject.fingerprint}
      </p>
      {check?.ok === false ? (
        <p className="notice bad" role="alert">
          {check.sentence}
        </p>
      ) : (
        <p className="faint small">
          The same words must appear on the command line, which computes them by itself:
        </p>
      )}
      <Copyable label="the command" text={`sallyport approve ${id}`} />
      {open ? (
        <SubjectDialog subject={subject} check={check} onClose={() => setOpen(false)} />
      ) : null}
    </div>
  );
}
