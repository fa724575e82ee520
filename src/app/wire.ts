/** Keeps one wire alive: the outer process and the sender belong together, and both are started again when one ends. */
import { startOuterProcess } from '../outer/index.ts';
import type { OuterSpawnOptions, SpawnedOuter } from '../outer/index.ts';
import { startSender } from '../release/index.ts';
import type { ReleaseHost, RunningSender } from '../release/index.ts';

/** What a wire needs. */
export interface WireOptions {
  readonly host: ReleaseHost;
  readonly outer: Omit<OuterSpawnOptions, 'onEvent'>;
  /** Hears of requests whose frames the outer door has stored durably. */
  readonly onAcked?: (requestIds: readonly string[]) => void;
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
  /** The outer process of the moment. */
  readonly pid: number;
  readonly state: RunningSender['state'];
  stop(): Promise<void>;
}

interface Pair {
  readonly outer: SpawnedOuter;
  readonly sender: RunningSender;
}

const RESTART_MS_MIN = 100;
const RESTART_MS_MAX = 10_000;

async function startPair(options: WireOptions): Promise<Pair> {
  const outer = await startOuterProcess({
    ...options.outer,
    onEvent: (event) => {
      if (event.event === 'alarm') options.onAlarm(`outer door: ${event.sentence}`);
      if (event.event === 'fault') options.onAlarm(`outer door failed: ${event.message}`);
    },
  });
  const { wire, intake } = outer;
  const { host, onAlarm, onAcked } = options;
  const acked = onAcked === undefined ? {} : { onAcked };
  return { outer, sender: await startSender({ ...host, wire, intake, onAlarm, ...acked }) };
}

/** Starts the outer process and its sender; throws when the first start fails, and restarts from then on. */
export async function startWire(options: WireOptions): Promise<RunningWire> {
  const stopping = new AbortController();
  const isStopping = (): boolean => stopping.signal.aborted;
  let waitMs = RESTART_MS_MIN;
  let timer: NodeJS.Timeout | undefined;
  let wake: () => void = () => undefined;
  let pair = await startPair(options);
  const pause = (): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve;
      timer = setTimeout(resolve, waitMs);
      waitMs = Math.min(waitMs * 2, RESTART_MS_MAX);
    });
  const restart = async (): Promise<void> => {
    try {
      pair = await startPair(options);
      if (isStopping()) await stopPair();
    } catch (error) {
      options.onAlarm(error instanceof Error ? error.message : String(error));
    }
  };
  const stopPair = async (): Promise<void> => {
    await pair.sender.stop();
    await pair.outer.stop();
  };
  const watch = async (): Promise<void> => {
    for (;;) {
      const { outer, sender } = pair;
      const why = await outer.exited;
      await sender.stop();
      if (isStopping()) return;
      options.onAlarm(`the outer process ended (${why}) and is started again`);
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
    get pid() {
      return pair.outer.pid;
    },
    get state() {
      return pair.sender.state;
    },
    stop: async () => {
      stopping.abort();
      clearTimeout(timer);
      wake();
      await stopPair();
      await watching;
    },
  };
}
