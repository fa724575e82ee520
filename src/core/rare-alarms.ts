/** Alarms that somebody outside can cause as often as they like, and that must not drown the others. */
import type { Clock } from './clock.ts';

const AGAIN_MS = 60_000;

/** Says a sentence, with a detail that may differ each time. */
export type RareAlarm = (sentence: string, detail?: string) => void;

/**
 * Says each sentence at most once a minute, whatever its details. It remembers every sentence, so they have to be few:
 * what comes from outside belongs into the detail.
 */
export function openRareAlarm(clock: Clock, say: (text: string) => void): RareAlarm {
  const saidMs = new Map<string, number>();
  return (sentence, detail = '') => {
    const nowMs = clock.nowMs();
    if (nowMs - (saidMs.get(sentence) ?? -Infinity) < AGAIN_MS) return;
    saidMs.set(sentence, nowMs);
    say(detail === '' ? sentence : `${sentence}: ${detail}`);
  };
}
