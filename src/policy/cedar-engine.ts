/**
 * The Cedar engine (WebAssembly), loaded when it is first needed: commands without policy do not pay for it.
 */
import { createRequire } from 'node:module';
import type * as Cedar from '@cedar-policy/cedar-wasm/nodejs';

let engine: typeof Cedar | undefined;

/** The engine. */
export function cedar(): typeof Cedar {
  engine ??= createRequire(import.meta.url)('@cedar-policy/cedar-wasm/nodejs') as typeof Cedar;
  return engine;
}

export type {
  CedarValueJson,
  DetailedError,
  EntityJson,
  TypeAndId,
} from '@cedar-policy/cedar-wasm/nodejs';
