/** Small scenarios for tests: fixed inputs, one leader, nothing happens unless it is added. */
import { readScenarioValue } from '../../src/posture/index.ts';
import type { Scenario } from '../../src/posture/index.ts';

/** A fixed value as a file would say it. */
export const fix = (value: number) => ({ value, source: 'ours' });

/** A developer with everything fixed: SL3, nothing leaks, no cap to speak of, no thief needs the wire. */
export const keeper = (name: string, kind: string, more: object = {}) => ({
  name,
  title: name,
  kind,
  lagMonths: fix(0),
  weightsLevel: [{ month: 0, ...fix(3) }],
  secretsLevel: [{ month: 0, ...fix(3) }],
  integrityLevel: [{ month: 0, ...fix(3) }],
  weightsTB: [{ month: 0, ...fix(10) }],
  egress: { terabytesPerMonth: fix(1000) },
  hiddenShare: fix(1),
  bypass: fix(1),
  foundPerMonth: fix(0),
  leakPerYear: fix(0),
  useMonths: fix(0),
  misusePerYear: fix(0),
  ...more,
});

/** Attackers that do nothing. */
export const attacker = (name: string, oc: number, more: object = {}) => ({
  name,
  title: name,
  oc,
  groups: 1,
  weightsAttemptsPerYear: fix(0),
  secretsAttemptsPerYear: fix(0),
  sabotageAttemptsPerYear: fix(0),
  useMonths: fix(0),
  leakPerYear: fix(0),
  misusePerYear: fix(0),
  ...more,
});

/** The whole file as a value. */
export const plainValue = (more: object = {}) => ({
  sallyport: 'scenario/1',
  name: 'Plain',
  about: 'for tests',
  inputsOf: '2026-11-26',
  start: '2027-01',
  months: 24,
  seed: 7,
  capability: { what: 'a capability', month: fix(0) },
  parties: [keeper('leader', 'leader')],
  adversaries: [],
  success: {
    levelAbove: fix(0.01),
    level: fix(0.1),
    levelBelow: fix(0.5),
    twoBelow: fix(0.8),
    threeBelow: fix(0.9),
  },
  compression: fix(10),
  secretsCutLag: fix(0.5),
  monitorShare: fix(0.5),
  distillation: { parties: [], lagShareIfBlocked: fix(0), blockedShare: fix(0) },
  model: {
    misaligned: fix(0),
    ocAtCapability: fix(3),
    ocPerYear: fix(0),
    attemptsPerYear: fix(0),
    monitorStops: fix(0),
    misusePerYear: fix(0),
  },
  ...more,
});

/** A scenario that must be readable. */
export function plainScenario(more: object = {}): Scenario {
  const read = readScenarioValue(plainValue(more));
  if (!read.ok) throw new Error(read.message);
  return read.scenario;
}
