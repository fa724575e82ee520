/** What is looked at before deciding: previews, differences, quotes. */
import type { Verdict, Reason, FileShown } from './requests-types.ts';

export interface PreviewColumn {
  readonly name: string;
  readonly kind: string;
  readonly min: string | number | null;
  readonly max: string | number | null;
  readonly distinct: number;
  readonly blank: number;
}

export interface TreeNode {
  readonly name: string;
  readonly kind: string;
  readonly value: string | null;
  readonly children: readonly TreeNode[];
  /** Children that are not shown. */
  readonly more: number;
}

export type Preview =
  | {
      readonly type: 'table';
      readonly columns: readonly PreviewColumn[];
      readonly rows: readonly (readonly string[])[];
      readonly total: number;
      /** Of how many rows the columns tell. */
      readonly summarised: number;
    }
  | { readonly type: 'text'; readonly text: string; readonly truncated: boolean }
  | { readonly type: 'svg'; readonly text: string; readonly truncated: boolean }
  | { readonly type: 'tree'; readonly root: TreeNode; readonly truncated: boolean }
  | {
      readonly type: 'image';
      readonly width: number;
      readonly height: number;
    };

export interface Hunk {
  readonly kind: 'same' | 'added' | 'removed';
  readonly text: string;
}

/** How two texts differ. */
export interface TextDifference {
  readonly summary: string;
  readonly hunks: readonly Hunk[];
}

export interface DifferenceFile {
  readonly name: string;
  readonly state: 'same' | 'changed' | 'new' | 'gone';
  readonly summary: string;
  readonly hunks: readonly Hunk[];
}

export interface Difference {
  readonly previous: { readonly request: string; readonly at: string } | null;
  readonly files: readonly DifferenceFile[];
}

export interface QuoteShown {
  readonly files: readonly FileShown[];
  readonly total: { readonly bytes: number; readonly chargeBits: number };
  readonly means: { readonly sentence: string };
  /** What would happen to it now. */
  readonly verdict: Verdict;
  readonly reasons: readonly Reason[];
}
