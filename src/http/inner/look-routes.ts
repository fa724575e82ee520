/** Routes of looking at what would leave: previews, the difference to the previous release, and live quotes. */
import { z } from 'zod';
import type { Gate } from '../../app/index.ts';
import { newId, systemRandom } from '../../core/index.ts';
import { parseForm, quoteLive } from '../../egress/index.ts';
import { findDestination } from '../../people/index.ts';
import type { Principal } from '../../people/index.ts';
import { httpErrors } from '../errors.ts';
import { check, route } from './route.ts';
import type { Call, Route } from './route.ts';
import { readUpload } from './upload.ts';
import { readVisible } from './views.ts';

const text = z.string().max(4000);
const quoteQuery = z.strictObject({
  project: text.optional(),
  to: text.optional(),
  form: text.optional(),
  name: text.optional().describe('name of the file when the body is one file'),
});
const quoteFields = z.object({ project: text.min(1), to: text.min(1) });

async function needAsk(gate: Gate, principal: Principal, project: string): Promise<void> {
  await gate.access.need(principal, 'request.ask', { kind: 'project', id: project }, 'export');
}

async function quote(call: Call<undefined, z.infer<typeof quoteQuery>>): Promise<unknown> {
  const { gate, principal, context, query } = call;
  // A project that one may not ask in is said before its bytes arrive; its history prices nothing for strangers.
  if (query.project !== undefined) await needAsk(gate, principal, query.project);
  const id = newId('req', systemRandom);
  try {
    const upload = await readUpload(gate, id, context, query.name);
    const field = (name: string): string | undefined => upload.fields.get(name);
    const asked = check(quoteFields, {
      project: query.project ?? field('project'),
      to: query.to ?? field('to'),
    });
    await needAsk(gate, principal, asked.project);
    const place = findDestination(await gate.people.project(asked.project), asked.to);
    const form = query.form ?? field('form') ?? null;
    if (form !== null) parseForm(form);
    const quoted = await quoteLive(gate.exports, {
      id,
      requester: principal.id,
      sponsor: principal.sponsor,
      project: asked.project,
      number: place.number,
      files: upload.files,
      form,
    });
    return {
      ...quoted,
      files: quoted.files.map(({ vectors: _, emitted, code: __, ...file }) => ({
        ...file,
        emitted:
          emitted === undefined
            ? null
            : {
                name: emitted.name,
                type: emitted.type,
                form: emitted.form ?? null,
                sha256: emitted.sha256,
                bytes: emitted.bytes,
              },
      })),
    };
  } finally {
    await gate.uploads.remove(id);
  }
}

/** The routes. */
export const LOOK_ROUTES: readonly Route[] = [
  route(
    {
      method: 'post',
      path: '/v1/quotes',
      summary: 'What files would cost and what would become of them; nothing is asked or kept',
      access: 'principal',
      query: quoteQuery,
      bodyTypes: ['multipart/form-data', 'application/octet-stream'],
    },
    (call) => quote(call),
  ),
  route(
    {
      method: 'get',
      path: '/v1/requests/{id}/files/{index}/preview',
      summary: 'One emitted file as a person reads it: table, tree, text or the size of a picture',
      access: 'principal',
    },
    async ({ gate, principal, param }) => {
      const request = await readVisible(gate, principal, param('id'));
      const preview = await gate.looks.preview(request, Number(param('index')));
      if (preview !== null) return preview;
      throw httpErrors.error('FILE_NOT_KEPT', {
        id: request.id,
        index: param('index').slice(0, 20),
      });
    },
  ),
  route(
    {
      method: 'get',
      path: '/v1/requests/{id}/difference',
      summary: 'What is new since the previous release to the same destination',
      access: 'principal',
    },
    async ({ gate, principal, param }) =>
      gate.looks.difference(await readVisible(gate, principal, param('id'))),
  ),
];
