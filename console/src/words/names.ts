/** The nouns of the house as they are shown. One per concept, the same as on the command line. */

const KINDS: Readonly<Record<string, string>> = {
  export: 'Export',
  import: 'Import',
  share: 'Share',
  access: 'Access',
  window: 'Window',
  unlock: 'Unlock',
  policy: 'Change',
  review: 'Review',
};

/** A kind of request. */
export function sayKind(kind: string): string {
  return KINDS[kind] ?? kind;
}

/** How a state looks: what is over and good, what is over and not, what waits for people, what moves by itself. */
export type Tone = 'good' | 'bad' | 'wait' | 'move' | 'over';

const TONES: Readonly<Record<string, Tone>> = {
  quoting: 'move',
  held: 'wait',
  approved: 'move',
  queued: 'move',
  released: 'good',
  granted: 'good',
  applied: 'good',
  lifted: 'good',
  done: 'good',
  returned: 'wait',
  unreviewed: 'wait',
  reviewed: 'good',
  ended: 'over',
  denied: 'bad',
  refused: 'bad',
  failed: 'bad',
  expired: 'bad',
  withdrawn: 'over',
};

/** The tone of a state; a state that the console does not know yet is shown as moving. */
export function toneOf(state: string): Tone {
  return TONES[state] ?? 'move';
}

const TIERS: Readonly<Record<string, string>> = {
  automatic: 'automatic',
  self: 'own reason',
  one: 'one reviewer',
  quorum: 'quorum',
};

/** A tier in words. */
export function sayTier(tier: string | null): string {
  return tier === null ? '–' : (TIERS[tier] ?? tier);
}

/** A risk from 0 to 100 in a word. */
export function sayRisk(risk: number): 'low' | 'medium' | 'high' {
  return risk >= 60 ? 'high' : risk >= 30 ? 'medium' : 'low';
}

const KEY_KINDS: Readonly<Record<string, string>> = {
  passkey: 'passkey',
  'security-key': 'security key',
  ssh: 'SSH key',
};

/** A kind of key in words. */
export function sayKeyKind(kind: string): string {
  return KEY_KINDS[kind] ?? kind;
}
