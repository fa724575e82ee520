/** Wires the way in: sources, quarantine, jobs, decoding, the kind of request that admits. */
import manifest from '../../package.json' with { type: 'json' };
import type { Kysely } from 'kysely';
import { canonicalJson } from '../core/index.ts';
import type { Clock, Random } from '../core/index.ts';
import {
  Imports,
  Lineages,
  Recalls,
  Screenings,
  addAdmitted,
  findRecalledFile,
  importKind,
  openSources,
  startDecoding,
  writeImportInput,
} from '../ingress/index.ts';
import type {
  Decoding,
  Inboxes,
  PeopleKeys,
  Quarantine,
  RecallAlarm,
  Sources,
  TakenUp,
} from '../ingress/index.ts';
import { openJobs } from '../jobs/index.ts';
import type { Jobs } from '../jobs/index.ts';
import { openKeyFile } from '../ledger/index.ts';
import type { Ledger, Signer } from '../ledger/index.ts';
import { quarantineModels } from '../models/index.ts';
import { bareFingerprint, parsePublicKey } from '../people/index.ts';
import type { People } from '../people/index.ts';
import { nextState } from '../requests/index.ts';
import type { Locks, RequestKind, Requests, Rosters } from '../requests/index.ts';
import type { Store } from '../store/index.ts';
import type { Config } from './config.ts';
import type { Access } from './access.ts';
import type { GateFolders } from './folders.ts';
import { openInboxes } from './inboxes.ts';
import { ALARMS_MAX } from './news.ts';
import type { News } from './news.ts';
import { openQuarantine, startDecodeWorkers } from './quarantine.ts';
import type { DecodeWorkers } from './quarantine.ts';
import { findOwnModels } from './recalled-models.ts';

/** The way in of a gate. */
export interface WayIn {
  readonly sources: Sources;
  readonly imports: Imports;
  /** What comes from inboxes outside. */
  readonly inboxes: Inboxes;
  readonly jobs: Jobs;
  readonly quarantine: Quarantine;
  readonly lineages: Lineages;
  readonly recalls: Recalls;
  readonly screenings: Screenings;
  /** Signs admission statements. */
  readonly signer: Signer;
}

const GATE_WORKER = 'gate';
const DAY_MS = 86_400_000;

/** What it is wired from. */
export interface WayInHost {
  readonly store: Store;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly random: Random;
  readonly config: Config;
  readonly folders: GateFolders;
  readonly rosters: Rosters;
  readonly locks: Locks;
  readonly access: Access;
  readonly people: People;
  readonly news: News;
  readonly log: (level: 'info' | 'warn' | 'error', sentence: string, cause?: unknown) => void;
}

/** The way in before it moves: what other modules are wired with. */
export interface WayInParts extends WayIn {
  readonly kind: RequestKind;
  /** Starts workers and the loop that asks people; undo steps are pushed in the order of their start. */
  start(requests: Requests, undo: (() => Promise<void> | void)[]): void;
}

/** Opens the way in. */
export async function openWayIn(host: WayInHost): Promise<WayInParts> {
  const { store, ledger, clock, random, config, folders, rosters, locks } = host;
  const signer = await openKeyFile(folders.admissionKey, { name: config.origin, random });
  const quarantine = openQuarantine(folders.quarantine, random);
  const jobs = openJobs(host);
  const sources = openSources({ ...host, peopleKeys: readPeopleKeys(rosters) });
  for (const id of await sources.nameSigners())
    host.log('warn', `the source ${id} has the signer of another one; recall it by its key`);
  const late: { requests?: Requests; workers?: DecodeWorkers; decoding?: Decoding } = {};
  const shared = { store, ledger, clock, random, quarantine, sources };
  const { fileBytesMax } = config.imports;
  const imports = new Imports({
    ...{ ...shared, jobs, fileBytesMax },
    roster: () => rosters.current?.roster,
    onWork: () => {
      late.workers?.wake();
      late.decoding?.wake();
    },
  });
  const inboxes = openInboxes({ ...host, imports, sources });
  const screenings = new Screenings({
    ...{ store, ledger, jobs, clock, random, quarantine },
    onWork: () => {
      late.workers?.wake();
    },
  });
  const lineages = new Lineages({ store, ledger, clock, random });
  const recalls = new Recalls({
    ...{ store, ledger, clock, random },
    stopModels: async (tx, find, by) => {
      const own = await findOwnModels(tx, find, rosters.links);
      return quarantineModels(tx, own, by, clock.nowMs());
    },
    sound: (alarm) => {
      soundAlarm(host, alarm);
      late.decoding?.wake();
    },
    onFault: (sentence, cause) => {
      host.log('error', sentence, cause);
    },
  });
  const kind = importKind({
    ...{ ...shared, fileBytesMax, imports, locks, signer },
    gate: config.origin,
    scanner: manifest.version,
    endOf: (id) => needRequests(late).get(id),
    onAdmit: (tx, admitted) => addAdmitted(tx, admitted, clock.nowMs()),
    recalledFile: (held) => store.read((db: Kysely<unknown>) => findRecalledFile(db, held)),
  });
  // This process is the only gate on its data, so that workers of this name are those of one that died.
  await jobs.release(`${GATE_WORKER}/`);
  return {
    ...{ sources, imports, inboxes, jobs, quarantine, lineages, recalls, screenings, signer, kind },
    start: (requests, undo) => {
      late.requests = requests;
      restoreAlarms(host, recalls)
        .then(() => recalls.soundSilent())
        .catch((cause: unknown) => {
          host.log('error', 'the alarms of recalls could not be told', cause);
        });
      const decoding = startDecoding({
        ...{ store, ledger, jobs, imports },
        ask: (held, { files, bytes }) => askFor(requests, held, files, bytes),
        alsoCollect: async () => {
          await endDoomed(requests, { imports, recalls });
          await screenings.collect();
          await imports.expire(config.imports.abandonedDays * DAY_MS);
        },
        onRescanned: (taken) => answerRescan(host, { imports, recalls }, taken),
        onFault: (sentence, cause) => {
          host.log('error', sentence, cause);
        },
      });
      late.decoding = decoding;
      undo.push(() => decoding.stop());
      inboxes.start();
      undo.push(() => inboxes.stop());
      const { workers: count } = config.imports;
      if (count === 0) return;
      const workers = startDecodeWorkers({
        ...{ store, clock, random, quarantine, count, dir: folders.quarantine },
        limits: config.imports,
        name: GATE_WORKER,
        onEnd: () => {
          decoding.wake();
        },
        onFault: (sentence, cause) => {
          host.log('error', sentence, cause);
        },
      });
      late.workers = workers;
      undo.push(() => workers.stop());
    },
  };
}

/** Keys that people of the gate have or had, from every version of the roster. */
function readPeopleKeys(rosters: Rosters): PeopleKeys {
  return {
    everHeld: (fingerprint) =>
      rosters.links.some(({ document }) => document.includes(`"id":"${fingerprint}"`)),
    keysOf: (id) => {
      const keys = rosters.current?.roster.people.find((person) => person.id === id)?.keys ?? [];
      return keys.flatMap((key) => [key.id, bareFingerprint(parsePublicKey(key.publicKey))]);
    },
  };
}

function needRequests(late: { requests?: Requests }): Requests {
  if (late.requests === undefined) throw new TypeError('the way in was not started');
  return late.requests;
}

async function askFor(
  requests: Requests,
  held: Awaited<ReturnType<Imports['get']>>,
  files: number,
  bytes: number,
): Promise<string> {
  const { id, source, skipRefused, requester, sponsor, project, why } = held;
  const request = await requests.ask({
    ...{ kind: 'import', requester, sponsor, project, destination: '', why },
    idempotencyKey: canonicalJson(['import', id]),
    input: writeImportInput({ import: id, source, files, bytes, skipRefused }),
  });
  return request.id;
}

function sayCounts({ counts }: RecallAlarm): string {
  const count = (kind: 'monitor' | 'model', what: string): string =>
    `${String(counts[kind])} ${what}${counts[kind] === 1 ? '' : 's'}`;
  return `${count('monitor', 'monitor')} and ${count('model', 'model')} quarantined`;
}

/** What a compartment is told of a recall. */
function sayAlarm(alarm: RecallAlarm): string {
  const { recall, project, monitors } = alarm;
  const { target, reason, id } = recall;
  // Another compartment hears what it has to stop using, and nothing of where that came from.
  const what =
    project === recall.project
      ? `recall of the ${target.kind} ${target.id} (${reason})`
      : `recall ${id} of something that was used here`;
  const taken = monitors.length === 0 ? '' : `; taken out: ${monitors.join(', ')}`;
  return `${what}: ${sayCounts(alarm)}${taken}`;
}

/** Whoever watches hears at once what was stopped, monitors first: nothing watches in their place. */
function soundAlarm(host: WayInHost, alarm: RecallAlarm): void {
  const sentence = sayAlarm(alarm);
  host.log('warn', sentence);
  host.news.alarm(sentence, host.clock.nowMs(), alarm.project);
}

/** What was told before a restart still stands: a quarantine does not end with the process that made it. */
async function restoreAlarms(host: WayInHost, recalls: Recalls): Promise<void> {
  const told = await recalls.told(ALARMS_MAX);
  host.news.restore(
    told.map((alarm) => ({
      ...{ sentence: sayAlarm(alarm), atMs: alarm.toldMs, project: alarm.project },
    })),
  );
}

/**
 * Ends what waits to be admitted and was recalled, with its request. Done in every round, so that a crash after a recall
 * only delays it; until then the rules refuse it all the same.
 */
async function endDoomed(
  requests: Requests,
  rooms: Pick<WayIn, 'imports' | 'recalls'>,
): Promise<void> {
  for (const { id, request, reason } of await rooms.recalls.doomed()) {
    if (request !== null) {
      const asked = await requests.get(request);
      // Rules that look at it at this moment refuse it themselves; the next round finds what they made of it.
      if (asked.state === 'quoting') continue;
      const { subject, tier } = asked;
      if (nextState(asked.state, 'deny') !== undefined)
        await requests.move(asked, 'deny', 'gate', {
          ...{ verdict: 'deny', reason, decidedBy: 'gate', escalatesMs: null },
          // What people were asked to sign stays as it was.
          ...(tier === null ? { subject } : { subject, tier }),
        });
    }
    await rooms.imports.close(id, reason);
  }
}

/**
 * What newer rules find in a set that people admitted: malicious ends its admission, doubts are told. Called before the
 * result is taken up, so that a crash in between only asks again.
 */
async function answerRescan(
  host: WayInHost,
  rooms: Pick<WayIn, 'imports' | 'recalls'>,
  taken: readonly TakenUp[],
): Promise<void> {
  for (const { import: id, name, verdict, findings } of taken) {
    if (verdict === 'clean') continue;
    const { state, project } = await rooms.imports.get(id);
    if (state !== 'admitted') continue;
    const why = findings.find((each) => each.severity !== 'info')?.sentence ?? verdict;
    if (verdict === 'malicious') {
      const reason = `newer rules call ${name} malicious: ${why}`;
      await rooms.recalls.make({ kind: 'set', id }, project, reason, 'gate');
      continue;
    }
    const sentence = `newer rules cannot judge ${name} of the admitted import ${id}: ${why}`;
    host.log('warn', sentence);
    host.news.alarm(sentence, host.clock.nowMs(), project);
  }
}
