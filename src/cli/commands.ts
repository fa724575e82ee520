/** The one table of commands: help, docs and completion come from it. */
import type { Command } from 'commander';
import { registerExfilTest } from './exfil-test.ts';
import { registerLedger } from './ledger.ts';
import { registerOuter } from './outer.ts';
import { registerReceipt } from './receipt.ts';
import { registerQuote } from './quote.ts';
import { registerWire } from './wire.ts';

/** Adds one command, with its options and help, to the program. */
export type RegisterCommand = (program: Command) => void;

/** Every command, in the order of the help. */
export const COMMANDS: readonly RegisterCommand[] = [
  registerQuote,
  registerExfilTest,
  registerWire,
  registerLedger,
  registerReceipt,
  registerOuter,
];
