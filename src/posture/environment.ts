/** The five environments that RAND considers, in which a measure may stand differently. */
import { z } from 'zod';

/** The id of an environment. */
export type EnvironmentId =
  'training' | 'research' | 'internal' | 'public-api' | 'customer-premises';

/** Every environment with the name that people read. */
export const ENVIRONMENTS: readonly { readonly id: EnvironmentId; readonly name: string }[] = [
  { id: 'training', name: 'training' },
  { id: 'research', name: 'research' },
  { id: 'internal', name: 'internal use' },
  { id: 'public-api', name: 'public API' },
  { id: 'customer-premises', name: 'customer premises' },
];

/** The ids alone. */
export const ENVIRONMENT_IDS = ENVIRONMENTS.map((each) => each.id) as [
  EnvironmentId,
  ...EnvironmentId[],
];

/** The name of an environment. */
export function nameEnvironment(id: EnvironmentId): string {
  return ENVIRONMENTS.find((each) => each.id === id)?.name ?? id;
}

/** Some environments, each once. */
export const environmentsSchema = z
  .array(z.enum(ENVIRONMENT_IDS))
  .min(1)
  .refine((ids) => new Set(ids).size === ids.length, 'names an environment twice');
