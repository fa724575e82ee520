/** Asks for the reason of a recall, and says before what it would reach. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { call } from '../../api/client.ts';
import { affectedQuery } from '../../api/ingress.ts';
import type { NodeShown } from '../../api/ingress.ts';
import { queryClient } from '../../api/queries.ts';
import { DialogEnd, useDeed } from '../../parts/deed.tsx';
import { Dialog, SentenceField } from '../../parts/layout.tsx';
import { Loaded } from '../../parts/states.tsx';
import { say } from '../../parts/toast.tsx';
import { sayCounted, showSafely } from '../../words/format.ts';

/** What a node is recalled as; nothing for what is only made. */
export const RECALLED_AS: Readonly<Partial<Record<NodeShown['kind'], string>>> = {
  source: 'source',
  set: 'set',
};

/** What hangs on a node, in a sentence. */
export function AffectedBy({ node }: { readonly node: string }): ReactNode {
  return (
    <Loaded query={useQuery(affectedQuery(node))} lines={1}>
      {({ counts }) => (
        <p>
          A recall would reach {sayCounted(counts.set, 'set')}, {sayCounted(counts.run, 'run')},{' '}
          {sayCounted(counts.model, 'model')} and {sayCounted(counts.monitor, 'monitor')} that you
          may see.
        </p>
      )}
    </Loaded>
  );
}

/** The dialog. */
export function RecallDialog({
  node,
  onClose,
}: {
  readonly node: NodeShown;
  readonly onClose: () => void;
}): ReactNode {
  const [reason, setReason] = useState('');
  const deed = useDeed();
  const recall = async () => {
    const kind = RECALLED_AS[node.kind];
    const id = node.id.slice(node.id.indexOf(':') + 1);
    const json = { kind, id, project: node.project, reason: reason.trim() };
    const made = await call<{ reached: number }>('/v1/recalls', { method: 'POST', json });
    await queryClient.invalidateQueries();
    say(`${sayCounted(made.reached, 'thing is', 'things are')} quarantined`);
    onClose();
  };
  return (
    <Dialog title={`Recall ${showSafely(node.name)}`} onClose={onClose}>
      <p className="quiet">
        Everything that came of it is quarantined at once: sets are no longer admitted, models stop,
        monitors are taken out. It cannot be undone.
      </p>
      <AffectedBy node={node.id} />
      <SentenceField
        label="Reason"
        hint="Everybody who is stopped by it reads this."
        value={reason}
        onChange={setReason}
      />
      <DialogEnd
        deed={deed}
        onClose={onClose}
        onAct={recall}
        tone="danger"
        refusal={reason.trim() === '' ? 'a reason is needed' : null}
      >
        Recall
      </DialogEnd>
    </Dialog>
  );
}
