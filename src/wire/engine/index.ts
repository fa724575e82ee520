/** The coder and the models behind every codec; see `engine.ts` for the contract. */
export type {
  Decoder,
  Encoder,
  Engine,
  EngineMode,
  EngineOptions,
  Mix,
  MixSpec,
} from './engine.ts';
export { openDecoder, openEncoder } from './wasm.ts';
