/** How requests look on a terminal. */
import type { RequestDetails, RequestShown } from '../http/index.ts';
import { showChangeEffects } from './policy-difference.ts';
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

function showReasons(paint: Paint, details: RequestDetails): readonly string[] {
  const told = new Set(
    details.fileList.slice(0, FILES_SHOWN).map((file) => `${file.path}\n${file.reason ?? ''}`),
  );
  return details.reasons.slice(0, 10).flatMap((reason) => {
    const place = reason.place === undefined ? '' : `${showSafely(reason.place)}: `;
    // The file's own line has said it already; what is to be done about it has not been said.
    const said = told.has(`${reason.place ?? ''}\n${reason.sentence}`);
    return [
      ...(said
        ? []
        : wrap(`${place}${showSafely(reason.sentence)}`, COLUMNS - 4).map((line) => `  ${line}`)),
      ...wrap(`→ ${reason.wayForward}`, COLUMNS - 6).map((line) => paint('dim', `    ${line}`)),
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
    ...(details.reasons.length > 0
      ? ['', ...showReasons(paint, details)]
      : details.verdict === 'allow' || details.reason === null
        ? []
        : ['', `  ${showSafely(details.reason)}`]),
    ...(details.deadline === null || details.state !== 'held'
      ? []
      : [`  waits for ${details.waitsFor ?? ''}`, `  until ${details.deadline}`]),
    ...(receipt === null ? [] : ['', `  receipt ${receipt}`]),
  ];
}

/** What may be done now, and why the rest may not. */
function showCan(details: RequestDetails): readonly (readonly string[])[] {
  const allowed = details.can.filter((each) => each.allowed).map((each) => each.event);
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
    ...showChangeEffects(paint, details),
    ...(details.quorum?.votes ?? []).map(
      (vote) =>
        `  ${vote.vote === 'approve' ? 'approved' : 'refused'} by ${vote.person} at ${vote.at}${vote.reason === null ? '' : `: ${vote.reason}`}`,
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
