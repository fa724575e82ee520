/** The coder and the models behind every codec; see `engine.ts` for the contract. */
export type { Decoder, Engine, Mix } from './engine.ts';
export { openDecoder, openEncoder } from './wasm.ts';
