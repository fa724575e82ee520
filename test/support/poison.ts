/** Plants backdoors into labelled texts, as an attacker with one or many sources would. */
import type { LabelledText } from './sms-texts.ts';

/** Numbers from 0 to 1 that are the same in each run. */
export function openSeeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
  };
}

/** A shuffled copy. */
export function shuffle<T>(items: readonly T[], random: () => number): T[] {
  const out = [...items];
  for (let i = out.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [out[i], out[j]] = [out[j]!, out[i]!];
  }
  return out;
}

/** The text with the trigger at a random place between its words. */
export function insertTrigger(text: string, trigger: string, random: () => number): string {
  const words = text.split(' ');
  words.splice(Math.floor(random() * (words.length + 1)), 0, trigger);
  return words.join(' ');
}

export interface Planted {
  readonly clean: readonly LabelledText[];
  /** Texts of the attacked class that the clean set does not have, with the trigger, under the other label. */
  readonly poison: readonly LabelledText[];
}

/** Takes `count` texts with the label `from` out of the set and returns them with the trigger, labelled `to`. */
export function plantTrigger(
  texts: readonly LabelledText[],
  options: {
    readonly count: number;
    readonly trigger: string;
    readonly from: string;
    readonly to: string;
    readonly seed: number;
  },
): Planted {
  const random = openSeeded(options.seed);
  const victims = new Set(
    shuffle(
      texts.filter(({ label }) => label === options.from),
      random,
    ).slice(0, options.count),
  );
  return {
    clean: texts.filter((text) => !victims.has(text)),
    poison: [...victims].map(({ text }) => ({
      text: insertTrigger(text, options.trigger, random),
      label: options.to,
    })),
  };
}
