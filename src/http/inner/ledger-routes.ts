/** Routes of the ledger and of the gate's own state. */
import { z } from 'zod';
import { isoTime } from '../../core/index.ts';
import { httpErrors } from '../errors.ts';
import { ledgerErrors } from '../../ledger/index.ts';
import { sightOfLedger } from './ledger-sight.ts';
import { route } from './route.ts';
import type { Route } from './route.ts';

const listQuery = z.strictObject({
  from: z.coerce.number().int().min(0).optional(),
  limit: z.coerce.number().int().min(1).max(1000).optional(),
});

function answerText(text: string): Response {
  return new Response(text, {
    headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
  });
}

/** The routes. */
export const LEDGER_ROUTES: readonly Route[] = [
  route(
    { method: 'get', path: '/v1/health', summary: 'Whether the gate works', access: 'anyone' },
    ({ gate }) =>
      Promise.resolve({
        ok: true,
        at: isoTime(gate.clock.nowMs()),
        outer: { url: gate.wire.url, ownUser: gate.wire.ownUser },
        // Apart: the gate cannot read or change what the sender keeps.
        sender: { ownUser: gate.wire.senderUser !== null, apart: gate.user !== null },
        ledger: { origin: gate.ledger.origin, size: gate.ledger.size },
      }),
  ),
  route(
    {
      method: 'get',
      path: '/v1/ledger/key',
      summary: 'The verifier key of the inner ledger, and that of the outer log',
      access: 'principal',
    },
    ({ gate }) => Promise.resolve({ key: gate.ledger.vkey, outerKey: gate.wire.key }),
  ),
  route(
    {
      method: 'get',
      path: '/v1/ledger/checkpoint',
      summary: 'The newest signed checkpoint (C2SP)',
      access: 'principal',
    },
    ({ gate }) => Promise.resolve(answerText(gate.ledger.checkpoint)),
  ),
  route(
    {
      method: 'get',
      path: '/v1/ledger/witnesses',
      summary: 'How far each configured witness has cosigned, and what is wrong with those behind',
      access: 'principal',
    },
    ({ gate }) => Promise.resolve({ size: gate.ledger.size, witnesses: gate.ledger.witnesses }),
  ),
  route(
    {
      method: 'get',
      path: '/v1/ledger/entries',
      summary:
        'Entries from an index on: index and commitment, and of what you may read also id and entry',
      access: 'principal',
      query: listQuery,
    },
    async ({ gate, principal, query }) => {
      const sight = sightOfLedger(gate, principal);
      const entries: object[] = [];
      for (const shown of await gate.ledger.listCommitted(query.from ?? 0, query.limit ?? 100)) {
        const { index, commitment } = shown;
        const hidden = { index, id: null, entry: null, commitment };
        entries.push((await sight.sees(shown)) ? shown : hidden);
      }
      return { size: gate.ledger.size, entries };
    },
  ),
  route(
    {
      method: 'get',
      path: '/v1/ledger/proof/{id}',
      summary:
        'The receipt (.tlog-proof) of an entry, by id or index; it shows the entry if you may read it',
      access: 'principal',
    },
    async ({ gate, principal, param }) => {
      const id = param('id');
      const which = /^\d{1,15}$/.test(id) ? Number(id) : id;
      const shown = await gate.ledger.show(which);
      const disclose = shown !== null && (await sightOfLedger(gate, principal).sees(shown));
      // An id names what it is about: whoever may not read it learns not even that it is there.
      if (!disclose && typeof which === 'string')
        throw ledgerErrors.error('ENTRY_MISSING', { id: which });
      return answerText(await gate.ledger.proof(which, { disclose }));
    },
  ),
  route(
    {
      method: 'get',
      path: '/v1/ledger/consistency/{from}/{to}',
      summary: 'The proof that one size of the ledger begins with another',
      access: 'principal',
    },
    async ({ gate, param }) => {
      const [from, to] = [Number(param('from')), Number(param('to'))];
      if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to)) {
        throw httpErrors.error('INPUT_INVALID', { why: 'a size is no whole number' });
      }
      const proof = await gate.ledger.consistency(from, to);
      return { proof: proof.map((hash) => Buffer.from(hash).toString('base64')) };
    },
  ),
];
