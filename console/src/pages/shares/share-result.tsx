/** The way from a result to sharing it. */
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { RequestDetails } from '../../api/types.ts';
import { Action } from '../../parts/action.tsx';
import { Card } from '../../parts/layout.tsx';
import { ShareDialog } from './share-dialog.tsx';

/** Why it cannot be shared; null when it can be asked for. The gate judges again. */
function refusalOf({ state, fileList }: RequestDetails): string | null {
  if (state === 'denied') return 'the rules do not allow it to leave, and it is not shared either';
  if (state === 'refused') return 'a person refused it, and it is not shared either';
  if (state === 'quoting' || state === 'failed') return 'it has no canonical files';
  return fileList.some((file) => file.emitted !== null) ? null : 'it has no canonical files';
}

/** The card. */
export function ShareResult({ details }: { readonly details: RequestDetails }): ReactNode {
  const [open, setOpen] = useState(false);
  return (
    <Card title="Another project">
      <div className="row apart">
        <p className="small quiet">
          The canonical files can be shown to another project, when the owners of both agree.
        </p>
        <Action refusal={refusalOf(details)} onAct={() => setOpen(true)}>
          Share
        </Action>
      </div>
      {open ? <ShareDialog details={details} onClose={() => setOpen(false)} /> : null}
    </Card>
  );
}
