/** What a gate is opened with. */
import type { Config } from './config.ts';

/** What a gate is opened with. */
export interface GateOptions {
  readonly dataDir: string;
  readonly config: Config;
  readonly database?: string | undefined;
  /** Says something that an operator should read. */
  readonly log: (level: 'info' | 'warn' | 'error', sentence: string, cause?: unknown) => void;
  /** Hears of a fault after which the process has to stop. */
  readonly onFault: (cause: Error) => void;
}
