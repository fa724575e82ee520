/** A listener of the gate's live stream. */

/** An event as it is told. */
export interface HeardEvent {
  readonly type: string;
  readonly id?: string;
  readonly state?: string;
  readonly event?: string;
}

/** An open stream. */
export interface Listening {
  /** Everything heard so far. */
  readonly heard: readonly HeardEvent[];
  /** Resolves when the gate ends it. */
  readonly ended: Promise<void>;
  /** The first event, also of before, that is like this. */
  next(isWanted: (event: HeardEvent) => boolean): Promise<HeardEvent>;
  close(): void;
}

/** Opens a stream; it is open when this resolves. */
export async function listenEvents(url: string, token: string): Promise<Listening> {
  const abort = new AbortController();
  const answer = await fetch(`${url}/v1/events`, {
    headers: { authorization: `Bearer ${token}` },
    signal: abort.signal,
  });
  return listenAnswer(answer, abort);
}

/** Listens to a stream that was opened already. */
export async function listenAnswer(
  answer: Response,
  abort = new AbortController(),
): Promise<Listening> {
  if (!answer.ok || answer.body === null) throw new Error(await answer.text());
  const heard: HeardEvent[] = [];
  const waiting = new Set<() => void>();
  const decoder = new TextDecoder();
  const read = async (body: ReadableStream<Uint8Array>): Promise<void> => {
    let text = '';
    for await (const chunk of body) {
      text += decoder.decode(chunk, { stream: true });
      const events = text.split('\n\n');
      text = events.pop() ?? '';
      for (const event of events)
        if (event.startsWith('data: ')) heard.push(JSON.parse(event.slice(6)) as HeardEvent);
      for (const wake of waiting) wake();
    }
  };
  const ended = read(answer.body).catch((cause: unknown) => {
    if (!abort.signal.aborted) throw cause;
  });
  return {
    heard,
    ended,
    next: async (isWanted) => {
      for (;;) {
        const found = heard.find(isWanted);
        if (found !== undefined) return found;
        const { promise, resolve } = Promise.withResolvers<undefined>();
        const wake = () => {
          resolve(undefined);
        };
        waiting.add(wake);
        await Promise.race([
          promise,
          ended.then(() => {
            throw new Error('the stream ended before');
          }),
        ]);
        waiting.delete(wake);
      }
    },
    close: () => {
      abort.abort();
    },
  };
}
