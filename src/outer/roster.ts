/**
 * Destinations and recipients: what people outside set up. Nothing here comes from the inside, and every change is an
 * entry of the outer log.
 */
import type { Clock, Random } from '../core/index.ts';
import { isoTime, newId, sha256, toHex } from '../core/index.ts';
import { outerErrors } from './errors.ts';
import type { Publisher } from './publisher.ts';
import type { OuterDb } from './store.ts';
import type { Recipient } from './view.ts';

/** A named place outside; frames name it by its number. */
export interface Destination {
  readonly number: number;
  readonly name: string;
}

/** What the roster works with. */
export interface RosterParts {
  readonly publisher: Publisher;
  readonly clock: Clock;
  readonly random: Random;
  readDb<T>(work: (db: OuterDb) => Promise<T>): Promise<T>;
}

const NUMBER_MAX = 1_000_000_000;
const TOKEN_BYTES = 32;

function checkName(name: string): void {
  if (!/^[\p{L}\p{N}][\p{L}\p{N}._ -]{0,63}$/u.test(name)) {
    throw outerErrors.error('NAME_INVALID', { name: name.slice(0, 80) });
  }
}

/** Destinations and their recipients. */
export class Roster {
  readonly #parts: RosterParts;

  constructor(parts: RosterParts) {
    this.#parts = parts;
  }

  /** All destinations by number. */
  async destinations(): Promise<Destination[]> {
    const rows = await this.#parts.readDb((db) =>
      db.selectFrom('outer_destinations').select(['number', 'name']).orderBy('number').execute(),
    );
    return rows.map(({ number, name }) => ({ number: Number(number), name }));
  }

  /** All recipients, without their tokens. */
  async recipients(): Promise<(Recipient & { addedAt: string })[]> {
    const rows = await this.#parts.readDb((db) =>
      db
        .selectFrom('outer_recipients as r')
        .innerJoin('outer_destinations as d', 'd.number', 'r.destination')
        .select(['r.id', 'r.name', 'r.destination', 'r.added_at', 'd.name as destinationName'])
        .orderBy('r.destination')
        .orderBy('r.name')
        .execute(),
    );
    return rows.map((row) => ({
      id: row.id,
      name: row.name,
      destination: Number(row.destination),
      destinationName: row.destinationName,
      addedAt: row.added_at,
    }));
  }

  /** Adds a destination; without a number it gets the next free one, counting from 1. */
  async addDestination(name: string, number?: number): Promise<Destination> {
    checkName(name);
    const all = await this.destinations();
    const chosen = number ?? Math.max(0, ...all.map((each) => each.number)) + 1;
    if (!Number.isSafeInteger(chosen) || chosen < 1 || chosen > NUMBER_MAX) {
      throw outerErrors.error('NUMBER_INVALID', { what: 'destination number', value: chosen });
    }
    const same = all.find((each) => each.name === name);
    const taken = same ?? all.find((each) => each.number === chosen);
    if (taken !== undefined) {
      const number = String(taken.number);
      const why =
        same === undefined
          ? `number ${number} is that of \`${taken.name}\``
          : `it is there already, with number ${number}`;
      throw outerErrors.error('DESTINATION_EXISTS', { name, why });
    }
    const at = isoTime(this.#parts.clock.nowMs());
    const entry = { kind: 'destination.added', at, by: 'outer', name, number: chosen };
    await this.#parts.publisher.recordOutside(entry, async (tx) => {
      const row = { number: BigInt(chosen), name, added_at: at };
      await tx.insertInto('outer_destinations').values(row).execute();
    });
    return { name, number: chosen };
  }

  /** Adds a recipient of a destination and returns the token, which is not kept. */
  async addRecipient(name: string, destination: string): Promise<{ id: string; token: string }> {
    checkName(name);
    const found = await this.#find(destination);
    const existing = await this.recipients();
    if (existing.some((each) => each.name === name && each.destination === found.number)) {
      throw outerErrors.error('RECIPIENT_EXISTS', { name, destination });
    }
    const id = newId('rcp', this.#parts.random);
    const token = `sprt_${toHex(this.#parts.random.bytes(TOKEN_BYTES))}`;
    const at = isoTime(this.#parts.clock.nowMs());
    const entry = {
      kind: 'recipient.added',
      at,
      by: 'outer',
      recipient: id,
      name,
      destination: found.number,
    };
    await this.#parts.publisher.recordOutside(entry, async (tx) => {
      await tx
        .insertInto('outer_recipients')
        .values({
          id,
          destination: BigInt(found.number),
          name,
          token_sha256: sha256(token),
          added_at: at,
        })
        .execute();
    });
    return { id, token };
  }

  /** Removes a recipient; the token is worth nothing from then on. */
  async removeRecipient(name: string, destination: string): Promise<void> {
    const found = await this.#find(destination);
    const recipient = (await this.recipients()).find(
      (each) => each.name === name && each.destination === found.number,
    );
    if (recipient === undefined)
      throw outerErrors.error('RECIPIENT_UNKNOWN', { name, destination });
    const entry = {
      kind: 'recipient.removed',
      at: isoTime(this.#parts.clock.nowMs()),
      by: 'outer',
      recipient: recipient.id,
    };
    await this.#parts.publisher.recordOutside(entry, async (tx) => {
      await tx.deleteFrom('outer_recipients').where('id', '=', recipient.id).execute();
    });
  }

  /** Who a token belongs to. Tokens are compared by digest, so the time of the answer says nothing about them. */
  async findRecipient(token: string): Promise<Recipient | undefined> {
    const row = await this.#parts.readDb((db) =>
      db
        .selectFrom('outer_recipients as r')
        .innerJoin('outer_destinations as d', 'd.number', 'r.destination')
        .select(['r.id', 'r.name', 'r.destination', 'd.name as destinationName'])
        .where('r.token_sha256', '=', sha256(token))
        .executeTakeFirst(),
    );
    return row === undefined ? undefined : { ...row, destination: Number(row.destination) };
  }

  async #find(name: string): Promise<Destination> {
    const found = (await this.destinations()).find((each) => each.name === name);
    if (found === undefined) throw outerErrors.error('DESTINATION_UNKNOWN', { name });
    return found;
  }
}
