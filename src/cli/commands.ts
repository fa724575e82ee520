/** The one table of commands: help, docs and completion come from it. */
import type { Command } from 'commander';
import { registerBudget } from './budget.ts';
import { registerConfig } from './config.ts';
import { registerDemo } from './demo.ts';
import { registerExfilTest } from './exfil-test.ts';
import { registerExport } from './export.ts';
import { registerLedger } from './ledger.ts';
import { registerModel } from './model.ts';
import { registerOuter } from './outer.ts';
import { registerPeople } from './people.ts';
import { registerReceipt } from './receipt.ts';
import { registerQuote } from './quote.ts';
import { registerRequest } from './request.ts';
import { registerStart } from './start.ts';
import { registerWire } from './wire.ts';

/** Adds one command, with its options and help, to the program. */
export type RegisterCommand = (program: Command) => void;

/** Every command, in the order of the help. */
export const COMMANDS: readonly RegisterCommand[] = [
  registerStart,
  registerDemo,
  registerQuote,
  registerExport,
  registerRequest,
  registerBudget,
  registerModel,
  registerPeople,
  registerConfig,
  registerExfilTest,
  registerWire,
  registerLedger,
  registerReceipt,
  registerOuter,
];
