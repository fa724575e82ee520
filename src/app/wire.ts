/** Keeps one wire alive: the outer process and the sender belong together, and both are started again when one ends. */
import { startOuterProcess } from '../outer/index.ts';
import type { OuterSpawnOptions, SpawnedOuter } from '../outer/index.ts';
import { guardErrors, startSender } from '../release/index.ts';
import type {
  AuthoriseInput,
  AuthoriseVerdict,
  LookAheadInput,
  ReleaseHost,
  RunningSender,
} from '../release/index.ts';
import type { SignedSubject } from '../requests/index.ts';
import { startSenderProcess } from './sender/client.ts';
import type { SenderSpawn, SpawnedSender } from './sender/client.ts';

/** What a wire needs. */
export interface WireOptions {
  readonly host: ReleaseHost;
  readonly outer: Omit<OuterSpawnOptions, 'onEvent' | 'links'>;
  readonly sender: Omit<SenderSpawn, 'onAlarm'>;
  /** Is given the delivery link of each outer process, and has to read it to its end. */
  readonly onDeliveries: (link: AsyncIterable<Uint8Array>) => void;
  /** Hears of requests whose frames the outer door has stored durably. */
  readonly onAcked?: (requestIds: readonly string[]) => void;
  /** What stops a request whose release is charged and not yet handed over. */
  readonly stops?: (requestId: string) => Promise<readonly string[]>;
  /**
   * Set when this process may not start either of them again, because it has become another user: hears that one ended.
   */
  readonly onLost?: (sentence: string) => void;
  /** Says something that a person must hear. */
  readonly onAlarm: (sentence: string) => void;
}

/** A running wire. */
export interface RunningWire {
  /** Where recipients are served; the same after a restart unless the port was left to chance. */
  readonly url: string;
  /** The key of the outer log. */
  readonly key: string;
  /** Whether the outer process runs as a user of its own. */
  readonly ownUser: boolean;
  /** The name of the sender's own user; null when it shares ours. */
  readonly senderUser: string | null;
  /** The outer process of the moment. */
  readonly pid: number;
  readonly state: RunningSender['state'];
  /** Where the wire stands still, and the first release that was not handed over. */
  readonly stopped: RunningSender['stopped'];
  readonly next: number;
  /** The sender's process of the moment. */
  readonly senderPid: number;
  /** Asks the sender's process whether it would let a release pass; a restart of it is waited for, up to 30 s. */
  authorise(input: AuthoriseInput): Promise<AuthoriseVerdict>;
  /** Has the sender's process decode what people are asked to approve. */
  lookAhead(input: LookAheadInput): Promise<void>;
  /** Tells the sender of bits that people lent to a budget for a while. */
  lend(signed: SignedSubject): Promise<AuthoriseVerdict>;
  /** Sends the sender what it does not have of the roster. */
  sendRosters(): Promise<void>;
  stop(): Promise<void>;
}

interface Pair {
  readonly outer: SpawnedOuter;
  readonly guard: SpawnedSender;
  readonly sender: RunningSender;
}

const GONE = guardErrors.refuse('GONE').code;
const RESTART_MS_MIN = 100;
const RESTART_MS_MAX = 10_000;
/** A sender that ends while it is asked is back within a second; a request need not be held for that. */
const AUTHORISE_WAIT_MS = 30_000;

async function startPair(options: WireOptions): Promise<Pair> {
  const { host, onAlarm, onAcked, stops } = options;
  const guard = await startSenderProcess({ ...options.sender, onAlarm });
  let outer: SpawnedOuter;
  try {
    outer = await startOuterProcess({
      ...options.outer,
      links: { wire: guard.wire, intake: guard.intakeIn },
      onEvent: (event) => {
        if (event.event === 'alarm') onAlarm(`outer door: ${event.sentence}`);
        if (event.event === 'fault') onAlarm(`outer door failed: ${event.message}`);
      },
    });
  } catch (cause) {
    await guard.stop();
    throw cause;
  }
  options.onDeliveries(outer.deliveries);
  const acked = onAcked === undefined ? {} : { onAcked };
  const asks = stops === undefined ? {} : { stops };
  const parts = { ...host, guard, intake: guard.intake, onAlarm, ...acked, ...asks };
  return { outer, guard, sender: await startSender(parts) };
}

/** Starts the outer process and its sender; throws when the first start fails, and restarts from then on. */
export async function startWire(options: WireOptions): Promise<RunningWire> {
  const stopping = new AbortController();
  const isStopping = (): boolean => stopping.signal.aborted;
  let waitMs = RESTART_MS_MIN;
  let timer: NodeJS.Timeout | undefined;
  let wake: () => void = () => undefined;
  let pair = await startPair(options);
  let nextPair = Promise.withResolvers<null>();
  const pause = (): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve;
      timer = setTimeout(resolve, waitMs);
      waitMs = Math.min(waitMs * 2, RESTART_MS_MAX);
    });
  const restart = async (): Promise<void> => {
    try {
      pair = await startPair(options);
      nextPair.resolve(null);
      nextPair = Promise.withResolvers();
      if (isStopping()) await stopPair();
    } catch (error) {
      options.onAlarm(error instanceof Error ? error.message : String(error));
    }
  };
  const stopPair = async (): Promise<void> => {
    await pair.sender.stop();
    await pair.guard.stop();
    await pair.outer.stop();
  };
  const watch = async (): Promise<void> => {
    for (;;) {
      const { outer, guard, sender } = pair;
      const [which, why] = await Promise.race([
        outer.exited.then((reason) => ['outer process', reason] as const),
        guard.exited.then((reason) => ['sender', reason] as const),
      ]);
      await sender.stop();
      if (isStopping()) return;
      if (options.onLost !== undefined) {
        options.onLost(`the ${which} ended (${why})`);
        return;
      }
      options.onAlarm(`the ${which} ended (${why}) and is started again`);
      // The wire is between the two, so both begin again.
      await guard.stop();
      await outer.stop();
      while (pair.outer === outer && !isStopping()) {
        await pause();
        if (!isStopping()) await restart();
      }
      if (isStopping()) return;
      waitMs = RESTART_MS_MIN;
    }
  };
  const watching = watch();
  return {
    get url() {
      return pair.outer.url;
    },
    get key() {
      return pair.outer.key;
    },
    get ownUser() {
      return pair.outer.ownUser;
    },
    get senderUser() {
      return pair.guard.user?.name ?? null;
    },
    get pid() {
      return pair.outer.pid;
    },
    get state() {
      return pair.sender.state;
    },
    get stopped() {
      return pair.sender.stopped;
    },
    get next() {
      return pair.sender.next;
    },
    get senderPid() {
      return pair.guard.pid;
    },
    authorise: async (input) => {
      let late: NodeJS.Timeout | undefined;
      const tooLate = new Promise<'late'>((resolve) => {
        late = setTimeout(resolve, AUTHORISE_WAIT_MS, 'late');
        late.unref();
      });
      try {
        for (;;) {
          const next = nextPair.promise;
          const { guard } = pair;
          const verdict = await guard.authorise(input);
          // Only silence is asked again, and asking twice takes nothing twice.
          if (verdict.ok || verdict.code !== GONE || isStopping()) return verdict;
          if (pair.guard === guard && (await Promise.race([next, tooLate])) === 'late')
            return verdict;
        }
      } finally {
        clearTimeout(late);
      }
    },
    lookAhead: (input) => pair.guard.lookAhead(input),
    lend: (signed) => pair.guard.lend(signed),
    sendRosters: () => pair.guard.sendRosters(0),
    stop: async () => {
      stopping.abort();
      clearTimeout(timer);
      wake();
      await stopPair();
      await watching;
    },
  };
}
