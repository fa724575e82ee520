/**
 * Tokens of agents and workloads. A token counts only while the person who answers for its bearer has agreed to it: the
 * sponsor made it, confirmed it, or signed the founding with it there. With another sponsor it waits for that one's word.
 */
import type { Kysely } from 'kysely';
import { newId, sha256 } from '../core/index.ts';
import type { Clock, Random } from '../core/index.ts';
import type { Ledger } from '../ledger/index.ts';
import type { Store } from '../store/index.ts';
import { errors } from './errors.ts';
import type { Principal } from './people.ts';
import type { Roster } from './roster/index.ts';
import type { PeopleTables } from './store.ts';

type Db = Kysely<PeopleTables>;

/** A token without its secret. */
export interface TokenShown {
  readonly id: string;
  readonly principal: string;
  /** Who answers for its bearer now; null for people. */
  readonly sponsor: string | null;
  /** Whether that person has agreed to it. */
  readonly confirmed: boolean;
  readonly addedMs: number;
  readonly revokedMs: number | null;
}

/** What may be done with tokens. Who may do it is decided by whoever calls. */
export interface Tokens {
  /**
   * Makes a token and returns its secret, which is never shown again. `confirmedBy` is the sponsor where that one agrees to it;
   * a program's token without it waits.
   */
  addToken(
    principal: string,
    by: string,
    confirmedBy?: string | null,
  ): Promise<{ id: string; token: string }>;
  /** The sponsor's word for a token that waits; `PEOPLE_NOT_FOUND` for everybody else. */
  confirmToken(id: string, by: string): Promise<void>;
  tokens(): Promise<readonly TokenShown[]>;
  revokeToken(id: string, by: string): Promise<void>;
}

const TOKEN_PREFIX = 'spt_';

function isConfirmed(confirmedBy: string | null, { kind, sponsor }: TokenBearer): boolean {
  return kind === 'person' || (confirmedBy !== null && confirmedBy === sponsor);
}

type TokenBearer = Pick<Principal, 'kind' | 'sponsor'>;

/** Whose token this is; throws while its sponsor has not agreed to it. Undefined for what is unknown or revoked. */
export async function findTokenBearer(
  db: Db,
  hash: string,
  findPrincipal: (id: string) => Promise<Principal | undefined>,
): Promise<Principal | undefined> {
  const row = await db
    .selectFrom('tokens')
    .select(['id', 'principal', 'confirmed_by'])
    .where('hash', '=', hash)
    .where('revoked_ms', 'is', null)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const principal = await findPrincipal(row.principal);
  if (principal === undefined || isConfirmed(row.confirmed_by, principal)) return principal;
  const { id: bearer, sponsor } = principal;
  throw errors.error('TOKEN_UNCONFIRMED', { sponsor: sponsor ?? '', bearer, id: row.id });
}

/** At the founding: whoever signed to answer for a program agreed to the tokens that it had. */
export async function confirmFoundingTokens(tx: Kysely<unknown>, roster: Roster): Promise<void> {
  const db = tx as unknown as Db;
  for (const { id, sponsor } of roster.sponsored)
    await db
      .updateTable('tokens')
      .set({ confirmed_by: sponsor })
      .where('principal', '=', id)
      .where('revoked_ms', 'is', null)
      .execute();
}

async function readTokens(db: Db, only?: string): Promise<readonly TokenShown[]> {
  const rows = await db
    .selectFrom('tokens')
    .leftJoin('principals', 'principals.id', 'tokens.principal')
    .select([
      'tokens.id',
      'tokens.principal',
      'tokens.added_ms',
      'tokens.revoked_ms',
      'tokens.confirmed_by',
      'principals.kind',
      'principals.sponsor',
    ])
    .$if(only !== undefined, (query) => query.where('tokens.id', '=', only ?? ''))
    .orderBy('tokens.added_ms')
    .execute();
  return rows.map(({ id, principal, kind, sponsor, ...row }) => ({
    id,
    principal,
    sponsor,
    confirmed: isConfirmed(row.confirmed_by, { kind: kind as Principal['kind'], sponsor }),
    addedMs: Number(row.added_ms),
    revokedMs: row.revoked_ms === null ? null : Number(row.revoked_ms),
  }));
}

async function needToken(db: Db, id: string): Promise<TokenShown> {
  const [token] = await readTokens(db, id);
  if (token === undefined) throw errors.error('NOT_FOUND', { what: 'token', name: id });
  return token;
}

/** Opens the tokens of a store. `forget` drops what is remembered of callers. */
export function openTokens(host: {
  store: Store;
  ledger: Ledger;
  clock: Clock;
  random: Random;
  needPrincipal: (db: Db, id: string) => Promise<Principal>;
  forget: () => void;
}): Tokens {
  const { store, ledger, clock, random, needPrincipal, forget } = host;
  return {
    addToken: async (principal, by, confirmedBy = null) => {
      const token = TOKEN_PREFIX + Buffer.from(random.bytes(32)).toString('base64url');
      const id = newId('tok', random);
      const tokenSha256 = sha256(token);
      const entry = { kind: 'token.added', by, principal, token: id, tokenSha256, confirmedBy };
      const { value } = await ledger.record(entry, async (tx: Db) => {
        await needPrincipal(tx, principal);
        await tx
          .insertInto('tokens')
          .values({
            hash: tokenSha256,
            id,
            principal,
            added_ms: BigInt(clock.nowMs()),
            revoked_ms: null,
            confirmed_by: confirmedBy,
          })
          .execute();
        return { id, token };
      });
      return value;
    },
    confirmToken: async (id, by) => {
      await ledger.record(
        (principal: string) => ({ kind: 'token.confirmed', by, principal, token: id }),
        async (tx: Db) => {
          const { principal, sponsor, revokedMs } = await needToken(tx, id);
          if (sponsor !== by || revokedMs !== null)
            throw errors.error('NOT_FOUND', { what: 'token', name: id });
          await tx.updateTable('tokens').set({ confirmed_by: by }).where('id', '=', id).execute();
          return principal;
        },
      );
      forget();
    },
    tokens: () => store.read((db: Db) => readTokens(db)),
    revokeToken: async (id, by) => {
      await ledger.record({ kind: 'token.revoked', by, token: id }, async (tx: Db) => {
        const result = await tx
          .updateTable('tokens')
          .set({ revoked_ms: BigInt(clock.nowMs()) })
          .where('id', '=', id)
          .where('revoked_ms', 'is', null)
          .executeTakeFirst();
        if (result.numUpdatedRows === 0n)
          throw errors.error('NOT_FOUND', { what: 'token', name: id });
        forget();
      });
      forget();
    },
  };
}
