/** The processes that a process under test has started. */
import { globSync, readFileSync } from 'node:fs';

/** The children of a process whose command line names a program. */
export function childrenOf(pid: number, program: string): readonly number[] {
  return globSync('/proc/[0-9]*/stat').flatMap((file) => {
    try {
      const stat = readFileSync(file, 'utf8');
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      const child = Number(file.split('/')[2]);
      const command = readFileSync(`/proc/${String(child)}/cmdline`, 'utf8');
      return parent === pid && command.includes(program) ? [child] : [];
    } catch {
      // It has ended since it was listed.
      return [];
    }
  });
}
