/** What passes between the gate and the screening process. */
import type { TextRowsKind } from '../../formats/index.ts';
import type { SignedSource } from '../screens/index.ts';
import type { ScreenFields } from './screening.ts';

/** One job of the screening process. */
export interface ScreenJob {
  readonly forms: readonly {
    readonly name: string;
    readonly path: string;
    readonly kind: TextRowsKind;
    readonly bytes: number;
    readonly sha256: string;
  }[];
  readonly fields: ScreenFields;
  readonly monitor: string | null;
  readonly signed: SignedSource;
  /** Files that the gate wrote: a list of exclusions, the report of an earlier delivery. */
  readonly exclusions: string | null;
  readonly previous: string | null;
  /** Where the report is written. */
  readonly out: string;
}

/** What it answers; the report is in the file. */
export interface ScreenSummary {
  readonly verdict: 'clean' | 'inconclusive';
  readonly documents: number;
  readonly held: number;
  /** Documents by label, for what other sets are compared with. */
  readonly labels: Readonly<Record<string, number>>;
}
