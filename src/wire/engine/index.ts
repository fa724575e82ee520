/** The coder and the models behind every codec; see `engine.ts` for the contract. */
export type { Engine, EngineMode, Mix, MixSpec } from './engine.ts';
export { openDecoder, openEncoder } from './reference.ts';
