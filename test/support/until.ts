/** Waiting for what a program of its own does in its own time. */

const LOOK_MS = 100;
const PATIENCE_MS = 60_000;

/** Looks until something is as it should be; what it was last is in the error. */
export async function until<T>(look: () => Promise<T>, isRight: (value: T) => boolean): Promise<T> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const value = await look();
    if (isRight(value)) return value;
    if (performance.now() > end) throw new Error(`it never came so: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
