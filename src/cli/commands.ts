/**
 * The one table of commands: help, docs and completion come from it. A command's module is loaded when it is called,
 * so that a short command does not wait for the whole program.
 */
import type { Command } from 'commander';

/** Adds commands, with their options and help, to the program. */
export type RegisterCommand = (program: Command) => void;

/** Commands that one module registers. */
export interface CommandModule {
  readonly names: readonly string[];
  load(): Promise<RegisterCommand>;
}

/** Every command, in the order of the help. */
export const COMMANDS: readonly CommandModule[] = [
  { names: ['start'], load: async () => (await import('./start.ts')).registerStart },
  { names: ['demo'], load: async () => (await import('./demo.ts')).registerDemo },
  { names: ['quote'], load: async () => (await import('./quote.ts')).registerQuote },
  { names: ['scan'], load: async () => (await import('./scan.ts')).registerScan },
  { names: ['export'], load: async () => (await import('./export.ts')).registerExport },
  {
    names: ['import', 'imports'],
    load: async () => (await import('./import.ts')).registerImport,
  },
  { names: ['inbox'], load: async () => (await import('./inbox.ts')).registerInbox },
  { names: ['source'], load: async () => (await import('./source.ts')).registerSource },
  {
    names: ['lineage', 'recall'],
    load: async () => (await import('./lineage.ts')).registerLineage,
  },
  { names: ['worker'], load: async () => (await import('./worker.ts')).registerWorker },
  { names: ['share'], load: async () => (await import('./share.ts')).registerShare },
  { names: ['request'], load: async () => (await import('./request.ts')).registerRequest },
  {
    names: ['approve', 'deny', 'return', 'break-glass', 'review', 'edit', 'comment'],
    load: async () => (await import('./approve.ts')).registerApprove,
  },
  {
    names: ['found', 'login', 'logout', 'whoami'],
    load: async () => (await import('./sign-in.ts')).registerSignIn,
  },
  {
    names: ['change', 'access', 'window', 'lock', 'unlock', 'roster'],
    load: async () => (await import('./change.ts')).registerChange,
  },
  { names: ['budget'], load: async () => (await import('./budget.ts')).registerBudget },
  { names: ['model'], load: async () => (await import('./model.ts')).registerModel },
  {
    names: ['project', 'destination', 'principal'],
    load: async () => (await import('./people.ts')).registerPeople,
  },
  { names: ['token'], load: async () => (await import('./token.ts')).registerToken },
  { names: ['config'], load: async () => (await import('./config.ts')).registerConfig },
  { names: ['screen'], load: async () => (await import('./screen.ts')).registerScreen },
  { names: ['monitor'], load: async () => (await import('./monitor.ts')).registerMonitor },
  { names: ['policy'], load: async () => (await import('./policy.ts')).registerPolicy },
  { names: ['scenario'], load: async () => (await import('./scenario.ts')).registerScenario },
  { names: ['exfil-test'], load: async () => (await import('./exfil-test.ts')).registerExfilTest },
  { names: ['wire'], load: async () => (await import('./wire.ts')).registerWire },
  { names: ['ledger'], load: async () => (await import('./ledger.ts')).registerLedger },
  { names: ['witness'], load: async () => (await import('./witness.ts')).registerWitness },
  { names: ['receipt'], load: async () => (await import('./receipt.ts')).registerReceipt },
  { names: ['posture'], load: async () => (await import('./posture.ts')).registerPosture },
  { names: ['outer'], load: async () => (await import('./outer.ts')).registerOuter },
];

/** Registers the module of the called command, or all of them when it is none of the table's. */
export async function registerCommands(program: Command, called?: string): Promise<void> {
  const one = COMMANDS.filter((each) => called !== undefined && each.names.includes(called));
  for (const each of one.length === 0 ? COMMANDS : one) (await each.load())(program);
}
