/** Routes of what people do with held requests, and of the requests that are no exports. */
import { z } from 'zod';
import type { Gate } from '../../app/index.ts';
import { readAssertion } from '../../app/index.ts';
import { canonicalJson, utf8 } from '../../core/index.ts';
import type { Json } from '../../core/index.ts';
import {
  emittedOf,
  parseForm,
  readExportFacts,
  readExportInput,
  writeExportInput,
} from '../../egress/index.ts';
import { completeSettings, peopleErrors } from '../../people/index.ts';
import type { Principal } from '../../people/index.ts';
import {
  ACCESS_TARGETS,
  APPROVAL_NAMESPACE,
  readAccess,
  checkTimes,
  readChanges,
  readWindow,
  writeShipped,
  writeWindow,
} from '../../requests/index.ts';
import type { Request, Stood } from '../../requests/index.ts';
import { CONTENT_TYPES } from '../../wire/index.ts';
import { POLICY_BODY_BYTES_MAX, askAccess, askShown, needPerson } from './ask.ts';
import { showApprovals } from './approval-view.ts';
import { needChange, needFor, needSettings, needTalk } from './request-needs.ts';
import { route } from './route.ts';
import type { Route } from './route.ts';
import { showSubject } from './subject-view.ts';
import { readVisible, showDetails } from './views.ts';

const text = z.string().max(4000);
const id = z.string().min(1).max(80);
const reasonBody = z.strictObject({ reason: text });
const assertion = z.strictObject({
  id: z.string().max(1_400),
  authenticatorData: z.string().max(4_000),
  clientDataJSON: z.string().max(40_000),
  signature: z.string().max(1_000),
});
const signed = {
  signature: z.string().max(20_000).optional().describe('armoured SSHSIG over the subject'),
  assertion: assertion.optional().describe('a passkey’s assertion over `subject.challenge`'),
};
const approvalBody = z.strictObject(signed);
const emergencyBody = z.strictObject({ ...signed, reason: text });
const duration = z
  .number()
  .int()
  .min(60_000)
  .max(366 * 86_400_000);

/** The armoured signature of a call, whichever way it was made. */
function readSignature(
  gate: Gate,
  input: z.infer<typeof approvalBody>,
  subject: string | null,
): string {
  if (input.signature !== undefined) return input.signature;
  if (input.assertion === undefined || subject === null)
    throw peopleErrors.error('SIGN_IN_REFUSED', { why: 'no signature was sent' });
  return readAssertion(gate.rosters, input.assertion, utf8(subject), APPROVAL_NAMESPACE).signature;
}

const standOf = (gate: Gate, { id: of }: Request): Promise<Stood> =>
  gate.requests.approvals.stand(of);

/** An edited export. The originals are gone since the first verdict, so it is made of the canonical files. */
function editInput(
  request: Request,
  change: { form?: string | undefined; dropFiles?: readonly string[] | undefined },
): string {
  const input = readExportInput(request);
  const facts = readExportFacts(request);
  if (change.form !== undefined) parseForm(change.form);
  const drop = new Set(change.dropFiles ?? []);
  const kept = facts === null ? [] : emittedOf(facts).filter((file) => !drop.has(file.name));
  return writeExportInput({
    ...input,
    files: kept.map(({ name, sha256, bytes }) => ({ name, sha256, bytes })),
    form: change.form ?? null,
  });
}

/** The input of a request for changes that somebody may ask for. */
async function readAllowed(
  gate: Gate,
  principal: Principal,
  given: readonly unknown[],
): Promise<string> {
  const { roster } = gate.rosters.need();
  const steps = writeShipped(given);
  // Before anything is looked up: what a step finds would tell limits to somebody who may not know them.
  await needSettings(gate, principal, steps);
  const changes = readChanges(completeSettings(roster, gate.rosters.settings, steps));
  await needChange(gate, principal, changes);
  checkTimes(changes, gate.clock.nowMs());
  return canonicalJson({ changes: changes as unknown as Json });
}

/** The routes. */
export const APPROVAL_ROUTES: readonly Route[] = [
  route(
    {
      method: 'get',
      path: '/v1/requests/{id}/subject',
      summary:
        'The canonical request: the exact bytes that an approval signs; `?emergency=1` those of break-glass',
      access: 'principal',
      query: z.strictObject({ emergency: z.string().optional() }),
    },
    async ({ gate, principal, param, query }) => {
      const request = await readVisible(gate, principal, param('id'));
      if (query.emergency !== undefined)
        return showSubject(await gate.requests.approvals.emergencySubject(request.id));
      return request.subject === null ? { text: null } : showSubject(request.subject);
    },
  ),
  route(
    {
      method: 'get',
      path: '/v1/requests/{id}/approvals',
      summary: 'Every stored approval with its signature, for `ssh-keygen -Y verify`',
      access: 'principal',
    },
    async ({ gate, principal, param }) => {
      const request = await readVisible(gate, principal, param('id'));
      return showApprovals(gate, principal, request);
    },
  ),
  route(
    {
      method: 'post',
      path: '/v1/requests/{id}/view',
      summary: 'Note that you have looked at it',
      access: 'principal',
    },
    async ({ gate, principal, param }) => {
      const request = await readVisible(gate, principal, param('id'));
      await gate.requests.approvals.view(request.id, principal.id);
      return { viewed: request.id };
    },
  ),
  route(
    {
      method: 'post',
      path: '/v1/requests/{id}/approvals',
      summary: 'Approve: send your signature over the subject',
      access: 'principal',
      body: approvalBody,
    },
    async ({ gate, principal, param, input }) => {
      needPerson(principal);
      const request = await readVisible(gate, principal, param('id'));
      await needFor(gate, principal, await standOf(gate, request), 'approve');
      const signature = readSignature(gate, input, request.subject);
      const done = await gate.requests.approvals.approve(request.id, principal.id, signature);
      return showDetails(gate, principal, done);
    },
  ),
  route(
    {
      method: 'post',
      path: '/v1/requests/{id}/break-glass',
      summary: 'Release a held export in an emergency, signed and reviewed afterwards',
      access: 'principal',
      body: emergencyBody,
    },
    async ({ gate, principal, param, input }) => {
      needPerson(principal);
      const request = await readVisible(gate, principal, param('id'));
      await needFor(gate, principal, await standOf(gate, request), 'break-glass');
      const subject = await gate.requests.approvals.emergencySubject(request.id);
      const { reason, ...rest } = input;
      const signature = readSignature(gate, rest, subject);
      const done = await gate.requests.approvals.breakGlass(
        request.id,
        principal.id,
        reason,
        signature,
      );
      return showDetails(gate, principal, done);
    },
  ),
  ...(
    [
      ['deny', 'Refuse a held request, with a reason', 'deny'],
      ['return', 'Send it back to its requester to be changed', 'return'],
      ['review', 'Close the review of an emergency', 'review'],
    ] as const
  ).map(([name, summary, method]) =>
    route(
      {
        method: 'post',
        path: `/v1/requests/{id}/${name}`,
        summary,
        access: 'principal',
        body: reasonBody,
      },
      async ({ gate, principal, param, input }) => {
        needPerson(principal);
        const request = await readVisible(gate, principal, param('id'));
        const deed = name === 'deny' ? 'refuse' : name;
        await needFor(gate, principal, await standOf(gate, request), deed);
        const done = await gate.requests.approvals[method](request.id, principal.id, input.reason);
        return showDetails(gate, principal, done);
      },
    ),
  ),
  route(
    {
      method: 'post',
      path: '/v1/requests/{id}/withdraw',
      summary: 'Take your own request back, or give back what was granted',
      access: 'principal',
    },
    async ({ gate, principal, param }) => {
      const request = await readVisible(gate, principal, param('id'));
      const done = await gate.requests.withdraw(request.id, principal.id);
      return showDetails(gate, principal, done);
    },
  ),
  route(
    {
      method: 'post',
      path: '/v1/requests/{id}/edit',
      summary: 'Change your own request; approvals of the earlier edition count no longer',
      access: 'principal',
      body: z.strictObject({
        why: text.optional(),
        form: text.optional(),
        dropFiles: z.array(text).max(1_000).optional(),
        changes: z.array(z.unknown()).max(200).optional(),
      }),
      bodyBytesMax: POLICY_BODY_BYTES_MAX,
    },
    async ({ gate, principal, param, input }) => {
      const request = await readVisible(gate, principal, param('id'));
      await needFor(gate, principal, await standOf(gate, request), 'edit');
      const changes =
        input.changes === undefined
          ? {}
          : { input: await readAllowed(gate, principal, input.changes) };
      const files =
        request.kind === 'export' && request.facts !== null
          ? { input: editInput(request, input) }
          : {};
      const edited = await gate.requests.approvals.edit(request.id, principal.id, {
        ...(input.why === undefined ? {} : { why: input.why }),
        ...changes,
        ...files,
      });
      const { request: settled } = await gate.requests.settle(edited.id, 10_000);
      return showDetails(gate, principal, settled);
    },
  ),
  route(
    {
      method: 'post',
      path: '/v1/requests/{id}/comments',
      summary: 'Add a remark to the discussion',
      access: 'principal',
      body: z.strictObject({ text }),
    },
    async ({ gate, principal, param, input }) => {
      const request = await readVisible(gate, principal, param('id'));
      await needTalk(gate, principal, await standOf(gate, request));
      await gate.requests.approvals.comment(request.id, principal.id, input.text);
      return showDetails(gate, principal, await gate.requests.get(request.id));
    },
  ),
  route(
    {
      method: 'post',
      path: '/v1/requests/{id}/remind',
      summary: 'Tell those who have to act once more',
      access: 'principal',
    },
    async ({ gate, principal, param }) => {
      const request = await readVisible(gate, principal, param('id'));
      await needFor(gate, principal, await standOf(gate, request), 'remind');
      await gate.requests.approvals.remind(request.id, principal.id);
      return showDetails(gate, principal, request);
    },
  ),
  route(
    {
      method: 'post',
      path: '/v1/access',
      summary: 'Ask for access to a project, a model or a tool, or for more budget, for a while',
      access: 'principal',
      body: z.strictObject({
        target: z.enum(ACCESS_TARGETS),
        what: id,
        project: z.string().max(80).optional(),
        why: text,
        durationMs: duration,
        bits: z.number().int().min(1).max(Number.MAX_SAFE_INTEGER).optional(),
      }),
    },
    ({ gate, principal, input }) => {
      const { project, why, target, what, durationMs, bits } = input;
      const wanted = readAccess({ target, what, durationMs, bits: bits ?? null });
      return askAccess(gate, principal, { project: project ?? '', why, wanted });
    },
  ),
  route(
    {
      method: 'post',
      path: '/v1/windows',
      summary: 'Ask for a window: exports of one job that are approved beforehand',
      access: 'principal',
      body: z.strictObject({
        project: id,
        to: id,
        why: text,
        job: z.string().min(1).max(200),
        types: z.array(z.enum(CONTENT_TYPES)).min(1).max(20),
        bitsEach: z.number().int().min(1),
        bitsTotal: z.number().int().min(1),
        uses: z.number().int().min(1),
        durationMs: duration,
      }),
    },
    ({ gate, principal, input }) => {
      const { project, to: destination, why, ...template } = input;
      const window = writeWindow(readWindow(template));
      return askShown(gate, principal, {
        kind: 'window',
        project,
        destination,
        why,
        input: window,
      });
    },
  ),
  route(
    {
      method: 'post',
      path: '/v1/changes',
      summary: 'Ask for changes of people, keys, roles, groups, rules or policies',
      access: 'principal',
      body: z.strictObject({ why: text, changes: z.array(z.unknown()).min(1).max(200) }),
      bodyBytesMax: POLICY_BODY_BYTES_MAX,
    },
    async ({ gate, principal, input }) => {
      gate.rosters.need();
      const written = await readAllowed(gate, principal, input.changes);
      return askShown(gate, principal, {
        kind: 'policy',
        project: '',
        why: input.why,
        input: written,
      });
    },
  ),
];
