/**
 * A scenario made ready to run: every input has a number, every group and every copy of a party is a holder of its own, and
 * every thing that chance decides has the key of its name.
 */
import { slotOf } from './draws.ts';
import { isDeveloper, kindIndex } from './kinds.ts';
import type { Drawn, Range } from './range.ts';
import type { Adversary, Developer, Hardening, Intervention, Path, Scenario } from './schema.ts';

/** One input: a range, or a path whose points move together. Its number is its place in {@link Plan.inputs}. */
export interface PlanInput {
  /** Where it stands in the file, like `parties.leader.bypass`. */
  readonly place: string;
  readonly slot: number;
  readonly drawn: Drawn;
  readonly range?: Range;
  readonly points?: Path;
}

/** A party that can be robbed; numbers are places in {@link Plan.inputs}. */
export interface PlanKeeper {
  readonly levels: readonly [weights: number, secrets: number, integrity: number];
  readonly weightsTB: number;
  readonly capShare: number | undefined;
  readonly capTB: number | undefined;
  readonly hiddenShare: number;
  readonly bypass: number;
  readonly foundPerMonth: number;
  readonly leakPerYear: number;
  readonly useMonths: number;
  readonly misusePerYear: number;
  /** Places in {@link Plan.floors} of what raises its level. */
  readonly floors: readonly number[];
}

/** One party, or one copy of a party with a count. */
export interface PlanParty {
  readonly label: string;
  readonly name: string;
  readonly kind: number;
  readonly lag: number;
  /** Undefined for open weights: there is nothing to steal. */
  readonly keeper: PlanKeeper | undefined;
  readonly distils: boolean;
  readonly leakSlot: number;
  readonly misuseSlot: number;
  readonly misalignedSlot: number;
  readonly escapeSlots: readonly [bypass: number, wire: number];
}

/** One adversary: groups of the same capacity that do the same. */
export interface PlanAdversary {
  readonly oc: number;
  readonly kind: number;
  /** Its groups are those from here on in {@link Plan.groups}. */
  readonly firstGroup: number;
  readonly count: number;
  readonly weightsAttempts: number;
  readonly secretsAttempts: number;
  readonly sabotageAttempts: number;
  readonly useMonths: number;
  readonly leakPerYear: number;
  readonly misusePerYear: number;
  /** Parties (by their place in {@link Plan.parties}) that get what it steals. */
  readonly helps: readonly number[];
  /** Per party: the slots of each thing it may do there, or undefined where it does not attack. */
  readonly slots: readonly (PairSlots | undefined)[];
}

/** One group: a holder of its own. */
export interface PlanGroup {
  readonly label: string;
  readonly adversary: PlanAdversary;
  readonly leakSlot: number;
  readonly misuseSlot: number;
}

/** Slots of what an adversary may do at one party. */
export interface PairSlots {
  readonly bypass: number;
  readonly wire: number;
  readonly secrets: number;
  readonly monitor: number;
  readonly alignment: number;
}

/** What raises the level of parties from some month on: a hardening programme, or a merger. */
export interface PlanFloor {
  readonly fromCapability: boolean;
  readonly after: number;
  readonly chance: number;
  readonly chanceSlot: number;
  readonly toLevel: number;
  readonly months: number;
}

/** A stop. */
export interface PlanStop {
  readonly from: 'start' | 'capability' | 'theft';
  readonly after: number;
  readonly chance: number;
  readonly chanceSlot: number;
  readonly months: number;
  /** Per party, whether it stops. */
  readonly stops: readonly boolean[];
}

/** See the top of this file. */
export interface Plan {
  readonly months: number;
  readonly seed: number;
  readonly inputs: readonly PlanInput[];
  readonly parties: readonly PlanParty[];
  readonly adversaries: readonly PlanAdversary[];
  readonly groups: readonly PlanGroup[];
  readonly floors: readonly PlanFloor[];
  readonly stops: readonly PlanStop[];
  /** Members of each merger, and the floor that brings its date. */
  readonly mergers: readonly { readonly floor: number; readonly members: readonly number[] }[];
  readonly capabilityMonth: number;
  readonly success: readonly [
    above: number,
    equal: number,
    one: number,
    two: number,
    three: number,
  ];
  readonly compression: number;
  readonly secretsCutLag: number;
  readonly monitorShare: number;
  readonly lagShareIfBlocked: number;
  readonly blockedShare: number;
  readonly model: Readonly<Record<keyof Scenario['model'], number>>;
  readonly claims: Scenario['claims'];
  /** Attackers of at least this capacity succeed at any level; 6 where levels hold against all. */
  readonly unstoppedOc: number;
  readonly stopClaimSlot: number;
}

class Inputs {
  readonly list: PlanInput[] = [];
  range(place: string, range: Range): number {
    this.list.push({ place, slot: slotOf(`input:${place}`), drawn: range.drawn, range });
    return this.list.length - 1;
  }
  path(place: string, points: Path): number {
    this.list.push({ place, slot: slotOf(`input:${place}`), drawn: 'world', points });
    return this.list.length - 1;
  }
}

interface Copy {
  readonly party: Scenario['parties'][number];
  readonly label: string;
}

function copiesOf(scenario: Scenario): Copy[] {
  return scenario.parties.flatMap((party) => {
    const count = isDeveloper(party) ? party.count : 1;
    return Array.from({ length: count }, (_, i) => ({
      party,
      label: count === 1 ? party.name : `${party.name}-${i + 1}`,
    }));
  });
}

function planKeeper(inputs: Inputs, party: Developer, place: string, floors: number[]): PlanKeeper {
  const { shareOfWeightsPerYear, terabytesPerMonth } = party.egress;
  const optional = (name: string, range: Range | undefined): number | undefined =>
    range === undefined ? undefined : inputs.range(`${place}.egress.${name}`, range);
  return {
    levels: [
      inputs.path(`${place}.weightsLevel`, party.weightsLevel),
      inputs.path(`${place}.secretsLevel`, party.secretsLevel),
      inputs.path(`${place}.integrityLevel`, party.integrityLevel),
    ],
    weightsTB: inputs.path(`${place}.weightsTB`, party.weightsTB),
    capShare: optional('shareOfWeightsPerYear', shareOfWeightsPerYear),
    capTB: optional('terabytesPerMonth', terabytesPerMonth),
    hiddenShare: inputs.range(`${place}.hiddenShare`, party.hiddenShare),
    bypass: inputs.range(`${place}.bypass`, party.bypass),
    foundPerMonth: inputs.range(`${place}.foundPerMonth`, party.foundPerMonth),
    leakPerYear: inputs.range(`${place}.leakPerYear`, party.leakPerYear),
    useMonths: inputs.range(`${place}.useMonths`, party.useMonths),
    misusePerYear: inputs.range(`${place}.misusePerYear`, party.misusePerYear),
    floors,
  };
}

function planAdversaries(
  inputs: Inputs,
  adversaries: readonly Adversary[],
  copies: readonly Copy[],
): PlanAdversary[] {
  let firstGroup = 0;
  return adversaries.map((adversary): PlanAdversary => {
    const place = `adversaries.${adversary.name}`;
    const one = (name: keyof Adversary): number =>
      inputs.range(`${place}.${name}`, adversary[name] as Range);
    const slots = copies.map(({ party, label }): PairSlots | undefined => {
      const attacked = adversary.targets?.includes(party.name) ?? true;
      if (!isDeveloper(party) || !attacked || party.name === adversary.helps) return undefined;
      const slot = (what: string): number => slotOf(`${what}:${adversary.name}:${label}`);
      return {
        bypass: slot('bypass'),
        wire: slot('wire'),
        secrets: slot('secrets'),
        monitor: slot('monitor'),
        alignment: slot('alignment'),
      };
    });
    const planned = {
      oc: adversary.oc,
      kind: kindIndex(`oc${adversary.oc as 1 | 2 | 3 | 4 | 5}`),
      firstGroup,
      count: adversary.groups,
      weightsAttempts: one('weightsAttemptsPerYear'),
      secretsAttempts: one('secretsAttemptsPerYear'),
      sabotageAttempts: one('sabotageAttemptsPerYear'),
      useMonths: one('useMonths'),
      leakPerYear: one('leakPerYear'),
      misusePerYear: one('misusePerYear'),
      helps: copies.flatMap((copy, i) => (copy.party.name === adversary.helps ? [i] : [])),
      slots,
    };
    firstGroup += adversary.groups;
    return planned;
  });
}

function planGroups(
  adversaries: readonly Adversary[],
  planned: readonly PlanAdversary[],
): PlanGroup[] {
  return adversaries.flatMap((adversary, i) =>
    Array.from({ length: adversary.groups }, (_, number): PlanGroup => {
      const label = adversary.groups === 1 ? adversary.name : `${adversary.name}-${number + 1}`;
      return {
        label,
        adversary: planned[i]!,
        leakSlot: slotOf(`leak:${label}`),
        misuseSlot: slotOf(`misuse:${label}`),
      };
    }),
  );
}

function planFloor(inputs: Inputs, kind: string, each: Hardening | MergeAct): PlanFloor {
  const place = `${kind}.${each.name}`;
  return {
    fromCapability: each.from === 'capability',
    after: inputs.range(`${place}.afterMonths`, each.afterMonths),
    chance: inputs.range(`${place}.chance`, each.chance),
    chanceSlot: slotOf(`happens:${each.name}`),
    toLevel: inputs.range(`${place}.toLevel`, each.toLevel),
    months: inputs.range(`${place}.months`, each.months),
  };
}

type MergeAct = Extract<Intervention, { effect: 'merge' }>;
type StopAct = Extract<Intervention, { effect: 'stop' }>;

function planStop(inputs: Inputs, each: StopAct, copies: readonly Copy[]): PlanStop {
  const place = `interventions.${each.name}`;
  return {
    from: each.from,
    after: inputs.range(`${place}.afterMonths`, each.afterMonths),
    chance: inputs.range(`${place}.chance`, each.chance),
    chanceSlot: slotOf(`happens:${each.name}`),
    months: inputs.range(`${place}.months`, each.months),
    stops: copies.map(({ party }) => each.parties.includes(party.name)),
  };
}

/** What a variant assumes besides the file. */
export interface PlanAssumption {
  /** Attackers of at least this capacity are not stopped by any level. */
  readonly unstoppedOc?: number | undefined;
}

/** Makes a scenario ready. */
export function planScenario(scenario: Scenario, assumption: PlanAssumption = {}): Plan {
  const inputs = new Inputs();
  const copies = copiesOf(scenario);
  const one = (place: string, range: Range): number => inputs.range(place, range);
  const merges = scenario.interventions.filter((each) => each.effect === 'merge');
  const stops = scenario.interventions.filter((each) => each.effect === 'stop');
  const raising = [...scenario.hardening, ...merges];
  const model = Object.fromEntries(
    Object.entries(scenario.model).map(([name, range]) => [name, one(`model.${name}`, range)]),
  ) as Plan['model'];
  const { success, distillation } = scenario;
  const adversaries = planAdversaries(inputs, scenario.adversaries, copies);
  return {
    months: scenario.months,
    seed: scenario.seed,
    parties: copies.map(({ party, label }): PlanParty => {
      const place = `parties.${label}`;
      const floors = raising.flatMap((each, i) => (each.parties.includes(party.name) ? [i] : []));
      return {
        label,
        name: party.name,
        kind: kindIndex(party.kind),
        lag: one(`${place}.lagMonths`, party.lagMonths),
        keeper: isDeveloper(party) ? planKeeper(inputs, party, place, floors) : undefined,
        distils: distillation.parties.includes(party.name),
        leakSlot: slotOf(`leak:${label}`),
        misuseSlot: slotOf(`misuse:${label}`),
        misalignedSlot: slotOf(`misaligned:${label}`),
        escapeSlots: [slotOf(`escape-bypass:${label}`), slotOf(`escape-wire:${label}`)],
      };
    }),
    adversaries,
    groups: planGroups(scenario.adversaries, adversaries),
    floors: [
      ...scenario.hardening.map((each) => planFloor(inputs, 'hardening', each)),
      ...merges.map((each) => planFloor(inputs, 'interventions', each)),
    ],
    stops: stops.map((each) => planStop(inputs, each, copies)),
    mergers: merges.map((each, i) => ({
      floor: scenario.hardening.length + i,
      members: copies.flatMap((copy, j) => (each.parties.includes(copy.party.name) ? [j] : [])),
    })),
    capabilityMonth: one('capability.month', scenario.capability.month),
    success: [
      one('success.levelAbove', success.levelAbove),
      one('success.level', success.level),
      one('success.levelBelow', success.levelBelow),
      one('success.twoBelow', success.twoBelow),
      one('success.threeBelow', success.threeBelow),
    ],
    compression: one('compression', scenario.compression),
    secretsCutLag: one('secretsCutLag', scenario.secretsCutLag),
    monitorShare: one('monitorShare', scenario.monitorShare),
    lagShareIfBlocked: one('distillation.lagShareIfBlocked', distillation.lagShareIfBlocked),
    blockedShare: one('distillation.blockedShare', distillation.blockedShare),
    model,
    claims: scenario.claims,
    unstoppedOc: assumption.unstoppedOc ?? 6,
    stopClaimSlot: slotOf('claim:others-stopped'),
    inputs: inputs.list,
  };
}
