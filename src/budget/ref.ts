/** The name of one bucket: what it limits and whose it is. */
import { errors } from './errors.ts';

/** What a bucket limits. `automatic` is the enclave-wide bucket of releases that no person saw. */
export type BucketScope = 'enclave' | 'automatic' | 'model' | 'project' | 'principal';

/** One bucket. Enclave and automatic buckets have the id `enclave`. */
export interface BucketRef {
  readonly scope: BucketScope;
  readonly id: string;
}

/** The bucket on every path. */
export const ENCLAVE: BucketRef = { scope: 'enclave', id: 'enclave' };
/** The bucket of the automatic tier: it stops slicing one large export into many small ones. */
export const AUTOMATIC: BucketRef = { scope: 'automatic', id: 'enclave' };

/** Scopes on a path that must have a budget; without one nothing passes. */
export const NEEDED_SCOPES: readonly BucketScope[] = ['enclave', 'automatic', 'model'];

/** Writes a bucket's name: `enclave`, `automatic`, `model:atlas`. */
export function sayBucket(ref: BucketRef): string {
  return ref.scope === 'enclave' || ref.scope === 'automatic'
    ? ref.scope
    : `${ref.scope}:${ref.id}`;
}

/** Reads what {@link sayBucket} wrote. */
export function readBucket(text: string): BucketRef {
  if (text === 'enclave') return ENCLAVE;
  if (text === 'automatic') return AUTOMATIC;
  const match = /^(model|project|principal):([\w.-]{1,80})$/.exec(text);
  const scope = match?.[1] as 'model' | 'project' | 'principal' | undefined;
  const id = match?.[2];
  if (scope === undefined || id === undefined) throw errors.error('SCOPE_UNKNOWN', { text });
  return { scope, id };
}
