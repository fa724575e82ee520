/** Variants of a scenario: the same draws with one thing changed, so that their difference is that thing's effect. */
import { isDeveloper } from './kinds.ts';
import type { PlanAssumption } from './plan.ts';
import type { Range } from './range.ts';
import type { Developer, Party, Scenario } from './schema.ts';

/** A variant and why it is played. */
export interface Variant {
  readonly id: string;
  readonly scenario: Scenario;
  readonly assumption: PlanAssumption;
}

const LEVELS = [1, 2, 3, 4, 5] as const;

/** Whose level a ladder holds fixed. */
export const LADDERS = [
  { id: 'leader', title: 'the leader alone', all: false, unstoppedOc: undefined },
  { id: 'all', title: 'every developer', all: true, unstoppedOc: undefined },
  {
    id: 'all-but-top',
    title: 'every developer, while no level stops top state groups (OC5)',
    all: true,
    unstoppedOc: 5,
  },
] as const;

/** The id of a ladder. */
export type LadderId = (typeof LADDERS)[number]['id'];

function fixed(unit: string, value: number, why: string): Range {
  return { shape: { value }, source: 'ours', why, unit, low: 0, high: 1e9, drawn: 'world' };
}

function mapDevelopers(
  scenario: Scenario,
  chosen: (party: Developer) => boolean,
  change: (party: Developer) => Developer,
): Scenario {
  const parties = scenario.parties.map((party): Party =>
    isDeveloper(party) && chosen(party) ? change(party) : party,
  );
  return { ...scenario, parties };
}

/** Holds the chosen parties at one level throughout, for weights, secrets and integrity; programmes no longer lift them. */
export function holdLevel(scenario: Scenario, all: boolean, level: number): Scenario {
  const path = [{ month: 0, range: fixed('SL', level, 'held fixed in this variant') }];
  const chosen = (party: Developer): boolean => all || party.kind === 'leader';
  const names = new Set(
    scenario.parties.filter((p) => isDeveloper(p) && chosen(p)).map((p) => p.name),
  );
  const rest = (parties: readonly string[]): string[] => parties.filter((one) => !names.has(one));
  const held = mapDevelopers(scenario, chosen, (party) => ({
    ...party,
    weightsLevel: path,
    secretsLevel: path,
    integrityLevel: path,
  }));
  return {
    ...held,
    hardening: held.hardening
      .map((each) => ({ ...each, parties: rest(each.parties) }))
      .filter((each) => each.parties.length > 0),
    interventions: held.interventions.map((each) =>
      each.effect === 'merge' ? { ...each, toLevel: fixed('SL', 0, 'held fixed') } : each,
    ),
  };
}

/** Caps on what the leader lets out, as variants. */
export const CAP_VARIANTS = [
  { id: 'none', title: 'no cap', egress: { terabytesPerMonth: 1_000_000 } },
  { id: 'sl5', title: '50 GB a month (RAND, SL5)', egress: { terabytesPerMonth: 0.05 } },
  {
    id: 'sl4',
    title: '5 % of the weights a year (RAND, SL4)',
    egress: { shareOfWeightsPerYear: 0.05 },
  },
  {
    id: 'sl3',
    title: '1 % of the weights a year (RAND, SL3)',
    egress: { shareOfWeightsPerYear: 0.01 },
  },
] as const;

/** Gives every leader this cap. */
export function capLeader(
  scenario: Scenario,
  egress: { readonly terabytesPerMonth?: number; readonly shareOfWeightsPerYear?: number },
): Scenario {
  const why = 'held fixed in this variant';
  const { terabytesPerMonth, shareOfWeightsPerYear } = egress;
  return mapDevelopers(
    scenario,
    (party) => party.kind === 'leader',
    (party) => ({
      ...party,
      egress:
        terabytesPerMonth === undefined
          ? {
              shareOfWeightsPerYear: fixed(
                'of the weights a year',
                shareOfWeightsPerYear ?? 0,
                why,
              ),
            }
          : { terabytesPerMonth: fixed('TB a month', terabytesPerMonth, why) },
    }),
  );
}

/** The ids of the claims. */
export type ClaimId = keyof Scenario['claims'];

/** Every claim, in the order in which they are shown. */
export const CLAIM_IDS: readonly ClaimId[] = ['spreadSafe', 'othersStopped', 'fewStable'];

/** The same scenario with one claim turned over. */
export function turnClaim(scenario: Scenario, claim: ClaimId): Scenario {
  return { ...scenario, claims: { ...scenario.claims, [claim]: !scenario.claims[claim] } };
}

/** Every variant that the answers need besides the scenario itself. */
export function variantsOf(scenario: Scenario): Variant[] {
  return [
    ...LADDERS.flatMap(({ id, all, unstoppedOc }) =>
      LEVELS.map((level) => ({
        id: `level:${id}:${level}`,
        scenario: holdLevel(scenario, all, level),
        assumption: { unstoppedOc },
      })),
    ),
    ...CAP_VARIANTS.map(({ id, egress }) => ({
      id: `cap:${id}`,
      scenario: capLeader(scenario, egress),
      assumption: {},
    })),
    { id: 'as-is', scenario, assumption: {} },
    ...CLAIM_IDS.map((claim) => ({
      id: `claim:${claim}`,
      scenario: turnClaim(scenario, claim),
      assumption: {},
    })),
  ];
}
