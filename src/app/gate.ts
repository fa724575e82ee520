/** Wires one gate from its configuration: the only place that knows every module. */
import type { Kysely } from 'kysely';
import { openBudgets } from '../budget/index.ts';
import type { Budgets } from '../budget/index.ts';
import { systemClock, systemRandom } from '../core/index.ts';
import type { Clock, Random } from '../core/index.ts';
import { exportKind, openLooks, windowKind } from '../egress/index.ts';
import type { ExportHost, Looks } from '../egress/index.ts';
import type { Inboxes } from '../ingress/index.ts';
import type { Ledger } from '../ledger/index.ts';
import { openModels } from '../models/index.ts';
import type { Models } from '../models/index.ts';
import { openPeople } from '../people/index.ts';
import type { People } from '../people/index.ts';
import { SHIPPED_SHA256, openPolicy } from '../policy/index.ts';
import { Releases } from '../release/index.ts';
import {
  Requests,
  Rosters,
  accessKind,
  openLocks,
  policyKind,
  shareKind,
  unlockKind,
} from '../requests/index.ts';
import type { Locks, SignedSubject } from '../requests/index.ts';
import { openBlobs } from '../store/index.ts';
import type { Blobs, Store } from '../store/index.ts';
import { openAccess } from './access.ts';
import { keepAlarms } from './alarm-keeper.ts';
import { audienceOf } from './audience.ts';
import type { Access } from './access.ts';
import { listLoans, openAccessEffects, openWindows } from './access-effects.ts';
import { bootstrap } from './bootstrap.ts';
import type { FirstStart } from './bootstrap.ts';
import type { Config } from './config.ts';
import { gateFolders, lockFolders, makeFolders } from './folders.ts';
import type { GateOptions } from './gate-options.ts';
import { checkDeadlines, followConfig, openPool, openState } from './gate-state.ts';
import { becomeGateUser, findGateUser, openWire } from './gate-wire.ts';
import type { GateFolders } from './folders.ts';
import { Founding } from './founding.ts';
import { openNews } from './news.ts';
import type { News } from './news.ts';
import { openNotifiers } from './notifiers.ts';
import { openNotices } from './notify.ts';
import { openMeasures } from './measures.ts';
import type { Measures } from './measures.ts';
import { ShareDesk } from './share-desk.ts';
import { openShareHost } from './share-results.ts';
import { SignIn } from './sign-in.ts';
import { openSite } from './site.ts';
import type { Site } from './site.ts';
import { openUploads } from './uploads.ts';
import type { UploadFolders } from './uploads.ts';
import { watchOutboxes } from './outbox.ts';
import type { OutboxWatch } from './outbox.ts';
import { capsInForce, noteSettings, putSettings, readTables, restoreSettings } from './settings.ts';
import { openPolicyInForce } from './policy-in-force.ts';
import type { PolicyInForce } from './policy-in-force.ts';
import { findPolicyProblems } from './policy-proposal.ts';
import { findGone } from './requesters.ts';
import { openPosture } from './posture.ts';
import type { PostureDesk } from './posture.ts';
import { openScenarios } from './scenarios.ts';
import type { ScenarioDesk } from './scenarios.ts';
import { openWorkspace } from './workspace.ts';
import { openWayIn } from './way-in.ts';
import type { WayIn } from './way-in.ts';
import type { RunningWire } from './wire.ts';
import { watchTokens } from './waiting-tokens.ts';
import { WireLocks } from './wire-locks.ts';

/** A wired gate. */
export interface Gate {
  readonly config: Config;
  readonly folders: GateFolders;
  readonly clock: Clock;
  readonly random: Random;
  readonly store: Store;
  readonly ledger: Ledger;
  readonly blobs: Blobs;
  readonly uploads: UploadFolders;
  readonly people: People;
  readonly models: Models;
  readonly budgets: Budgets;
  readonly rosters: Rosters;
  readonly access: Access;
  /** The policies in force with where they come from. */
  readonly policies: () => PolicyInForce;
  readonly locks: Locks;
  readonly news: News;
  readonly founding: Founding;
  readonly signIn: SignIn;
  readonly requests: Requests;
  readonly releases: Releases;
  readonly wire: RunningWire;
  /** What locks stop of what is charged and not yet on the wire. */
  readonly wireLocks: WireLocks;
  /** The user that the gate became; null when it runs as whoever started it. */
  readonly user: string | null;
  readonly outboxes: OutboxWatch;
  readonly posture: PostureDesk;
  readonly scenarios: ScenarioDesk;
  /** What exports stand on, for live quotes. */
  readonly exports: ExportHost;
  readonly looks: Looks;
  readonly shares: ShareDesk;
  readonly measures: Measures;
  /** Sites on which passkeys sign. */
  readonly site: Site;
  readonly wayIn: WayIn;
  /** Set when this start made the gate. */
  readonly firstStart: FirstStart | null;
  close(): Promise<void>;
}

/** Opens a gate and starts its outer process. Closes what it had opened when a later step fails. */
export async function openGate(options: GateOptions): Promise<Gate> {
  const undo: (() => Promise<void> | void)[] = [];
  const close = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    return await openParts(options, undo, close);
  } catch (cause) {
    await close();
    throw cause;
  }
}

/** Tells the sender what people lent to a budget. What it does not take is only missing there until it is over. */
async function lend(
  wire: RunningWire,
  signed: SignedSubject,
  log: GateOptions['log'],
): Promise<void> {
  const verdict = await wire.lend(signed);
  if (!verdict.ok)
    log('warn', `the sender does not take what was lent to a budget: ${verdict.why}`);
}

async function openParts(
  options: GateOptions,
  undo: (() => Promise<void> | void)[],
  close: () => Promise<void>,
): Promise<Gate> {
  const { config, log } = options;
  const clock = systemClock;
  const random = systemRandom;
  const folders = gateFolders(options.dataDir);
  makeFolders(folders);
  undo.push(lockFolders(folders));
  const { store, ledger } = await openState(options, folders, undo);
  const blobs = openBlobs(folders.blobs, random);
  const uploads = openUploads(folders.uploads, random);
  const host = { store, ledger, clock, random, blobs };
  const rosters = await Rosters.open(host);
  const settings = { store, clock, rosters, caps: config.caps };
  await noteSettings(settings);
  const policies = openPolicyInForce(rosters);
  const news = openNews();
  undo.push(
    await keepAlarms(news, host, (cause) => {
      log('warn', 'an alarm could not be kept', cause);
    }),
  );
  const releases = new Releases(host);
  await releases.recover();
  undo.push(() => releases.close());
  // The wire is first, because a gate that becomes another user has to do so before anything else of it runs.
  const user = findGateUser(options);
  const asked = Promise.withResolvers<Requests>();
  const opened = Promise.withResolvers<Inboxes>();
  const late = { requests: asked.promise, inboxes: opened.promise };
  const wireLocks = new WireLocks();
  const parts = { ...host, ...late, releases, rosters, news, wireLocks };
  const starting = openWire(options, folders, { ...parts, lasting: user !== null });
  undo.push(() =>
    starting.then(
      (started) => started.stop(),
      () => undefined,
    ),
  );
  if (user !== null) becomeGateUser(user, folders, await starting);
  const scenarios = openScenarios();
  undo.push(() => scenarios.close());
  const posture = openPosture(config.posture.folder, clock);
  undo.push(() => posture.close());
  const people = openPeople(host);
  const models = openModels(host);
  const budgets = openBudgets({ ...host, caps: () => capsInForce(settings) });
  for (const sentence of await restoreSettings({ ...settings, budgets, models })) {
    log('error', `${sentence}, and is put right; see \`sallyport ledger verify\``);
    news.alarm(sentence, clock.nowMs());
  }
  // After that: a budget in percent cannot be read without its model.
  await followConfig(store, capsInForce(settings), clock);
  const pool = openPool(config, folders);
  undo.push(() => pool.close());
  // Not awaited: the processes prepare themselves while the doors open.
  void pool.walls().then(
    ({ network }) => {
      if (network !== 'none') return;
      log('warn', 'inspection processes have no network namespace, they could reach the network');
    },
    (cause: unknown) => {
      log('error', 'cannot start inspection processes', cause);
    },
  );
  const notices = openNotices({
    listen: (listener) => news.listen(listener),
    clock,
    notifiers: openNotifiers(config),
    audience: (item) => audienceOf(item, rosters.current?.roster, clock.nowMs()),
    log: (sentence, cause) => {
      log('warn', sentence, cause);
    },
    pause: (ms) =>
      new Promise((resolve) => {
        setTimeout(resolve, ms).unref();
      }),
  });
  undo.push(() => {
    notices.close();
  });
  const locks = openLocks({
    ...host,
    onLock: (lock) => {
      news.lock(lock);
    },
  });
  const access = openAccess({
    ...host,
    rosters,
    people,
    locks,
    policyNow: () => policies().policy,
  });
  const exports: ExportHost = {
    policy: {
      automatic: config.automatic.enabled,
      automaticBitsMax: BigInt(config.automatic.bitsPerRelease),
      plainTypes: config.automatic.types,
    },
    limits: config.limits,
    pool,
    workspace: openWorkspace(folders.work),
    uploads,
    blobs,
    releases,
    budgets,
    models,
    people,
    clock,
    locks,
    windows: (project) => openWindows(store, project),
    lookAhead: async (input) => (await starting).lookAhead(input),
    authorise: async (input) => (await starting).authorise(input),
  };
  const wayIn = await openWayIn({
    ...{ ...host, config, folders, rosters, locks, access, people, news, log },
  });
  opened.resolve(wayIn.inboxes);
  const requests = new Requests(
    {
      ...host,
      rosters,
      findGone: (request) => findGone({ people, access, rosters, clock }, request),
      onNews: (item) => {
        news.request(item);
        // What was locked is free again: whoever looks at locks hears of it too.
        if (item.request.kind === 'unlock' && item.event === 'carry-out') {
          const { lock } = JSON.parse(item.request.input) as { lock: string };
          locks.get(lock).then(
            (lifted) => {
              news.lock(lifted);
            },
            (cause: unknown) => {
              log('error', `cannot tell that ${lock} was lifted`, cause);
            },
          );
        }
      },
      onFault: (request, cause) => {
        log('error', `request ${request} failed`, cause);
      },
      onAlarm: (sentence, project, quietMs) => {
        if (news.alarm(sentence, clock.nowMs(), project, quietMs)) log('warn', sentence);
      },
    },
    [
      exportKind(exports),
      wayIn.kind,
      windowKind({ ledger, people, models }),
      policyKind({
        ...{ ledger, clock, rosters },
        checkPolicies: (text, next) => findPolicyProblems(text, next, clock.nowMs()),
        preparePolicies: (text) => openPolicy({ policies: text }),
        putSettings: (tx, next, steps) => putSettings(tx, settings, next, steps),
      }),
      unlockKind({ ledger, locks }),
      shareKind(openShareHost({ ...host, people, models, locks, access })),
      accessKind(
        openAccessEffects({
          ...{ ...host, people, models, budgets },
          caps: () => capsInForce(settings),
          lend: async (signed) => lend(await starting, signed, log),
        }),
      ),
    ],
  );
  asked.resolve(requests);
  const wire = await starting;
  wireLocks.open({ store, requests, exports, releases, wire });
  for (const signed of await listLoans(store, clock.nowMs())) await lend(wire, signed, log);
  const tellTokens = watchTokens({ people, rosters, news });
  rosters.onNew(async () => {
    const keys = rosters.need().roster.people.flatMap((person) => person.keys);
    await people.keepSessions(keys.map((key) => key.id));
    await wire.sendRosters();
    news.roster();
    await tellTokens();
  });
  const site = openSite(config.people.origins);
  const founding = new Founding({
    ...host,
    gate: config.origin,
    people,
    models,
    rosters,
    automatic: {
      burstBits: config.sender.automaticBurstBits,
      bitsPerDay: config.sender.automaticBitsPerDay,
    },
    policySha256: SHIPPED_SHA256,
    settings: () => store.read((db: Kysely<unknown>) => readTables(db, config.caps)),
    origins: () => site.origins,
    onFounded: () => requests.checkDeadlines(),
  });
  const signIn = new SignIn({ ...host, people, rosters });
  // Only now, so that a start that fails before does not use up the token that is shown once.
  const firstStart = await bootstrap({ people, budgets });
  undo.push(() => requests.idle());
  await uploads.keepOnly(await requests.resume());
  wayIn.start(requests, undo);
  undo.push(checkDeadlines(requests, log));
  const outboxes = watchOutboxes({ config, folders, clock, people, requests, uploads, log });
  undo.push(() => outboxes.close());
  // A signed change may have added a destination.
  rosters.onNew(() => outboxes.refresh());
  return {
    config,
    folders,
    clock,
    random,
    store,
    ledger,
    blobs,
    uploads,
    people,
    models,
    budgets,
    rosters,
    access,
    policies,
    locks,
    news,
    founding,
    signIn,
    requests,
    releases,
    wire,
    wireLocks,
    user: user?.name ?? null,
    outboxes,
    wayIn,
    posture,
    scenarios,
    exports,
    looks: openLooks(exports),
    shares: new ShareDesk({ ...host, people, models, locks, access, requests }),
    measures: openMeasures({ ...host, requests, rosters, access, people, locks, exports, news }),
    site,
    firstStart,
    close,
  };
}
