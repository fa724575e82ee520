/** What a guarded model is: sizes as exact integers, and how many bits the thinnest useful copy takes. */
import { errors } from './errors.ts';

/** Whether exports of projects that touch a model may go on without a person. */
export type ModelState = 'active' | 'locked' | 'quarantined';

/** The states, in the order in which they are shown. */
export const MODEL_STATES: readonly ModelState[] = ['active', 'locked', 'quarantined'];

/** One version of the declared facts about a model. */
export interface Model {
  readonly id: string;
  readonly version: number;
  readonly parameters: bigint;
  /** The assumption behind the effective size, as the operator wrote it. */
  readonly bitsPerParameter: string;
  readonly effectiveBits: bigint;
  /** Zero when unknown: then no vector is counted. */
  readonly hiddenWidth: number;
  readonly vocabulary: number;
  readonly state: ModelState;
}

/** Facts that an operator declares. */
export interface ModelFacts {
  readonly parameters: string;
  readonly bitsPerParameter?: string | undefined;
  readonly hiddenWidth?: number | undefined;
  readonly vocabulary?: number | undefined;
}

/** bf16 divided by 100: the published compression that a thief can reach. */
export const DEFAULT_BITS_PER_PARAMETER = '0.16';

const PARAMETERS_MAX = 10n ** 15n;

/** Reads `70e9`, `70000000000`, `70b` or `1.5T` as a whole number. */
export function readParameters(text: string): bigint {
  const match = /^(\d{1,16})(?:\.(\d{1,12}))?(?:e(\d{1,2})|\s*([kmbt]))?$/i.exec(
    text.replaceAll(/[_,]/g, '').trim(),
  );
  const decimals = match?.[2] ?? '';
  const letters: Readonly<Record<string, number>> = { k: 3, m: 6, b: 9, t: 12 };
  const power = Number(match?.[3] ?? letters[(match?.[4] ?? '').toLowerCase()] ?? 0);
  if (match !== null && power <= 15) {
    const digits = BigInt((match[1] ?? '') + decimals) * 10n ** BigInt(power);
    const scale = 10n ** BigInt(decimals.length);
    const value = digits / scale;
    if (digits % scale === 0n && value >= 1n && value <= PARAMETERS_MAX) return value;
  }
  throw errors.error('NUMBER_UNUSABLE', { value: text, what: 'a count of parameters' });
}

/** The effective size: parameters × assumed bits per parameter, exact, rounded down to the safe side. */
export function effectiveBits(parameters: bigint, bitsPerParameter: string): bigint {
  const match = /^(\d{1,3})(?:\.(\d{1,12}))?$/.exec(bitsPerParameter.trim());
  const decimals = match?.[2] ?? '';
  const digits = BigInt((match?.[1] ?? '0') + decimals);
  if (match === null || digits === 0n || BigInt(match[1] ?? '0') > 64n) {
    throw errors.error('NUMBER_UNUSABLE', { value: bitsPerParameter, what: 'bits per parameter' });
  }
  const bits = (parameters * digits) / 10n ** BigInt(decimals.length);
  return bits === 0n ? 1n : bits;
}

/**
 * The declared models that a project may have touched, by the ids that are named for it: those, or every one where it names
 * none that is declared. A name that nobody declared has no budget, so it must not take the place of those that have.
 */
export function reachOf(named: readonly string[], declared: readonly string[]): readonly string[] {
  const known = declared.filter((id) => named.includes(id));
  return known.length === 0 ? declared : known;
}

function readWidth(value: number | undefined, what: string): number {
  const width = value ?? 0;
  if (Number.isSafeInteger(width) && width >= 0 && width <= 10_000_000) return width;
  throw errors.error('NUMBER_UNUSABLE', { value: width, what });
}

/** Builds a version of a model from declared facts; throws if a fact is unusable. */
export function declareModel(
  id: string,
  facts: ModelFacts,
  version = 1,
  state: ModelState = 'active',
): Model {
  if (!/^[a-z0-9][a-z0-9._-]{0,63}$/.test(id)) throw errors.error('NAME_UNUSABLE', { model: id });
  const parameters = readParameters(facts.parameters);
  const bitsPerParameter = facts.bitsPerParameter ?? DEFAULT_BITS_PER_PARAMETER;
  return {
    id,
    version,
    parameters,
    bitsPerParameter,
    effectiveBits: effectiveBits(parameters, bitsPerParameter),
    hiddenWidth: readWidth(facts.hiddenWidth, 'a hidden width'),
    vocabulary: readWidth(facts.vocabulary, 'a vocabulary size'),
    state,
  };
}

/** The smallest effective size, which is the thinnest thing that a thief could want; null without models. */
export function thinnestBits(models: readonly Model[]): bigint | null {
  let thinnest: bigint | null = null;
  for (const model of models) {
    if (thinnest === null || model.effectiveBits < thinnest) thinnest = model.effectiveBits;
  }
  return thinnest;
}

/** What an effective size rests on, as a sentence shown with every number derived from it. */
export function sayAssumption(model: Model): string {
  return `${model.id} v${String(model.version)}: ${String(model.parameters)} parameters at an assumed ${model.bitsPerParameter} bits each`;
}
