/** What the scan and its child processes say to each other. Plain data: it crosses a process boundary. */
import type { Finding } from '../inspect/index.ts';
import type { SafeType } from './decoded.ts';

/** Work for a scan process. */
export interface ScanJob {
  /** The name by which the file is reported; only a name that lies about the content makes a difference. */
  readonly name: string;
  /** Where the process reads it. */
  readonly path: string;
  /** The same path in base64, when it is not UTF-8. */
  readonly pathBytes?: string;
  /** A folder of its own where safe forms are written as `0`, `1`, …; without it they are only counted. */
  readonly outDir?: string;
  /** Members, by number, on which processes before this one ended, and how. They are passed over. */
  readonly ended?: readonly EndedMember[];
}

/** A member of the outermost archive on which a process ended. */
export interface EndedMember {
  readonly number: number;
  readonly name: string;
  readonly why: string;
}

/** What a process tells meanwhile: the member that it begins, or nothing when it has decoded all. */
export interface ScanProgress {
  readonly member: Omit<EndedMember, 'why'> | null;
}

/** One safe form, as the process that wrote it says. */
export interface ScannedForm {
  /** Relative, with `/`, below a folder of the receiver's choice. */
  readonly name: string;
  readonly type: SafeType;
  readonly bytes: number;
  /** Its number in the folder of the job; absent when nothing was written. */
  readonly file?: string;
}

/** What a scan process answers. */
export interface ScanAnswer {
  readonly type: string;
  readonly bytes: number;
  readonly findings: readonly Finding[];
  readonly forms: readonly ScannedForm[];
}
