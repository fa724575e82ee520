// The engine's exports; see src/wire/engine/wasm.ts for the other side.
import { fillTables, INPUT, OUTPUT, SIZES, INTEGERS } from './tables';
import { clearModels } from './mixer';
import { openCoder } from './coder';

export {
  costBits,
  costProduct,
  finish,
  getMode,
  measureEnd,
  rawBits,
  setFrozen,
  setMode,
  uint,
} from './coder';
export {
  addModel,
  code,
  confidencesAt,
  contextsAt,
  endAt,
  guessesAt,
  selectorsAt,
  stateAt,
} from './mixer';

fillTables();

export function inputAt(): usize {
  return INPUT;
}
export function outputAt(): usize {
  return OUTPUT;
}
export function sizesAt(): usize {
  return SIZES;
}

/** Starts over: no models, no learnt integers, an empty coder. */
export function reset(mode: i32): void {
  clearModels();
  memory.fill(INTEGERS, 0, 1024 * 128 * 4);
  openCoder(mode);
}
