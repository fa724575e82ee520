/** How requests look on a terminal. */
import type { RequestDetails, RequestShown } from '../http/index.ts';
import { layOut } from './session.ts';
import { formatBytes, formatCount, pad, showSafely, wrap } from './terminal.ts';
import type { Paint } from './terminal.ts';

const WORDS = {
  allow: ['green', 'released'],
  hold: ['yellow', 'held'],
  deny: ['red', 'denied'],
} as const;
const COLUMNS = 96;
const FILES_SHOWN = 40;

function showFiles(paint: Paint, details: RequestDetails): readonly string[] {
  const lines: string[] = [];
  for (const file of details.fileList.slice(0, FILES_SHOWN)) {
    const charge =
      file.verdict === 'refused'
        ? paint('red', pad('refused', 14, 'right'))
        : pad(`${formatCount(file.chargeBits)} bits`, 14, 'right');
    const type = pad(file.type ?? '-', 8);
    lines.push(
      `  ${charge}  ${pad(formatBytes(file.bytes), 9, 'right')}  ${type}${showSafely(file.path)}`,
    );
    if (file.reason !== null) {
      lines.push(
        ...wrap(showSafely(file.reason), COLUMNS - 6).map((line) => `      ${paint('dim', line)}`),
      );
    }
  }
  const more = details.fileList.length - FILES_SHOWN;
  if (more > 0) lines.push(`  … and ${formatCount(more)} more`);
  return lines;
}

/** Whether somebody can still do something about the reasons. */
function isOpen(details: RequestDetails): boolean {
  return ['quoting', 'held', 'returned', 'denied'].includes(details.state);
}

function showReasons(paint: Paint, details: RequestDetails): readonly string[] {
  return details.reasons.slice(0, 10).flatMap((reason) => {
    const place = reason.place === undefined ? '' : `${showSafely(reason.place)}: `;
    return [
      ...wrap(`${place}${showSafely(reason.sentence)}`, COLUMNS - 4).map((line) => `  ${line}`),
      ...(isOpen(details) ? wrap(`→ ${reason.wayForward}`, COLUMNS - 6) : []).map((line) =>
        paint('dim', `    ${line}`),
      ),
    ];
  });
}

/** The outcome of an export, for the person who asked. */
export function showVerdict(
  paint: Paint,
  details: RequestDetails,
  receipt: string | null,
  skipped: readonly string[] = [],
): readonly string[] {
  const [style, word] = WORDS[details.verdict ?? 'deny'];
  const charge = `${formatCount(details.chargeBits)} bits`;
  const says = {
    allow: `charged ${charge}, out at the next slot`,
    hold: `would charge ${charge}`,
    deny: details.chargeBits === 0 ? 'nothing charged' : `nothing charged; it would be ${charge}`,
  }[details.verdict ?? 'deny'];
  return [
    `${paint('bold', paint(style, word))}  ${details.id}  ${says}`,
    ...showFiles(paint, details),
    ...skipped.map((name) => paint('dim', `  left out (a link or no file): ${showSafely(name)}`)),
    ...showWhy(paint, details),
    ...(details.deadline === null || details.state !== 'held'
      ? []
      : [
          `  waits for ${details.waitsFor ?? ''}`,
          `  until ${details.deadline}`,
          ...sayVouch(details),
        ]),
    ...(receipt === null ? [] : ['', `  receipt ${receipt}`]),
  ];
}

/** Why it is so: every reason, or what let it through in spite of them. */
function showWhy(paint: Paint, details: RequestDetails): readonly string[] {
  const { reasons, reason, verdict } = details;
  if (reasons.length > 0 && verdict !== 'allow') return ['', ...showReasons(paint, details)];
  if (reason === null || (verdict === 'allow' && reasons.length === 0)) return [];
  return ['', `  ${showSafely(reason)}`];
}

/** In the tier `self` nobody else is asked, which a requester who waits would not guess. */
function sayVouch(details: RequestDetails): readonly string[] {
  return details.tier === 'self'
    ? [`  → vouch for it with your own key: sallyport approve ${details.id}`]
    : [];
}

/** What an event is called on the command line. */
const COMMAND_OF: Readonly<Record<string, string>> = {
  refuse: 'deny',
  withdraw: 'request withdraw',
  'give-back': 'request withdraw',
};

/** What may be done now, as the commands that do it. */
function showCan(details: RequestDetails): readonly (readonly string[])[] {
  const allowed = details.can
    .filter((each) => each.allowed)
    .map(({ event }) => COMMAND_OF[event] ?? event);
  return allowed.length === 0 ? [] : [['  you can', allowed.join(', ')]];
}

/** Everything about one request. */
export function showDetailed(paint: Paint, details: RequestDetails): readonly string[] {
  return [
    `${paint('bold', details.id)}  ${details.state}: ${details.stateSentence}`,
    ...layOut([
      ['  asked', `${details.askedAt} by ${details.requester}`],
      ['  what', showSafely(details.title)],
      ...(details.destination === ''
        ? []
        : [['  for', `${details.project} → ${details.destination}`]]),
      ['  why', showSafely(details.why)],
      ...(details.chargeBits === 0
        ? []
        : [['  charge', `${formatCount(details.chargeBits)} bits`]]),
      ...(details.decidedBy === null ? [] : [['  decided by', details.decidedBy]]),
      ...(details.reason === null ? [] : [['  reason', showSafely(details.reason)]]),
      ...(details.waitsFor === null
        ? []
        : [['  waits for', `${details.waitsFor}, until ${details.deadline ?? 'no deadline'}`]]),
      ...(details.tier === null ? [] : [['  tier', details.tier]]),
      ...(details.quorum === null ? [] : [['  needs', details.quorum.rule]]),
      ...(details.escalation === null ? [] : [['  escalated', details.escalation.sentence]]),
      ...(details.subject === null ? [] : [['  fingerprint', details.subject.fingerprint]]),
      ...showCan(details),
    ]),
    ...(details.changes.length === 0
      ? []
      : ['', ...details.changes.map((change) => `  - ${showSafely(change)}`)]),
    ...(details.quorum?.votes ?? []).map(
      (vote) =>
        `  ${vote.vote === 'approve' ? 'approved' : 'refused'} by ${vote.person} at ${vote.at}`,
    ),
    '',
    ...showFiles(paint, details),
    ...(details.reasons.length === 0 ? [] : ['', ...showReasons(paint, details)]),
  ];
}

/** Requests as a list. */
export function showList(requests: readonly RequestShown[]): readonly string[] {
  if (requests.length === 0) return ['no requests'];
  return layOut([
    ['id', 'state', 'asked', 'by', 'to', 'bits', 'what'],
    ...requests.map((request) => [
      request.id,
      request.state,
      request.askedAt.slice(0, 16).replace('T', ' '),
      request.requester,
      request.kind === 'export' ? `${request.project}/${request.destination}` : request.kind,
      formatCount(request.chargeBits),
      showSafely(request.title).slice(0, 60),
    ]),
  ]);
}
