/** Starts a gate's wire, and lets the gate become a user who cannot touch what the other two processes keep. */
import type { Kysely } from 'kysely';
import { listBuckets, sayBucket } from '../budget/index.ts';
import {
  SallyportError,
  becomeOsUser,
  findOsUser,
  giveToUser,
  mayChooseUsers,
} from '../core/index.ts';
import type { Clock, OsUser } from '../core/index.ts';
import type { Inboxes } from '../ingress/index.ts';
import type { Ledger } from '../ledger/index.ts';
import type { Releases } from '../release/index.ts';
import type { Requests, Rosters } from '../requests/index.ts';
import type { Blobs, Store } from '../store/index.ts';
import { appErrors } from './errors.ts';
import type { GateFolders } from './folders.ts';
import type { GateOptions } from './gate-options.ts';
import type { News } from './news.ts';
import { startWire } from './wire.ts';
import type { RunningWire } from './wire.ts';
import type { WireLocks } from './wire-locks.ts';

/** The user that a gate is to become; null when it stays who it is. Throws when it is named and not there. */
export function findGateUser({ config }: Pick<GateOptions, 'config'>): OsUser | null {
  const name = config.users.gate;
  if (name === undefined || !mayChooseUsers()) return null;
  const user = findOsUser(name);
  if (user === undefined)
    throw appErrors.error('USER_MISSING', { user: name, why: 'there is none' });
  const others = [config.users.sender, config.users.outer].map((each) => findOsUser(each)?.uid);
  if (others.includes(user.uid))
    throw appErrors.error('USER_MISSING', { user: name, why: 'another process has it' });
  return user;
}

/**
 * Becomes that user for good, once the sender and the outer process run as theirs. What was opened stays open; what the
 * gate writes from now on is the user's. Throws, and stays who it is, when the sender has no user of its own: then there
 * would be nothing to keep from whom.
 */
export function becomeGateUser(user: OsUser, folders: GateFolders, wire: RunningWire): void {
  if (wire.senderUser === null) {
    const why = 'the sender has no user of its own, so nothing would be kept from the gate';
    throw appErrors.error('USER_MISSING', { user: user.name, why });
  }
  // Nothing below these is written by anybody but that user after the first start; there may be very many files.
  giveToUser(user, folders.inner, [folders.blobs, folders.uploads, folders.quarantine]);
  giveToUser(user, folders.outbox, [folders.outbox]);
  becomeOsUser(user);
}

/** Starts the wire of a gate. `lasting`: neither process can be started again. */
export async function openWire(
  options: GateOptions,
  folders: GateFolders,
  host: {
    store: Store;
    ledger: Ledger;
    clock: Clock;
    blobs: Blobs;
    /** They come later than the wire does. */
    requests: Promise<Requests>;
    inboxes: Promise<Inboxes>;
    releases: Releases;
    rosters: Rosters;
    news: News;
    wireLocks: WireLocks;
    lasting: boolean;
  },
): Promise<RunningWire> {
  const { config, log } = options;
  const { automaticBurstBits: burstBits, automaticBitsPerDay: bitsPerDay } = config.sender;
  const { host: address, port, tls, slotMs, lagSlots, bytesPerSlot } = config.outer;
  const starting = startWire({
    host,
    sender: {
      dir: folders.sender,
      user: config.users.sender,
      gate: config.origin,
      automatic: { burstBits, bitsPerDay },
      ledger: host.ledger,
      releases: host.releases,
      rosters: host.rosters,
      spent: async () => {
        const buckets = await host.store.read((db: Kysely<unknown>) => listBuckets(db));
        return new Map(buckets.map(({ ref, level }) => [sayBucket(ref), level.spentBits]));
      },
    },
    outer: {
      dir: folders.outer,
      user: config.users.outer,
      host: address,
      port,
      ...(tls === undefined ? {} : { tls }),
      wish: {
        ...(slotMs === undefined ? {} : { slotMs }),
        ...(lagSlots === undefined ? {} : { lagSlots }),
        ...(bytesPerSlot === undefined ? {} : { bytesPerSlot }),
      },
    },
    ...(host.lasting
      ? {
          onLost: (why) => {
            options.onFault(appErrors.error('WIRE_LOST', { why }));
          },
        }
      : {}),
    stops: (request) => host.wireLocks.on(request),
    onAcked: (ids) => {
      host.requests
        .then((requests) => requests.published(ids))
        .catch((cause: unknown) => {
          log('error', 'cannot note what the outer door has', cause);
        });
    },
    onDeliveries: (link) => {
      host.inboxes
        .then((inboxes) => inboxes.receive(link))
        .catch((cause: unknown) => {
          log('error', 'cannot receive what comes from inboxes', cause);
        });
    },
    onAlarm: (sentence) => {
      log('warn', sentence);
      host.news.alarm(sentence, host.clock.nowMs());
    },
  });
  return starting.catch((cause: unknown) => {
    if (!(cause instanceof SallyportError && cause.message.includes('EADDRINUSE'))) throw cause;
    throw appErrors.error('PORT_IN_USE', { host: address, port, door: 'outer' });
  });
}
