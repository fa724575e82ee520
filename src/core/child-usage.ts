/** What a running process has used, from /proc. Null where there is none: then only wall time is limited. */
import { readFile } from 'node:fs/promises';

/** A process's use of the host so far. */
export interface ChildUsage {
  readonly cpuMs: number;
  readonly residentBytes: number;
  readonly dataBytes: number;
}

// USER_HZ and the page size are fixed in practice on the Linux hosts that Node runs on; only limits depend on them.
const MS_PER_TICK = 10;
const PAGE_BYTES = 4_096;

/** Reads the use of a process; null if it cannot be read. */
export async function readChildUsage(pid: number): Promise<ChildUsage | null> {
  try {
    const [stat, statm] = await Promise.all([
      readFile(`/proc/${String(pid)}/stat`, 'utf8'),
      readFile(`/proc/${String(pid)}/statm`, 'utf8'),
    ]);
    // The command name is in brackets and may hold spaces, so fields are counted from the last bracket.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const pages = statm.split(' ');
    return {
      cpuMs: (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK,
      residentBytes: Number(pages[1]) * PAGE_BYTES,
      dataBytes: Number(pages[5]) * PAGE_BYTES,
    };
  } catch {
    return null;
  }
}
