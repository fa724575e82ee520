/**
 * The walls around a child process, as the host allows: a network namespace without interfaces, no capabilities, no new
 * privileges, death with its parent. Which of them stand is found out once and reported, never assumed.
 */
import { execFile } from 'node:child_process';

/** Which walls a pool's children have. */
export interface ChildWalls {
  /** `namespace`: no network interface exists for the child. `none`: the host did not permit it. */
  readonly network: 'namespace' | 'none';
  /** Whether capabilities are dropped, new privileges are forbidden and the child dies with its parent. */
  readonly privileges: boolean;
  /** Whether the kernel limits the child's data pages; otherwise its memory is sampled and the heap is limited. */
  readonly memory: boolean;
  /** The command that puts them up, to be followed by the program to run. */
  readonly prefix: readonly string[];
}

const UNSHARE = ['/usr/bin/unshare', '-n', '--'];
const UNSHARE_AS_ROOT_OF_OWN = ['/usr/bin/unshare', '-rn', '--'];
const SETPRIV = ['/usr/bin/setpriv', '--no-new-privs', '--pdeathsig', 'KILL'];
const NO_CAPABILITIES = ['--bounding-set=-all', '--inh-caps=-all'];
const LIMITS = ['/usr/bin/prlimit', '--core=0', '--nofile=256', '--'];

function works(command: readonly string[]): Promise<boolean> {
  const [file, ...rest] = [...command, '/bin/true'];
  return new Promise((resolve) => {
    execFile(file, rest, { env: {}, timeout: 5_000 }, (error) => {
      resolve(error === null);
    });
  });
}

async function find(): Promise<ChildWalls> {
  const memory = await works(LIMITS);
  const limits = memory ? LIMITS : [];
  const privileges = [[...SETPRIV, ...NO_CAPABILITIES, '--'], [...SETPRIV, '--'], []];
  for (const network of [UNSHARE, UNSHARE_AS_ROOT_OF_OWN, []]) {
    for (const privilege of privileges) {
      const prefix = [...network, ...privilege, ...limits];
      if (prefix.length > 0 && !(await works(prefix))) continue;
      return {
        network: network.length > 0 ? 'namespace' : 'none',
        privileges: privilege.length > 0,
        memory,
        prefix,
      };
    }
  }
  return { network: 'none', privileges: false, memory, prefix: limits };
}

let found: Promise<ChildWalls> | undefined;

/** Finds out, once, which walls the host lets us put up. */
export function findChildWalls(): Promise<ChildWalls> {
  found ??= find();
  return found;
}

/** Limits the data pages of a running child to what it has plus `extraBytes`. False if the host cannot. */
export function limitChildData(pid: number, dataBytes: number): Promise<boolean> {
  const limit = String(dataBytes);
  return new Promise((resolve) => {
    execFile(
      '/usr/bin/prlimit',
      ['--pid', String(pid), `--data=${limit}:${limit}`],
      { env: {}, timeout: 5_000 },
      (error) => {
        resolve(error === null);
      },
    );
  });
}
