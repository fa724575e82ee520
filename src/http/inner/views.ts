/** Requests as they are answered. */
import { isoTime } from '../../core/index.ts';
import { readExportFacts, readExportInput } from '../../egress/index.ts';
import type { ExportFile, Reason } from '../../egress/index.ts';
import { possibleEvents, stateRow } from '../../requests/index.ts';
import type { Progress, Request, Verdict } from '../../requests/index.ts';

/** A file of an export as it is answered. */
export interface FileShown extends Omit<ExportFile, 'emitted'> {
  /** The canonical file that crosses or would cross. */
  readonly emitted: {
    name: string;
    type: string;
    form: string | null;
    sha256: string;
    bytes: number;
  } | null;
}

/** A request as it is answered. */
export interface RequestShown {
  readonly id: string;
  /** Null while it is being quoted. */
  readonly verdict: Verdict | null;
  readonly chargeBits: number;
  readonly reason: string | null;
  /** Where its receipt is; null before there is a decision. */
  readonly receipt: string | null;
  readonly kind: string;
  readonly state: string;
  readonly stateSentence: string;
  /** Who has to act, and until when; null when it is over. */
  readonly waitsFor: string | null;
  readonly deadline: string | null;
  readonly can: readonly { readonly event: string; readonly by: string }[];
  readonly requester: string;
  readonly project: string;
  readonly destination: string;
  readonly why: string;
  readonly decidedBy: string | null;
  readonly askedAt: string;
  readonly changedAt: string;
  readonly files: number;
  readonly progress: Progress | null;
}

/** A request with everything that was found out. */
export interface RequestDetails extends RequestShown {
  readonly reasons: readonly Reason[];
  readonly fileList: readonly FileShown[];
}

/** Shows a request in a line. */
export function showRequest(request: Request, progress: Progress | null = null): RequestShown {
  const row = stateRow(request.state);
  return {
    id: request.id,
    verdict: request.verdict ?? (request.state === 'failed' ? 'deny' : null),
    chargeBits: request.chargeBits === null ? 0 : Number(request.chargeBits),
    reason: request.reason,
    receipt: request.entry === null ? null : `/v1/requests/${request.id}/receipt`,
    kind: request.kind,
    state: request.state,
    stateSentence: row.sentence,
    waitsFor: row.waits?.owner ?? null,
    deadline: request.deadlineMs === null ? null : isoTime(request.deadlineMs),
    can: possibleEvents(request.state)
      .filter((each) => each.actor !== 'gate')
      .map((each) => ({ event: each.event, by: each.actor })),
    requester: request.requester,
    project: request.project,
    destination: request.destination,
    why: request.why,
    decidedBy: request.decidedBy,
    askedAt: isoTime(request.askedMs),
    changedAt: isoTime(request.changedMs),
    files: readExportInput(request).files.length,
    progress,
  };
}

/** Shows a request with its files and reasons. */
export function showDetails(request: Request, progress: Progress | null = null): RequestDetails {
  const facts = readExportFacts(request);
  return {
    ...showRequest(request, progress),
    reasons: facts?.reasons ?? [],
    fileList: (facts?.files ?? []).map((file) => ({
      ...file,
      emitted:
        file.emitted === null
          ? null
          : {
              name: file.emitted.name,
              type: file.emitted.type,
              form: file.emitted.form,
              sha256: file.emitted.sha256,
              bytes: file.emitted.bytes,
            },
    })),
  };
}
